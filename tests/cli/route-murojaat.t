#!/bin/sh
# SPDX-License-Identifier: ISC
# The shipped route for applications of citizens, rule by rule: those of the
# single portal of Uzbekistan (Cabinet decision 378 of 30.12.2012), as A01-A26.
# Each check names its rule.
#
#   A01 several bodies at once     a package for each: cases of their own
#   A02 signature                  a package without one is refused
#   A04 notice of receipt          the first step, by the responsible officer
#   A05 address for the answer     nothing is submitted without it
#   A06 class of the term          the kind is one of the route's
#   A07 signed answer              head or deputy, never who prepared it
#   A08 A09 A10 three grounds      a closed list
#   A11 refusal in a working day   a feast, a Saturday that is worked, last second
#   A12 forwarded in five days     last second; terms begin anew; chain of custody
#   A13 must be considered         no end but answered, refused, forwarded
#   A14 A20 day of receipt         terms run from arrival, anew where it arrives
#   A18 fifteen days               last second, and the one after
#   A19 to one month               three reasons, before the end, once, by who signs
#   A21 control                    a stranger proves it, and who was late
#   A22 responsibility             every entry names its person
#   A24 A25 notices                arrived, taken up
#   A26 my applications            the state of a case by its number
#
# A03 is of packages, A15-A17 of route-taklif.t, A23 of edoc-sign(1), A27 a
# package that is not signed yet.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/ready.sh"

ok "two desks" ready uz-murojaat \
	"agency: adliya, unit: devonxona, post: kotib, holder: zarina" \
	"agency: adliya, post: rahbar, holder: madina" \
	"agency: adliya, post: rahbar o'rinbosari, holder: anvar" \
	"agency: adliya, post: ijrochi, holder: farrukh" \
	"agency: moliya, unit: devonxona, post: kotib, holder: anvar" \
	"agency: moliya, post: rahbar, holder: farrukh" \
	"agency: moliya, post: ijrochi, holder: zarina"
F="kind=application reply-to=Samarqand"

# ---- gate: A02 signature, A05 address for the answer, A06 class of the term ----
pack "$W/p.asice"
# shellcheck disable=SC2086,SC2154 # words of ready.sh
run act '2026-12-02 05:00:00' dilnoza submit --route "$name" $said --field kind=application "$W/p.asice"
is_exit 65 "A05: no address for the answer, no submission"
has "$err" "reply-to" "and it is named"
# shellcheck disable=SC2086,SC2154 # words of ready.sh
run act '2026-12-02 05:00:00' dilnoza submit --route "$name" $said --field kind=application \
	--field "reply-to=  " "$W/p.asice"
is_exit 64 "A05: nor with one of blanks"
# shellcheck disable=SC2086,SC2154 # words of ready.sh
run act '2026-12-02 05:00:00' dilnoza submit --route "$name" $said --field reply-to=x "$W/p.asice"
is_exit 65 "A06: what it is must be said"
# shellcheck disable=SC2086,SC2154 # words of ready.sh
run act '2026-12-02 05:00:00' dilnoza submit --route "$name" $said --field kind=letter --field reply-to=x \
	"$W/p.asice"
nok "A06: and is one of two" test "$status" = 0
python3 "$SRCDIR/tests/rezip.py" "$W/p.asice" "$W/bare.asice" "drop:META-INF/*"
# shellcheck disable=SC2086,SC2154 # words of ready.sh
run act '2026-12-02 05:00:00' dilnoza submit --route "$name" $said --field kind=application \
	--field reply-to=x "$W/bare.asice"
nok "A02: without a signature it is refused" test "$status" = 0
run act '2026-12-02 05:00:00' dilnoza submit --route "$name" --channel portal --field kind=application \
	--field reply-to=x "$W/p.asice"
is_exit 77 "B02: nor without the document that the service lists"
has "$err" '("no-request"): the service asks for ariza' "on a ground of the three"
run act '2026-12-02 05:00:00' dilnoza submit --route "$name" --document ariza=order.txt --field kind=application \
	--field reply-to=x "$W/p.asice"
