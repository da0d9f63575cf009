#!/bin/sh
# SPDX-License-Identifier: ISC
# Bad input: edoc-verify.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/bad.sh"
mkdir "$W/s" && cd "$W/s" || exit 1
cp "$D/good/order.asice" p.asice
printf 'p.asice\n' >list
printf 'p.asice\0' >list0
printf 'lang: en\ntrust: %s/pki/root.pem\n' "$D" >edoc.conf
cp "$SRCDIR/profiles/policies/strict.yaml" policy.yaml
cp "$D/pki/zarina.crt" signers.pem
mkdir cache
bad_table verify
