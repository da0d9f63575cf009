#!/bin/sh
# SPDX-License-Identifier: ISC
# The shipped route for proposals: one month, ten days to tell of further study.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/ready.sh"

ok "two desks" ready uz-taklif \
	"agency: adliya, unit: devonxona, post: kotib, holder: zarina" \
	"agency: adliya, post: rahbar, holder: madina" \
	"agency: adliya, post: rahbar o'rinbosari, holder: anvar" \
	"agency: adliya, post: ijrochi, holder: farrukh"

# ---- A15: up to one month; a month from Friday 29 January ends on a Sunday ----
begin '2027-01-29 05:00:00' month reply-to=Buxoro
due 2027-01-29T06:00:00Z >"$W/due"
has "$W/due" "term answer: until Mon 1 Mar 2027" "A15: 28 February, which is a Sunday, moves on"
took '2027-01-29 06:00:00' zarina registered "registered"
due 2027-01-29T07:00:00Z >"$W/due"
has "$W/due" "(study) since Fri 29 Jan 2027, due Mon 8 Feb 2027" "A16: ten days, counted from receipt"
no 65 '2027-02-08 05:00:00' farrukh further-study "A16: further study has a reason"
took '2027-02-08 06:00:00' farrukh further-study "A16: it is needed" --reason "experts are asked"
same "$(waits)" inform "A16: then the user is told"
no 77 '2027-02-08 07:00:00' farrukh executed "and nothing goes on before"
took '2027-02-08 18:59:59' zarina informed "A16: in the last second of the tenth day"
due 2027-02-09T00:00:00Z >"$W/due"
has "$W/due" "(further) since Mon 8 Feb 2027, due Mon 1 Mar 2027" "A17: the month runs from receipt still"
took '2027-02-20 05:00:00' farrukh executed "studied"
no 77 '2027-02-21 05:00:00' farrukh signed "who studied it does not sign"
run act '2027-02-21 05:00:00' madina extend --clock answer --reason study "$id"
is_exit 77 "nothing extends the month"
took '2027-03-01 18:59:59' madina signed "A15: answered in the last second of the month"
took '2027-03-02 05:00:00' zarina archived "filed"
due 2027-03-02T06:00:00Z >"$W/due"
has "$W/due" "ended: answered" "answered"
proved "" "proved by a stranger, and nothing was late"

# ---- a second later, twice ----
begin '2027-01-29 05:00:00' late reply-to=Buxoro
act '2027-01-29 06:00:00' zarina "do" registered "$id" >/dev/null
act '2027-02-08 06:00:00' farrukh "do" further-study --reason x "$id" >/dev/null
took '2027-02-08 19:00:00' zarina informed "A16: a second after the tenth day"
act '2027-02-20 05:00:00' farrukh "do" executed "$id" >/dev/null
took '2027-03-01 19:00:00' madina signed "A15: a second after the month"
act '2027-03-02 05:00:00' zarina "do" archived "$id" >/dev/null
proved "route.late route.overdue" "both are told"
same "$(jq -r '[.findings[] | select(.code == "route.late")] | length' "$out")" 2 \
	"the notice and the answer"

# ---- at once; refused; elsewhere ----
begin '2026-12-07 05:00:00' short reply-to=Buxoro
act '2026-12-07 06:00:00' zarina "do" registered "$id" >/dev/null
took '2026-12-09 05:00:00' farrukh studied "no further study"
no 65 '2026-12-09 06:00:00' madina returned "back with a reason alone"
took '2026-12-09 06:00:00' madina returned "the answer is not good enough" --reason "no sums"
took '2026-12-10 06:00:00' farrukh executed "made anew"
took '2026-12-11 06:00:00' anvar signed "the deputy signs"
act '2026-12-11 07:00:00' zarina "do" archived "$id" >/dev/null
proved "" "proved"
begin '2026-12-07 05:00:00' bad reply-to=Buxoro
took '2026-12-07 06:00:00' zarina refused "refused on a ground" --reason no-request
took '2026-12-08 06:00:00' madina overruled "the head thinks otherwise" --reason "it is concrete"
same "$(waits)" study "and it is considered"
begin '2026-12-07 05:00:00' worse reply-to=Buxoro
act '2026-12-07 06:00:00' zarina "do" refused --reason indecent "$id" >/dev/null
took '2026-12-09 18:59:59' madina signed "in one working day, a feast between"
proved "" "ends as refused, in time"
begin '2026-12-07 05:00:00' other reply-to=Buxoro
took '2026-12-07 06:00:00' zarina not-competent "not ours" --reason moliya
proved "" "ends too"
json "$out" '.route.entries[-1].outcome == "not-competent"' "with its reason on record"
finish
