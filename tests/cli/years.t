#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2046,SC2086 # words are wanted
# Years later, by faketime(1): a signer's certificate of one year, a TSA's of
# five, a CA's of ten.  LT holds while the TSA's is valid, LTA as long as it is
# renewed in time (EN 319 102-1 5.6).
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
if [ -n "$SAN" ] || ! faketime -f +2y true 2>/dev/null; then
	echo "1..0 # SKIP no faketime here, or a sanitizer that does not bear it"
	exit 0
fi
PKI_DAYS="zarina=365 tsa=1825 root=11000"
. "$SRCDIR/tests/pki.sh"
export EDOC_CONF="$PKI/edoc.conf"
printf 'matn\n' >a.txt
key="--key $PKI/zarina.pem --tsa $URL/tsa"
for level in B T LT LTA; do
	for form in xades cades; do
		edoc-sign sign $key --level $level --format $form -o $form-e-$level.sig a.txt &&
			edoc-sign sign $key --level $level --format $form --asic-s -o $form-s-$level.sig a.txt
	done
	edoc-sign cms $key --level $level -o cms-d-$level.sig a.txt
done >/dev/null
kinds="xades-e cades-e xades-s cades-s cms-d"

over() { # KIND: what extend is told of the document
	[ "$1" != cms-d ] || echo "--data a.txt"
}
# at WHEN LEVEL EXIT WORD: so each kind is judged then, by who asks
at() {
	for kind in $kinds; do
		run faketime -f "$1" edoc-verify --online --cache "cache$1" --json --data a.txt $kind-$2.sig
		is_exit "$3" "$1: $kind at $2"
		same "$(jq -r '.signatures[0].subindication // .signatures[0].indication' "$out")" "$4" "$4"
	done
}
extend() { # WHEN LEVEL FROM TO TSA
	for kind in $kinds; do
		cp $kind-$3.sig $kind-$4.sig
		run faketime -f "$1" edoc-sign extend --level $2 --tsa "$URL/$5" $(over $kind) $kind-$4.sig
		is_exit 0 "$1: $kind, $3 to $2"
	done
}

at +1s LT 0 TOTAL-PASSED
pki_later +2y
at +2y T 2 OUT_OF_BOUNDS_NO_POE
at +2y LT 0 TOTAL-PASSED
at +2y LTA 0 TOTAL-PASSED

# ---- without the network, long after the answers that came along were the newest
printf 'format: edoc-policy/1\nname: own\ntitle: Own\nissued-by: us\nbasis: own\ndate: 2026-11-22\n' >own.yaml
sed -n '/^digests/,/^  curves/p' "$SRCDIR/profiles/policies/strict.yaml" >>own.yaml
printf 'severity: {timestamp.tsa-stale: error}\n' >>own.yaml
for kind in $kinds; do
	for level in LT LTA; do
		run faketime -f +2y edoc-verify --offline --json --data a.txt $kind-$level.sig
		is_exit 0 "+2y, offline: $kind at $level"
		json "$out" "[.. | .findings? // empty | .[] | select(.code == \"timestamp.tsa-stale\") |
			select(.severity == \"warning\") | .msg] | any(test(\"CN=Test TSA\"))" "tells what is not known of the TSA"
		run faketime -f +2y edoc-verify --offline --json --policy own.yaml --data a.txt $kind-$level.sig
		is_exit 2 "+2y, offline: $kind at $level, a policy that takes no such answer"
		hasnt "$out" timestamp.tsa-stale "and says that it is stale"
		has "$out" revocation.stale "by the usual name"
		for policy in eu archive; do
			run faketime -f +2y edoc-verify --offline --json --policy $policy --data a.txt $kind-$level.sig
			is_exit 0 "+2y, offline: $kind at $level, policy $policy"
			hasnt "$out" timestamp.tsa-stale "which wants no newer answer"
		done
		run faketime -f +2y edoc-verify --online --cache other --json --data a.txt $kind-$level.sig
		is_exit 0 "+2y, online: $kind at $level"
		hasnt "$out" timestamp.tsa-stale "asked, the TSA is known"
	done
done
pki_says ocsp=trylater crl=absent
for kind in $kinds; do
	run faketime -f +2y edoc-verify --online --cache silent --json --data a.txt $kind-LT.sig
	is_exit 0 "+2y, nobody answers any more: $kind at LT"
	has "$out" timestamp.tsa-stale "which is told"
done
pki_says revoked=tsa since=200101000000Z
for kind in $kinds; do
	run faketime -f +2y edoc-verify --online --cache revoked --json --data a.txt $kind-LT.sig
	is_exit 2 "+2y, online: $kind at LT, the TSA was revoked"
	has "$out" revocation.revoked "and whoever asks hears of it"
done
pki_says
extend +2y LTA LT late tsa # the signer's certificate has expired, the TSA's has not
for kind in $kinds; do
	cp $kind-T.sig was
	run faketime -f +2y edoc-sign extend --level LT --tsa "$URL/tsa" $(over $kind) $kind-T.sig
	is_exit 77 "+2y: $kind at T is too late for LT"
	has "$err" "expired" "and says why"
	ok "it stays as it was" cmp was $kind-T.sig
done
printf 'intranet: [127.0.0.1]\n' >nobody.conf
for kind in $kinds; do
	cp $kind-B.sig was
	for conf in "$EDOC_CONF" nobody.conf; do
		EDOC_CONF=$conf run faketime -f +2y edoc-sign extend --level T --tsa "$URL/tsa" $(over $kind) $kind-B.sig
		is_exit 77 "+2y: $kind at B is too late for T, by ${conf##*/}"
		has "$err" "too late for a time-stamp, it would prove nothing: the certificate of CN=Zarina" "and says why"
		has "$err" "[chain.expired" "by what"
		ok "it stays as it was" cmp was $kind-B.sig
	done
done
pki_later +4y tsa2=3650
extend +4y LTA LTA again tsa2
at +4y LTA 0 TOTAL-PASSED
at +4y again 0 TOTAL-PASSED
pki_later +6y
at +6y LT 2 OUT_OF_BOUNDS_NO_POE
at +6y LTA 2 OUT_OF_BOUNDS_NO_POE
at +6y again 0 TOTAL-PASSED
for kind in $kinds; do
	cp $kind-LTA.sig was
	run faketime -f +6y edoc-sign extend --level LTA --tsa "$URL/tsa2" $(over $kind) was
	is_exit 77 "+6y: $kind, whose last TSA has expired, is not renewed"
	has "$err" "expired" "and says why"
	ok "and stays as it was" cmp was $kind-LTA.sig
done
for kind in $kinds; do
	cp $kind-again.sig was
	run faketime -f +6y edoc-sign extend --level LTA --tsa "$URL/tsa" $(over $kind) was
	is_exit 75 "+6y: $kind, a TSA whose own certificate has ended gives no time-stamp"
	has "$err" "CN=Test TSA,O=Test,C=TJ is not valid at the time" "and why"
	ok "it stays as it was" cmp $kind-again.sig was
	run faketime -f +6y edoc-sign extend --level LTA --tsa "$URL/tsa" --tsa "$URL/tsa2" $(over $kind) was
	is_exit 0 "the next one is asked"
	run faketime -f +6y edoc-verify --online --cache cache+6y --data a.txt --require LTA was
	is_exit 0 "and renews it"
done
pki_later +11y
at +11y again 0 TOTAL-PASSED
finish
