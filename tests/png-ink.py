#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""How many pixels of a PNG have each of the given colours.

png-ink.py FILE RRGGBB..."""
import struct
import sys
import zlib


def rows_of(path):
    """Decoded rows of an 8-bit RGB or RGBA picture, and bytes a pixel."""
    b = open(path, "rb").read()
    width, height, depth, kind = struct.unpack(">IIBB", b[16:26])
    px = {2: 3, 6: 4}[kind]
    assert depth == 8
    at, data = 8, b""
    while at < len(b):
        n, = struct.unpack(">I", b[at:at + 4])
        if b[at + 4:at + 8] == b"IDAT":
            data += b[at + 8:at + 8 + n]
        at += 12 + n
    raw, size = zlib.decompress(data), width * px
    last = bytearray(size)
    for y in range(height):
        kind, line = raw[y * (size + 1)], bytearray(raw[y * (size + 1) + 1:(y + 1) * (size + 1)])
        for i in range(size):  # PNG 9.2: None, Sub, Up, Average, Paeth
            left, up = line[i - px] if i >= px else 0, last[i]
            corner = last[i - px] if i >= px else 0
            if kind == 1:
                add = left
            elif kind == 2:
                add = up
            elif kind == 3:
                add = (left + up) // 2
            elif kind == 4:
                p = left + up - corner
                add = min((abs(p - left), 0, left), (abs(p - up), 1, up), (abs(p - corner), 2, corner))[2]
            else:
                add = 0
            line[i] = (line[i] + add) & 255
        yield line, px
        last = line


def main():
    wanted = {bytes.fromhex(c): 0 for c in sys.argv[2:]}
    for line, px in rows_of(sys.argv[1]):
        for i in range(0, len(line), px):
            c = bytes(line[i:i + 3])
            if c in wanted:
                wanted[c] += 1
    print(*wanted.values())


if __name__ == "__main__":
    main()
