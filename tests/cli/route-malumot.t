#!/bin/sh
# SPDX-License-Identifier: ISC
# The shipped route for changes of a participant's data: five days.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/ready.sh"

ok "two desks" ready uz-malumot \
	"agency: adliya, post: mas'ul xodim, holder: zarina" \
	"agency: adliya, post: ro'yxatga oluvchi, holder: madina"

pack "$W/p.asice"
# shellcheck disable=SC2086,SC2154 # words of ready.sh
run act '2026-12-07 05:00:00' dilnoza submit --route "$name" $said --field what=address "$W/p.asice"
is_exit 65 "A29: the day of the change is said"
# shellcheck disable=SC2086,SC2154 # words of ready.sh
run act '2026-12-07 05:00:00' dilnoza submit --route "$name" $said --field what=address \
	--field changed-on=2026-02-30 "$W/p.asice"
nok "and is a day" test "$status" = 0
begin '2026-12-07 05:00:00' kept what=address changed-on=2026-12-02
due 2026-12-07T06:00:00Z >"$W/due"
has "$W/due" "term change: until Sat 12 Dec 2026" "A29: five days end on a Saturday that is worked"
took '2026-12-09 18:59:59' zarina confirmed "checked in two working days"
no 77 '2026-12-10 05:00:00' zarina registered "who checked does not enter it"
took '2026-12-12 18:59:59' madina registered "A29: entered in the last second"
has "$out" "number I-000001/2026" "with a number"
took '2026-12-14 05:00:00' zarina archived "filed"
proved "" "proved"
entry=$(unzip -Z1 "$W/out.asice" | grep 'ledger/000001-........[.]json')
day=$(unzip -p "$W/out.asice" "$entry" | jq -r '.fields["changed-on"]')
same "$day" 2026-12-02 "the day of the change is in the first entry"
same "$(edoc-route calendar due --from "$day" --within 5d --roll none)" 2026-12-07 \
	"A29: the participant kept his five days, to the day"

begin '2026-12-07 05:00:00' late what=name changed-on=2026-12-01
act '2026-12-09 05:00:00' zarina "do" confirmed "$id" >/dev/null
took '2026-12-12 19:00:00' madina registered "a second later"
act '2026-12-14 05:00:00' zarina "do" archived "$id" >/dev/null
proved "route.late route.overdue" "is overdue"
begin '2026-12-07 05:00:00' false what=certificate changed-on=2026-12-01
no 65 '2026-12-09 05:00:00' zarina refused "refused for one of two reasons"
took '2026-12-09 05:00:00' zarina refused "refused" --reason not-his-data
proved "" "proved"
finish
