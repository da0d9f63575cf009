#!/bin/sh
# SPDX-License-Identifier: ISC
# pki.sh FOLDER: a P-256 authority, a signer who names an OCSP responder, that
# responder, and a time-stamping authority; for benchmarks only.
set -eu
cd "$1"
key() { openssl ecparam -genkey -name prime256v1 -noout; }
issue() { # NAME SUBJECT EXTENSIONS
	key >"$1.key"
	printf '%b' "basicConstraints=CA:FALSE\nauthorityKeyIdentifier=keyid\n$3" >ext
	openssl req -new -key "$1.key" -subj "/C=TJ/O=Bench/CN=$2" |
		openssl x509 -req -CA ca.crt -CAkey ca.key -days 3000 -extfile ext -out "$1.crt" 2>/dev/null
}
key >ca.key
openssl req -x509 -new -key ca.key -subj "/C=TJ/O=Bench/CN=Bench CA" -days 3650 -out ca.crt \
	-addext keyUsage=critical,keyCertSign,cRLSign
issue signer "Bench signer" 'keyUsage=critical,digitalSignature,nonRepudiation\nauthorityInfoAccess=OCSP;URI:http://ocsp.bench.invalid/\n'
issue plain "Bench plain signer" 'keyUsage=critical,digitalSignature,nonRepudiation\n'
issue tsa "Bench TSA" 'keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n'
issue ocsp "Bench OCSP" 'keyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning\nnoCheck=ignored\n'
cp ca.crt ca.pem
cp signer.crt signer.pem
cat tsa.key tsa.crt >tsa.pem
cat ocsp.key ocsp.crt >ocsp.pem
cat plain.key plain.crt ca.crt >sign-b.pem
cat signer.key signer.crt ca.crt >sign-lt.pem
