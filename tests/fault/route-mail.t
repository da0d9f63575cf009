#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2317
# Death at every write of what a desk does by itself: the next tick, the next
# backup finishes it, and nothing is done twice.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

export EDOC_CONF="$W/edoc.conf"
mkdir "$W/wire"
printf 'transport: [cp, -t, %s]\nnotice: en\n' "$W/wire" >"$EDOC_CONF"
ok "two desks" desks
sealed "$W/route-issuer.pem" "$D/route/answer.yaml" "$W/answer.asice"
edoc-route install -C "$A" "$W/answer.asice" >/dev/null
pack "$W/p.asice"
id=$(as dilnoza submit -C "$A" --route test.answer "$W/p.asice")
T=$W/t
reset() {
	rm -rf "$T" "$W/copy" "$W/back" "$W/wire"/*
	cp -a "$A" "$T"
}
# make fault kills at every call; otherwise at every STRIDE-th.
[ "${EDOC_FAULT-}" != all ] || SWEEP=1
sweep() { # STRIDE WHAT CHECK CMD...
	stride=${SWEEP:-$1} what=$2 check=$3
	shift 3
	reset
	strace -qq -o "$W/trace" -e trace=mkdir,link,unlink,rename,fsync,write "$@" >/dev/null 2>&1
	points=0 wrong=0
	for call in mkdir link unlink rename fsync write; do
		last=$(grep -c "^$call(" "$W/trace")
		k=1
		while [ "$k" -le "$last" ]; do
			reset
			strace -qq -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$k" "$@" >/dev/null 2>&1
			points=$((points + 1))
			"$check" >"$W/again" 2>&1 || {
				wrong=$((wrong + 1))
				echo "# killed before $call $k:"
				sed 's/^/#   /' "$W/again"
			}
			k=$((k + stride))
		done
	done
	echo "# $what: $points points"
	result "$((wrong != 0 || points < 8))" "$what: killed before a call, the next one finishes it"
}
ticked() {
	edoc-route tick -C "$T" && edoc-route tick -C "$T" || return 1
	[ "$(find "$T/case" -path '*/log/*' | wc -l)" = 2 ] && [ "$(find "$W/wire" -type f | wc -l)" = 1 ] &&
		[ "$(find "$T/out/moliya/sent" -type f | wc -l) $(find "$T/out/moliya/new" -type f | wc -l)" = "1 0" ] &&
		[ "$(find "$T/notice/new" -name '*.json' | wc -l) $(find "$T/notice/new" -name '*.txt' | wc -l)" = "2 2" ] &&
		[ "$(find "$T/notice/wait" -type f | wc -l)" = 0 ]
}
backed_up() { # a copy that was cut short is none
	if [ -e "$W/copy/backup.json" ]; then
		edoc-route restore -C "$W/back" "$W/copy" && edoc-route show -C "$W/back" "$id"
	else
		! edoc-route restore -C "$W/back" "$W/copy" && [ ! -e "$W/back" ]
	fi
}
restored() { # a restoration that was cut short is no desk, or a held one
	if [ -e "$T/back/conf/desk.yaml" ]; then
		edoc-route send -C "$T/back" "$id"
		[ $? = 77 ]
	else
		edoc-route show -C "$T/back" "$id"
		[ $? = 66 ]
	fi
}
if [ -z "$SAN" ] && strace -qq -o /dev/null true 2>/dev/null; then
	sweep 4 tick ticked edoc-route tick -C "$T"
	sweep 9 backup backed_up edoc-route backup -C "$T" "$W/copy"
	edoc-route backup -C "$A" "$W/kept" >/dev/null
	sweep 9 restore restored edoc-route restore -C "$T/back" "$W/kept"
else
	skip "strace cannot trace here, or a sanitizer that does not bear it" 3
fi
finish
