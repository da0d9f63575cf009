#!/bin/sh
# SPDX-License-Identifier: ISC
# Reminders, escalation and what a route asks to tell: at the right second, each
# once, whoever else ticks, whatever is cut short; nothing while a clock stands.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

if [ -n "$SAN" ] || ! faketime '2027-01-04 10:00:00' true 2>/dev/null; then
	skip "no faketime here, or a sanitizer that does not bear it"
	finish
fi
export EDOC_CONF="$W/edoc.conf"
echo "lang: en" >"$EDOC_CONF"

cat >"$W/remind.yaml" <<'END'
format: edoc-route/1
route: test.remind
version: 1
title: {tg: Ёдоварӣ, en: Reminders}
basis: law
issued-by: us
date: 2026-01-15
calendar: test
zone: Asia/Dushanbe
roles:
  author: {party: initiator, agency: adliya}
  lawyer: {agency: adliya, post: lawyer}
  head: {agency: adliya, post: head}
  control: {agency: moliya, post: head, deputy: [deputy]}
  nobody: {agency: moliya, post: inspector}
  executor: {agency: adliya, set-by: assign}
clocks:
  answer:
    within: 15d
    stops-at: work
    remind: [-1d]
    overdue: {escalate: control}
    extend: {by: head, to: 1mo, notify: [author, control]}
steps:
  - id: assign
    do: resolve
    by: head
    within: 5wd
    notify: [control, nobody]
    outcomes:
      assigned: {notify: executor}
      refused: {end: refused, reason: required, notify: author}
  - id: work
    do: execute
    by: executor
    within: 5wd
    extend: {by: head, more: 5wd}
    stop-on: [papers]
    stop-by: head
    remind: [-3wd, -1wd, due, +1wd, +2wd..]
    overdue: {escalate: [control, head], again: 2wd}
  - id: archive
    do: archive
    by: lawyer
    within: 3wd
    notify: initiator
    end: executed
END

on() { # TIME CMD...
	when=$1
	shift
	TZ=UTC faketime -f "$when" "$@"
}
acts() { # TIME WHO VERB ...
	when=$1 who=$2 verb=$3
	shift 3
	on "$when" edoc-route "$verb" --key "$K/$who.p12" --pass-file "$K/pass" -C "$A" "$@"
}
begins() { # TIME TEXT
	rm -f "$W/p.asice"
	pack "$W/p.asice" "$2"
	id=$(acts "$1" dilnoza submit --route test.remind "$W/p.asice")
}
tick() { # TIME: what it made, "event rung to", sorted
	rm -f "$A"/notice/new/*
	on "$1" edoc-route tick -C "$A" >"$W/tick.out" 2>"$W/tick.err" || echo "exit $?"
	cat "$A"/notice/new/*.json 2>/dev/null |
		jq -r '[.event, .rung // empty, .to.person // .to.post] | join(" ")' | sort | tr '\n' ','
}
claims() {
	find "$A/case" -path '*/told/*' -type f | wc -l
}

ok "two desks" desks
[ -z "${INDEXED-}" ] || edoc-route index -C "$A" >/dev/null
sealed "$W/route-issuer.pem" "$W/remind.yaml" "$W/remind.asice"
run edoc-route install -C "$A" "$W/remind.asice"
is_exit 0 "a route with reminders"

# ---- what is told at once, of openings, outcomes, extensions
begins '2027-01-04 05:00:00' one
same "$(tick '2027-01-04 05:01:00')" "opened farrukh,opened inspector," \
	"a step tells who the route names, and a post that nobody holds"
same "$(tick '2027-01-04 05:02:00')" "" "once"
f=$(find "$A"/case/*/"$id"/note -type f | wc -l)
same "$f" 2 "two claims"
acts '2027-01-05 05:00:00' madina "do" assigned --to zarina "$id" >/dev/null
same "$(tick '2027-01-05 05:01:00')" "done zarina," "an outcome tells the one whom it names"
# Five working days from Tuesday the 5th: Tuesday the 12th.
run edoc-route show --json -C "$A" --at 2027-01-05T06:00:00Z "$id"
json "$out" '.open[0].due == "2027-01-12T18:59:59Z"' "five working days: Tuesday the 12th"

