#!/bin/sh
# SPDX-License-Identifier: ISC
# Writes a C table of the named files' bytes: what libedoc carries of profiles/.
set -eu
echo '#include "base/embed.h"'
n=0
for f; do
	printf 'static const unsigned char b%d[] = {\n' "$n"
	od -An -v -tx1 "$f" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
	echo '0x00};'
	n=$((n + 1))
done
echo 'const struct ed_embedded ed_embedded_table[] = {'
n=0
for f; do
	printf '\t{"%s", b%d, sizeof(b%d) - 1},\n' "${f#profiles/}" "$n" "$n"
	n=$((n + 1))
done
printf '\t{0, 0, 0}};\n'
