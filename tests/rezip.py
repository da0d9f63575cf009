#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# rezip.py IN OUT EDIT...: a package with entries changed, the rest as it was.
# Names are shell patterns below the package's root.
#   drop:NAME   put:NAME=FILE   flip:NAME (its last byte but one)   name:NAME=NEW   sub:NAME=OLD=NEW
import fnmatch
import sys
import zipfile


def main():
    source, target, edits = sys.argv[1], sys.argv[2], sys.argv[3:]
    with zipfile.ZipFile(source) as z:
        entries = [(i.filename, z.read(i)) for i in z.infolist()]
    for edit in edits:
        what, _, rest = edit.partition(":")
        name, *more = rest.split("=")
        hit = [n for n, _ in entries if fnmatch.fnmatchcase(n, name)]
        if not hit and what != "put":
            sys.exit("rezip: no entry " + name)
        if what == "drop":
            entries = [(n, b) for n, b in entries if n not in hit]
        elif what == "put":
            with open(more[0], "rb") as f:
                bytes_ = f.read()
            if not hit:
                entries.append((name, bytes_))
            entries = [(n, bytes_ if n in hit else b) for n, b in entries]
        elif what == "flip":
            entries = [(n, b[:-2] + bytes([b[-2] ^ 1]) + b[-1:] if n in hit else b) for n, b in entries]
        elif what == "name":
            entries = [(more[0] if n in hit else n, b) for n, b in entries]
        elif what == "sub":
            old, new = more[0].encode(), more[1].encode()
            if not any(old in b for n, b in entries if n in hit):
                sys.exit("rezip: nothing to change in " + name)
            entries = [(n, b.replace(old, new) if n in hit else b) for n, b in entries]
        else:
            sys.exit("rezip: what is " + edit)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as z:
        for name, b in entries:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            z.writestr(info, b)


main()
