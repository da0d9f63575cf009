#!/bin/sh
# SPDX-License-Identifier: ISC
# make bench-route: what a desk of EDOC_BENCH_N (1,000) cases and one of ten
# times as many take for the verbs that go through all of them, with the index
# and without, beside two floors of the same machine and run: find(1) over the
# case folders, and cat(1) of all logs; a third for who asks the index: all of its
# rows counted.  120 agencies, 267 services; one case in
# twenty waits for somebody.  Wants faketime(1).  Prints seconds and MiB (of which 13 are the
# interpreter's that starts them); asserts nothing.
set -eu
: "${SRCDIR:?run me through make bench-route}"
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"
N=${EDOC_BENCH_N:-1000}
ROUTES=267

# Cases of weeks ago need keys, routes and a directory of before.
LD_PRELOAD=$(faketime -f '-60d' printenv LD_PRELOAD) FAKETIME=-60d
export LD_PRELOAD FAKETIME
desks 2>/dev/null
{
	directory 2
	awk 'BEGIN { for (i = 2; i < 120; i++) printf "  - {id: a%d, title: Agency %d}\n", i, i }' >"$W/more"
} >"$W/d2"
sed "/{id: moliya, title/r $W/more" "$W/d2" >"$W/directory.yaml"
sealed "$W/directory-issuer.pem" "$W/directory.yaml" "$W/d2.asice" 2>/dev/null
edoc-route install -C "$A" "$W/d2.asice" >/dev/null
openssl pkcs12 -in "$K/dilnoza.p12" -passin "file:$K/pass" -nodes 2>/dev/null >"$W/author.pem"
chmod 600 "$W/author.pem"
i=0
while [ "$i" -lt $ROUTES ]; do
	sed -n '1,/^separate/p' "$D/route/order.yaml" |
		sed "s/test.order/bench.$i/; /^separate/d; /^  \(head\|desk\|receiver\):/d" >"$W/r.yaml"
	cat >>"$W/r.yaml" <<END
steps:
  - id: agree
    do: agree
    by: lawyer
    within: 3wd
    outcomes:
      agreed: {}
      refused: {end: refused, reason: required}
  - id: register
    do: register
    by: clerk
    within: 1wd
    book: {name: bench-$i, number: "{seq:4}/{year}"}
    end: registered
END
	sealed "$W/route-issuer.pem" "$W/r.yaml" "$W/r.asice" 2>/dev/null
	edoc-route install -C "$A" "$W/r.asice" >/dev/null
	rm "$W/r.asice"
	i=$((i + 1))
done
unset LD_PRELOAD FAKETIME

row() { # WHAT COMMAND...: the better of two runs
	timed 2 "$@"
}
once() {
	timed 1 "$@"
}
timed() { # RUNS WHAT COMMAND...
	python3 -B - "$@" <<'END'
import resource, subprocess, sys, time
def run():
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(sys.argv[3:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss / 1024
wall, cpu, most = min(run() for _ in range(int(sys.argv[1])))
print(f"{sys.argv[2]:34} {wall:9.3f} s {cpu:9.3f} s CPU {most:7.1f} MiB", flush=True)
END
}
measure() { # CASES
	echo "$1 cases, $((($1 + 19) / 20)) of them open"
	row "find(1) over the folders" find "$A/case" -name 000001
	row "cat(1) of all logs" sh -c "find '$A/case' -path '*/log/*' -type f -print0 | xargs -0 cat"
	for verb in "inbox" "inbox --who $W/zarina.crt" "due" "find order" "find 0123" "status"; do
		# shellcheck disable=SC2086 # words are wanted
		[ "$1" -gt 20000 ] || row "$verb, no index" edoc-route $verb --no-index -C "$A"
	done
	row "index --rebuild" edoc-route index --rebuild -C "$A"
	row "sqlite: count of the index's rows" python3 -c "import sqlite3
print(sqlite3.connect('file:$A/index/cases.sqlite?mode=ro', uri=True).execute('SELECT count(*), sum(length(head)) FROM cases').fetchone())"
	for verb in "inbox" "inbox --who $W/zarina.crt" "due" "find order" "find 0123" "status"; do
		# shellcheck disable=SC2086
		row "$verb" edoc-route $verb -C "$A"
	done
	once "tick, the first (a checkpoint, all notices)" edoc-route tick -C "$A"
	row "tick, idle" edoc-route tick -C "$A"
	once "checkpoint, nothing new" edoc-route checkpoint -C "$A"
	[ "$1" -gt 20000 ] || once "audit" edoc-route audit -C "$A"
	echo "index: $(($(wc -c <"$A/index/cases.sqlite") / $1)) bytes a case"
}
bench-cases "$A" "$W/author.pem" "$K/zarina.pem" "$N" $ROUTES
measure "$N"
rm -rf "$A/case" "$A/index" "$A/reg" "$A/head" "$A/notice" && mkdir "$A/case" "$A/reg"
bench-cases "$A" "$W/author.pem" "$K/zarina.pem" "$((N * 10))" $ROUTES
echo
measure "$((N * 10))"
