#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Writes lib/base/fold.h: full case folding with canonical decomposition of
Latin, Greek, Cyrillic, Armenian and Georgian letters; ligatures, full-width
forms and spaces as what they stand for; what is not seen as nothing; and the
classes of combining marks.

Other compatibility forms stay themselves: no file system takes "No 5" for the
name with U+2116, and a package may hold both."""
import sys
import unicodedata as u

COMPAT = [(0xA0, 0xA1), (0x2000, 0x200B), (0x202F, 0x2030), (0x205F, 0x2060), (0x3000, 0x3001),
          (0xFB00, 0xFB18), (0xFF01, 0xFF5F), (0xFFE0, 0xFFE7)]
# Default_Ignorable_Code_Point (DerivedCoreProperties.txt) of the BMP
UNSEEN = [(0xAD, 0xAE), (0x34F, 0x350), (0x61C, 0x61D), (0x115F, 0x1161), (0x17B4, 0x17B6),
          (0x180B, 0x1810), (0x200B, 0x2010), (0x202A, 0x202F), (0x2060, 0x2070),
          (0x3164, 0x3165), (0xFE00, 0xFE10), (0xFEFF, 0xFF00), (0xFFA0, 0xFFA1),
          (0xFFF0, 0xFFF9)]
LETTERS = [(0x41, 0x588), (0x10A0, 0x1100), (0x1C80, 0x1CC0), (0x1E00, 0x2000), (0x2126, 0x212C),
           (0x2C60, 0x2C80), (0xA640, 0xA6A0), (0xA720, 0xA800)]
MARKS = [(0x300, 0x370), (0x483, 0x488), (0x1AB0, 0x1B00), (0x1DC0, 0x1E00),
         (0x20D0, 0x20F1), (0xFE20, 0xFE30)]


def within(n, ranges):
    return any(a <= n < b for a, b in ranges)


def fold(c):
    # The iota below is a mark, and as a letter would be put in another order.
    return c if c == '\u0345' else c.casefold()


def key(c):
    if within(ord(c), UNSEEN):
        return ''
    form = 'NFKD' if within(ord(c), COMPAT) else 'NFD'
    s = ''.join(fold(x) for x in u.normalize(form, c))
    s = u.normalize('NFD', s)
    return c if '/' in s else s  # a separator is one only as itself


print('/* SPDX-License-Identifier: ISC */')
print('/* Made by lib/base/fold.py from Unicode %s; do not edit. */' % u.unidata_version)
print('/* clang-format off */')
print('static const struct fold { uint16_t from, to[4]; } fold_table[] = {')
for n in sorted({n for a, b in COMPAT + UNSEEN + LETTERS for n in range(a, b)}):
    k = key(chr(n))
    if k != chr(n):
        assert len(k) <= 4 and all(0 < ord(x) <= 0xFFFF for x in k), hex(n)
        assert all(key(x) == x for x in k), hex(n)
        print('\t{0x%04x, {%s}},' % (n, ', '.join('0x%04x' % ord(x) for x in k) or '0'))
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
