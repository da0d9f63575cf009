#!/bin/sh
# SPDX-License-Identifier: ISC
# make demo, as a newcomer runs it; then others' tools look at what it made.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1

unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES
run make -s -C "$SRCDIR" BUILD="$BUILDDIR" SAN="$SAN" demo DEMO="$W/demo"
is_exit 0 "make demo"
has "$out" "Done.  Everything is in $W/demo" "ends and names its folder"
cp "$out" demo.out
same "$(grep -c '^\$ edoc-' demo.out)" "$(grep -c '^\$ edoc-' demo.out)" "prints its commands"
for tool in sign verify route archive; do
	has demo.out "\$ edoc-$tool " "edoc-$tool is shown at work"
done
same "$(find demo -name '.edoc-*' | grep -c .)" 0 "no temporary is left"
cd demo || exit 1

run edoc-verify --trust trust executed.asice
is_exit 0 "the executed order proves itself"
run edoc-verify --trust trust farmoish.asice
is_exit 0 "so does the order alone"
run edoc-verify --json --trust trust executed.asice
json "$out" '.route.phase == "ended" and (.route.entries | length) == 9' "nine entries, ended"
run edoc-archive verify -C archive --trust trust
is_exit 0 "the archive is whole again"

# ---- openssl verifies the ledger, entry by entry
mkdir unpacked && (cd unpacked && unzip -qq ../executed.asice)
entries=0 wrong=0
cat trust/sign/*.pem finance/conf/desk.crt justice/conf/desk.crt >ca.pem
for cms in unpacked/META-INF/edoc/ledger/*.cms; do
	entries=$((entries + 1))
	openssl cms -verify -binary -inform DER -in "$cms" -content "${cms%.cms}.json" \
		-CAfile ca.pem -purpose any -out /dev/null >ssl.out 2>&1 || {
		wrong=$((wrong + 1))
		sed 's/^/# /' ssl.out
	}
done
same "$entries $wrong" "9 0" "openssl verifies all nine signatures of the ledger"
cp unpacked/META-INF/edoc/ledger/000004-????????.json entry.json
sed -i 's/registered/regisTered/' entry.json
nok "and none over a changed entry" openssl cms -verify -binary -inform DER \
	-in "$(ls unpacked/META-INF/edoc/ledger/000004-*.cms)" -content entry.json -CAfile ca.pem \
	-purpose any -out /dev/null

# ---- xmlsec1 verifies the signatures
for s in unpacked/META-INF/signatures-*.xml; do
	ok "xmlsec1 verifies $(basename "$s")" sh -c "cd unpacked && xmlsec1 --verify \
		--enabled-key-data x509 --trusted-pem ../pki/root.pem \
		--id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties '${s#unpacked/}'"
done

# ---- names that other validators would trip over
nok "no ledger entry's name misleads other validators" sh -c \
	"cd unpacked && find META-INF/edoc | grep -iE 'signature|manifest|timestamp|evidencerecord|\.p7s$'"
finish