is_exit 77 "C13: how it came is said"
same "$(find "$A/case" -type f 2>/dev/null | wc -l)" 0 "and nothing of it is kept"

# ---- receipt and answer ----
# shellcheck disable=SC2086 # two fields
begin '2026-12-02 05:00:00' answer $F
same "$(waits)" acknowledge "A04: first of all it is received"
due 2026-12-02T06:00:00Z >"$W/due"
has "$W/due" "waits for devonxona of adliya (acknowledge) since Wed 2 Dec 2026, due Thu 3 Dec 2026" "A14: from the day it came"
has "$W/due" "term answer: until Thu 17 Dec 2026" "A18: fifteen days"
no 77 '2026-12-02 06:00:00' madina acknowledged "A04: by the responsible officer alone"
took '2026-12-02 06:00:00' zarina acknowledged "A04: received"
no 65 '2026-12-02 07:00:00' zarina refused "A11: no refusal without a ground"
no 65 '2026-12-02 07:00:00' zarina refused "A13: nor on another than the three" --reason too-many
took '2026-12-02 07:00:00' zarina registered "registered"
has "$out" "number 2026/000001" "with a number"
no 65 '2026-12-03 05:00:00' madina resolved "A25: taken up means that somebody does it"
no 77 '2026-12-03 05:00:00' madina resolved "and one who may" --to anvar
no 77 '2026-12-03 05:00:00' madina resolved "and who may there: zarina may at moliya" --to zarina
has "$err" 'the step "execute" is done at adliya, and the post is one of moliya' "it says where"
no 77 '2026-12-03 05:00:00' madina resolved "the executor gets no more than the route gives" --to farrukh --within 6wd
no 77 '2026-12-03 05:00:00' madina resolved "nor another kind of days" --to farrukh --within 3d
no 77 '2026-12-03 05:00:00' madina resolved "nor what is no term" --to farrukh --within soon
took '2026-12-03 05:00:00' madina resolved "A25: taken up" --to farrukh --within 3wd
took '2026-12-03 05:01:00' madina resolved "the same again is the same" --to farrukh --within 3wd
no 77 '2026-12-03 05:01:00' madina resolved "another term is another act" --to farrukh --within 2wd
due 2026-12-03T06:00:00Z >"$W/due"
has "$W/due" "due Wed 9 Dec 2026" "the head's three working days; the 8th is a feast"
run edoc-route log -C "$A" "$id"
has "$out" "within 3wd" "the log says so"
run edoc-route log -C "$A" --json "$id"
same "$(jq -r 'select(.step == "resolve") | .within' "$out")" 3wd "and the entry"
run act '2026-12-04 05:00:00' farrukh extend --clock answer --reason study "$id"
is_exit 77 "A19: who answers does not give himself more time"
run act '2026-12-17 18:59:59' madina extend --clock answer --reason illness "$id"
is_exit 65 "A19: nor is it given for any reason"
has "$err" '"illness" is no reason of "answer"' "and the term is named"
run act '2026-12-17 18:59:59' madina extend --clock nosuch --reason study "$id"
is_exit 77 "a clock that the route has not"
has "$err" 'no term "nosuch" is under way; there is --clock answer' "and which it has"
run act '2026-12-17 19:00:00' madina extend --clock answer --reason study -n "$id"
is_exit 77 "A19: nor when the fifteen days are over"
run act '2026-12-17 18:59:59' anvar extend --clock answer --reason study -n "$id"
is_exit 0 "A19: in their last second it is, by the deputy"
run act '2026-12-17 18:59:59' madina extend --clock answer --reason study "$id"
is_exit 0 "A19: and by the head"
due 2026-12-18T00:00:00Z >"$W/due"
has "$W/due" "term answer: until Mon 4 Jan 2027" "A19: one month in all; 2 January is a Saturday"
run act '2026-12-17 18:59:59' madina extend --clock answer --reason inspection "$id"
is_exit 77 "A19: once"
has "$err" '"answer" may happen once in a case' "and says so"
took '2026-12-18 05:00:00' farrukh executed "considered"
no 77 '2026-12-18 06:00:00' farrukh signed "A07: who prepared the answer does not sign it"
took '2027-01-04 18:59:59' anvar signed "A07: the deputy does, in the month's last second"
took '2027-01-05 05:00:00' zarina archived "filed"
due 2027-01-05T06:00:00Z >"$W/due"
has "$W/due" "ended: answered" "A13: answered"
has "$W/due" "term answer: until Mon 4 Jan 2027, ended in time, Mon 4 Jan 2027" "and when, by the law's term"
proved "route.late" "A21: an inspector proves it all, and who was late with a step"
json "$out" '[.route.entries[] | select(.actor.kind == "person") | .actor.person] | all' \
	"A22: every entry names its person"
