#!/bin/sh
# SPDX-License-Identifier: ISC
# edoc-route calendar: checked, and asked when a term ends and how many days lie
# between two.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"
cd "$W" || exit 1
unset EDOC_DESK
now=2026-11-23T09:00:00Z

cat >base.yaml <<'END'
format: edoc-calendar/1
calendar: xx
issued-by: us
basis: law
date: 2026-01-01
covers: [2025, 2028]
weekend: [sat, sun]
off:
  - {date: 2025-01-01, name: New year, decree: x}
  - {date: 2026-01-01, name: New year, decree: x}
  - {date: 2026-03-23, name: Navruz, decree: "No. 7"}
  - {date: 2026-03-24, name: Navruz, decree: "No. 7"}
  - {date: 2027-01-01, name: New year, decree: x}
  - {date: 2028-01-01, name: New year, decree: x}
working:
  - {date: 2026-03-28, name: for the 24th, decree: "No. 8"}
END
but() { # SED: the base with one change
	sed "$1" base.yaml >changed.yaml
	nok "$1 changes it" cmp -s base.yaml changed.yaml
}
check() { run edoc-route calendar check --at "$now" "$@"; }
found() { # CODE PLACE SED
	but "$3"
	check ./changed.yaml
	has "$out" "./changed.yaml$2: warning: calendar.$1: " "calendar.$1"
	same "$(wc -l <"$out")" 1 "and nothing else"
	is_exit 0 "a warning is no error"
}

