#!/bin/sh
# SPDX-License-Identifier: ISC
# make bench: whole-process times beside floors of the same machine and run.
# Prints medians and ratios; asserts nothing, machines are noisy.  Then one large
# package, EDOC_BENCH_MIB (1024), and many in one run, EDOC_BENCH_N (10,000).
set -eu
: "${SRCDIR:?run me through make bench}"
W=$(mktemp -d "${TMPDIR:-/tmp}/edoc-bench.XXXXXX")
trap 'rm -rf "$W"' EXIT
head -c 102400 /dev/urandom >"$W/100k.bin"
head -c 104857600 /dev/urandom >"$W/100m.bin"
key="--key $SRCDIR/testdata/pki/zarina.p12 --pass-file $SRCDIR/testdata/pki/pass"
# shellcheck disable=SC2086 # words are wanted
edoc-sign sign $key -o "$W/100k.asice" "$W/100k.bin"
# shellcheck disable=SC2086
edoc-sign sign $key -o "$W/100m.asice" "$W/100m.bin"
W=$W KEY=$key TRUST="$SRCDIR/testdata/pki/root.pem" python3 -B "$SRCDIR/tests/bench/bench.py"
echo
rm -f "$W"/*.bin "$W"/*.asice
W=$W KEY=$key TRUST="$SRCDIR/testdata/pki/root.pem" python3 -B "$SRCDIR/tests/bench/levels.py"
rm -f "$W"/*.bin "$W"/*.asice
echo
W=$W python3 "$SRCDIR/tests/bench/batch.py"
echo
W=$W python3 "$SRCDIR/tests/bench/signmany.py"
