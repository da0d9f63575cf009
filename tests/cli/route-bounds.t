#!/bin/sh
# SPDX-License-Identifier: ISC
# The last second of a term is in time, the next one is late: for each kind of
# term, each rule of counting, over feasts, Saturdays that are worked, ends of
# months and leap days, in the route's zone.  The legal terms of the shipped
# routes are in their own tests (route-murojaat.t: U3 to U7, route-taklif.t: U8).
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

if [ -n "$SAN" ] || ! faketime '2026-12-02 10:00:00' true 2>/dev/null; then
	skip "no faketime here, or a sanitizer that does not bear it"
	finish
fi
on() { # TIME CMD...; -f: the clock stands, for a last second lasts no longer
	when=$1
	shift
	TZ=UTC faketime -f "$when" "$@"
}
act() { # TIME WHO VERB ...
	when=$1 who=$2 verb=$3
	shift 3
	on "$when" edoc-route "$verb" --key "$K/$who.p12" --pass-file "$K/pass" -C "${at-$A}" "$@"
}

umask 077
ok "two desks" desks
# March 2027 begins on a Monday; February 2028 has 29 days, the last a Tuesday.
cat >"$W/bounds.yaml" <<'END'
format: edoc-calendar/1
calendar: bounds
title: Some days off, and a Saturday that is worked
issued-by: the tests
basis: made for tests
date: 2026-01-05
covers: [2025, 2032]
weekend: [sat, sun]
off:
  - {date: 2027-03-08, name: a feast on a Monday, decree: x}
  - {date: 2027-03-22, name: another, decree: x}
working:
  - {date: 2027-03-27, name: a Saturday for the 22nd, decree: x}
END
sealed "$W/route-issuer.pem" "$W/bounds.yaml" "$W/bounds.asice"
edoc-route install -C "$A" "$W/bounds.asice" >/dev/null
routes=0
route() { # ZONE COUNT STEP...: installs a route of these steps; $name
	routes=$((routes + 1)) name=test.bounds-$routes
	{
		cat <<END
format: edoc-route/1
route: $name
version: 1
title: {en: A term}
basis: made for tests
issued-by: the tests
date: 2026-01-05
calendar: bounds
zone: $1
count: {$2}
roles:
  author: {party: initiator, agency: adliya}
  lawyer: {agency: adliya, post: lawyer}
  head:   {agency: adliya, post: head}
  there:  {agency: moliya, post: head}
steps:
END
		shift 2
		for step; do
			echo "  - $step"
		done
		echo "  - {id: last, do: archive, by: ${last_by-lawyer}, within: 9d, end: executed}"
	} >"$W/route.yaml"
	rm -f "$W/term.asice"
	sealed "$W/route-issuer.pem" "$W/route.yaml" "$W/term.asice"
	edoc-route install -C "$A" "$W/term.asice" >"$W/installed" || sed 's/^/# /' "$W/route.yaml"
}
begin() { # TIME: $id
	rm -f "$W/p.asice"
	pack "$W/p.asice" "$name $1"
	id=$(act "$1" dilnoza submit --route "$name" "$W/p.asice")
}
late() { # TIME WHO OUTCOME STEP: by how many seconds an act would be late
	act "$1" "$2" "do" "$3" --step "$4" -n --json "$id" 2>&1 | jq -r '.late // 0' 2>&1
}
next() { # TIME: a second later
	date -u -d "$1 UTC + 1 second" '+%Y-%m-%d %H:%M:%S'
}
edge() { # LAST WHO OUTCOME STEP "what"
	same "$(late "$1" "$2" "$3" "$4") $(late "$(next "$1")" "$2" "$3" "$4")" "0 1" "$5"
}

# ---- kinds of terms and rules of counting ----

# zone | count | term | submitted (UTC) | its last second (UTC)
while IFS='|' read -r zone count term from last what; do
	[ "$zone/$count/$term" = "${before-}" ] ||
		route "$zone" "$count" "{id: say, do: agree, by: lawyer, within: $term}"
	before=$zone/$count/$term
	begin "$from"
	edge "$last" zarina agreed say "$term ($zone, $count): $what"
