#!/bin/sh
# SPDX-License-Identifier: ISC
# smoke.sh BUILD [JOBS]: each fuzz target for a minute (EDOC_FUZZ_SECONDS), from
# its seeds.  A crash, a hang (10 s for one input), a leak or more than 2 GiB is
# a failed run; the input stays in BUILD/crashes.  JOBS=1 where the machine is
# busy: ten seconds are of the clock.
set -eu
: "${SRCDIR:?run me through make fuzz-smoke}"
build=$1 jobs=${2:-2} seconds=${EDOC_FUZZ_SECONDS:-60}
mkdir -p "$build/crashes"
list=$(find "$build" -maxdepth 1 -name 'fuzz-*' -type f -perm -u+x | LC_ALL=C sort)
[ -n "$list" ] || {
	echo "fuzz-smoke: no fuzzers in $build" >&2
	exit 1
}
W=$(mktemp -d "${TMPDIR:-/tmp}/edoc-fuzz.XXXXXX")
trap 'rm -rf "$W"' EXIT

# shellcheck disable=SC2016 # the inner shell expands
echo "$list" | W=$W BUILD=$build SECONDS_EACH=$seconds xargs -P "$jobs" -n 1 sh -c '
	name=${1##*/fuzz-}
	mkdir "$W/$name"
	seeds=$SRCDIR/testdata/fuzz/$name
	[ -d "$seeds" ] || seeds=
	if timeout -k 5 $((SECONDS_EACH + 120)) "$1" -max_total_time="$SECONDS_EACH" -timeout=10 \
		-rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$BUILD/crashes/$name-" \
		"$W/$name" $seeds >"$W/$name.log" 2>&1; then
		runs=$(sed -n "s/^stat::number_of_executed_units: //p" "$W/$name.log")
		echo "ok   $name: $runs inputs"
	else
		echo "FAIL $name"
		tail -n 40 "$W/$name.log"
		: >"$W/failed"
	fi
' fuzz-smoke
[ ! -e "$W/failed" ]
