#!/bin/sh
# SPDX-License-Identifier: ISC
# The shipped route for the agreement of a project document: several bodies at
# once, each with its signer and its term; all must agree.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/ready.sh"

ok "two desks" ready uz-loyiha \
	"agency: adliya, unit: yagona darcha, post: kotib, holder: zarina" \
	"agency: adliya, unit: ekologiya, post: inspektor, holder: anvar" \
	"agency: adliya, unit: qurilish, post: inspektor, holder: farrukh" \
	"agency: adliya, unit: tabiiy resurslar, post: inspektor, holder: zarina" \
	"agency: adliya, post: rahbar, holder: madina"

begin '2026-12-07 05:00:00' all object=dam natural-resources=yes
took '2026-12-07 06:00:00' zarina registered "registered"
same "$(waits)" "opinions/ecology opinions/construction opinions/resources" "three bodies at once"
due 2026-12-07T07:00:00Z >"$W/due"
has "$W/due" "(opinions/construction) since Mon 7 Dec 2026, due Mon 14 Dec 2026" \
	"construction has five working days, a feast and a moved Saturday among them"
has "$W/due" "(opinions/resources) since Mon 7 Dec 2026, due Wed 16 Dec 2026" "resources seven"
has "$W/due" "(opinions/ecology) since Mon 7 Dec 2026, due Mon 21 Dec 2026" "ecology ten"
has "$W/due" "term agreement: until Thu 7 Jan 2027" "a month for all"
no 77 '2026-12-08 05:00:00' anvar agreed "nobody speaks for another body" --step opinions/construction
no 65 '2026-12-14 05:00:00' farrukh refused "a refusal has its reason"
took '2026-12-14 18:59:59' farrukh agreed "construction agrees in its last second"
took '2026-12-16 19:00:00' zarina agreed "resources a second too late" --step opinions/resources
same "$(waits)" opinions/ecology "the third is waited for"
took '2026-12-21 18:59:59' anvar agreed "ecology agrees in its last second"
same "$(waits)" conclude "then all have agreed"
took '2026-12-22 05:00:00' madina signed "concluded"
took '2026-12-23 05:00:00' zarina archived "filed"
proved "route.late" "proved; one body was late"
same "$(jq -r '[.findings[] | select(.code == "route.late")] | length' "$out")" 1 "and only one"

# ---- a refusal sends it back, once ----
begin '2026-12-07 05:00:00' refused object=mall natural-resources=no
act '2026-12-07 06:00:00' zarina "do" registered "$id" >/dev/null
same "$(waits)" "opinions/ecology opinions/construction" "without resources two are asked"
took '2026-12-09 05:00:00' anvar refused "ecology refuses" --reason "no filters"
same "$(waits)" rework "the other is not waited for"
no 77 '2026-12-10 05:00:00' farrukh agreed "nor does it count any more" --step opinions/construction
took '2026-12-10 05:00:00' dilnoza edited "the applicant mends it"
same "$(waits)" "opinions/ecology opinions/construction" "and all are asked anew"
act '2026-12-11 05:00:00' anvar "do" agreed "$id" >/dev/null
act '2026-12-11 06:00:00' farrukh "do" agreed "$id" >/dev/null
no 65 '2026-12-12 05:00:00' madina refused "the head refuses with a reason"
took '2026-12-12 05:00:00' madina refused "refused" --reason "no land"
proved "" "proved"

# ---- a second after the month ----
begin '2026-12-07 05:00:00' late object=road natural-resources=no
act '2026-12-07 06:00:00' zarina "do" registered "$id" >/dev/null
act '2026-12-09 05:00:00' anvar "do" agreed "$id" >/dev/null
act '2026-12-09 06:00:00' farrukh "do" agreed "$id" >/dev/null
took '2027-01-07 19:00:00' madina signed "a second after the month"
act '2027-01-08 05:00:00' zarina "do" archived "$id" >/dev/null
proved "route.late route.overdue" "is overdue"
finish
