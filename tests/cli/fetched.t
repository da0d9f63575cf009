#!/bin/sh
# SPDX-License-Identifier: ISC
# What a package lacks comes over the network, end to end: certificates of
# authorities (caIssuers), CRLs, for signers and for TSAs; each is fetched once.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
. "$SRCDIR/tests/pki.sh"
export EDOC_CONF="$PKI/edoc.conf"
printf 'matn\n' >a.txt
cat "$PKI/zarina.key" "$PKI/zarina.crt" >alone.pem # and no certificate of its CA
sign() { # PKG KEY [OPTION...]
	pkg=$1 key=$2
	shift 2
	edoc-sign sign -q --key "$key" -o "$pkg" "$@" a.txt || exit 1
}
online() {
	: >"$PKI/hits"
	run edoc-verify --cache kept --online --json "$@"
}
offline() {
	: >"$PKI/hits"
	run edoc-verify --cache kept --offline --json "$@"
}
hits() { # what was asked since, and how often
	sort "$PKI/hits" | uniq -c | awk '{printf "%s%s %s", n++ ? ", " : "", $3, $1}'
}
says() { # the sub-indication, or else the indication
	same "$(jq -r '.signatures[0] | .subindication // .indication' "$out")" "$1" "$1"
}
sign alone.asice alone.pem
sign crl.asice "$PKI/crl.pem"
for level in T LT LTA; do
	sign tsa-$level.asice alone.pem --level $level --tsa "$URL/tsa-alone"
done
mkdir many
for k in 1 2 3 4 5 6 7 8; do
	sign many/crl$k.asice "$PKI/crl.pem"
	sign many/alone$k.asice alone.pem
done
sleep 1.1 # an answer is to be younger than the signature

# ---- the CA's certificate
offline alone.asice
is_exit 2 "without the CA's certificate, offline"
says NO_CERTIFICATE_CHAIN_FOUND
same "$(hits)" "" "nobody is asked"
for how in absent html other; do
	pki_says issuer=$how
	rm -rf kept
	online alone.asice
	is_exit 2 "issuer=$how"
	says NO_CERTIFICATE_CHAIN_FOUND
done
pki_says
rm -rf kept
online alone.asice
is_exit 0 "asked, it comes by caIssuers"
same "$(hits)" "/ca/ca.der 1, /crl/root.crl 1, /ocsp 1" "one request each"
offline alone.asice
is_exit 0 "offline the cache has it all"
same "$(hits)" "" "and nobody is asked"

# ---- CRLs alone
for how in absent expired html; do
	pki_says crl=$how
	rm -rf kept
	online crl.asice
	is_exit 2 "crl=$how"
	says TRY_LATER
done
pki_says revoked=crl since=200101000000Z
rm -rf kept
online crl.asice
is_exit 2 "revoked, says the CRL"
says REVOKED_NO_POE
pki_says
rm -rf kept
online crl.asice
is_exit 0 "a certificate that names CRLs only"
same "$(hits)" "/crl/ca.crl 1, /crl/root.crl 1" "one request each"
json "$out" '.signatures[0].signer.certificates[0].revocation.by == "CRL"' "and says by what"

# ---- a TSA whose CA is not in the token
rm -rf kept
offline tsa-T.asice
is_exit 2 "signer and TSA without their CA"
says NO_CERTIFICATE_CHAIN_FOUND
online tsa-T.asice
is_exit 0 "both come by caIssuers"
same "$(hits)" "/ca/ca.der 1, /crl/root.crl 1, /ocsp 2" "the CA once for both"
json "$out" '.signatures[0].timestamps[0].indication == "PASSED"' "the time-stamp holds"
rm -rf kept
pki_says ocsp=500
online tsa-T.asice
is_exit 0 "CRLs, where the responder fails"
json "$out" '.signatures[0].timestamps[0].chain[0].revocation.by == "CRL"' "the TSA's too"
pki_says
for level in LT LTA; do
	rm -rf kept
	offline tsa-$level.asice
	is_exit 0 "at $level the CA is inside"
done

# ---- a batch: each once, whatever the number of processes
for j in 1 2; do
	rm -rf kept
	online -j $j many
	is_exit 0 "sixteen in $j processes"
	same "$(jq -r .indication "$out" | sort | uniq -c | xargs)" "16 TOTAL-PASSED" "all pass"
	same "$(hits)" "/ca/ca.der 1, /crl/ca.crl 1, /crl/root.crl 1, /ocsp 1" "each is fetched once"
done
# ---- a responder that answers nothing useful does not hide the CRL beside it
for word in trylater html unknown other; do
	pki_says "ocsp=$word"
	printf 'x\n' >useless.txt
	rm -f useless.asice
	run edoc-sign sign --key "$PKI/zarina.pem" --level LT --tsa "$URL/tsa" -o useless.asice useless.txt
	is_exit 0 "OCSP says $word: the CRL is asked"
	run edoc-verify --trust "$PKI/root.pem" --require LT useless.asice
	is_exit 0 "and makes it LT"
done
pki_says
finish
