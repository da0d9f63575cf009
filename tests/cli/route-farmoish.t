#!/bin/sh
# SPDX-License-Identifier: ISC
# The shipped route for inter-agency orders: agreed by several at once, carried
# to another ministry, and under control until it is removed from it.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/ready.sh"

ok "two desks" ready tj-farmoish \
	"agency: moliya, post: мутахассиси буҷет, holder: dilnoza" \
	"agency: moliya, post: ҳуқуқшинос, holder: zarina" \
	"agency: moliya, unit: девонхона, post: котиб, holder: zarina" \
	"agency: moliya, post: сардори буҷет, holder: anvar" \
	"agency: moliya, post: сардори технологияҳо, holder: farrukh" \
	"agency: moliya, post: вазир, holder: madina" \
	"agency: moliya, post: нозир, holder: anvar" \
	"agency: adliya, unit: девонхона, post: котиб, holder: madina" \
	"agency: adliya, post: вазир, holder: farrukh" \
	"agency: adliya, post: мутахассис, holder: zarina" \
	"agency: adliya, post: сармутахассис, holder: farrukh"
there=$A A=$B # the order begins at moliya

# ---- under control: 28 December is a Monday, 1 January is off ----
begin '2026-12-28 11:59:59' early
due 2026-12-28T12:00:00Z >"$W/due"
has "$W/due" "(agree/lawyer) since Mon 28 Dec 2026, due Wed 30 Dec 2026" "before five it is today"
begin '2026-12-28 12:00:00' control control=yes costs=yes ict=yes
same "$(waits)" "agree/lawyer agree/finance agree/digital" "three are asked at once"
due 2026-12-28T12:00:00Z >"$W/due"
has "$W/due" "(agree/lawyer) since Mon 28 Dec 2026, due Thu 31 Dec 2026" "from five it is tomorrow"
took '2026-12-29 05:00:00' zarina agreed "the lawyer" --step agree/lawyer
no 65 '2026-12-29 05:10:00' anvar refused "a refusal has its reason"
took '2026-12-29 05:10:00' anvar refused "finance refuses" --reason "no money"
same "$(waits)" rework "the third is not waited for"
took '2026-12-29 05:20:00' dilnoza edited "mended"
took '2026-12-29 06:00:00' zarina agreed "the lawyer again" --step agree/lawyer
took '2026-12-29 06:10:00' anvar agreed "finance"
no 77 '2026-12-29 06:20:00' madina signed "not before all have agreed"
took '2026-12-29 07:00:00' farrukh agreed "and technologies"
due 2026-12-31T05:00:00Z >"$W/due"
has "$W/due" "(sign) since Tue 29 Dec 2026, due Thu 31 Dec 2026" "two working days"
no 77 '2026-12-30 05:00:00' dilnoza signed "who wrote it does not sign"
took '2026-12-31 18:59:59' madina signed "signed in the last second of the year"
took '2027-01-04 05:00:00' zarina registered "1: entered"
has "$out" "number № 1-2027" "with a number"
ok "sent and received" passes '2027-01-05 05:00:00' "$A" adliya "$there"
for how in folders index; do
	[ "$how" = folders ] || edoc-route index --rebuild -C "$there" >/dev/null
	run edoc-route show -C "$there" '№ 1-2027'
	is_exit 0 "its number, given elsewhere, is understood here, by the $how"
	has "$out" "case $id" "as this case"
	run edoc-route show -C "$there" '№ 2-2027'
	is_exit 66 "and no other number"
	run edoc-route show -C "$there" '1-2027'
	is_exit 66 "nor a part of it"
	mkdir -p "$there/reg/farmoish/2027"
	jq -c '.case = "00000000000000000000000000000001"' "$A/reg/farmoish/2027/000001" \
		>"$there/reg/farmoish/2027/000001"
	run edoc-route show -C "$there" '№ 1-2027'
	is_exit 64 "a book here gave it too: which is meant is not guessed"
	has "$err" "00000000000000000000000000000001 and $id" "both are named"
	rm -r "$there/reg/farmoish"