# ---- check
check ./base.yaml
is_exit 0 "nothing is wrong with the base"
same "$(cat "$out" "$err")" "" "and nothing is said"
found provisional :13:5 '13s/decree: x/note: n, provisional: yes/'
found unsettled :11:5 '11s/decree.*}/note: n, provisional: yes}/'
found decree :16:5 '16s/decree: "No. 8"/note: radio/'
found weekend "" '7s/sat, sun/tue, sat, sun/'
found weekend "" '7s/sat, sun/thu, fri, sat, sun/'
found weekend "" '7s/sat, sun//;15,16d'
found feast :9:5 '13s/2027-01-01/2027-01-04/'
but 14d
check ./changed.yaml
has "$out" "warning: calendar.year: no day of 2028 is off" "a year without a day"
for at in 2027-12-31:0:0 2028-01-01:1:0 2028-12-31:1:0 2029-01-01:1:1; do
	want=${at#*:}
	run edoc-route calendar check --at "${at%%:*}T12:00:00Z" ./base.yaml
	same "$(wc -l <"$out"):$status" "$want" "the end of the years seen from ${at%%:*}"
done
has "$out" "./base.yaml: error: calendar.ended: the calendar ended on 2028-12-31" "by its name"
check --json ./base.yaml ./changed.yaml
json "$out" '.v == 1 and .cmd == "calendar check" and .severity == "warning" and (.where | startswith("./changed"))' "JSON"
check --lang ru ./changed.yaml
is_exit 0 "in another language"

refused() { # WORD SED
	but "$2"
	check ./changed.yaml
	is_exit 65 "$2 is refused"
	has "$err" "$1" "says \"$1\""
}
refused "order of time, each once" '11s/23/25/'
refused "order of time, each once" '12s/24/23/'
refused "day of the weekend, and not off" '16s/28/24/'
refused "day of the weekend, and not off" '16s/28/27/'
refused "changed.yaml:12:5" '12s/, decree: "No. 7"//'
refused "outside the years" '6s/2028/2027/'
refused "2026-02-30" '11s/2026-03-23/2026-02-30/'
refused "\"decree\"" '11s/decree/decre/'
refused "edoc-calendar/2" '1s/1$/2/'
refused "no calendar" '1s/calendar/route/'
refused "one line" '11s/Navruz/""/'
check ./base.yaml ./changed.yaml
is_exit 65 "one of two"

# Where they come from.
check tj uz
is_exit 0 "those that are built in"
nok "have no error" grep -q ": error: " "$out"
check "$SRCDIR/profiles/calendars/tj.yaml"
is_exit 0 "a file of the profiles"
check xx
is_exit 66 "a name that nobody has"
has "$err" "tj and uz" "names those that are there"
check ../profiles/calendars/tj
is_exit 66 "a slash is a path, which is absent"
check
is_exit 64 "none at all"
mkdir -p profiles/calendars
cp base.yaml profiles/calendars/xx.yaml
sed 's/calendar: tj/calendar: tj\n/;s/2025, 2027/2025, 2099/' "$SRCDIR/profiles/calendars/tj.yaml" >profiles/calendars/tj.yaml
echo "profiles: $W/profiles" >edoc.conf
run edoc-route calendar check --config edoc.conf --at "$now" xx
is_exit 0 "a name in the profiles folder"
run edoc-route calendar check --config edoc.conf --at "$now" tj
has "$out" "no day of 2028 is off" "goes before the one that is built in"
run edoc-route calendar check --config edoc.conf --at "$now" uz
is_exit 0 "which is found behind it"
for words in "calendar" "calendar chek uz" "help calendar"; do
	# shellcheck disable=SC2086
	run edoc-route $words
	is_exit 64 "edoc-route $words"
	has "$err" "check, due, count, ical, import" "tells what there is"
done
run edoc-route help calendar due
is_exit 0 "help calendar due"
has "$out" "usage: edoc-route calendar due" "is its own"
run edoc-route calendar check --calendar uz uz
is_exit 64 "an option of another of them"

# ---- due
due() { # WANT ARG...
	want=$1
	shift
	run edoc-route calendar due --calendar ./base.yaml "$@"
	is_exit 0 "due $*"
	same "$(cat "$out")" "$want" "is $want"
}
usage() { # WORD ARG...
	word=$1
	shift
	run edoc-route calendar due "$@"
	is_exit 64 "due $* is no question"
	has "$err" "$word" "says \"$word\""
}
d="--from 2026-03-06 --within"
zone="--zone Asia/Dushanbe"
# shellcheck disable=SC2086
{
	due 2026-03-25 $d 15d
	due 2026-03-21 $d 15d --roll none
	due 2026-03-20 $d 15d --roll previous
	due 2026-03-25 $d 15d --start next-working-day
	due 2026-03-20 $d 15d --start same-day
	due 2026-03-28 $d 14wd
	due 2026-03-30 $d 15wd
	due 2026-04-06 $d 1mo
	due 2026-03-10 --from 2026-03-06T18:00:00+05:00 $zone --cutoff 18:00 --within 1wd
	due 2026-03-09 --from 2026-03-06T17:59:59+05:00 $zone --cutoff 18:00 --within 1wd
	# the same moment is Friday in Tashkent and Saturday in Tokyo
	due 2026-03-07 --from 2026-03-06T23:30:00+05:00 --zone Asia/Tashkent --within 1d --roll none
	due 2026-03-08 --from 2026-03-06T23:30:00+05:00 --zone Asia/Tokyo --within 1d --roll none
	due 2026-03-27 $d 15d --stopped 2026-03-10/2026-03-17
	due 2026-03-25 $d 15d --stopped 2026-03-10/2026-03-11
	due 2026-03-27 $d 15d --stopped 2026-03-10T09:00:00+05:00/2026-03-14 --stopped 2026-03-16/2026-03-20 $zone
	due 2026-04-06 $d 15d --extended "to 1mo"
	due 2026-03-30 $d 15d --extended "by 4wd"
	due 2026-03-31 $d 15d --extended "by 3wd" --extended "by 2wd"
	due 2026-03-31 $d 15d --extended "to 10d" --extended "by 5wd"
	usage "no term" --calendar uz $d 15
	usage "no term" --calendar uz $d 0d
	usage "no term" --calendar uz $d 15d --extended "by 1h"
	usage "an extension is" --calendar uz $d 15d --extended "till 1mo"
	usage "neither a day" --calendar uz --from 2026-02-29 --within 1d
	usage "time zone" --calendar uz --from 2026-03-06T10:00:00Z --within 1d
	usage "time of day" --calendar uz $d 1d --cutoff 18:00
	usage "18:00" --calendar uz --from 2026-03-06T10:00:00Z $zone --within 1d --cutoff 24:00
	usage "none of" --calendar uz $d 1d --start today
	usage "none of" --calendar uz $d 1d --roll back
	usage "FROM/TO" --calendar uz $d 1d --stopped 2026-03-07
	usage "before it begins" --calendar uz $d 1d --stopped 2026-03-09/2026-03-07
	usage "which calendar" $d 1d
	usage "which calendar" $d 1wd --roll none
	usage "--from and --within" --calendar uz --from 2026-03-06
	usage "--from and --within" --calendar uz --within 1d
	usage "too many" --calendar uz $d 1d uz
}
run edoc-route calendar due --from 2026-01-31 --within 1mo --roll none
same "$(cat "$out")" 2026-02-28 "a month needs no calendar that does not roll"
run edoc-route calendar due --from 2028-01-31 --within 1mo --roll none
same "$(cat "$out")" 2028-02-29 "nor in a leap year"
run edoc-route calendar due --calendar ./base.yaml --from 2026-03-06 --within 15d --zone Mars/Base
is_exit 66 "a zone that tzdata lacks"
run edoc-route calendar due --calendar ./base.yaml --from 2028-12-20 --within 15d
is_exit 78 "beyond the years"
has "$err" "2029-01-04" "says the day"
run edoc-route calendar due --calendar ./base.yaml --from 2026-03-06 --within 15d --stopped 2026-03-10/
is_exit 2 "a clock that stands still"
has "$out" "stands still" "has no end"
run edoc-route calendar due --calendar ./base.yaml --from 2026-03-06 --within 15d --stopped 2026-03-10/ --json
is_exit 2 "nor in JSON"
json "$out" '.within == "15d" and (has("due") | not)' "which leaves it out"

run edoc-route calendar due -v --calendar ./base.yaml --from 2026-03-19 --within 3wd --stopped 2026-03-24/2026-03-26 --extended "by 1wd"
is_exit 0 "how it was counted"
same "$(cat "$out")" "2026-03-19 thu  not counted
2026-03-20 fri  1
2026-03-21 sat  off: weekend
2026-03-22 sun  off: weekend
2026-03-23 mon  off: Navruz (No. 7)
2026-03-24 tue  off: Navruz (No. 7)
2026-03-25 wed  the clock stood still
2026-03-26 thu  2
2026-03-27 fri  3
extended by 1wd:
2026-03-28 sat  1  for the 24th (No. 8)
2026-03-28" "day by day"
run edoc-route calendar due -v --calendar ./base.yaml --from 2026-03-20 --within 2d --json --zone Asia/Dushanbe
json "$out" '.cmd == "calendar due" and .due == "2026-03-25" and .due_time == "2026-03-25T18:59:59Z"
	and .calendar == "xx" and (.sha256 | length == 64) and (.days | length == 7)
	and .days[2] == {"date":"2026-03-22","how":"counted","n":2}
	and .days[4] == {"date":"2026-03-23","how":"off","name":"Navruz","decree":"No. 7"}
	and .days[6].how == "last" and (has("provisional") | not)' "and in JSON"
run edoc-route calendar due -v --calendar ./base.yaml --from 2026-03-05 --within 15d --extended "to 10d" --json
json "$out" '.due == "2026-03-20" and (.days | map(select(.extension == 1)) | length == 14 and .[13] ==
	{"date":"2026-03-20","how":"last","extension":1})' "an extension that is none keeps the end"
