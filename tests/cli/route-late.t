#!/bin/sh
# SPDX-License-Identifier: ISC
# Terms: late acts are done and say so; clocks that go back are refused.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

if [ -n "$SAN" ] || ! faketime '2027-01-04 10:00:00' true 2>/dev/null; then
	skip "no faketime here, or a sanitizer that does not bear it"
	finish
fi
on() { # TIME CMD...
	when=$1
	shift
	TZ=UTC faketime "$when" "$@"
}
doing() { # TIME WHO OUTCOME CASE
	when=$1 who=$2
	shift 2
	on "$when" edoc-route "do" --key "$K/$who.p12" --pass-file "$K/pass" "$@"
}

ok "two desks" desks
pack "$W/p.asice"
# Monday 4 January 2027 in Dushanbe, three working days: Thursday the 7th.
id=$(on '2027-01-04 05:00:00' edoc-route submit --key "$K/dilnoza.p12" --pass-file "$K/pass" \
	-C "$A" --route test.order "$W/p.asice")
run on '2027-01-04 06:00:00' edoc-route show -C "$A" "$id"
same "$(head -n 1 "$out")" \
	"waits for lawyer of adliya (agree) since Mon 4 Jan 2027, due Thu 7 Jan 2027" "three working days"
run on '2027-01-07 18:00:00' edoc-route inbox -C "$A"
hasnt "$out" LATE "the last evening is in time"
run edoc-route inbox -C "$A" --at 2027-01-07T19:00:00Z
has "$out" LATE "midnight in Dushanbe is late"
run doing '2027-01-03 05:00:00' zarina agreed -C "$A" "$id"
is_exit 78 "nobody acts before the submission: the clock is wrong"
run doing '2027-01-08 19:00:00' zarina agreed -C "$A" "$id"
is_exit 0 "late is done all the same"
run edoc-route log -C "$A" "$id"
has "$out" "late by 1 d 0 h" "and the ledger tells by how much"
edoc-route log --json -C "$A" "$id" | jq 'select(.seq==2).late' >"$out"
json "$out" '. > 86400 and . < 86460' "in seconds" # the clock goes on while it starts
doing '2027-12-30 05:00:00' madina signed -C "$A" "$id" >/dev/null
run doing '2027-12-31 20:00:00' zarina registered -C "$A" "$id"
has "$out" "number 0001/2028" "New Year comes first in Dushanbe"
run edoc-route verify -C "$A" --at 2028-01-02T00:00:00Z "$id"
is_exit 2 "proved, and unfinished"
run edoc-route verify --json -C "$A" --at 2028-01-02T00:00:00Z "$id"
same "$(jq -r '[.findings[].code] | unique | join(" ")' "$out")" "route.late route.unfinished" \
	"being late is said, and is no fault of the procedure"
run edoc-route verify --json -C "$A" --at 2027-12-31T19:54:00Z "$id"
is_exit 2 "an entry from the future"
same "$(jq -r '[.findings[].code] | unique | join(" ")' "$out")" \
	"ledger.time-future route.late route.unfinished" "is an error of its own"
run edoc-route verify --json -C "$A" --at 2027-12-31T19:56:00Z "$id"
same "$(jq -r '[.findings[].code] | unique | join(" ")' "$out")" "route.late route.unfinished" \
	"clocks of two machines may differ by five minutes"

# The last entry written anew by its own actor, with a key that fits.
L=META-INF/edoc/ledger
edoc-route export -C "$A" -o "$W/good.asice" "$id" >/dev/null
openssl pkcs12 -in "$K/zarina.p12" -passin "file:$K/pass" -nodes -out "$W/zarina.pem" 2>/dev/null
old=$(unzip -Z1 "$W/good.asice" | grep "$L/000004-........[.]json")
anew() { # HEADER-FILTER BODY-FILTER
	unzip -p "$W/good.asice" "${old%.json}.body.json" | jq -cSj "$2" >"$W/body.json"
	unzip -p "$W/good.asice" "$old" | jq -cSj --arg body "$(sha256sum <"$W/body.json" | cut -c1-64)" \
		".body = \"sha256:\" + \$body | $1" >"$W/entry.json"
	when=$(jq -r .time "$W/entry.json" | tr TZ '  ')
	TZ=UTC faketime -f "$when" openssl cms -sign -binary -in "$W/entry.json" -signer "$W/zarina.pem" \
		-md sha256 -cades -outform DER -out "$W/entry.cms"
	new=$L/000004-$(sha256sum <"$W/entry.json" | cut -c1-8)
	python3 "$SRCDIR/tests/rezip.py" "$W/good.asice" "$W/anew.asice" "drop:${old%.json}.*" \
		"put:$new.json=$W/entry.json" "put:$new.cms=$W/entry.cms" "put:$new.body.json=$W/body.json"
	run edoc-route verify --json --trust "$W/trust" --at 2028-01-02T00:00:00Z "$W/anew.asice"
	jq -r '.findings[] | select(.code != "route.late" and .code != "route.unfinished") |
		"\(.severity) \(.code)"' "$out" >"$W/found"
}
anew . .
same "$(cat "$W/found")" "" "with nothing changed it is as good as before"
anew . '.name = "The President"'
same "$(cat "$W/found")" "warning ledger.name-differs" "another name than the directory's"
anew '.command = "sha256:" + ("0" * 64)' .
same "$(cat "$W/found")" "warning ledger.command" "a command that is not what the format says"
anew . '.text = "added"'
same "$(cat "$W/found")" "warning ledger.command" "or is that of other words"
anew '.time = "2027-12-30T04:00:00Z" | .register += {year: 2027, number: "0001/2027"} | del(.late)' .
is_exit 2 "an entry before the one before it"
has "$W/found" "error ledger.time-order" "is an error"
run doing '2091-01-04 05:00:00' zarina registered -C "$A" --step hand-over "$id"
nok "a year that no calendar covers is no year to act in" test "$status" = 0
finish