done
took '2027-01-05 06:00:00' madina acknowledged "in the chancery"
no 77 '2027-01-05 07:00:00' zarina executed "not before it is assigned"
took '2027-01-05 07:00:00' farrukh assigned "2: assigned" --text "by the 20th"
due 2027-01-06T00:00:00Z >"$W/due"
has "$W/due" "(execute) since Tue 5 Jan 2027, due Wed 20 Jan 2027" "fifteen days from its arrival"
run act '2027-01-20 05:00:00' zarina extend --reason study "$id"
is_exit 77 "who executes does not extend"
run act '2027-01-20 19:00:00' farrukh extend --reason study -n "$id"
is_exit 77 "nor does anybody when it is over"
run act '2027-01-20 18:59:59' farrukh extend --more 5wd --reason study "$id"
is_exit 0 "the head does, in its last second"
due 2027-01-21T00:00:00Z >"$W/due"
has "$W/due" "due Wed 27 Jan 2027" "by five working days"
took '2027-01-27 18:59:59' zarina executed "3: reported" --text "done"
no 77 '2027-01-28 05:00:00' zarina approved "4: not by who executed"
took '2027-01-28 05:00:00' farrukh returned "5: returned" --reason "no figures"
took '2027-01-28 06:00:00' zarina executed "reported anew, late by now" --text "with figures"
took '2027-01-28 07:00:00' farrukh approved "4: approved"
ok "6: the report is sent back" passes '2027-01-29 05:00:00' "$there" moliya "$A"
no 77 '2027-01-29 06:00:00' zarina removed "who executed does not remove it from control"
took '2027-02-01 05:00:00' anvar returned "5: the controller returns it" --reason incomplete
ok "sent once more" passes '2027-02-01 06:00:00' "$A" adliya "$there"
took '2027-02-02 05:00:00' madina acknowledged "received once more"
took '2027-02-02 05:10:00' farrukh assigned "assigned once more" --text "the rest"
took '2027-02-03 05:00:00' zarina executed "executed" --text "all of it"
took '2027-02-03 06:00:00' farrukh approved "approved"
ok "and sent back" passes '2027-02-03 07:00:00' "$there" moliya "$A"
no 77 '2027-02-04 05:00:00' anvar returned "not returned a second time" --reason untrue
took '2027-02-08 18:59:59' anvar removed "7: removed from control, in the last second"
took '2027-02-09 05:00:00' zarina archived "filed"
due 2027-02-09T06:00:00Z >"$W/due"
has "$W/due" "ended: removed-from-control" "and over"
proved "route.late" "proved by a stranger; one report was late"
same "$(jq -r '[.findings[] | select(.code == "route.late")] | length' "$out")" 1 "and only one"

# ---- without control, and no ----
begin '2026-12-28 05:00:00' plain
same "$(waits)" agree/lawyer "an order that costs nothing is for the lawyer alone"
act '2026-12-28 06:00:00' zarina "do" agreed "$id" >/dev/null
run act '2026-12-28 07:10:00' dilnoza withdraw --reason mistake "$id"
is_exit 0 "taken back before it has a number"
proved "" "proved"
begin '2026-12-28 05:00:00' other
act '2026-12-28 06:00:00' zarina "do" agreed "$id" >/dev/null
act '2026-12-28 07:00:00' madina "do" signed "$id" >/dev/null
act '2026-12-28 08:00:00' zarina "do" registered "$id" >/dev/null
passes '2026-12-28 09:00:00' "$A" adliya "$there"
act '2026-12-28 10:00:00' madina "do" acknowledged "$id" >/dev/null
took '2026-12-29 05:00:00' zarina executed "executed at once"
took '2026-12-29 06:00:00' madina archived "and filed where it was executed"
proved "" "proved"
json "$out" '[.route.entries[].step] | index("assign") == null' "nobody controlled it"
finish
