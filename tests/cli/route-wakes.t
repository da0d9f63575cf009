#!/bin/sh
# SPDX-License-Identifier: ISC
# A tick looks at the cases of which something may have to be told, as the index
# knows them, and tells what it tells without an index.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

# All that is held of reminders and notices holds with an index, too.
for other in route-remind route-notice; do
	INDEXED=1 sh "$SRCDIR/tests/cli/$other.t" >"$W/other.out" 2>&1
	same "$?" 0 "$other.t with an index" || grep -A4 '^not ok' "$W/other.out" | sed 's/^/# /' | head -n 20
	ok "$other.t ran" grep -q "^ok [0-9]" "$W/other.out"
done

if [ -n "$SAN" ] || ! faketime '2027-01-04 10:00:00' true 2>/dev/null; then
	skip "no faketime here, or a sanitizer that does not bear it"
	finish
fi
export EDOC_CONF="$W/edoc.conf"
echo "notice: en" >"$EDOC_CONF"
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
	id=$(acts "$1" dilnoza submit --route test.order "$W/p.asice")
}
tick() { # DESK TIME: what it told, and its exit
	on "$2" edoc-route tick -C "$1" 2>&1
	echo "exit $?"
}
looked() { # TIME: how many cases a tick opens for its notices
	strace -f -qq -e trace=openat -o "$W/trace" faketime -f "$1" edoc-route tick -C "$A" >/dev/null 2>&1
	grep -c '/case/../[0-9a-f]*/pin"' "$W/trace"
}
# Both tell the same: the desk, and its copy that has no index.
both() { # TIME WHAT
	rm -rf "$W/plain"
	cp -a "$A" "$W/plain" && rm -rf "$W/plain/index"
	tick "$W/plain" "$1" >"$W/without"
	tick "$A" "$1" >"$W/with"
	ok "$2: told the same" cmp "$W/with" "$W/without"
	same "$(cd "$A/notice/new" 2>/dev/null && echo ./*)" \
		"$(cd "$W/plain/notice/new" 2>/dev/null && echo ./*)" "$2: to the same"
	rm -f "$A"/notice/new/*
}
TZ=UTC
export TZ
ok "two desks" desks
ok "an index" edoc-route index -C "$A"
begins '2027-01-04 05:00:00' one
one=$id
begins '2027-01-04 05:00:02' two
two=$id
both '2027-01-04 05:01:00' "two cases"
has "$W/with" "notice opened to zarina" "something was told"
both '2027-01-04 05:02:00' "again"
same "$(grep -c notice "$W/with")" 0 "nothing"
if command -v strace >/dev/null; then
	same "$(looked '2027-01-04 05:03:00')" 0 "an idle tick looks at no case"
	acts '2027-01-04 06:00:00' zarina "do" agreed "$two" >/dev/null
	ok "an act wakes its case" test "$(looked '2027-01-04 06:01:00')" -ge 1
	rm -f "$A"/notice/new/*
	same "$(looked '2027-01-04 06:02:00')" 0 "once"
	ok "another day all that run are looked at" test "$(looked '2027-01-05 00:30:00')" -ge 2
else
	acts '2027-01-04 06:00:00' zarina "do" agreed "$two" >/dev/null
	skip "no strace here" 4
fi
both '2027-01-06 18:59:59' "the last second of a term"
both '2027-01-06 19:00:00' "a second later"
both '2027-01-07 18:59:59' "the last second of another"
both '2027-01-07 19:00:00' "and a second later"
has "$W/with" "notice late to zarina" "it is late"
both '2027-01-07 18:00:00' "a clock that went back"
both '2027-01-08 05:00:00' "and on"

# ---- another holds the post
directory 2 '{agency: adliya, post: lawyer, holder: madina}' >"$W/d2.yaml"
sealed "$W/directory-issuer.pem" "$W/d2.yaml" "$W/d2.asice"
ok "another directory" on '2027-01-08 05:00:30' edoc-route install -C "$A" "$W/d2.asice"
both '2027-01-08 05:01:00' "another lawyer, too, in the same hour"
has "$W/with" "to madina" "who hears what waits for her"

# ---- another language; fewer notices, and more again
echo "notice: [en, tg]" >"$EDOC_CONF"
both '2027-01-08 05:02:00' "another language"
same "$(grep -c opened "$W/with" | sed 's/[1-9][0-9]*/some/')" some "in which all is told again"
: >"$EDOC_CONF"
both '2027-01-08 05:03:00' "nobody asks for notices"
begins '2027-01-08 05:04:00' three
both '2027-01-08 05:05:00' "nor of a new case"
echo "notice: en" >"$EDOC_CONF"
both '2027-01-08 05:06:00' "somebody does"
has "$W/with" "case $(echo "$id" | cut -c1-12)" "and hears of what he missed"

# ---- the index is lost, made anew, not to be written
edoc-route index --rebuild -C "$A" >/dev/null
acts '2027-01-08 06:00:00' zarina "do" agreed "$one" >/dev/null
both '2027-01-08 06:01:00' "an index made anew"
run edoc-route index --check -C "$A"
is_exit 0 "what is told is no difference between two indexes"
python3 - "$A/index/cases.sqlite" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("DROP TABLE wakes")
db.commit()
END
both '2027-01-08 07:00:00' "an index without a table"
rm -rf "$A/index"
both '2027-01-10 19:00:00' "no index"

# ---- a file that another process has locked is read
edoc-route index -C "$A" >/dev/null
tick "$A" '2027-01-10 20:00:00' >/dev/null
begins '2027-01-10 20:00:02' four
# shellcheck disable=SC2016
flock "$A/index/lock" sh -c 'touch "$1/held"; while [ -e "$1/held" ]; do sleep 0.05; done' sh "$W" &
while [ ! -e "$W/held" ]; do sleep 0.05; done
both '2027-01-10 20:01:00' "while another writes the index"
rm "$W/held"
wait
has "$W/with" "case $(echo "$id" | cut -c1-12)" "a new case is told of"
both '2027-01-10 20:02:00' "and after that"

# ---- weeks later it is quiet
both '2027-02-20 05:00:00' "weeks later"
both '2027-02-21 05:00:00' "and another day"
finish