done <<END
Asia/Dushanbe|start: next-day|15d|2027-03-01 05:00:00|2027-03-16 18:59:59|days of the calendar
Asia/Tashkent|start: next-day|15d|2027-03-01 05:00:00|2027-03-16 18:59:59|in the other country
UTC|start: next-day|15d|2027-03-01 05:00:00|2027-03-16 23:59:59|the day ends where the route says
Asia/Dushanbe|start: next-day|1wd|2027-03-05 05:00:00|2027-03-09 18:59:59|a weekend and a feast between
Asia/Dushanbe|start: next-day|1wd|2027-03-02 18:59:59|2027-03-03 18:59:59|from the last second of a day
Asia/Dushanbe|start: next-day|1wd|2027-03-02 19:00:00|2027-03-04 18:59:59|from the first of the next, when UTC has the same day
UTC|start: next-day|1wd|2027-03-02 19:00:00|2027-03-03 23:59:59|which it is not by UTC
Asia/Dushanbe|start: next-day|3wd|2027-03-18 05:00:00|2027-03-24 18:59:59|a feast among them
Asia/Dushanbe|start: next-day|5wd|2027-03-22 05:00:00|2027-03-27 18:59:59|to a Saturday that is worked
Asia/Dushanbe|start: next-day|9d|2027-03-18 05:00:00|2027-03-27 18:59:59|which no term is moved from
Asia/Dushanbe|start: next-day|2d|2027-03-18 05:00:00|2027-03-23 18:59:59|as it is from another, and a feast after it
Asia/Dushanbe|roll: previous|4d|2027-03-04 05:00:00|2027-03-05 18:59:59|back from a feast
Asia/Dushanbe|roll: next|4d|2027-03-04 05:00:00|2027-03-09 18:59:59|or on
Asia/Dushanbe|roll: none|4d|2027-03-04 05:00:00|2027-03-08 18:59:59|or not at all
Asia/Dushanbe|start: same-day|1wd|2027-03-02 05:00:00|2027-03-02 18:59:59|the day itself
Asia/Dushanbe|start: same-day|1wd|2027-03-06 05:00:00|2027-03-09 18:59:59|unless it is off
Asia/Dushanbe|start: next-working-day, roll: none|2d|2027-03-05 05:00:00|2027-03-10 18:59:59|from the next working day
Asia/Dushanbe|cutoff: "17:00"|1wd|2027-03-02 11:59:59|2027-03-03 18:59:59|before the cutoff
Asia/Dushanbe|cutoff: "17:00"|1wd|2027-03-02 12:00:00|2027-03-04 18:59:59|at it
Asia/Dushanbe|cutoff: "17:00"|1wd|2027-03-05 12:00:00|2027-03-10 18:59:59|at it, before a weekend and a feast
Asia/Dushanbe|roll: none|1mo|2027-01-31 05:00:00|2027-02-28 18:59:59|a month that has no 31st
Asia/Dushanbe|roll: none|1mo|2028-01-31 05:00:00|2028-02-29 18:59:59|in a leap year
Asia/Dushanbe|roll: none|1mo|2028-02-29 05:00:00|2028-03-29 18:59:59|from a leap day
Asia/Dushanbe|roll: next|1mo|2027-01-31 05:00:00|2027-03-01 18:59:59|to a Sunday, and on
Asia/Dushanbe|roll: previous|1mo|2027-01-31 05:00:00|2027-02-26 18:59:59|and back
Asia/Dushanbe|roll: none|12mo|2028-02-29 05:00:00|2029-02-28 18:59:59|a year from a leap day
Asia/Dushanbe|roll: none|1d|2028-02-28 05:00:00|2028-02-29 18:59:59|a leap day is a day
Asia/Dushanbe|roll: none|1mo|2027-12-31 18:59:59|2028-01-31 18:59:59|from the year's last second
Asia/Dushanbe|roll: none|1mo|2027-12-31 19:00:00|2028-02-01 18:59:59|from the first of the next
END

# ---- in the ledger ----