json "$out" '[.findings[] | select(.code == "route.overdue")] == []' "A19: the law's term was kept"

# ---- one second later ----
# shellcheck disable=SC2086
begin '2026-12-02 05:00:00' late $F
act '2026-12-02 06:00:00' zarina "do" acknowledged "$id" >/dev/null
act '2026-12-02 07:00:00' zarina "do" registered "$id" >/dev/null
act '2026-12-03 05:00:00' madina "do" resolved --to farrukh "$id" >/dev/null
act '2026-12-10 05:00:00' farrukh "do" executed "$id" >/dev/null
took '2026-12-17 19:00:00' madina signed "one second after the fifteenth day"
act '2026-12-18 05:00:00' zarina "do" archived "$id" >/dev/null
proved "route.late route.overdue" "A18: is overdue by the law"
run edoc-route verify --trust "$W/trust" --at 2027-06-01T00:00:00Z "$W/out.asice"
is_exit 0 "which breaks no rule of the procedure"
same "$(grep -c 'reply: signed.*; after the term answer' "$out") $(grep -c 'after the term' "$out")" "1 1" \
	"but the line of the answer says so"
due 2026-12-19T00:00:00Z >"$W/due"
has "$W/due" "term answer: was over Thu 17 Dec 2026, ended after it, Fri 18 Dec 2026" "and the case that is over still does"

# ---- refusal: A08 A09 A10 the grounds, A11 one working day ----
for ground in indecent unclear-or-advert no-request; do
	# shellcheck disable=SC2086
	begin '2026-12-07 05:00:00' $ground $F
	act '2026-12-07 05:10:00' zarina "do" acknowledged "$id" >/dev/null
	took '2026-12-07 06:00:00' zarina refused "A08-A10: refused as $ground" --reason $ground
	no 77 '2026-12-07 07:00:00' zarina signed "A22: the head answers for it"
	due 2026-12-07T08:00:00Z >"$W/due"
	has "$W/due" "(refusal) since Mon 7 Dec 2026, due Wed 9 Dec 2026" "A11: the 8th is a feast"
done
took '2026-12-09 18:59:59' madina signed "A11: signed in the last second"
due 2026-12-10T00:00:00Z >"$W/due"
has "$W/due" "ended: refused" "refused"
proved "" "A11: proved, and in time"
# shellcheck disable=SC2086
begin '2026-12-11 05:00:00' saturday $F
act '2026-12-11 05:10:00' zarina "do" acknowledged "$id" >/dev/null
act '2026-12-11 06:00:00' zarina "do" refused --reason indecent "$id" >/dev/null
due 2026-12-11T08:00:00Z >"$W/due"
has "$W/due" "due Sat 12 Dec 2026" "A11: a Saturday that is worked is a working day"
took '2026-12-12 19:00:00' madina signed "A11: a second after it"
proved "route.late" "is late, and is told"

