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
mkdir cache box
umask 077
edoc-verify --challenge-new -q --audience https://portal.example --challenges box --lifetime 24h -o ch
openssl cms -sign -cades -binary -nodetach -outform DER -in ch -out answer.p7s -signer "$D/pki/zarina.crt" \
	-inkey "$D/pki/zarina.pem" -certfile "$D/pki/ca.pem"
rm ch
umask 022
bad_table verify
