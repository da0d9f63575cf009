#!/bin/sh
# SPDX-License-Identifier: ISC
# The shipped route for licences: the term stands still while papers are waited
# for, grounds are a closed list, the expert does not decide.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/ready.sh"

ok "two desks" ready uz-litsenziya \
	"agency: adliya, unit: devonxona, post: kotib, holder: zarina" \
	"agency: adliya, post: rahbar, holder: madina" \
	"agency: adliya, post: rahbar o'rinbosari, holder: anvar" \
	"agency: adliya, post: ijrochi, holder: farrukh"

# ---- fifteen working days from Friday 4 December: the 8th is off, Saturday the 12th is not ----
begin '2026-12-04 05:00:00' long kind=new activity=audit
due 2026-12-04T06:00:00Z >"$W/due"
has "$W/due" "(check) since Fri 4 Dec 2026, due Wed 9 Dec 2026" "two working days and a feast"
has "$W/due" "term decision: until Fri 25 Dec 2026" "fifteen, a moved working day among them"
no 65 '2026-12-07 05:00:00' zarina incomplete "back with a reason alone"
took '2026-12-07 05:00:00' zarina incomplete "something is missing" --reason "no diploma"
no 77 '2026-12-07 06:00:00' zarina completed "the applicant completes it"
took '2026-12-09 06:00:00' dilnoza completed "who submitted"
took '2026-12-10 06:00:00' zarina complete "now it is whole"
run act '2026-12-14 06:00:00' zarina stop --clock decision --reason papers "$id"
is_exit 77 "the clerk does not stop the term"
run act '2026-12-14 06:00:00' farrukh stop --clock decision --reason leave "$id"
is_exit 65 "nor does it stop for any reason"
run act '2026-12-14 06:00:00' farrukh stop --clock decision --reason papers "$id"
is_exit 0 "it stands still for papers"
run act '2026-12-18 06:00:00' farrukh resume --clock decision "$id"
is_exit 0 "until they are there"
due 2026-12-18T07:00:00Z >"$W/due"
has "$W/due" "term decision: until Wed 30 Dec 2026" "three working days did not count"
took '2026-12-18 08:00:00' farrukh positive "the expert is for it"
no 77 '2026-12-18 09:00:00' farrukh granted "and does not decide"
run act '2026-12-18 09:00:00' dilnoza withdraw --reason changed "$id"
is_exit 77 "too late to be withdrawn"
took '2026-12-30 18:59:59' madina granted "granted in the last second"
took '2027-01-04 05:00:00' zarina registered "entered"
has "$out" "number L-000001/2027" "in the register of the year"
took '2027-01-05 05:00:00' zarina archived "filed"
proved "route.late" "proved; the head took longer than three working days"
json "$out" '[.findings[] | select(.code == "route.overdue")] == []' "and kept the term of the law"

# ---- a second later ----
begin '2026-12-04 05:00:00' late kind=renewal activity=audit
took '2026-12-07 05:00:00' zarina complete "whole at once"
same "$(waits)" decide "a renewal is not examined anew"
took '2026-12-25 19:00:00' anvar granted "granted a second after the term"
act '2026-12-25 19:10:00' zarina "do" registered "$id" >/dev/null
act '2026-12-25 19:20:00' zarina "do" archived "$id" >/dev/null
proved "route.late route.overdue" "is overdue"

# ---- refused, withdrawn ----
begin '2026-12-04 05:00:00' refused kind=new activity=audit
act '2026-12-07 05:00:00' zarina "do" complete "$id" >/dev/null
no 65 '2026-12-09 05:00:00' farrukh negative "the expert names a ground" --reason dislike
took '2026-12-09 05:00:00' farrukh negative "one of the list" --reason false-data
no 65 '2026-12-10 05:00:00' madina refused "and so does the head"
took '2026-12-10 05:00:00' madina refused "refused" --reason false-data
proved "" "proved"
begin '2026-12-04 05:00:00' withdrawn kind=new activity=audit
run act '2026-12-04 06:00:00' zarina withdraw --reason mistake "$id"
is_exit 77 "the applicant alone withdraws"
run act '2026-12-04 06:00:00' dilnoza withdraw --reason mistake "$id"
is_exit 0 "in time"
proved "" "proved"
begin '2026-12-04 05:00:00' thrice kind=new activity=audit
for day in 05 06; do
	act "2026-12-$day 05:00:00" zarina "do" incomplete --reason x "$id" >/dev/null
	act "2026-12-$day 06:00:00" dilnoza "do" completed "$id" >/dev/null
done
no 77 '2026-12-07 05:00:00' zarina incomplete "a third time it does not go back" --reason x
took '2026-12-07 05:00:00' zarina refused "but is refused" --reason papers-missing
finish
