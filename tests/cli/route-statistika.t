#!/bin/sh
# SPDX-License-Identifier: ISC
# The shipped route for statistics reports: checked, returned, entered.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/ready.sh"

ok "two desks" ready uz-statistika \
	"agency: adliya, unit: devonxona, post: kotib, holder: zarina" \
	"agency: adliya, post: statistik, holder: farrukh"

# The cutoff is 18:00 in Tashkent.
begin '2026-12-07 12:59:59' before form=1-kb period=year
due 2026-12-07T13:00:00Z >"$W/due"
has "$W/due" "due Fri 11 Dec 2026" "three working days, a feast between"
begin '2026-12-07 13:00:00' after form=1-kb period=year
due 2026-12-07T13:00:00Z >"$W/due"
has "$W/due" "due Sat 12 Dec 2026" "what comes at six has come on the next working day"
no 65 '2026-12-09 05:00:00' farrukh returned "returned for a listed mistake" --reason ugly
for try in 1 2 3; do
	took "2026-12-09 0$try:00:00" farrukh returned "returned, $try" --reason sums --text "line $try"
	took "2026-12-09 0$try:30:00" dilnoza corrected "corrected, $try" --text "line $try"
done
no 77 '2026-12-09 05:00:00' farrukh returned "not a fourth time" --reason sums --text "line 4"
took '2026-12-09 06:00:00' farrukh accepted "accepted"
run act '2026-12-09 07:00:00' dilnoza withdraw --reason replaced "$id"
is_exit 77 "then it is not withdrawn"
took '2026-12-10 05:00:00' zarina registered "registered"
has "$out" "number S-000001/2026" "the proof that it was handed in"
took '2026-12-16 18:59:59' farrukh archived "entered in the last second"
proved "" "proved"

begin '2026-12-09 05:00:00' late form=1-kb period=month
took '2026-12-12 19:00:00' farrukh accepted "a second after a Saturday that is worked"
act '2026-12-12 19:10:00' zarina "do" registered "$id" >/dev/null
act '2026-12-14 05:00:00' farrukh "do" archived "$id" >/dev/null
proved "route.late" "is late"
begin '2026-12-09 05:00:00' refused form=1-kb period=month
took '2026-12-09 06:00:00' farrukh refused "refused" --reason not-a-respondent
proved "" "proved"
begin '2026-12-09 05:00:00' withdrawn form=1-kb period=month
run act '2026-12-09 06:00:00' dilnoza withdraw --reason replaced "$id"
is_exit 0 "replaced by another"
proved "" "proved"
rm "$W/p.asice"
pack "$W/p.asice" formless
# shellcheck disable=SC2086,SC2154 # words of ready.sh
run act '2026-12-09 05:00:00' dilnoza submit --route "$name" $said --field period=month "$W/p.asice"
is_exit 65 "a report of no form is not taken"
run edoc-route services show -C "$A" uz.statistika
has "$out" "asked for by whom: entity, agency" "a legal entity reports, or an agency"
# shellcheck disable=SC2086,SC2154 # words of ready.sh
run as anvar submit -C "$A" --route "$name" $said --field form=1-kb --field period=year "$W/p.asice"
is_exit 77 "and nobody else: anvar's certificate names none"
has "$err" '"person" may not ask for the service' "it says why"
finish
