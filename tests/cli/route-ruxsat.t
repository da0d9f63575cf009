#!/bin/sh
# SPDX-License-Identifier: ISC
# The shipped route for access permits: one day to identify, two for all; days
# and not working days, but the last one moves to a working day.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/ready.sh"

ok "two desks" ready uz-ruxsat \
	"agency: adliya, post: mas'ul xodim, holder: zarina" \
	"agency: adliya, post: rahbar, holder: madina" \
	"agency: adliya, post: rahbar o'rinbosari, holder: anvar"

begin '2026-12-02 05:00:00' two person=natural
due 2026-12-02T06:00:00Z >"$W/due"
has "$W/due" "(identify) since Wed 2 Dec 2026, due Thu 3 Dec 2026" "A28: one day"
has "$W/due" "term permit: until Fri 4 Dec 2026" "A28: or two"
took '2026-12-03 18:59:59' zarina identified "identified in the first day's last second"
no 77 '2026-12-04 05:00:00' zarina granted "who identified does not grant"
took '2026-12-04 18:59:59' madina granted "granted in the second's"
took '2026-12-07 05:00:00' zarina archived "filed"
proved "" "proved, and in time"

begin '2026-12-02 05:00:00' late person=natural
act '2026-12-03 05:00:00' zarina "do" identified "$id" >/dev/null
took '2026-12-04 19:00:00' anvar granted "a second later"
act '2026-12-07 05:00:00' zarina "do" archived "$id" >/dev/null
proved "route.late route.overdue" "is overdue"

begin '2026-12-10 05:00:00' saturday person=legal
due 2026-12-10T06:00:00Z >"$W/due"
has "$W/due" "term permit: until Sat 12 Dec 2026" "a Saturday that is worked ends a term"
begin '2026-12-06 18:59:59' feast person=legal
due 2026-12-07T06:00:00Z >"$W/due"
has "$W/due" "term permit: until Wed 9 Dec 2026" "a feast does not"
begin '2026-12-06 19:00:00' midnight person=legal
due 2026-12-07T06:00:00Z >"$W/due"
has "$W/due" "(identify) since Mon 7 Dec 2026, due Wed 9 Dec 2026" "midnight in Tashkent begins a day"
begin '2026-12-30 05:00:00' year person=legal
due 2026-12-30T06:00:00Z >"$W/due"
has "$W/due" "term permit: until Mon 4 Jan 2027" "nor do New Year and the weekend after it"

no 65 '2026-12-30 06:00:00' zarina refused "refused for one of two reasons" --reason late
took '2026-12-30 06:00:00' zarina refused "A30: who is blocked gets none" --reason blocked
proved "" "proved"
begin '2026-12-30 05:00:00' back person=legal
act '2026-12-30 06:00:00' zarina "do" identified "$id" >/dev/null
took '2026-12-30 07:00:00' madina returned "identified once more" --reason "who is that?"
act '2026-12-30 08:00:00' zarina "do" identified "$id" >/dev/null
no 77 '2026-12-30 09:00:00' madina returned "once" --reason "who is that still?"
run act '2026-12-30 09:10:00' dilnoza withdraw --reason gone "$id"
is_exit 77 "too late to be withdrawn"
took '2026-12-30 09:20:00' madina refused "refused by the head" --reason not-identified
proved "" "proved"
# shellcheck disable=SC2086,SC2154 # words of ready.sh
run act '2026-12-30 05:00:00' dilnoza submit --route "$name" $said --field person=robot "$W/p.asice"
nok "a person is natural or legal" test "$status" = 0
finish
