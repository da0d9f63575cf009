#!/bin/sh
# SPDX-License-Identifier: ISC
# tests/attacks.tsv, row by row: no attack reads as valid, each is answered by
# its finding, and their sound neighbours pass.
. "$SRCDIR/tests/lib.sh"
list=$SRCDIR/tests/attacks.tsv files=$D/attacks tab=$(printf '\t')
cd "$W" || exit 1
mkdir big
ok "the forger still works" python3 "$files/mk.py" "$W/big"

judge() { # FILE: its exit and findings, from any depth of the report
	run edoc-verify --json --trust "$files/root.pem" --at 2026-06-01T00:00:00Z "$@"
	jq -r '.. | .code? // empty' "$out" 2>/dev/null | sort -u >codes
}

rows=0
while IFS=$tab read -r id kind what verdict code; do
	case $id in '' | '#'*) continue ;; esac
	rows=$((rows + 1))
	case $kind in
	file)
		at=$files/$what
		[ -e "$at" ] || at=$W/big/$what
		judge "$at"
		same "$status" "$verdict" "$id $what"
		[ "$verdict" = 0 ] || ok "$id is answered by $code" grep -qxF "$code" codes
		;;
	detached)
		judge --data "$files/doc.txt" "$files/$what"
		same "$status" "$verdict" "$id $what, with its document"
		[ "$verdict" = 0 ] || ok "$id is answered by $code" grep -qxF "$code" codes
		;;
	zip)
		judge "$D/bad/zip/$what"
		same "$status" 65 "$id $what"
		;;
	test) # told where it is tested; the words must stand there
		ok "$id is tested in $what" grep -qF -e "$verdict" "$SRCDIR/$what"
		;;
	none) : ;;
	*)
		nok "$id: a row of kind $kind" true
		;;
	esac
done <"$list"
ok "the list is not empty" test "$rows" -gt 200

# Every file that was forged has its row.
# shellcheck disable=SC2046 # no name has a blank
for f in $(cd big && ls); do
	case $f in doc.txt | root.pem) continue ;; esac
	[ -n "$(awk -F'\t' -v f="$f" '$3 == f' "$list")" ] || echo "$f"
done >without
same "$(cat without)" "" "every forged file has a row"
finish
