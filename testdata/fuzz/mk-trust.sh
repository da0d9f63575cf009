#!/bin/sh
# SPDX-License-Identifier: ISC
# Makes the seeds of the fuzz targets crl, ocsp and x509path: DER elements one
# after another (tests/fuzz/elements.h).  Keys are new each time.
set -eu
cd "$(dirname "$0")"
out=$(pwd)
mkdir -p crl ocsp x509path
w=$(mktemp -d)
trap 'rm -rf "$w"' EXIT
trap 'exit 129' HUP INT TERM
cd "$w"
: >index.txt
echo 01 >crlnumber
cat >cnf <<'END'
[req]
distinguished_name = dn
[dn]
[ca]
default_ca = us
[us]
database = index.txt
new_certs_dir = .
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
crlnumber = crlnumber
[any]
commonName = supplied
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[mid]
basicConstraints = critical, CA:TRUE, pathlen:1
keyUsage = critical, keyCertSign
nameConstraints = critical, permitted;dirName:permitted, excluded;email:example.org
certificatePolicies = 1.2.3, 1.2.4
policyMappings = 1.2.3:1.2.5
policyConstraints = requireExplicitPolicy:1
inhibitAnyPolicy = 2
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[permitted]
O = Kit
[leaf]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid, issuer
certificatePolicies = 1.2.4, 1.2.5
subjectAltName = email:a@example.com, URI:http://a.example/
authorityInfoAccess = OCSP;URI:http://o.example/, caIssuers;URI:http://i.example/c
crlDistributionPoints = dp
[dp]
fullname = URI:http://c.example/1.crl
reasons = keyCompromise, CACompromise
[responder]
extendedKeyUsage = OCSPSigning
noCheck = ignored
[plain]
authorityKeyIdentifier = keyid
crlExtensions = x
[idp]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @scope
[scope]
fullname = URI:http://c.example/1.crl
onlysomereasons = keyCompromise, CACompromise
indirectCRL = TRUE
[relative]
issuingDistributionPoint = critical, @rscope
[rscope]
relativename = rdn
onlyuser = TRUE
[rdn]
CN = Point
[delta]
authorityKeyIdentifier = keyid
2.5.29.27 = critical, DER:020101
2.5.29.60 = DER:180f32303235303130313030303030305a
END
sed -i '/^crlExtensions/d' cnf

cert() { # NAME ISSUER EXTENSIONS
	openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
	openssl req -config cnf -new -key "$1.key" -subj "/O=Kit/CN=$1" -out "$1.csr"
	if [ "$2" = - ]; then
		set -- "$1" "$1" "$3" -selfsign
	else
		set -- "$1" "$2" "$3" -cert "$2.crt"
	fi
	n=$1 issuer=$2 ext=$3
	shift 3
	openssl ca -config cnf -batch -notext -preserveDN -in "$n.csr" -keyfile "$issuer.key" "$@" \
		-extensions "$ext" -startdate 20260101000000Z -enddate 20660101000000Z \
		-out "$n.crt" 2>/dev/null
	openssl x509 -in "$n.crt" -outform DER -out "$n.der"
}
cert root - root
cert mid root mid
cert leaf mid leaf
cert person root leaf
cert responder root responder
cert other - root
cat root.der leaf.der mid.der >"$out/x509path/good"
cat root.der person.der >"$out/x509path/short"
cat root.der leaf.der >"$out/x509path/gap"
cat other.der leaf.der mid.der root.der >"$out/x509path/other"

crl() { # SEED EXTENSIONS
	openssl ca -config cnf -gencrl -keyfile root.key -cert root.crt -crlexts "$2" \
		-crl_lastupdate 20260201000000Z -crl_nextupdate 20260301000000Z -out crl.pem 2>/dev/null
	openssl crl -in crl.pem -outform DER -out "$1.crl"
	cat root.der person.der "$1.crl" >"$out/crl/$1"
}
crl good plain
openssl ca -config cnf -revoke other.crt -keyfile root.key -cert root.crt \
	-crl_compromise 20251231000000Z 2>/dev/null
openssl ca -config cnf -revoke person.crt -keyfile root.key -cert root.crt \
	-crl_hold holdInstructionReject 2>/dev/null
crl listed plain
crl scope idp
crl relative relative
crl delta delta
cat root.der person.der good.crl delta.crl >"$out/crl/continued"

ocsp() { # SEED SIGNER OPTIONS: the answer to a request about person
	seed=$1 signer=$2
	shift 2
	openssl ocsp "$@" -issuer root.crt -cert person.crt -reqout req.der >/dev/null 2>&1
	openssl ocsp -index index.txt -CA root.crt -rsigner "$signer.crt" -rkey "$signer.key" \
		-reqin req.der -respout "$seed.rsp" -ndays 9 >/dev/null 2>&1
	cat root.der person.der "$seed.rsp" >"$out/ocsp/$seed"
}
ocsp revoked responder
ocsp sha256 root -sha256 -no_nonce
sed -i 's/^R\(.*\)	[^	]*,holdInstruction[^	]*	\(.*\)$/V\1		\2/' index.txt
ocsp good responder
cat root.der person.der good.rsp revoked.rsp >"$out/ocsp/both"
