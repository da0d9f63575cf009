#!/bin/sh
# SPDX-License-Identifier: ISC
# The shipped route for extracts of civil-status records: a health body asks,
# Justice looks up and signs, and the answer goes back.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/ready.sh"
. "$SRCDIR/tests/pki.sh"
export EDOC_CONF="$PKI/edoc.conf"

other=tandurusti
ok "two desks" ready tj-asnod \
	"agency: tandurusti, post: табиб, holder: dilnoza" \
	"agency: tandurusti, post: сардор, holder: madina" \
	"agency: adliya, unit: сабти асноди шаҳрвандӣ, post: котиб, holder: zarina" \
	"agency: adliya, post: бақайдгиранда, holder: farrukh" \
	"agency: adliya, post: сардори САҲШ, holder: anvar"
there=$A A=$B # the request begins at the health body
for to in "$W" "$A/conf" "$there/conf"; do
	mkdir -p "$to/trust/tsa" && cp "$PKI/root.pem" "$to/trust/tsa/"
done
asked() { # TEXT FIELD=VALUE ...: a request that Justice has on Wednesday 30 December
	text=$1
	shift
	begin '2026-12-29 05:00:00' "$text" "$@"
	act '2026-12-29 06:00:00' madina "do" agreed "$id" >/dev/null
	passes '2026-12-30 05:00:00' "$A" adliya "$there"
	act '2026-12-30 06:00:00' zarina "do" registered "$id" >/dev/null
}

pack "$W/p.asice"
# shellcheck disable=SC2086,SC2154 # words of ready.sh
run act '2026-12-29 05:00:00' dilnoza submit -C "$A" --route "$name" $said --field record=will "$W/p.asice"
nok "no such record" test "$status" = 0
asked found record=birth
due 2026-12-30T07:00:00Z >"$W/due"
has "$W/due" "(find) since Wed 30 Dec 2026, due Thu 7 Jan 2027" "five working days, New Year between"
run act '2026-12-31 05:00:00' zarina stop --reason archive-request "$id"
is_exit 77 "the clerk does not stop the term"
run act '2026-12-31 05:00:00' farrukh stop --reason archive-request "$id"
is_exit 0 "who looks it up does"
run act '2027-01-06 05:00:00' farrukh resume "$id"
is_exit 0 "until the archive has answered"
has "$out" "due Mon 11 Jan 2027" "two working days did not count"
took '2027-01-11 18:59:59' farrukh found "found in the last second" --text "record 17 of 2001"
no 77 '2027-01-12 05:00:00' farrukh signed "who found it does not sign"
no 78 '2027-01-12 18:59:58' anvar signed "not without a time-stamp"
pki_later '2027-01-12 18:59:59'
no 75 '2027-01-12 18:59:59' anvar signed "nor with one that fails" --tsa "$URL/tsa-nonce"
took '2027-01-12 18:59:59' anvar signed "signed" --tsa "$URL/tsa"
ok "the answer goes back" passes '2027-01-13 05:00:00' "$there" tandurusti "$A"
due 2027-01-13T06:00:00Z >"$W/due"
has "$W/due" "(take) since Wed 13 Jan 2027, due Fri 15 Jan 2027" "and is waited for"
took '2027-01-15 18:59:59' madina acknowledged "taken"
took '2027-01-18 05:00:00' madina archived "filed"
proved "" "two bodies, one proof, nobody late"
json "$out" '[.route.entries[] | select(.event == "case.received")] | length == 2' "received twice"
json "$out" '[.signatures[].level] | index("XAdES-BASELINE-LTA") != null' "signed for an archive"

asked urgent record=death urgent=yes
same "$(waits)" find-now "an urgent request"
due 2026-12-30T07:00:00Z >"$W/due"
has "$W/due" "due Thu 31 Dec 2026" "has one working day"
no 65 '2026-12-31 05:00:00' farrukh absent "absent, with what was searched"
took '2026-12-31 19:00:00' farrukh absent "a second after midnight" --reason "no such record"
ok "is answered all the same" passes '2027-01-04 05:00:00' "$there" tandurusti "$A"
act '2027-01-05 05:00:00' madina "do" acknowledged "$id" >/dev/null
act '2027-01-05 06:00:00' madina "do" archived "$id" >/dev/null
proved "route.late" "and proved, with who was late"

asked refused record=marriage
took '2027-01-04 05:00:00' farrukh found "found"
took '2027-01-04 06:00:00' anvar returned "the wrong one" --reason "another year"
took '2027-01-04 07:00:00' farrukh found "the right one" --text "of 2002"
no 65 '2027-01-04 08:00:00' anvar refused "refused on one of two grounds" --reason secret
took '2027-01-04 08:00:00' anvar refused "refused" --reason no-right
ok "that is an answer, too" passes '2027-01-05 05:00:00' "$there" tandurusti "$A"
took '2027-01-06 05:00:00' madina acknowledged "taken"
begin '2026-12-29 05:00:00' gone record=birth
run act '2026-12-29 06:00:00' dilnoza withdraw --reason mistake "$id"
is_exit 0 "withdrawn before it is asked"
proved "" "proved"
finish
