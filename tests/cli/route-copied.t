#!/bin/sh
# SPDX-License-Identifier: ISC
# A desk that was copied, and lives on twice: each gives the same numbers.  Who
# gets cases of both has both signed entries at hand.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

ok "two desks" desks
registered() { # DESK NAME: a case on its way to B
	pack "$W/$2.asice" "$2"
	id=$(as dilnoza submit -C "$1" --route test.order "$W/$2.asice") &&
		does zarina agreed -C "$1" "$id" >/dev/null && does madina signed -C "$1" "$id" >/dev/null &&
		does zarina registered -C "$1" "$id" >/dev/null && edoc-route send -q -C "$1"
	carry "$1" moliya "$B"
	edoc-route receive -q -C "$B"
}
cp -a "$A" "$W/copy"
registered "$A" one
one=$id
registered "$W/copy" two
two=$id
year=$(TZ=Asia/Dushanbe date +%Y)
for id in "$one" "$two"; do
	same "$(edoc-route show --json -C "$B" "$id" | jq -r .number)" "0001/$year" "both have one number"
done
edoc-route checkpoint -q -C "$B"
run edoc-route audit --json -C "$B"
is_exit 1 "the other desk's audit"
same "$(jq -r 'select(.code == "audit.number-double") | .where' "$out")" "adliya: orders/$year" "tells two cases with one number"
has "$out" "$one" "names the one"
has "$out" "$two" "and the other"
run edoc-route audit --json -C "$A"
hasnt "$out" number-double "who has one of them can not know"
finish
