#!/bin/sh
# SPDX-License-Identifier: ISC
# Death at calls that change something, of whoever makes the index, brings it up
# to date, acts on a case that it knows, or notes what was told: lists and ticks
# tell what they tell without, at once and after the same line again.
# EDOC_FAULT=all (make fault) takes each call, otherwise some of each verb.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/strace.sh"
. "$SRCDIR/tests/desks.sh"
umask 077
export EDOC_CONF="$W/edoc.conf"
echo "notice: en" >"$EDOC_CONF"

ok "two desks" desks
ok "an index" edoc-route index -C "$A"
new() { # TEXT: prints the case
	pack "$W/$1.asice" "$1"
	as dilnoza submit -C "$A" --route test.order "$W/$1.asice"
}
one=$(new one)
new two >/dev/null
edoc-route tick -C "$A" >/dev/null
pack "$W/p.asice" three
cp -a "$A" "$W/at-act"
new four >/dev/null
does zarina -C "$A" agreed "$one" >/dev/null
cp -a "$A" "$W/at-update"
rm -r "$A/index"
cp -a "$A" "$W/at-make"

T=$W/t
changes="mkdir link linkat unlink unlinkat rename renameat fsync fdatasync write pwrite64 ftruncate openat"
traced=$(echo "$changes" | tr ' ' ,)
reset() { # NAME
	rm -rf "$T"
	cp -a "$W/at-$1" "$T"
}
# What is told, without what only the disk and the index know.
lists() { # HOW
	for list in inbox "due --at 2099-01-01T00:00:00Z" "find e" status; do
		# shellcheck disable=SC2086 # words are wanted
		edoc-route $list --json $1 -C "$T" 2>&1 | sed 's/"free_bytes":[0-9]*//; s/"at":"[^"]*"//'
	done
}
same_told() { # WHAT: an index that may not be used is told of, and nothing else
	lists "" >"$W/with"
	lists --no-index >"$W/without"
	cmp -s "$W/with" "$W/without" || {
		echo "$1: $(diff "$W/with" "$W/without" | grep '^[<>]' | cut -c1-300)"
		return 1
	}
}
told() { # a submission of another second is another entry
	cat "$T"/notice/new/*.json 2>/dev/null | jq -r '[.event, .to.person, .case, .step] | join(" ")' | sort
}
points_of() { # TRACE
	awk -v desk="$T" '{
		if ($0 !~ /^[a-z0-9_]+\(/) next
		call = $0
		sub(/\(.*/, "", call)
		k = ++count[call]
		if (index($0, desk)) seen = 1
		if (seen && (call != "openat" || /O_CREAT|O_TMPFILE/)) print call, k
	}' "$1"
}
sweep() { # NAME AT CMD...
	name=$1 at=$2
	shift 2
	reset "$at"
	strace -qq -o "$W/trace" -e trace="$traced" "$@" >/dev/null 2>&1
	points_of "$W/trace" >"$W/points"
	edoc-route tick -C "$T" >/dev/null 2>&1
	told >"$W/whole"
	: >"$W/wrong"
	n_points=$(wc -l <"$W/points")
	step=$(((n_points + 19) / 20))
	[ "${EDOC_FAULT-}" != all ] || step=1
	k=0 taken=0
	while read -r call nth; do
		k=$((k + 1))
		[ $((k % step)) = 0 ] || continue
		taken=$((taken + 1))
		reset "$at"
		strace -qq -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$nth" "$@" \
			>/dev/null 2>&1 </dev/null
		same_told "killed before $call $nth" >>"$W/wrong"
		"$@" >"$W/again" 2>&1 </dev/null || echo "killed before $call $nth: again: exit $?" >>"$W/wrong"
		same_told "killed before $call $nth, and again" >>"$W/wrong"
		edoc-route tick -C "$T" >/dev/null 2>&1
		told >"$W/got"
		cmp -s "$W/got" "$W/whole" || echo "killed before $call $nth: other notices" >>"$W/wrong"
		edoc-route index -C "$T" >/dev/null 2>&1 && edoc-route index --check -C "$T" >"$W/again" 2>&1 ||
			echo "killed before $call $nth: the index is wrong" >>"$W/wrong"
	done <"$W/points"
	same "$(cat "$W/wrong")" "" "$name: killed at $taken of $n_points calls"
	ok "$name: at some" [ "$taken" -ge 3 ]
}
key="--key $K/dilnoza.p12 --pass-file $K/pass"
# The sweep sees a list that tells otherwise.
reset update
edoc-route inbox -C "$T" >/dev/null
python3 - "$T/index/cases.sqlite" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE cases SET number = 'x'")
db.commit()
END
(same_told control) >"$W/control"
has "$W/control" "control: " "an index that tells otherwise is found"

sweep "index" make edoc-route index -C "$T"
sweep "index --rebuild" update edoc-route index --rebuild -C "$T"
sweep "inbox" update edoc-route inbox -C "$T"
# shellcheck disable=SC2086 # words are wanted
sweep "submit" act edoc-route submit $key -C "$T" --route test.order "$W/p.asice"
sweep "tick" update edoc-route tick -C "$T"
finish
