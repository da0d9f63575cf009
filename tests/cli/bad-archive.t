#!/bin/sh
# SPDX-License-Identifier: ISC
# Bad input and bad disks: every verb of edoc-archive.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/bad.sh"
mkdir "$W/s" && cd "$W/s" || exit 1
T="--trust $D/pki/root.pem"
cp "$D/good/order.asice" p.asice
cp "$D/good/anvar.asice" q.asice
printf 'q.asice\n' >list
printf 'p.asice\n' >ids
printf 'lang: en\ntrust: %s/pki/root.pem\narchive: %s/root\n' "$D" "$PWD" >edoc.conf
cp "$SRCDIR/profiles/policies/strict.yaml" policy.yaml
# shellcheck disable=SC2086 # $T is words
edoc-archive init -C root && edoc-archive ingest -C root $T p.asice >/dev/null || exit 1
edoc-archive init -C signed --key "$D/pki/zarina.p12" --pass-file "$D/pki/pass" || exit 1
edoc-archive init -C other --key "$D/pki/anvar.key" --cert "$D/pki/anvar.crt" --chain "$D/pki/ca.pem" || exit 1
bad_table archive
