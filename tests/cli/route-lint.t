#!/bin/sh
# SPDX-License-Identifier: ISC
# What lint says of routes: terms against clocks, roles against people.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"
R=$SRCDIR/profiles/routes

# The ready routes keep the terms of their laws, whichever day it is.
for route in "$R"/*.yaml; do
	for year in 2025 2026; do
		run edoc-route lint --year $year "$route"
		is_exit 0 "$(basename "$route") $year"
		same "$(cat "$out")" "" "$(basename "$route") $year: nothing is said of it"
	done
done

# Fifteen days, and steps that add up to nine, ten and eleven working days.
cat >"$W/days.yaml" <<'END'
format: edoc-calendar/1
calendar: uz
issued-by: npm date-holidays 3.37
basis: feasts without the moved days of the yearly decree
date: 2026-01-01
covers: [2026, 2027]
weekend: [sat, sun]
off:
END
for day in 2026-01-01 2026-03-08 2026-03-09 2026-03-20 2026-03-21 2026-03-23 2026-05-09 \
	2026-05-11 2026-05-27 2026-09-01 2026-10-01 2026-12-08 2027-01-01; do
	echo "  - {date: $day, name: feast, note: a test}" >>"$W/days.yaml"
done
for days in 6 7 8; do
	sed "/id: execute/,/within/s/within: 5wd/within: ${days}wd/" "$R/uz-murojaat.yaml" >"$W/$days.yaml"
done
run edoc-route lint --calendar "$W/days.yaml" --year 2026 "$W/6.yaml"
is_exit 0 "nine fit"
same "$(cat "$out")" "" "always"
run edoc-route lint --calendar "$W/days.yaml" --year 2026 "$W/7.yaml" "$W/8.yaml"
is_exit 0 "what can be late is a warning"
line=$(grep -n '^  answer:' "$R/uz-murojaat.yaml" | cut -d: -f1)
has "$out" "7.yaml:$line:3: warning: route.R040: clock answer: steps that take all their time miss it for 14 of 365 start dates, worst by 3 d, e.g. from 2026-03-12" "ten do not on 14 days"
has "$out" "8.yaml:$line:3: warning: route.R040: clock answer: steps that take all their time miss it for 112 of 365 start dates, worst by 5 d, e.g. from 2026-03-04" "eleven on 14 and 98"
run edoc-route lint --year 2026 "$W/6.yaml"
has "$out" "miss it for 12 of 365 start dates, worst by 3 d, e.g. from 2026-05-21" \
	"the calendar with the decree's days off has less room than one without"
run edoc-route lint --json --calendar "$W/days.yaml" --year 2026 "$W/7.yaml"
same "$(jq -c '[.cmd, .code, .severity]' "$out")" '["lint","route.R040","warning"]' "JSON"

# The calendar is the route's, of the profiles folder or built in.
mkdir -p "$W/own/calendars"
cp "$W/days.yaml" "$W/own/calendars/uz.yaml"
echo "profiles: $W/own" >"$W/edoc.conf"
run edoc-route lint --config "$W/edoc.conf" --year 2026 "$W/6.yaml"
same "$(cat "$out")" "" "that of the folder is asked first"
run edoc-route lint --config "$W/edoc.conf" --calendar uz --year 2026 "$W/7.yaml"
has "$out" "14 of 365" "by its name too"
run edoc-route lint --at 2027-06-01T00:00:00Z "$W/6.yaml"
has "$out" "route.R041: the calendar uz does not say whether the clocks can be kept for 15 of 365 start dates, from 2027-12-17 on" "the year of --at; a calendar that ends"
sed 's/^calendar: uz/calendar: xx/' "$W/6.yaml" >"$W/xx.yaml"
run edoc-route lint --year 2026 "$W/xx.yaml"
is_exit 0 "a calendar that is not here"
has "$out" "route.R041: the calendar xx does not say whether the clocks can be kept for 365 of 365" "is told"
run edoc-route lint --calendar xx --year 2026 "$W/xx.yaml"
is_exit 66 "and an error where it is asked for"
for year in 26 20266 "2026 " -2026 x; do
	run edoc-route lint "--year=$year" "$W/6.yaml"
	is_exit 64 "year \"$year\""
done
run edoc-route lint --calendar "$R/uz-murojaat.yaml" "$W/6.yaml"
is_exit 65 "a route is no calendar"

# A route against the people of a directory.
people() { # POST-ROW...
	cat <<-END
	format: edoc-directory/1
	version: 1
	agencies: [{id: adliya, title: J}, {id: moliya, title: F}]
	people:
	  - {id: zarina, name: Z, certificates: [{sha256: "$(echo z | sha256sum | cut -c1-64)"}]}
	  - {id: anvar, name: A, certificates: [{sha256: "$(echo a | sha256sum | cut -c1-64)"}]}
	posts:
	END
	for row; do
		echo "  - {$row}"
	done
}
D1="agency: adliya, unit: devonxona, post: kotib, holder: zarina"
people "$D1" "agency: adliya, post: rahbar, holder: zarina" "agency: moliya, unit: devonxona, post: kotib, holder: zarina" \
	"agency: adliya, post: ijrochi, holder: anvar" >"$W/two.yaml"
run edoc-route lint --year 2026 --directory "$W/two.yaml" "$R/uz-murojaat.yaml"
is_exit 0 "two people are enough for an application"
same "$(cat "$out")" "" "and nothing is said"
people "$D1" "agency: adliya, post: rahbar, holder: anvar" "agency: moliya, unit: devonxona, post: kotib, holder: zarina" \
	"agency: adliya, post: ijrochi, holder: anvar" >"$W/one.yaml"
run edoc-route lint --year 2026 --directory "$W/one.yaml" "$R/uz-murojaat.yaml"
is_exit 1 "one who is head and executor is not"
has "$out" "error: route.R050: at adliya today's people cannot be head, executor, who must be different: anvar" "it says who"
issuer directory-issuer
sealed "$W/directory-issuer.pem" "$W/one.yaml" "$W/one.asice"
run edoc-route lint --year 2026 --directory "$W/one.asice" "$R/uz-murojaat.yaml"
is_exit 1 "the same of a package"
{
	people "$D1" "agency: adliya, post: rahbar, holder: anvar" "agency: adliya, post: ijrochi, holder: zarina"
	echo "deputies:"
	echo "  - {agency: adliya, post: rahbar, person: zarina, from: 2026-03-01, until: 2026-03-31, basis: order}"
	echo "  - {agency: adliya, post: ijrochi, person: anvar, from: 2026-03-01, until: 2026-03-31, basis: order}"
} >"$W/circle.yaml"
run edoc-route lint --at 2026-03-31T18:59:59Z --directory "$W/circle.yaml" "$R/uz-murojaat.yaml"
is_exit 0 "warnings"
has "$out" "warning: route.R051: deputies stand in for each other in a circle: anvar > zarina > anvar" "a circle, until its last second"
run edoc-route lint --at 2026-03-31T19:00:00Z --directory "$W/circle.yaml" "$R/uz-murojaat.yaml"
hasnt "$out" R051 "in Tashkent it is over then"
run edoc-route lint --directory "$R/uz-murojaat.yaml" "$R/uz-murojaat.yaml"
is_exit 65 "a route is no directory"
run edoc-route lint --directory "$W/absent.yaml" "$R/uz-murojaat.yaml"
is_exit 66 "none"

people "$D1" "agency: adliya, post: rahbar, holder: anvar" >"$W/none.yaml"
run edoc-route lint --year 2026 --directory "$W/none.yaml" "$R/uz-murojaat.yaml"
is_exit 0 "people may still come"
has "$out" "warning: route.R053: nobody of the directory may act as executor today (step execute)" "a role of nobody"

# What a service says it says in each of its languages.
sed 's/ru: Непристойное содержание, //' "$R/uz-taklif.yaml" >"$W/less.yaml"
run edoc-route lint --year 2026 "$W/less.yaml"
is_exit 0 "a hole"
same "$(cat "$out")" "$W/less.yaml:1:1: warning: route.R070: the indecent of the service has no words in ru, in which other parts of it are" "in one language is told"
sed '/^service:/,/^idef0:/s/ru: \("[^"]*"\|[^,}"]*\), //' "$R/uz-taklif.yaml" >"$W/less.yaml"
nok "no Russian in the passport" sh -c "sed -n '/^service:/,/standard:/p' '$W/less.yaml' | grep -q ru:"
run edoc-route lint --year 2026 "$W/less.yaml"
is_exit 0 "a language that the passport has not"
same "$(cat "$out")" "" "is no hole, though the route's title has it"
sed 's/^  ru: .*//' "$R/uz-taklif.yaml" >"$W/less.yaml"
run edoc-route lint --year 2026 "$W/less.yaml"
has "$out" "the title of the service has no words in ru" "the title belongs to it"

