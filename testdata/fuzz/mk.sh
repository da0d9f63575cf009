#!/bin/sh
# SPDX-License-Identifier: ISC
# Seeds of the fuzz targets ber, cms, envelope, keyp12 and tsp: made anew, they differ in their
# keys and values only.
set -eu
cd "$(dirname "$0")"
pki=$(cd ../pki && pwd)
w=$(mktemp -d)
trap 'rm -rf "$w"' EXIT
trap 'exit 129' HUP INT TERM
mkdir -p ber cms envelope keyp12 tsp

# ---- ber: one element each, in octal (printf of POSIX knows no \x) ----
printf '\060\015\006\003\052\003\004\002\001\005\001\001\377\005\000' >ber/sequence
printf '\061\200\004\002zz\004\001z\044\003\004\001y\000\000' >ber/set-indefinite
printf '\044\200\004\001a\044\200\004\001b\000\000\004\001c\000\000' >ber/octets-in-pieces
printf '\043\200\003\002\000\253\003\002\004\317\000\000' >ber/bits-in-pieces
printf '\277\201\000\021\030\017\062\060\062\066\060\063\060\065\060\064\061\061\060\071Z' \
	>ber/high-tag-time
printf '\060\204\000\000\000\005\002\003\000\000\005' >ber/not-minimal
printf '\006\024\151\203\377\377\377\377\377\377\377\377\377\377\377\377\377\377\377\377\377\177' \
	>ber/uuid
head -c 64 /dev/zero | sed 's/\x00/0\x80/g' >ber/deep

# ---- cms: over what the target holds for the content ----
printf '{"format":"edoc-entry/1"}' >"$w/content"
sign() { # OUT OPTION...
	out=$1
	shift
	openssl cms -sign -binary -in "$w/content" -outform DER -out "$out" \
		-inkey "$pki/zarina.pem" -signer "$pki/zarina.crt" "$@"
}
sign cms/stream.cms -nodetach -stream
openssl pkcs12 -in "$pki/farrukh.p12" -passin "file:$pki/pass" -nodes -nocerts \
	-out "$w/farrukh.key" 2>/dev/null
sign cms/two.cms -signer "$pki/farrukh.crt" -inkey "$w/farrukh.key"
openssl cms -sign -binary -in "$w/content" -outform DER -out cms/pss.cms -cades \
	-signer "$pki/farrukh.crt" -inkey "$w/farrukh.key" -keyopt rsa_padding_mode:pss \
	-keyopt rsa_pss_saltlen:32

# ---- envelope: for zarina, whose certificate does not say that it is for this ----
seal() { # OUT OPTION...
	out=envelope/$1
	shift
	openssl cms -encrypt -binary -aes-256-gcm -in "$w/content" -outform DER -out "$out" "$@"
}
seal definite -recip "$pki/zarina.crt"
seal stream -stream -recip "$pki/zarina.crt"
seal keyid-sha512 -keyid -recip "$pki/zarina.crt" -keyopt ecdh_kdf_md:sha512
seal oaep -stream -recip "$pki/farrukh.crt" -keyopt rsa_padding_mode:oaep \
	-keyopt rsa_oaep_md:sha256
seal two -recip "$pki/farrukh.crt" -recip "$pki/zarina.crt"
seal shared -secretkeyid 01 -recip "$pki/zarina.crt" \
	-secretkey 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
openssl cms -encrypt -binary -aes-256-cbc -in "$w/content" -outform DER -out envelope/cbc \
	-recip "$pki/zarina.crt"

# ---- keyp12: without a MAC, which would hide all else ----
key() { # OUT OPTION...
	openssl pkcs12 -export -inkey "$pki/zarina.pem" -in "$pki/zarina.crt" -name zarina \
		-passout "file:$pki/pass" -out "keyp12/$1" "$2" "$3" "$4" "$5" "$6"
}
p12() { python3 -B ../../tests/p12.py "$@"; }
key plain -nomac -keypbe NONE -certpbe NONE
key 3des -nomac -keypbe PBE-SHA1-3DES -certpbe NONE
key aes -nomac -certpbe aes-128-cbc -iter 16
p12 --ber 100 --no-mac keyp12/ber edoc keyp12/3des
p12 --no-mac --nest 3 keyp12/nested edoc keyp12/plain
p12 --no-mac keyp12/several edoc keyp12/3des "$pki/farrukh.p12"
p12 --sha1 1 --claim 2147483647 keyp12/rounds edoc keyp12/plain
cp "$pki/ber.p12" keyp12/mac

# ---- tsp ----
cat >"$w/cnf" <<'END'
[req]
distinguished_name=dn
[dn]
[tsa]
default_tsa=t
[t]
serial=serial
default_policy=1.2.3.4.1
digests=sha256
clock_precision_digits=3
accuracy=secs:1,millisecs:500
ordering=yes
tsa_name=yes
ess_cert_id_chain=no
ess_cert_id_alg=sha256
signer_digest=sha256
[x]
extendedKeyUsage=critical,timeStamping
keyUsage=critical,digitalSignature
subjectKeyIdentifier=hash
END
here=$PWD
cd "$w"
echo 1F >serial
openssl req -config cnf -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-keyout key -out crt -subj /CN=TSA -days 36500 -extensions x 2>/dev/null
openssl ts -query -config cnf -data content -sha256 -cert -out q 2>/dev/null
openssl ts -reply -config cnf -queryfile q -signer crt -inkey key -out response 2>/dev/null
openssl ts -reply -config cnf -in response -token_out -out token 2>/dev/null
openssl ts -query -config cnf -data content -sha512 -cert -out q 2>/dev/null
openssl ts -reply -config cnf -queryfile q -signer crt -inkey key -out refused 2>/dev/null || :
openssl cms -verify -noverify -inform DER -in token -binary -out info 2>/dev/null
again() { # OUT OPTION...
	out=$1
	shift
	openssl cms -sign -binary -nodetach -cades -econtent_type id-smime-ct-TSTInfo -in info \
		-outform DER -out "$out" -signer crt -inkey key "$@"
}
again keyid -keyid
again stream -stream
again two -signer "$pki/zarina.crt" -inkey "$pki/zarina.pem"
for f in response token refused keyid stream two; do
	cp "$f" "$here/tsp/$f"
done
