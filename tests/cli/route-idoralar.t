#!/bin/sh
# SPDX-License-Identifier: ISC
# One application to several bodies at once (A01): each with its own receipt,
# number, clock and signed answer, and one case that proves all of it.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/ready.sh"

ok "two desks" ready uz-murojaat-idoralar \
	"agency: adliya, unit: devonxona, post: kotib, holder: zarina" \
	"agency: adliya, post: rahbar, holder: madina" \
	"agency: adliya, post: ijrochi, holder: anvar" \
	"agency: moliya, unit: devonxona, post: kotib, holder: anvar" \
	"agency: moliya, post: rahbar, holder: farrukh" \
	"agency: moliya, post: ijrochi, holder: zarina"
F="kind=application reply-to=Samarqand"
# shellcheck disable=SC2154 # ready.sh sets them
there() { # TIME WHO OUTCOME "what" ...: at the other body
	at=$B
	took "$@"
	at=$A
}
# shellcheck disable=SC2317 # ok calls it
goes() { # TIME FROM AGENCY TO: with its receipt
	on "$1" edoc-route send -C "$2" "$id" >/dev/null
	moves "$2" "$3" "$4" && on "$1" edoc-route receive -C "$4" >/dev/null
	back=$(sed -n 's/^agency: *//p' "$2/conf/desk.yaml" | tr -d '"')
	moves "$4" "$back" "$2" && on "$1" edoc-route receive -C "$2" >/dev/null
}

# Wednesday 2 December 2026; the own body is one of the two.
# shellcheck disable=SC2086 # fields
begin '2026-12-02 05:00:00' both $F bodies=adliya,moliya
same "$(waits)" "answer/adliya/acknowledge answer/moliya/send" \
	"the own body begins at once, nothing is sent to it"
# It reaches the other on Monday: its fifteen days end on the 22nd, ours on the 17th.
ok "sent to the other, late" goes '2026-12-07 05:00:00' "$A" moliya "$B"
same "$(waits)" "answer/adliya/acknowledge" "each goes on by itself"
took '2026-12-07 05:10:00' zarina acknowledged "acknowledged here, late"
same "$(news '2026-12-07 05:15:00')" "done dilnoza," "the applicant is told that one received it"
took '2026-12-07 05:20:00' zarina registered "with a number of our book"
there '2026-12-07 06:00:00' anvar acknowledged "acknowledged there, in time"
there '2026-12-07 06:10:00' anvar registered "with a number of its own book"
at=$B
same "$(news '2026-12-07 06:15:00')" "done dilnoza," "and that the other did"
same "$(edoc-route log --json -C "$B" "$id" | jq -r 'select(.late != null) | .step')" "answer/moliya/send" \
	"nothing was late there: its day of receipt is its own"
there '2026-12-14 06:00:00' zarina executed "studied there"
at=$B
# shellcheck disable=SC2317 # ok calls it
has_due() { due "$1" | grep -q "answer/moliya/reply.*due $2"; }
ok "fifteen days from its own receipt" has_due '2026-12-14T07:00:00Z' "Tue 22 Dec 2026"
no 77 '2026-12-14 07:00:00' zarina signed "who prepared it does not sign it"
took '2026-12-22 18:59:59' farrukh signed "signed at the last second"
same "$(due '2026-12-22T19:00:00Z' | head -n 1 | cut -d' ' -f1-8)" "is to be sent back to adliya since" \
	"its part is over"
same "$(news '2026-12-22 18:59:59')" "done dilnoza," "the applicant is told that it answered"
ok "it comes back" goes '2026-12-23 05:00:00' "$B" adliya "$A"
at=$A
same "$(waits)" "answer/adliya/execute" "ours is still open: none hides behind another"
took '2026-12-23 06:00:00' anvar executed "studied here"
took '2026-12-23 07:00:00' madina signed "signed here, too late"
same "$(waits)" "inform" "all have answered"
took '2026-12-23 08:00:00' zarina acknowledged "the applicant is told"
took '2026-12-24 08:00:00' zarina archived "filed"
proved "route.late" "proved as a whole, and who was late"
same "$(edoc-route log --json -C "$A" "$id" | jq -r 'select(.late != null) | .step' | sort -u | tr '\n' ' ')" \
	"answer/adliya/acknowledge answer/adliya/execute answer/adliya/register answer/adliya/reply answer/moliya/send " \
	"which was the own body, with each step"
run edoc-verify --trust "$W/trust" --at 2027-06-01T00:00:00Z "$W/out.asice"
is_exit 0 "by anybody: two answers, signed by two bodies"
has "$out" "3 signature(s)" "and the application's"

# One refuses; that does not end what the other does.
# shellcheck disable=SC2086 # fields
begin '2026-12-02 05:00:00' refused $F bodies=moliya,adliya
ok "sent" goes '2026-12-02 05:30:00' "$A" moliya "$B"
there '2026-12-02 06:00:00' anvar acknowledged "acknowledged"
due '2026-12-03T00:00:00Z' >"$W/due"
has "$W/due" "answer/moliya is at moliya since Wed 2 Dec 2026" "where the other part is"
has "$W/due" "to be back by Mon 4 Jan 2027" "and until when it is not missed"
run edoc-route due --overdue --at 2027-01-05T05:00:00Z -C "$A"
has "$out" "answer/moliya" "from then on it is late"
there '2026-12-02 06:10:00' anvar refused "refused" --reason not-competent
there '2026-12-03 18:59:59' farrukh signed "the refusal is signed in one working day, to its last second"
at=$B
same "$(news '2026-12-03 18:59:59')" "done dilnoza,done dilnoza," "the applicant is told that it was received, and refused"
at=$A
ok "and comes back" goes '2026-12-04 05:00:00' "$B" adliya "$A"
same "$(waits)" "answer/adliya/acknowledge" "the other body's part goes on"
proved "route.unfinished" "so far"

# The month, which the head of the body takes, is told.
# shellcheck disable=SC2086 # fields
begin '2026-12-02 05:00:00' longer $F bodies=adliya
took '2026-12-02 06:00:00' zarina acknowledged "acknowledged"
took '2026-12-02 06:10:00' zarina registered "registered"
took '2026-12-04 06:00:00' anvar executed "studied"
same "$(news '2026-12-04 06:05:00')" "done dilnoza," "told so far: received"
run act '2026-12-14 07:00:00' madina extend --reason study "$id"
is_exit 0 "the head takes the month"
same "$(news '2026-12-14 07:05:00')" "extended dilnoza," "the applicant is told that he waits longer"
finish