# ---- forwarding: A12 ----
# shellcheck disable=SC2086
begin '2026-12-02 05:00:00' forward $F
act '2026-12-02 06:00:00' zarina "do" acknowledged "$id" >/dev/null
no 65 '2026-12-03 05:00:00' zarina not-competent "A12: forwarded with a reason"
took '2026-12-03 05:00:00' zarina not-competent "A12: not ours" --reason "taxes"
due 2026-12-03T06:00:00Z >"$W/due"
has "$W/due" "Mon 7 Dec 2026" "A12: within five days of receipt"
no 65 '2026-12-03 07:00:00' zarina directed "A12: who is competent must be said"
no 77 '2026-12-03 07:00:00' zarina directed "A12: and is another body" --to adliya
has "$err" "the case is there" "which it says"
no 77 '2026-12-03 07:00:00' zarina directed "A12: a body, not one of its people" --to anvar
no 66 '2026-12-03 07:00:00' zarina directed "A12: that the directory has" --to nowhere
took '2026-12-03 07:00:00' zarina directed "A12: the competent body is chosen" --to moliya
run on '2026-12-07 18:59:59' edoc-route send -C "$A" "$id"
is_exit 0 "A12: sent in their last second"
carry "$A" moliya "$B"
run edoc-route log -C "$A" --json "$id"
same "$(jq -r 'select(.step == "direct") | .outcome' "$out")" directed "the choice stands in the ledger"
run on '2026-12-08 05:00:00' edoc-route receive -C "$B"
is_exit 0 "received by the other body"
carry "$B" adliya "$A"
run on '2026-12-08 05:10:00' edoc-route receive -C "$A"
is_exit 0 "its receipt is back"
due 2026-12-08T06:00:00Z >"$W/due"
has "$W/due" "was sent to moliya on Mon 7 Dec 2026, received there on Tue 8 Dec 2026; what became of it since is known there" \
	"what the first desk knows ends there"
nok "and no step of the other is told as if it were known" grep -q acknowledge "$W/due"
has "$W/due" "term answer: until Wed 23 Dec 2026" "but the applicant's term is"
nok "nor is it late for another desk's step" grep -q late "$W/due"
run edoc-route show --json -C "$A" "$id"
same "$(jq -c '[.waits, .open, .gone, [.clocks[].clock]]' "$out")" \
	'[null,[],{"agency":"moliya","sent":"2026-12-07T18:59:59Z","received":"2026-12-08T05:00:00Z"},["answer"]]' \
	"nor in JSON"
edoc-route find --json --no-index -C "$A" "$id" >"$W/folder"
edoc-route index --rebuild -C "$A" >/dev/null
run edoc-route find --json -C "$A" "$id"
same "$(cat "$out")" "$(cat "$W/folder")" "the index knows as much as the folder"
json "$out" '.gone.agency == "moliya"' "which is where it went"
run edoc-route due --overdue -C "$A" --at 2026-12-23T18:59:59Z
nok "the answer's term runs to the end of its fifteenth day" grep -q "no news" "$out"
for how in "" --no-index; do
	run edoc-route due --overdue $how -C "$A" --at 2026-12-23T19:00:00Z
	has "$out" "$(echo "$id" | cut -c1-12)  term answer, no news from moliya since Tue 8 Dec 2026" "a second later the case is due, and of whom is told${how:+, without the index}"
done
run edoc-route due --json -C "$A" --at 2026-12-23T19:00:00Z
json "$out" 'select(.gone) | .gone == "moliya" and .clock == "answer" and .late' "in JSON too"
run edoc-route inbox -C "$A"
nok "nothing of it waits at the first desk" grep -q "no news\|$(echo "$id" | cut -c1-12)" "$out"
at=$B
due 2026-12-08T06:00:00Z >"$W/due"
has "$W/due" "(acknowledge) since Tue 8 Dec 2026, due Wed 9 Dec 2026" "A12: it begins anew there"
has "$W/due" "term answer: until Wed 23 Dec 2026" "A20: with fifteen days from its arrival"
took '2026-12-08 06:00:00' anvar acknowledged "with the people of that body"
no 77 '2026-12-09 05:00:00' anvar not-competent "A12: it is not forwarded once more" --reason x
took '2026-12-09 05:00:00' anvar registered "registered there"
took '2026-12-10 05:00:00' farrukh resolved "taken up there" --to zarina
took '2026-12-16 05:00:00' zarina executed "considered there"
took '2026-12-17 05:00:00' farrukh signed "answered there"
took '2026-12-18 06:00:00' anvar archived "and filed"
proved "" "A12: one proof of both bodies"
json "$out" '[.route.entries[].event] | index("case.sent") and index("case.received")' \
	"A12: with the chain of custody"

