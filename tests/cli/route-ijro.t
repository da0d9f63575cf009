#!/bin/sh
# SPDX-License-Identifier: ISC
# The shipped route for execution control: enter, assign, report, approve,
# return, approve above, remove from control.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/ready.sh"

ok "two desks" ready uz-ijro \
	"agency: adliya, post: administratsiya xodimi, holder: dilnoza" \
	"agency: adliya, post: adliya nazoratchisi, holder: zarina" \
	"agency: adliya, post: ijrochi, holder: farrukh" \
	"agency: adliya, post: mahkama nazoratchisi, holder: madina" \
	"agency: adliya, post: hisob palatasi inspektori, holder: anvar"

begin '2026-12-07 05:00:00' task
no 77 '2026-12-07 06:00:00' farrukh registered "1, 2: Justice enters what the administration sent"
took '2026-12-07 06:00:00' zarina registered "2: entered under control"
has "$out" "number N-00001/2026" "with a card"
no 65 '2026-12-09 05:00:00' zarina assigned "2: with somebody who executes"
no 77 '2026-12-09 05:00:00' zarina assigned "and who may" --to anvar
took '2026-12-09 05:00:00' zarina assigned "2: assigned" --to farrukh
run act '2026-12-09 06:00:00' dilnoza withdraw --reason repealed "$id"
is_exit 77 "then it is not taken back any more"
due 2026-12-09T06:00:00Z >"$W/due"
last=$(edoc-route calendar due --calendar "$SRCDIR/profiles/calendars/uz.yaml" --from 2026-12-09 \
	--within 20wd)
same "$last" 2027-01-07 "twenty working days: a Saturday more, 31 December and 1 January less"
has "$W/due" "(report) since Wed 9 Dec 2026, due Thu 7 Jan 2027" "3: the executor has them"
run act '2027-01-07 05:00:00' farrukh extend --more 5wd --reason study "$id"
is_exit 77 "3: who executes does not move his term"
run act '2027-01-07 19:00:00' zarina extend --more 5wd --reason study -n "$id"
is_exit 77 "nor does anybody when it is over"
run act '2027-01-07 18:59:59' zarina extend --more 11wd --reason study -n "$id"
is_exit 77 "nor by more than ten days"
run act '2027-01-07 18:59:59' zarina extend --more 5wd --reason study "$id"
is_exit 0 "who set it does, in its last second"
due 2027-01-08T00:00:00Z >"$W/due"
has "$W/due" "due Thu 14 Jan 2027" "by five working days"
run act '2027-01-11 05:00:00' zarina stop --reason suspended "$id"
is_exit 0 "execution is suspended"
run act '2027-01-13 05:00:00' zarina resume "$id"
is_exit 0 "and goes on"
has "$out" "due Fri 15 Jan 2027" "one day did not count"
took '2027-01-15 18:59:59' farrukh reported "3: reported in the last second" --text "done"
no 65 '2027-01-18 05:00:00' zarina returned "4: returned for one of the reasons" --reason bad
took '2027-01-18 05:00:00' zarina returned "4: Justice returns it" --reason incomplete
same "$(waits)" report "to who executes"
took '2027-01-19 05:00:00' farrukh reported "3: and he reports anew" --text "all of it"
took '2027-01-20 05:00:00' zarina approved "4: Justice approves"
no 77 '2027-01-20 06:00:00' zarina approved "5: but not for the Cabinet" --step approve
took '2027-01-20 06:00:00' madina returned "5: the Cabinet returns it" --reason untrue
took '2027-01-21 05:00:00' farrukh reported "3: a third report" --text "proved"
took '2027-01-21 06:00:00' zarina approved "4: approved"
took '2027-01-22 06:00:00' madina approved "5: approved above"
no 77 '2027-01-22 07:00:00' madina removed "6: who approved does not remove it"
took '2027-01-22 07:00:00' anvar removed "6: removed from control"
took '2027-01-25 07:00:00' dilnoza archived "7: the administration files it"
due 2027-01-25T08:00:00Z >"$W/due"
has "$W/due" "ended: removed-from-control" "and it is over"
proved "" "proved by a stranger: seven stages, none late"

# ---- reminders, and control ----
begin '2026-12-07 05:00:00' reminded
act '2026-12-07 06:00:00' zarina "do" registered "$id" >/dev/null
act '2026-12-09 05:00:00' zarina "do" assigned --to farrukh "$id" >/dev/null
news() { # TIME
	rm -f "$A"/notice/new/*
	on "$1" edoc-route tick -C "$A" >/dev/null 2>&1
	cat "$A"/notice/new/*.json 2>/dev/null | jq -r "select(.case == \"$id\") |
		[.event, .rung // empty, .to.person] | join(\" \")" | sort | tr '\n' ','
}
same "$(news '2026-12-09 05:05:00')" "opened farrukh," "3: the executor is told"
same "$(news '2027-01-03 18:59:59')" "reminder -5wd farrukh," "3: and reminded a week before the 7th"
same "$(news '2027-01-06 18:59:59')" "reminder -1wd farrukh," "3: the day before"
same "$(news '2027-01-06 19:00:00')" "reminder due farrukh," "3: on the last day, in its first second"
same "$(news '2027-01-07 18:59:59')" "" "nothing more in its last"
same "$(news '2027-01-07 19:00:00')" \
	"overdue overdue dilnoza,overdue overdue zarina,reminder +1wd farrukh," "4: over: those who control hear of it"
same "$(news '2027-01-10 19:00:00')" "reminder +2wd farrukh," "3: each working day"

# ---- late; handed on; taken back ----
begin '2026-12-07 05:00:00' late
act '2026-12-07 06:00:00' zarina "do" registered "$id" >/dev/null
act '2026-12-09 05:00:00' zarina "do" assigned --to farrukh "$id" >/dev/null
took '2027-01-07 19:00:00' farrukh reported "a second late"
proved "route.late route.unfinished" "is told"
same "$(jq -r '[.findings[] | select(.code == "route.late")] | length' "$out")" 1 "of one step"
begin '2026-12-07 05:00:00' other
act '2026-12-07 06:00:00' zarina "do" registered "$id" >/dev/null
act '2026-12-09 05:00:00' zarina "do" assigned --to farrukh "$id" >/dev/null
took '2026-12-10 05:00:00' farrukh impossible "he cannot" --reason "no funds"
same "$(waits)" assign "and another is assigned"
begin '2026-12-07 05:00:00' mistake
run act '2026-12-07 05:30:00' dilnoza withdraw --reason weather "$id"
is_exit 65 "not taken back for any reason"
run act '2026-12-07 05:30:00' dilnoza withdraw --reason mistake "$id"
is_exit 0 "taken back"
proved "" "proved"
finish