# ---- each rung: nothing in the second before it, told in its first, once
rung() { # LAST-SECOND-BEFORE FIRST-SECOND WANTED "what"
	same "$(tick "$1")" "" "$4: not a second before"
	same "$(tick "$2")" "$3" "$4: in its first second"
	same "$(tick "$2")" "" "$4: once"
}
rung '2027-01-06 18:59:59' '2027-01-06 19:00:00' "reminder -3wd zarina," "three working days before"
rung '2027-01-10 18:59:59' '2027-01-10 19:00:00' "reminder -1wd zarina," "the working day before, behind a weekend"
f=$(grep -l '"-1wd"' "$A"/notice/new/*.json 2>/dev/null | head -n 1)
rung '2027-01-11 18:59:59' '2027-01-11 19:00:00' "reminder due zarina," "the last day"
f=$(echo "$A"/case/*/"$id"/told/work.1.20270112T185959Z.due)
json "$f" '.format == "edoc-told/1" and .rung == "due" and .told == "2027-01-11T19:00:00Z" and (.to | map(.person) == ["zarina"])' \
	"the claim says what, when and to whom"
cp -a "$A" "$W/before-overdue"
rung '2027-01-12 18:59:59' '2027-01-12 19:00:00' \
	"overdue overdue farrukh,overdue overdue madina,reminder +1wd zarina," "over: those above hear of it, too"
rung '2027-01-13 18:59:59' '2027-01-13 19:00:00' "reminder +2wd zarina," "two working days after"
rung '2027-01-14 18:59:59' '2027-01-14 19:00:00' \
	"overdue overdue+2wd farrukh,overdue overdue+2wd madina," "those above hear of it again"
rung '2027-01-17 18:59:59' '2027-01-17 19:00:00' \
	"reminder +4wd zarina,reminder -1d zarina," "again and again, and the whole case's term"
same "$(tick '2027-01-18 19:00:00')" \
	"overdue overdue+4wd farrukh,overdue overdue+4wd madina," "until it is done"
same "$(tick '2027-01-19 19:00:00')" "overdue overdue farrukh,overdue overdue zarina,reminder +6wd zarina," \
	"the whole case's term tells who is waited for, once: no rung of it comes after"
same "$(jq -r 'select(.timer) | "\(.event) \(.timer) \(.due) \(.step)"' "$A"/notice/new/*.json | sort -u)" \
	"overdue answer 2027-01-19T18:59:59Z null" "and says which term it is"
same "$(cat "$A"/notice/new/*.json | jq -r 'select(.to.person == "farrukh") | .subject')" \
	"A step that others have to do is late" "those above are not told to do it"
same "$(cat "$A"/notice/new/*.json | jq -r 'select(.rung == "+6wd") | .subject')" \
	"A step that waits for you is late" "who is waited for is"
acts '2027-01-20 05:00:00' zarina "do" executed "$id" >/dev/null
same "$(tick '2027-01-20 05:01:00')" "opened dilnoza," "done: whoever began it hears of the next step"
same "$(tick '2027-02-20 05:01:00')" "" "and nobody is reminded of what is done"
run edoc-route verify --json -C "$A" --at 2027-02-21T00:00:00Z "$id"
same "$(jq -r '[.findings[].code] | unique | join(" ")' "$out")" "route.late route.overdue route.unfinished" \
	"a ledger without fault"

# ---- seen
run edoc-route log -C "$A" "$id"
has "$out" "assign: assigned, executor: zarina, by Madina Haqnazarova, head of adliya; in time; tells executor" \
	"the log says whom the route asks to tell"
