#!/bin/sh
# SPDX-License-Identifier: ISC
# Bad input, bad disks, bad moments: every verb of edoc-sign.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/bad.sh"
mkdir "$W/s" "$W/s/out" && cd "$W/s" || exit 1
printf 'text\n' >a.txt
head -c 20000 /dev/urandom >b.bin
cp "$D/good/order.asice" p.asice
cp "$D/good/anvar.asice" q.asice
edoc-sign cms -q --key "$D/pki/zarina.p12" --pass-file "$D/pki/pass" -o bare.p7s b.bin
edoc-sign xades -q --key "$D/pki/zarina.p12" --pass-file "$D/pki/pass" -o bare.xml b.bin
printf 'p.asice\n' >list
printf 'q.asice\n' >list2
printf '<matn>\n <x>1</x>\n</matn>\n' >a.xml
edoc-sign card --new order | sed "s/<YYYY-MM-DD>/2026-11-22/; s/<.*>/x/" >card.yaml
printf 'lang: en\ntrust: %s/pki/root.pem\n' "$D" >edoc.conf
cp "$SRCDIR/profiles/policies/strict.yaml" policy.yaml
{
	printf 'format: edoc-signing/1\nname: p\ntitle: T\nissued-by: me\nbasis: none\ndate: 2026-11-23\n'
	printf 'role: head\nsigner: {country: TJ}\n'
} >profile.yaml
grep -v '^role\|^signer' profile.yaml >blank.yaml
cp "$D/good/order.asice" r.asice
edoc-sign prepare -q r.asice --cert "$D/pki/anvar.crt" -o r.req --raw r.raw
openssl dgst -sha384 -sign "$D/pki/anvar.key" -out r.value r.raw
edoc-sign prepare -q r.asice --cert "$D/pki/anvar.crt" --signature-policy 1.2.3=a.txt -o r2.req --raw r2.raw
openssl dgst -sha384 -sign "$D/pki/anvar.key" -out r2.value r2.raw
rm r.raw r2.raw
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout to.key -out to.crt \
	-subj /CN=to -days 30 -addext basicConstraints=critical,CA:FALSE \
	-addext keyUsage=critical,keyAgreement 2>/dev/null
cat to.key to.crt >to.pem
openssl pkey -in to.key -aes256 -passout pass:edoc -out locked.key
printf 'lang: en\n' >plain.conf
mkdir cache
edoc-sign encrypt -q --to to.crt b.bin -o sealed.p7m
# A module that works, where there is one: keys --module.
for m in /usr/lib/softhsm/libsofthsm2.so /usr/lib64/softhsm/libsofthsm2.so; do
	[ ! -e "$m" ] || cp "$m" module.so
done
mkdir "$W/tokens"
printf 'directories.tokendir = %s/tokens\n' "$W" >"$W/softhsm2.conf"
export SOFTHSM2_CONF="$W/softhsm2.conf"
bad_table sign