run edoc-route calendar due -v --calendar ./base.yaml --from 2026-03-06T18:00:00+05:00 --zone Asia/Dushanbe --cutoff 18:00 --within 1wd
same "$(cat "$out")" "2026-03-06 fri  not counted
2026-03-07 sat  off: weekend
2026-03-08 sun  off: weekend
2026-03-09 mon  not counted
2026-03-10 tue  1
2026-03-10" "what comes late waits"
run edoc-route calendar due -v --calendar ./base.yaml --from 2026-03-20 --within 4d --roll previous
has "$out" "2026-03-25 wed  the last day" "previous, where none is"

# A day that is not announced, and moves the end, is told.
sed '11,12s/decree: "No. 7"/note: n, provisional: yes/' base.yaml >changed.yaml
for line in "2wd::2026-03-26" "2d::2026-03-25" "4d:--roll previous --start same-day:2026-03-20" "1d:--start next-working-day:2026-03-25"; do
	term=${line%%:*} more=${line#*:}
	# shellcheck disable=SC2086
	run edoc-route calendar due --calendar ./changed.yaml --from 2026-03-20 --within $term ${more%:*}
	same "$(cat "$out")" "${more#*:}" "$line"
	has "$err" "expected, and not announced" "and that it may change"
done
run edoc-route calendar due --calendar ./changed.yaml --from 2026-03-19 --within 1wd
same "$(cat "$err")" "" "nothing, where it does not matter"
run edoc-route calendar due --calendar ./changed.yaml --from 2026-03-23 --within 1mo
same "$(cat "$err")" "" "nor on the day when it began"
run edoc-route calendar due --calendar ./changed.yaml --from 2026-03-19 --within 1wd --extended "by 1wd" --json
json "$out" '.due == "2026-03-25" and .provisional' "an extension, and JSON"
sed '11s/Navruz/"\\e[31mred"/' base.yaml >changed.yaml
run edoc-route calendar due -v --calendar ./changed.yaml --from 2026-03-06 --within 15d
is_exit 65 "a name that would steer a terminal"
sed '11s/Navruz/"\\u202Edeb"/' base.yaml >changed.yaml
run edoc-route calendar due -v --calendar ./changed.yaml --from 2026-03-20 --within 1wd
is_exit 0 "one that would turn its line"
nok "does not" grep -q "$(printf '\342\200\256')" "$out"

# ---- count
run edoc-route calendar count --calendar ./base.yaml 2026-03-06 2026-03-30
same "$(cat "$out")" "24 calendar days, 15 working days" "count"
run edoc-route calendar count --calendar ./base.yaml 2026-03-06 2026-03-06
same "$(cat "$out")" "0 calendar days, 0 working days" "a day and itself"
run edoc-route calendar count -v --json --calendar ./base.yaml 2026-03-20 2026-03-28
json "$out" '.days == 8 and .working_days == 4 and (.off | map(.date) == ["2026-03-21","2026-03-22","2026-03-23","2026-03-24"])
	and .off[2].decree == "No. 7"' "in JSON"
run edoc-route calendar count -v --calendar ./base.yaml 2026-03-20 2026-03-28
has "$out" "2026-03-24 tue  Navruz (No. 7)" "with -v the days off"
for from in 2026-03-05 2026-03-20 2026-03-27; do
	for term in 1wd 5wd 11wd; do
		to=$(edoc-route calendar due --calendar ./base.yaml --from $from --within $term)
		run edoc-route calendar count --calendar ./base.yaml $from "$to"
		has "$out" " ${term%wd} working days" "$term from $from and back"
	done
done
for line in "2026-03-06" "2026-03-06 2026-03-05" "2026-03-06 2026-13-01" "2026-03-06 2026-03-07 2026-03-08"; do
	# shellcheck disable=SC2086
	run edoc-route calendar count --calendar ./base.yaml $line
	is_exit 64 "count $line"
done
run edoc-route calendar count 2026-03-06 2026-03-07
is_exit 64 "count without a calendar"
run edoc-route calendar count --calendar ./base.yaml 2028-12-30 2029-01-02
is_exit 78 "count beyond the years"

# ---- the shipped ones: sums that the press told for the whole
sum() { # NAME FROM TO WORKING WHAT
	run edoc-route calendar count --calendar "$1" "$2" "$3"
	has "$out" " $4 working days" "$5"
}
sum tj 2025-12-31 2026-12-31 249 "Tajikistan 2026: 116 days off"
sum tj 2025-02-28 2025-03-31 15 "Tajikistan, March 2025: 16 days off"
sum tj 2026-03-19 2026-03-29 0 "Tajikistan: from 20 to 29 March 2026 nobody works"
sum uz 2025-12-30 2026-01-04 0 "Uzbekistan: five days off at New Year 2026"
sum uz 2026-12-06 2026-12-13 5 "Uzbekistan: Saturday 12 December 2026 is worked, the 8th is off"

# ---- iCalendar
ics() { # the file, unfolded, without CR
	tr -d '\r' <"$out" | awk '/^ / { printf "%s", substr($0, 2); next } NR > 1 { print "" } { printf "%s", $0 } END { print "" }'
}
long=$(printf 'Ҳ%.0s' $(seq 1 150))
sed -e "11s/Navruz/\"a, b; c \\\\\\\\ d\"/" -e "12s/Navruz/$long/" -e '14s/decree: x/note: n, provisional: yes/' base.yaml >changed.yaml
run edoc-route calendar ical ./changed.yaml
is_exit 0 "iCalendar"
same "$(grep -cv "$(printf '\r')\$" "$out")" 0 "every line ends in CR LF"
same "$(LC_ALL=C awk 'length($0) > 76' "$out" | wc -l)" 0 "and has 75 octets at most before that"
ok "no letter is cut" iconv -f UTF-8 -t UTF-16 "$out"
ics >flat
same "$(sed -n 's/^DTSTART;VALUE=DATE://p' flat | xargs)" \
	"20250101 20260101 20260323 20260324 20260328 20270101 20280101" "a day each, in order"
same "$(sed -n '1p;$p' flat | xargs)" "BEGIN:VCALENDAR END:VCALENDAR" "one calendar"
has flat "SUMMARY:a\\, b\\; c \\\\ d" "what means something is escaped"
has flat "SUMMARY:$long" "a long name is whole"
has flat "DESCRIPTION:No. 7" "decrees stand in it"
has flat "UID:20260323-xx@calendar.edoc" "a UID that stays"
has flat "DTSTAMP:20260101T000000Z" "the date of the file"
same "$(grep -c ^STATUS:TENTATIVE flat)$(grep -c '^CATEGORIES:WORKING DAY' flat)$(grep -c ^BEGIN:VEVENT flat)" 117 "one is expected, one is worked"
run edoc-route calendar ical
is_exit 64 "no calendar"
run edoc-route calendar ical uz tj
is_exit 64 "two calendars"
run edoc-route calendar ical xx
is_exit 66 "an unknown one"

# ---- and back again
rows() { sed -n 's/^  - {date: \([0-9-]*\), name: "\{0,1\}\([^",}]*\).*/\1 \2/p; /^working:/p' "$1"; }
for country in uz tj; do
	from=$SRCDIR/profiles/calendars/$country.yaml
	years=$(sed -n 's/^covers: \[\(.*\), \(.*\)\]/\1-\2/p' "$from")
	edoc-route calendar ical $country >$country.ics
	run edoc-route calendar import --name $country --covers "$years" --at 2026-01-02T00:00:00Z $country.ics
	is_exit 0 "$country: iCalendar is read"
	cp "$out" back.yaml
	rows "$from" >was && rows back.yaml >is
	ok "$country: the same days, names and moved days" cmp was is
	same "$(grep -c 'provisional: yes' back.yaml)" "$(grep -c '^  - .*provisional: yes' "$from")" \
		"$country: what is expected stays so"
	nok "$country: nobody's word is a decree" grep -q decree: back.yaml
	has back.yaml "date: 2026-01-02" "$country: of that day"
	edoc-route calendar ical ./back.yaml | sed '/^PRODID/d; /^DTSTAMP/d' >again.ics
	ok "$country: the same file a second time" sh -c "sed '/^PRODID/d; /^DTSTAMP/d' $country.ics | cmp - again.ics"
done
run edoc-route calendar due --calendar ./back.yaml --from 2026-03-05 --within 3wd
is_exit 0 "and it counts"
run edoc-route calendar import --name kg --covers 2026 --weekend fri,sun uz.ics
is_exit 65 "a moved Saturday that is none by this weekend"
sed 's/^SUMMARY:.*/RECURRENCE-ID:20260101\r/' uz.ics >bad.ics
run edoc-route calendar import --name kg --covers 2026 bad.ics
is_exit 65 "what it does not understand"
has "$err" "bad.ics:9: RECURRENCE-ID of an event is not read here" "is told with its line"
run edoc-route calendar import --name Kg --covers 2026 uz.ics
is_exit 64 "no name"
for years in 26 2026-2025 2026-27 1000-2000 0026 x; do
	run edoc-route calendar import --name kg --covers $years uz.ics
	is_exit 64 "no years: $years"
done
run edoc-route calendar import --name kg --covers 2026 --weekend "sat]
working: [" uz.ics
is_exit 64 "a weekend is no YAML"
run edoc-route calendar import --name kg --covers 2026 --weekend sun,moon uz.ics
is_exit 65 "nor any word"
run edoc-route calendar import --name kg uz.ics
is_exit 64 "--covers is needed"
run edoc-route calendar import --covers 2026 uz.ics
is_exit 64 "--name too"
run edoc-route calendar import --name kg --covers 2026 absent.ics
is_exit 66 "no such file"
run edoc-route calendar import --name kg --covers 2026 "$SRCDIR/profiles/calendars/uz.yaml"
is_exit 65 "YAML is no iCalendar"
has "$err" "uz.yaml:1: no iCalendar begins here" "and is told so"

# ---- the schema and the reader: JSON is YAML, too
# shellcheck disable=SC2317 # called by ok
schema() { python3 "$SRCDIR/tests/check-schema.py" "$SRCDIR/profiles/schemas/calendar.schema.json" "$1"; }
json_with() { # MEMBERS: a calendar
	echo '{"format":"edoc-calendar/1","calendar":"j","issued-by":"me","basis":"x","date":"2026-11-23",'"$1"'}' >j.yaml
}
y='"covers":[2026,2027],"weekend":["sat","sun"]'
for m in "$y" "$y"',"off":[{"date":"2026-01-01","name":"n","decree":"d"}]' \
	"$y"',"off":[{"date":"2026-01-01","name":"n","note":"d","provisional":"yes"}]' \
	"$y"',"working":[{"date":"2026-01-03","name":"n","decree":"d"}]'; do
	json_with "$m"
	ok "the schema takes $m" schema j.yaml
	check ./j.yaml
	is_exit 0 "and so do we"
done
for m in '"covers":[2026,2027]' '"weekend":["sat"]' '"covers":[26,27],"weekend":["sat"]' \
	'"covers":[2026,2027],"weekend":["saturday"]' "$y"',"off":[{"date":"2026-01-01","decree":"d"}]' \
	"$y"',"off":[{"date":"1.1.2026","name":"n","decree":"d"}]' \
	"$y"',"off":[{"date":"2026-01-01","name":"n","decree":"d","provisional":"no"}]' \
	"$y"',"holidays":[]'; do
	json_with "$m"
	nok "the schema refuses $m" schema j.yaml
	check ./j.yaml
	is_exit 65 "and so do we"
done

# ---- a desk's
ok "two desks" desks
run edoc-route calendar due -C "$A" --calendar test --from 2026-03-06T22:00:00Z --within 1d --roll none
is_exit 0 "a desk's calendar"
same "$(cat "$out")" 2026-03-08 "in the desk's zone"
run env EDOC_DESK="$A" edoc-route calendar check test
is_exit 0 "by EDOC_DESK"
run edoc-route calendar due -C "$A" --calendar tj --from 2026-03-06 --within 1d
is_exit 66 "what a desk has not installed is not taken from elsewhere"
has "$err" "installed at the desk" "and told"
run edoc-route calendar check -C "$A" ./base.yaml
is_exit 0 "a file is a file beside a desk, too"
stored=$(echo "$A"/conf/calendars/*.asice)
chmod u+w "$stored"
sealed "$W/directory-issuer.pem" base.yaml forged.asice
cp forged.asice "$(echo "$stored" | sed 's|test@|xx@|')"
run edoc-route calendar check -C "$A" xx
ok "one that is signed by somebody else is not believed" test "$status" -ne 0 -a "$status" -ne 66
has "$err" "calendar" "and named"
run edoc-route calendar check -C "$W/nowhere" test
ok "no desk there" test "$status" -ne 0
finish