run edoc-route log --json -C "$A" "$id"
same "$(jq -r 'select(.tells) | "\(.seq) \(.tells | join(" "))"' "$out" | tr '\n' ',')" \
	"1 control nobody,2 executor,3 initiator," "for programs too"
run edoc-route show -C "$A" "$id"
has "$out" "  told Wed 13 Jan 2027 00:00 +05: work +1wd: zarina" "show says what was told, and to whom"
has "$out" "  told Wed 13 Jan 2027 00:00 +05: work overdue: farrukh, madina" "also to those above"
has "$out" "told Mon 4 Jan 2027 10:01 +05: assign opened: farrukh, inspector" "and to a post"
run edoc-route show --json -C "$A" "$id"
json "$out" '.reminders == [] and (.told | map(select(.rung == "-3wd")) | length == 1)' "for programs too"
again() {
	rm -rf "$A"
	cp -a "$1" "$A"
}
again "$W/before-overdue"
run edoc-route show --json -C "$A" "$id"
json "$out" '.reminders | map(.step // .clock) == ["answer", "work"]' "what is to come, too"
json "$out" '.reminders[1] | .escalate == ["control", "head"] and (.remind | map(.rung) == ["-3wd", "-1wd", "due", "+1wd", "+2wd.."]) and .remind[2].time == "2027-01-11T19:00:00Z"' "with its times"

# ---- what was missed is told by the newest
same "$(tick '2027-01-18 05:00:00')" \
	"overdue overdue+2wd farrukh,overdue overdue+2wd madina,reminder +4wd zarina,reminder -1d zarina," \
	"a desk that stood still tells the newest"

# ---- an extension arms the ladder anew; a clock that stands is silent
again "$W/before-overdue"
acts '2027-01-12 05:00:00' madina extend --step work --more 2wd --reason study "$id" >/dev/null
same "$(tick '2027-01-12 05:01:00')" "reminder -3wd zarina," "the new term has rungs of its own"
rung '2027-01-12 18:59:59' '2027-01-12 19:00:00' "reminder -1wd zarina," "at their own time"
acts '2027-01-13 05:00:00' madina stop --step work --reason papers "$id" >/dev/null
same "$(tick '2027-01-14 19:00:00')" "" "stopped: nothing"
same "$(tick '2027-01-18 18:59:00')" "reminder -1d zarina," "but of the whole case's term"
acts '2027-01-18 19:00:00' madina resume --step work "$id" >/dev/null
run edoc-route show --json -C "$A" "$id"
json "$out" '.open[0].due == "2027-01-19T18:59:59Z"' "it runs again until the day on which it was resumed"
same "$(tick '2027-01-18 19:00:01')" "reminder due zarina," "and its rungs are there"
acts '2027-01-19 05:00:00' madina extend --clock answer --reason study "$id" >/dev/null
same "$(tick '2027-01-19 05:01:00')" "extended dilnoza,extended farrukh," "an extension tells whom the route names"
same "$(jq -r '.due' "$A"/notice/new/*.json | sort -u)" "2027-02-04T18:59:59Z" "and until when"
same "$(cat "$A"/notice/new/*.json | jq -r 'select(.to.person == "dilnoza") | .subject')" \
	"The term of your case was made longer" "in words"
same "$(tick '2027-01-19 05:02:00')" "" "once"

# ---- to whom: who is named by now; each language; whom the claim says
again "$W/before-overdue"
acts '2027-01-12 05:00:00' madina reassign --to dilnoza --reason ill "$id" >/dev/null
same "$(tick '2027-01-12 19:00:00')" \
	"overdue overdue farrukh,overdue overdue madina,reminder +1wd dilnoza," "who has it by now is told"
again "$W/before-overdue"
echo "notice: [tg, uz]" >"$EDOC_CONF"
tick '2027-01-12 05:00:00' >/dev/null # what those languages have not told yet
same "$(tick '2027-01-12 19:00:00')" \
	"overdue overdue farrukh,overdue overdue farrukh,overdue overdue madina,overdue overdue madina,reminder +1wd zarina,reminder +1wd zarina," \
	"in each language, and no second time that it is late"