route Asia/Dushanbe "start: next-day" "{id: say, do: agree, by: lawyer, within: 1wd}"
judged() { # CODES "what"
	run edoc-route verify --json -C "$A" --at 2027-06-01T00:00:00Z "$id"
	same "$(jq -r '[.findings[].code] | unique | join(" ")' "$out")" "$1" "$2"
}
begin '2027-03-05 05:00:00'
act '2027-03-09 18:59:59' zarina "do" agreed "$id" >/dev/null
act '2027-03-10 05:00:00' zarina "do" archived "$id" >/dev/null
judged "" "an act of the last second is in time for everybody"
begin '2027-03-05 05:00:01'
act '2027-03-09 19:00:00' zarina "do" agreed "$id" >/dev/null
act '2027-03-10 05:00:00' zarina "do" archived "$id" >/dev/null
judged route.late "and one of the next is late"
same "$(edoc-route log --json -C "$A" "$id" | jq -r 'select(.step == "say").late')" 1 "by a second"

# ---- from when ----

last_by=there
route Asia/Dushanbe "roll: none" "{id: first, do: review, by: lawyer, within: 9d}" \
	"{id: ask, do: send, by: author, to: there, needs: receipt}" "{id: arrive, do: receive, by: there}" \
	"{id: three, do: parallel, branches: {a: {do: agree, by: there, within: 20d, from: submitted},
      b: {do: agree, by: there, within: 20d, from: received}, c: {do: agree, by: there, within: 20d, from: opened}}}"
begin '2027-03-01 05:00:00'
act '2027-03-02 05:00:00' zarina "do" reviewed "$id" >/dev/null
on '2027-03-03 05:00:00' edoc-route send -C "$A" "$id" >/dev/null
carry "$A" moliya "$B"
on '2027-03-05 05:00:00' edoc-route receive -C "$B" >/dev/null
at=$B
edge '2027-03-21 18:59:59' farrukh agreed three/a "from the submission"
edge '2027-03-25 18:59:59' farrukh agreed three/b "from the receipt"
edge '2027-03-25 18:59:59' farrukh agreed three/c "from when it was opened"
at=$A last_by=lawyer

# ---- more time, and none for a while ----

route Asia/Dushanbe "roll: next" "{id: say, do: agree, by: lawyer, within: 5d, stop-on: [court],
    extend: {by: head, more: 2wd, reason: required}}"
begin '2027-03-04 05:00:00'
edge '2027-03-09 18:59:59' zarina agreed say "before anything"
run act '2027-03-09 19:00:00' madina extend --reason study -n "$id"
is_exit 77 "a second after the end no time is given"
run act '2027-03-09 18:59:59' madina extend --reason study "$id"
is_exit 0 "in the last second it is"
edge '2027-03-11 18:59:59' zarina agreed say "two working days more"
run act '2027-03-11 18:59:59' madina extend --reason study --text again -n "$id"
is_exit 77 "once"
begin '2027-03-04 05:00:01'
act '2027-03-05 13:00:00' zarina stop --reason court "$id" >/dev/null
act '2027-03-09 03:00:00' zarina resume "$id" >/dev/null
edge '2027-03-12 18:59:59' zarina agreed say "stopped over a weekend and a feast: three days more"
begin '2027-03-04 05:00:02'
act '2027-03-05 18:59:59' zarina stop --reason court "$id" >/dev/null
act '2027-03-05 19:00:01' zarina resume "$id" >/dev/null
edge '2027-03-09 18:59:59' zarina agreed say "stopped over a midnight: nothing stood still all day"
begin '2027-03-04 05:00:03'
run act '2027-03-09 19:00:00' zarina stop --reason court -n "$id"
nok "what is over does not stand still" test "$status" = 0

# ---- no word ----

route Asia/Dushanbe "roll: next" "{id: say, do: agree, by: lawyer, within: 1wd, silent: agree}"
begin '2027-03-05 05:00:00'
on '2027-03-09 18:59:59' edoc-route tick -C "$A" >/dev/null
same "$(edoc-route show --json -C "$A" "$id" | jq -r '.open[0].step')" say "in the last second silence says nothing"
on '2027-03-09 19:00:00' edoc-route tick -C "$A" >/dev/null
same "$(edoc-route show --json -C "$A" "$id" | jq -r '.open[0].step')" last "in the next it agrees"
finish
