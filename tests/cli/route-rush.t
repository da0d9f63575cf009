#!/bin/sh
# SPDX-License-Identifier: ISC
# Sixteen at once on one case and on one book, some killed in the middle: no
# number is lost, given twice or left out.
# EDOC_RUSH=N cases each (make rush: 1,000), EDOC_RUSH_CASE=N acts each on one.
# Syncing is what takes time; a file system in memory has none to wait for.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

ok "two desks" desks
{
	cat <<'END'
format: edoc-route/1
route: test.rush
version: 1
title: {en: Sixteen take numbers at once}
basis: made for tests
issued-by: the tests
date: 2026-01-05
calendar: test
zone: Asia/Dushanbe

roles:
  clerk: {agency: adliya, post: clerk}

steps:
  - id: rush
    do: parallel
    branches:
END
	for w in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
		cat <<END
      w$w:
        steps:
          - id: work
            do: register
            by: clerk
            times: 1000
            book: {name: rush, number: "{seq}/{year}"}
            outcomes: {registered: {then: work}, done: {leave: pass}}
END
	done
	cat <<'END'
    join: {pass: all}
  - {id: archive, do: archive, by: clerk, end: executed}
END
} >"$W/rush.yaml"
chmod 600 "$W"/*.pem
sealed "$W/route-issuer.pem" "$W/rush.yaml" "$W/rush.asice"
ok "a route where sixteen may act" edoc-route install -C "$A" "$W/rush.asice"
cp -a "$A" "$W/c"

few=2
[ -z "$SAN" ] || few=1
run python3 -B "$SRCDIR/tests/rush.py" "$A" "$K" case "${EDOC_RUSH_CASE:-$few}"
is_exit 0 "one case: every act is there once, as it was acknowledged"
sed 's/^/# /' "$out" "$err"
case=$(find "$A/case" -mindepth 2 -maxdepth 2 -exec basename {} \;)
run edoc-route verify -C "$A" "$case"
is_exit 2 "the ledger is sound"
run python3 -B "$SRCDIR/tests/rush.py" "$W/c" "$K" book "${EDOC_RUSH:-$((few * 2))}"
is_exit 0 "one book: as many numbers as cases, from 1, each once"
sed 's/^/# /' "$out" "$err"

# The judge of this test sees what is wrong.
run python3 -B "$SRCDIR/tests/rush.py" "$A" "$K" look "$A.case.record"
is_exit 0 "what was written down can be judged again"
book=$(echo "$A"/reg/rush/*)
mv "$book/000003" "$book/.3"
run python3 -B "$SRCDIR/tests/rush.py" "$A" "$K" look "$A.case.record"
is_exit 1 "a number that is lost is found"
mv "$book/.3" "$book/000003"
log=$(find "$A/case" -name log)
rm "$log/$(find "$log" -type f -exec basename {} \; | sort | tail -n 1)"
run python3 -B "$SRCDIR/tests/rush.py" "$A" "$K" look "$A.case.record"
is_exit 1 "and an act that is lost"
has "$out" "was acknowledged, and is not there" "by its name"
finish
