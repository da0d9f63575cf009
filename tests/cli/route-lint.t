#!/bin/sh
# SPDX-License-Identifier: ISC
# What lint says of routes: terms against clocks.
. "$SRCDIR/tests/lib.sh"
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
finish