# What is kept for ever is signed so.
lasting() { # RETENTION LEVEL...: the finding, or nothing
	sed "s/retention: .*/retention: $1/; /^    level: /d" "$R/uz-ruxsat.yaml" |
		sed "s/do: sign/do: sign${2:+\n    level: $2}/" >"$W/lasting.yaml"
	run edoc-route lint --year 2026 "$W/lasting.yaml"
	is_exit 0 "retention $1, level ${2-unsaid}"
}
for level in B T LT; do
	lasting permanent $level
	has "$out" "warning: route.R060: step grant signs at level $level, and the case is kept permanent" "is told"
done
lasting permanent LTA
same "$(cat "$out")" "" "is enough"
lasting permanent
same "$(cat "$out")" "" "where none is said, the archive sees to it"
lasting temporary T
same "$(cat "$out")" "" "what is not kept for ever needs none"

# A zone that is none has its place too.
for zone in Asia/Duschanbe ../../etc/passwd; do
	sed "s,^zone:.*,zone: $zone," "$D/route/order.yaml" >"$W/zone.yaml"
	run edoc-route lint "$W/zone.yaml"
	is_exit 65 "zone $zone"
	has "$err" "zone.yaml:$(grep -n ^zone: "$W/zone.yaml" | cut -d: -f1):7: zone \"$zone\": no " "says where, and what it is"
done
finish
