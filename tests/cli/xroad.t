#!/bin/sh
# SPDX-License-Identifier: ISC
# X-Road's message containers: the valid ones parse and their signatures verify
# cryptographically; of the broken ones none passes.
. "$SRCDIR/tests/lib.sh"

C=$SRCDIR/../shared/corpora/xroad
[ -e "$C/expected.tsv" ] || {
	skip "no corpus at ../shared/corpora/xroad" 12
	finish
}
tab=$(printf '\t')
while IFS=$tab read -r file expected _; do
	[ "$file" != file ] || continue
	run edoc-verify --json "$C/$file"
	if [ "$expected" = ok ]; then
		is_exit 2 "$file is read; without anchors it is undecided"
		json "$out" '.signatures | length > 0 and all(.intact.data and .intact.signature)' \
			"$file: data and signature are intact"
	else
		ok "$file does not pass" test "$status" != 0
	fi
done <"$C/expected.tsv"
finish
