#!/bin/sh
# SPDX-License-Identifier: ISC
# testdata/pki/mk.sh makes the whole test PKI anew, as the demonstration does.
. "$SRCDIR/tests/lib.sh"

run sh "$D/pki/mk.sh" "$W/pki"
is_exit 0 "mk.sh DIR"
names() {
	(cd "$1" && for f in *; do case $f in mk.sh | README | legacy.p12) ;; *) echo "$f" ;; esac; done)
}
same "$(names "$W/pki")" "$(names "$D/pki")" "the same files as are checked in"
for f in $(names "$D/pki"); do
	case $f in *.p12 | *.pem) base=${f%%[.]*} ;; *) continue ;; esac
	ok "README says what $f is" grep -q "${base%%-enc}" "$D/pki/README"
done
now=1780000000
ok "the usual signer's chain is good" openssl verify -attime $now -CAfile "$W/pki/root.pem" \
	-untrusted "$W/pki/ca.pem" "$W/pki/zarina.crt"
nok "not under the other root" openssl verify -attime $now -CAfile "$W/pki/other-root.pem" \
	-untrusted "$W/pki/ca.pem" "$W/pki/zarina.crt"
for p in zarina farrukh madina anvar dilnoza; do
	ok "$p.p12 opens" openssl pkcs12 -in "$W/pki/$p.p12" -passin "file:$W/pki/pass" -noout
done
same "$(stat -c %a "$W/pki/zarina.pem")" 600 "a bare key is the owner's alone"
finish