same "$(claims)" 7 "a rung is claimed once"
same "$(cat "$A"/notice/new/*.json | jq -r 'select(.lang == "tg" and .rung == "+1wd") | .subject')" \
	"Қадаме, ки шуморо интизор аст, дер мондааст" "in Tajik"
echo "lang: en" >"$EDOC_CONF"

# ---- several ticks at once
again "$W/before-overdue"
rm -f "$A"/notice/new/*
for i in 1 2 3 4 5 6; do
	on '2027-01-12 19:00:00' edoc-route tick --json -C "$A" >"$W/n$i" 2>"$W/e$i" &
done
wait
same "$(cat "$W"/n? | jq -r 'select(.event) | .event + " " + .to' | sort | tr '\n' ',')" \
	"overdue farrukh,overdue madina,reminder zarina," "six ticks at once tell each once"
same "$(find "$A/notice/wait" -type f | wc -l)" 0 "and leave nothing half made"

# ---- killed before each call that changes anything: the next tick tells, once
if command -v strace >/dev/null; then
	again "$W/before-overdue"
	rm -f "$A"/notice/new/*
	rm -rf "$W/ready"
	cp -a "$A" "$W/ready"
	calls="mkdir link unlink rename fsync"
	on '2027-01-12 19:00:00' strace -f -qq -o "$W/trace" -e trace="$(echo "$calls" | tr ' ' ,)" \
		edoc-route tick -C "$A" >/dev/null 2>&1
	points=0
	: >"$W/wrong"
	for call in $calls; do
		last=$(grep -c " $call(" "$W/trace")
		k=1
		while [ "$k" -le "$last" ]; do
			again "$W/ready"
			on '2027-01-12 19:00:00' strace -f -qq -o /dev/null -e trace="$call" \
				-e inject="$call:signal=KILL:when=$k" edoc-route tick -C "$A" >/dev/null 2>&1
			# What the killed one published is taken; the next makes the rest.
			cat "$A"/notice/new/*.json >"$W/got" 2>/dev/null
			rm -f "$A"/notice/new/*.json
			on '2027-01-12 19:00:01' edoc-route tick -C "$A" >/dev/null 2>&1
			cat "$A"/notice/new/*.json >>"$W/got" 2>/dev/null
			got=$(jq -r '[.event, .to.person] | join(" ")' "$W/got" | sort | tr '\n' ',')
			[ "$got" = "overdue farrukh,overdue madina,reminder zarina," ] ||
				echo "# killed before $call $k: $got" | tee -a "$W/wrong"
			points=$((points + 1)) k=$((k + ${SWEEP:-5}))
		done
	done
	echo "# $points points"
	same "$(cat "$W/wrong")" "" "killed anywhere: neither lost nor told twice"
	ok "at many points" test "$points" -ge 10
else
	skip "no strace here" 2
fi

# ---- what cannot be read hides no other case
again "$W/before-overdue"
one=$id
begins '2027-01-12 05:00:00' two
echo '{}' >"$(echo "$A"/case/*/"$one"/told/)work.1.20270112T185959Z.+1wd"
rm -f "$A"/notice/new/*
run on '2027-01-12 19:00:00' edoc-route tick -C "$A"
is_exit 65 "a claim that is none"
has "$err" "no claim of what was told" "is told"
same "$(cat "$A"/notice/new/*.json | jq -r "select(.case == \"$id\") | .to.person // .to.post" | sort | tr '\n' ' ')" \
	"farrukh inspector " "and hides no other case"

# ---- refused: whoever began it hears of it, whatever the desk tells else
acts '2027-01-13 05:00:00' madina "do" refused --reason unlawful "$id" >/dev/null
same "$(tick '2027-01-13 05:01:00' | tr ',' '\n' | grep dilnoza)" "ended dilnoza" "a refusal is told to whoever is refused"
finish