# ---- several bodies: A01 ----
# shellcheck disable=SC2086
begin '2026-12-14 05:00:00' one $F
first=$id
rm "$W/p.asice"
pack "$W/p.asice" one
at=$B
# shellcheck disable=SC2086,SC2154 # words of ready.sh
id=$(act '2026-12-14 05:00:00' dilnoza submit --route "$name" $said --field kind=complaint \
	--field reply-to=x "$W/p.asice")
ok "A01: the same text, signed for another body" test -n "$id"
nok "A01: is a case of its own" test "$first" = "$id"
took '2026-12-14 06:00:00' anvar acknowledged "A01: with its own steps"
same "$(edoc-route show --json -C "$A" "$first" | jq -r '.open[0].step')" acknowledge \
	"A01: while the other has not moved"

# ---- notices: A24 A25 A26 ----
# shellcheck disable=SC2086
begin '2026-12-02 05:00:00' told $F
act '2026-12-02 06:00:00' zarina "do" acknowledged "$id" >/dev/null
same "$(news '2026-12-02 06:05:00')" "done dilnoza," "A04: the applicant is told that it was received"
act '2026-12-02 07:00:00' zarina "do" registered "$id" >/dev/null
act '2026-12-03 05:00:00' madina "do" resolved --to farrukh "$id" >/dev/null
same "$(news '2026-12-03 05:05:00')" "done dilnoza," "A25: the applicant is told that it was taken up"
same "$(news '2026-12-13 18:59:59')" "overdue overdue farrukh,overdue overdue madina," \
	"who considers it is late: he is told, and the head"
same "$(news '2026-12-13 19:00:00')" "overdue overdue+1wd farrukh,overdue overdue+1wd madina,reminder -3d farrukh," \
	"A18: three days before the fifteenth, in the first second"
act '2026-12-14 05:00:00' farrukh "do" executed "$id" >/dev/null
same "$(news '2026-12-15 19:00:00')" \
	"reminder -1d madina," "A18: the day before, whoever it waits for by then"
act '2026-12-17 18:59:59' madina extend --clock answer --reason study "$id" >/dev/null
same "$(news '2026-12-17 19:00:00')" "extended dilnoza," "A19: the applicant is told that he waits longer"
act '2026-12-18 05:00:00' madina "do" signed "$id" >/dev/null
same "$(news '2026-12-18 05:05:00')" "done dilnoza," "A25: and that it is answered"
# shellcheck disable=SC2086
begin '2026-12-02 05:00:00' notold $F
act '2026-12-02 06:00:00' zarina "do" acknowledged "$id" >/dev/null
act '2026-12-02 07:00:00' zarina "do" refused --reason indecent "$id" >/dev/null
act '2026-12-03 05:00:00' madina "do" signed "$id" >/dev/null
same "$(news '2026-12-03 05:05:00')" "done dilnoza,ended dilnoza," "A11: a refusal is told"
# shellcheck disable=SC2086
begin '2026-12-02 05:00:00' sentaway $F
act '2026-12-02 06:00:00' zarina "do" acknowledged "$id" >/dev/null
act '2026-12-02 07:00:00' zarina "do" not-competent --reason "taxes" "$id" >/dev/null
act '2026-12-03 05:00:00' zarina "do" directed --to moliya "$id" >/dev/null
same "$(news '2026-12-03 05:05:00')" "done dilnoza,sent dilnoza," \
	"A12: so is that it was forwarded, by the tick itself"
# shellcheck disable=SC2086
begin '2026-12-14 05:00:00' notices $F
echo 'notice: uz' >"$W/notice.conf"
act '2026-12-14 06:00:00' zarina "do" acknowledged "$id" >/dev/null
run on '2026-12-14 07:00:00' env EDOC_CONF="$W/notice.conf" edoc-route tick -C "$A"
is_exit 0 "A24: notices are made"
cat "$A"/notice/new/*.json >"$W/notices"
run edoc-route show -C "$A" 2026/000001
has "$out" "ended: answered" "A26: what became of it, by its number"
same "$(jq -r "select(.case == \"$id\" and .to.person == \"dilnoza\") | .event" "$W/notices" | sort | tr '\n' ' ')" \
	"done submitted " "A25: the applicant is told that it arrived"
finish
