#!/bin/sh
# SPDX-License-Identifier: ISC
# Files that others made, with the verdicts that their own tests assert: how
# far we agree, and nowhere unsafe.  What differs on purpose is written up in
# edoc-conformance(7), and listed here by name.
. "$SRCDIR/tests/lib.sh"

C=$SRCDIR/../shared/corpora

# SET FLOOR: at least so many rows agree.  A floor is raised as it grows.
corpus() {
	if ! [ -e "$C/score.py" ] || ! [ -d "$C/$1" ]; then
		skip "no corpus at ../shared/corpora/$1" 3
		return
	fi
	python3 -B "$SRCDIR/tests/corpora.py" "$1" "$C" >"$W/$1" 2>"$W/err" || {
		sed 's/^/# /' "$W/err"
		result 1 "$1: scored"
		return
	}
	grep '^#' "$W/$1"
	last=$(tail -n 1 "$W/$1")
	agreed=${last#AGREED } agreed=${agreed%% *}
	same "${last##* }" 0 "$1: no unsafe answer"
	ok "$1: $last, at least $2 agree" test "$agreed" -ge "$2"
	grep '^# \(differs\|UNSAFE\)' "$W/$1" | sed 's/^# [A-Za-z]*: //; s/: label.*//' | sort -u >"$W/$1.differ"
	grep "^$1 " "$SRCDIR/tests/corpora-differ" | cut -d' ' -f2- | sort -u >"$W/$1.known"
	comm -23 "$W/$1.differ" "$W/$1.known" | sed 's/^/# not written up: /'
	ok "$1: what differs is written up" test -z "$(comm -23 "$W/$1.differ" "$W/$1.known")"
}

corpus dss 286
corpus xroad 12
corpus zip 27
finish
