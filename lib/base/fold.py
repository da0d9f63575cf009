#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Writes lib/base/fold.h: simple case folding with canonical decomposition of
Latin, Greek and Cyrillic letters, and the classes of combining marks."""
import sys
import unicodedata as u

RANGES = [(0x41, 0x530), (0x1C80, 0x1C90), (0x1E00, 0x2000), (0x2126, 0x212C),
          (0x2C60, 0x2C80), (0xA640, 0xA6A0), (0xA720, 0xA800), (0xFF21, 0xFF3B)]
MARKS = [(0x300, 0x370), (0x483, 0x488), (0x1AB0, 0x1B00), (0x1DC0, 0x1E00),
         (0x20D0, 0x20F1), (0xFE20, 0xFE30)]


def fold(c):
    for f in (c.casefold(), c.lower()):
        if len(f) == 1:
            return f
    return c


def key(c):
    s = ''.join(fold(x) for x in u.normalize('NFD', c))
    return u.normalize('NFD', s)


print('/* SPDX-License-Identifier: ISC */')
print('/* Made by lib/base/fold.py from Unicode %s; do not edit. */' % u.unidata_version)
print('/* clang-format off */')
print('static const struct fold { uint16_t from, to[4]; } fold_table[] = {')
for a, b in RANGES:
    for n in range(a, b):
        k = key(chr(n))
        if k != chr(n):
            assert len(k) <= 4 and max(map(ord, k)) <= 0xFFFF, hex(n)
            print('\t{0x%04x, {%s}},' % (n, ', '.join('0x%04x' % ord(x) for x in k)))
print('};')
print('static const struct mark { uint16_t first, last; uint8_t order; } mark_table[] = {')
runs = []
for a, b in MARKS:
    for n in range(a, b):
        c = u.combining(chr(n))
        if c and runs and runs[-1][1] == n - 1 and runs[-1][2] == c:
            runs[-1][1] = n
        elif c:
            runs.append([n, n, c])
for r in runs:
    print('\t{0x%04x, 0x%04x, %d},' % tuple(r))
print('};')
sys.exit(0)
