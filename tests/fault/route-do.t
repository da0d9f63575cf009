#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2317
# Death, a full disk and a read-only one at every write of the acts: the same
# line again finishes the work, once.
# Syncing is what takes time; a file system in memory has none to wait for.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

ok "two desks" desks
pack "$W/p.asice"
cp -a "$A" "$W/at-submit"
id=$(as dilnoza submit -C "$A" --route test.order "$W/p.asice")
cp -a "$A" "$W/at-agree"
does zarina agreed -C "$A" "$id" >/dev/null
cp -a "$A" "$W/at-sign"
does madina signed -C "$A" "$id" >/dev/null
cp -a "$A" "$W/at-register"
does zarina registered -C "$A" "$id" >/dev/null
cp -a "$A" "$W/at-send"
edoc-route send -C "$A" >/dev/null
sent=$(echo "$A"/out/moliya/new/*.asice)
T=$W/t R=$W/b2

reset() { # DESK: a fresh copy at $T (hard links kept), the other desk at $R
	rm -rf "$T" "$R"
	cp -a "$1" "$T"
	cp -a "$B" "$R"
}
logs() {
	find "$1/case" -path '*/log/*' 2>/dev/null | wc -l
}

# ---- kill -9 before every call that changes anything ----

# make fault kills at every call; otherwise at every STRIDE-th.
[ "${EDOC_FAULT-}" != all ] || SWEEP=1
calls="mkdir link unlink rename fsync write openat"
sweep() { # STRIDE WHAT FROM CHECK CMD...: CMD acts on $T (or $R)
	stride=${SWEEP:-$1}
	shift
	what=$1 from=$2 check=$3
	shift 3
	reset "$from"
	strace -f -qq -o "$W/trace" -e trace="$(echo "$calls" | tr ' ' ,)" "$@" >/dev/null 2>&1 || {
		result 1 "$what runs under strace"
		return
	}
	points=0 wrong=0
	for call in $calls; do
		last=$(grep -c " $call(" "$W/trace")
		k=1
		# The dynamic linker and the catalogues open much before main().
		[ "$call" != openat ] || k=$(grep " openat(" "$W/trace" | grep -n -m 1 "$W" | cut -d: -f1)
		while [ "$k" -le "$last" ]; do
			reset "$from"
			strace -f -qq -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$k" \
				"$@" >/dev/null 2>&1
			points=$((points + 1)) k=$((k + stride))
			if ! { "$@" >"$W/again" 2>&1 && "$check"; }; then
				wrong=$((wrong + 1))
				echo "# killed before $call $((k - stride)):"
				sed 's/^/#   /' "$W/again"
			fi
		done
	done
	echo "# $what: $points points"
	result "$((wrong != 0 || points < 8))" "$what: killed before a call, the same line again finishes it once"
}
sound() { # DESK ENTRIES
	edoc-route verify -C "$1" "$id" >"$W/again" 2>&1
	[ $? = 2 ] && [ "$(logs "$1")" = "$2" ]
}
registered() {
	sound "$T" 4 && [ "$(cd "$T/reg" && find . -type f)" = "./orders/$year/000001" ]
}
submitted() {
	sound "$T" 1
}
agreed() {
	sound "$T" 2
}
signed() {
	sound "$T" 3
}
was_sent() {
	sound "$T" 5 && [ "$(find "$T/out" -type f | wc -l)" = 1 ]
}
was_received() {
	sound "$R" 6 && [ "$(find "$R/out" -type f | wc -l)" = 1 ]
}
year=$(TZ=Asia/Dushanbe date +%Y)
# LeakSanitizer cannot run under ptrace.
traced() {
	[ -z "$SAN" ] && strace -qq -o /dev/null true 2>/dev/null
}
if traced; then
	key() { # WHO
		echo "--key $K/$1.p12 --pass-file $K/pass"
	}
	# shellcheck disable=SC2046
	sweep 3 submit "$W/at-submit" submitted edoc-route submit $(key dilnoza) -C "$T" \
		--route test.order "$W/p.asice"
	# shellcheck disable=SC2046
	sweep 3 agree "$W/at-agree" agreed edoc-route "do" $(key zarina) -C "$T" agreed "$id"
	# shellcheck disable=SC2046
	sweep 3 sign "$W/at-sign" signed edoc-route "do" $(key madina) -C "$T" signed "$id"
	# shellcheck disable=SC2046
	sweep 1 register "$W/at-register" registered edoc-route "do" $(key zarina) -C "$T" registered "$id"
	sweep 3 send "$W/at-send" was_sent edoc-route send -C "$T" "$id"
	sweep 5 receive "$W/at-send" was_received edoc-route receive -C "$R" "$sent"
else
	skip "strace cannot trace here, or a sanitizer that does not bear it" 6
fi

# ---- errors of the disk ----

if traced; then
	for call in fsync link write; do
		reset "$W/at-register"
		run strace -f -qq -o /dev/null -e trace="$call" -e inject="$call:error=EIO:when=1" \
			edoc-route "do" --key "$K/zarina.p12" --pass-file "$K/pass" -C "$T" registered "$id"
		nok "an I/O error of $call is no success" test "$status" = 0
		same "$(find "$T/tmp" -type f | wc -l)" 0 "nothing is left in tmp/ after it"
		does zarina registered -C "$T" "$id" >"$W/again" 2>&1
		ok "the same line finishes the work" registered
	done
else
	skip "strace cannot trace here, or a sanitizer that does not bear it" 9
fi

mkdir "$W/small"
if mount -t tmpfs -o size=160k none "$W/small" 2>/dev/null; then
	cp -a "$W/at-register" "$W/small/desk"
	dd if=/dev/zero of="$W/small/fill" bs=1k 2>/dev/null
	run does zarina registered -C "$W/small/desk" "$id"
	is_exit 74 "a full disk"
	same "$(logs "$W/small/desk")" 3 "no entry"
	rm "$W/small/fill"
	run does zarina registered -C "$W/small/desk" "$id"
	is_exit 0 "with room again the same line does it"
	has "$out" "number 0001/$year" "with the number that was next"
	mount -o remount,ro "$W/small"
	run edoc-route show -C "$W/small/desk" "$id"
	is_exit 0 "a desk on a read-only disk can be looked at"
	run edoc-route send -C "$W/small/desk" "$id"
	nok "but not acted on" test "$status" = 0
	has "$err" "ead-only" "and the message says why"
	umount "$W/small"
else
	skip "no tmpfs can be mounted here" 7
fi
run sh -c "edoc-route inbox -C '$A' --json >/dev/full"
is_exit 0 "an empty inbox has nothing to lose"
run sh -c "edoc-route log -C '$A' $id >/dev/full"
is_exit 74 "a log that is lost on a full disk is not success"
finish
