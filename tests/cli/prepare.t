#!/bin/sh
# SPDX-License-Identifier: ISC
# Signing in two steps: what a key elsewhere has to sign, and its value put in.
# The other program is openssl.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
printf 'a letter\n' >a.txt
printf 'b;c\n' >b.csv
cat >ca.cnf <<'END'
[req]
distinguished_name = dn
prompt = no
[dn]
CN = Two Steps
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem \
	-days 30 -config ca.cnf -extensions ca -subj '/CN=Two Steps Root' 2>/dev/null
cert() { # NAME DAYS GENPKEY...
	name=$1 days=$2
	shift 2
	openssl genpkey "$@" -out "$name.key" 2>/dev/null
	openssl req -new -key "$name.key" -config ca.cnf -subj "/CN=$name" -out "$name.csr"
	openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days "$days" \
		-extfile ca.cnf -extensions leaf -out "$name.crt" 2>/dev/null
}
cert rsa 20 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
cert pss 20 -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048
cert p256 20 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
cert p384 20 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
cert bp256 20 -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1
cert ed25519 20 -algorithm ED25519
cert short 20 -algorithm RSA -pkeyopt rsa_keygen_bits:1024

new() { # a package of two documents
	rm -f p.asice req raw value
	edoc-sign new -q -o p.asice a.txt b.csv
}
prepare() { edoc-sign prepare -q p.asice --cert "$1.crt" -o req --raw raw "${2:---role=Head}"; }
# As the request itself says to sign.
sign() { # NAME
	command=$(jq -r .algorithm.openssl req | sed "s/KEY/$1.key/; s/OCTETS/raw/; s/VALUE/value/")
	eval "$command"
}
attach() { run edoc-sign attach p.asice --request req --value "${1:-value}"; }
passes() { # WHAT
	run edoc-verify --trust ca.pem --json p.asice
	is_exit 0 "$1"
}

for name in rsa pss p256 p384 bp256 ed25519; do
	new
	run prepare "$name"
	is_exit 0 "$name: a request"
	sum=$(sha256sum p.asice)
	ok "$name: openssl signs as the request says" sign "$name"
	same "$(jq -r .octets req | base64 -d | sha256sum)" "$(sha256sum <raw)" "$name: the octets are told twice"
	same "$(sha256sum p.asice)" "$sum" "$name: the package is as it was"
	attach
	is_exit 0 "$name: attached"
	if [ "$name" = bp256 ]; then
		continue # the strict policy has its own opinion of the curve
	fi
	passes "$name: and it verifies"
	json "$out" '.signatures[0].signer.subject == "CN='"$name"'"' "$name: the signer"
done
new
ok "RSA with PSS" edoc-sign prepare p.asice --cert rsa.crt --pss -o req --raw raw
same "$(jq -r .algorithm.pkcs11 req)" CKM_SHA256_RSA_PKCS_PSS "its mechanism"
ok "openssl pads so" sign rsa
attach
is_exit 0 "attached"
passes "and it verifies"

# What the request says.
new
run edoc-sign prepare -v p.asice --cert p256.crt --chain ca.pem --role Head --commitment approval -o req
is_exit 0 "with all it can say"
same "$(cat "$out")" req "prints the request's name"
has "$err" "CN=p256" "-v: who signs"
has "$err" "b.csv" "-v: what is signed"
json req '.format == "edoc-request/1" and .role == "Head" and .commitment == "approval"
	and .form == "xades" and .signer.subject == "CN=p256" and .signer.key == "P-256"
	and [.documents[].name] == ["a.txt", "b.csv"] and .documents[0].bytes == 9
	and (.signer.certificates | length) == 2' "the request says it"
same "$(jq -r '.documents[0].sha256' req)" "$(sha256sum <a.txt | cut -d' ' -f1)" "a document's digest"
same "$(jq -r .digest req)" "$(jq -r .octets req | base64 -d | sha256sum | cut -d' ' -f1)" "the octets' digest"
ok "it fits its schema" python3 "$SRCDIR/tests/check-schema.py" \
	"$SRCDIR/profiles/schemas/request.schema.json" req
run edoc-sign prepare p.asice --cert p256.crt -o req
is_exit 73 "a request is not written over another"
run edoc-sign prepare -f p.asice --cert p256.crt -o req --raw raw
is_exit 0 "but with -f"
rm req
run edoc-sign prepare p.asice --cert p256.crt -o req --raw raw
is_exit 73 "nor octets over others"
nok "and then there is no request" test -e req
rm raw
run edoc-sign prepare p.asice --cert p256.crt -o none/req --raw raw
is_exit 73 "no folder for the request"
nok "and no octets are left" test -e raw

# What a signer says besides: where, and under which policy, whose file attach is given.
printf 'The policy.\n' >policy.txt
under="--signature-policy 1.2.3.4=policy.txt --signature-policy-url https://example.com/p"
for form in xades cades; do
	new
	# shellcheck disable=SC2086 # words
	run edoc-sign prepare p.asice --cert p256.crt --format $form --place city=Dushanbe --place country=TJ $under \
		-o req --raw raw
	is_exit 0 "$form: place and policy"
	json req '.place == {"street": null, "city": "Dushanbe", "region": null, "postal-code": null, "country": "TJ"}
		and ."signature-policy" == {"id": "1.2.3.4", "url": "https://example.com/p"}' "$form: the request says them"
	ok "$form: it fits its schema" python3 "$SRCDIR/tests/check-schema.py" \
		"$SRCDIR/profiles/schemas/request.schema.json" req
	sign p256
	cp p.asice before
	attach
	is_exit 64 "$form: without the policy's file"
	has "$err" "--signature-policy 1.2.3.4=FILE" "$form: which option gives it"
	for wrong in "1.2.3.5=policy.txt --signature-policy-url https://example.com/p" \
		"1.2.3.4=a.txt --signature-policy-url https://example.com/p" "1.2.3.4=policy.txt"; do
		# shellcheck disable=SC2086 # words
		run edoc-sign attach p.asice --request req --value value --signature-policy $wrong
		is_exit 65 "$form: another policy: $wrong"
	done
	for filter in '.place.city = "Khujand"' '.place.country = null' '.place.more = 1' '.place = null' '.place = 7' \
		'del(.place.city)' 'del(.place)' '.place.city = 7' '."signature-policy".id = 7' \
		'."signature-policy".more = 1' '."signature-policy" = []'; do
		jq -c "$filter" req >bad-req
		# shellcheck disable=SC2086 # words
		run edoc-sign attach p.asice --request bad-req --value value $under
		is_exit 65 "$form: $filter"
	done
	jq -c 'del(."signature-policy")' req >bad-req
	# shellcheck disable=SC2086 # words
	run edoc-sign attach p.asice --request bad-req --value value $under
	is_exit 64 "$form: under no policy"
	ok "$form: nothing changed" cmp before p.asice
	# shellcheck disable=SC2086 # words
	run edoc-sign attach -v p.asice --request req --value value $under
	is_exit 0 "$form: attached"
	has "$err" "signing as CN=p256 at " "$form: -v: by whom"
	has "$err" "b.csv" "$form: -v: what"
	passes "$form: and it verifies"
done
rm -f req raw
run edoc-sign prepare p.asice --cert p256.crt --place town=Dushanbe -o req
is_exit 64 "no such part of a place"
run edoc-sign prepare p.asice --cert p256.crt --signature-policy 1.2.3.4 -o req
is_exit 64 "a policy has a file"

# A dry run checks all and leaves nothing.
run edoc-sign prepare -n p.asice --cert p256.crt -o req --raw raw
is_exit 0 "-n"
nok "makes no request" test -e req
nok "and no octets" test -e raw
run edoc-sign prepare -n p.asice --cert short.crt -o req
is_exit 77 "-n with a key that may not sign"
touch raw
run edoc-sign prepare -n p.asice --cert p256.crt -o req --raw raw
is_exit 73 "-n where octets would be written over something"
rm raw

# An agency's rules hold here as where the key is.
profile() { # LINE...
	printf 'format: edoc-signing/1\nname: p\ntitle: T\nissued-by: me\nbasis: none\ndate: 2026-11-23\n'
	printf '%s\n' "$@"
}
profile 'role: head' 'place: {city: Dushanbe}' 'signer: {common-name: p256}' >good.yaml
profile 'signer: {common-name: somebody}' >signer.yaml
profile 'documents: [{name: "*.pdf", min: 1}]' >documents.yaml
profile 'content-timestamp: yes' >stamp.yaml
profile 'role: head' 'place: {city: Dushanbe}' | sed 's/^name: p/name: q/' >named.yaml
new
run edoc-sign prepare p.asice --cert p256.crt --profile ./good.yaml -o req --raw raw
is_exit 0 "a profile that is met"
json req '.role == "head" and .place.city == "Dushanbe"' "says what it sets"
sign p256
for other in signer documents; do
	code=65
	[ $other != signer ] || code=77
	run edoc-sign prepare p.asice --cert p256.crt --profile ./$other.yaml -o no
	is_exit $code "a profile that is not: $other"
	nok "no request" test -e no
	run edoc-sign attach p.asice --request req --value value --profile ./$other.yaml
	is_exit $code "nor is the value attached by it"
done
run edoc-sign prepare p.asice --cert p256.crt --role clerk --profile ./good.yaml -o no
is_exit 64 "what it says may not be said otherwise"
run edoc-sign prepare p.asice --cert p256.crt --profile ./stamp.yaml -o no
is_exit 64 "a content time-stamp needs somebody to ask"
has "$err" "time-stamp" "and that is said"
json req '.profile == "p"' "the request says by which rules it was made"
ok "as its schema allows" python3 "$SRCDIR/tests/check-schema.py" \
	"$SRCDIR/profiles/schemas/request.schema.json" req
cp p.asice before.asice
for o in "" "--profile none" "--profile ./named.yaml"; do
	# shellcheck disable=SC2086 # words
	run edoc-sign attach p.asice --request req --value value $o
	is_exit 64 "attached by other rules, or by none: $o"
	has "$err" "profile p" "the ones it was made by are named"
done
ok "nothing was put in" cmp -s p.asice before.asice
jq '.profile = 7' req >odd
run edoc-sign attach p.asice --request odd --value value --profile ./good.yaml
is_exit 65 "a name that is none"
run edoc-sign attach p.asice --request req --value value --profile ./good.yaml
is_exit 0 "attached by the rules"
printf 'sign-profile: %s/signer.yaml\n' "$W" >by.conf
run edoc-sign prepare p.asice --config by.conf --cert p256.crt -o no
is_exit 77 "the profile of edoc.conf holds too"
run edoc-sign prepare p.asice --config by.conf --profile none --cert p256.crt -o no
is_exit 0 "but not with none"
rm -f no req raw

# CAdES, and containers of one document.
for name in rsa p256 ed25519; do
	new
	ok "$name: a request for CAdES" edoc-sign prepare p.asice --cert "$name.crt" --format cades -o req --raw raw
	same "$(jq -r .form req)" cades "$name: says so"
	sign "$name"
	attach
	is_exit 0 "$name: attached as CAdES"
	passes "$name: and it verifies"
	attach
	has "$out" "already" "$name: attached before"
	cp p.asice before
	jq -c '.form = "xades"' req >bad-req
	run edoc-sign attach p.asice --request bad-req --value value
	is_exit 65 "$name: another form"
	jq -c '.role = "Minister"' req >bad-req
	edoc-sign new -q -f -o p.asice a.txt b.csv
	run edoc-sign attach p.asice --request bad-req --value value
	is_exit 65 "$name: another role"
	has "$err" "not what the value was made for" "$name: is told"
done
for form in xades cades; do
	rm -f p.asice req raw
	edoc-sign sign -q --asic-s -o p.asice --format $form --key rsa.key --cert rsa.crt a.txt
	ok "ASiC-S with $form: a second signer's request" edoc-sign prepare p.asice --cert p256.crt -o req --raw raw
	sign p256
	attach
	is_exit 0 "ASiC-S with $form: attached"
	passes "ASiC-S with $form: and it verifies"
	json "$out" '.signatures | length == 2' "ASiC-S with $form: two signatures"
	attach
	has "$out" "already" "ASiC-S with $form: attached before"
done
new
prepare rsa
sign rsa
cp p.asice before
run edoc-sign attach p.asice --request req --value value --level T
nok "a level without a TSA" test "$status" = 0
ok "nothing changed" cmp p.asice before
run edoc-sign attach p.asice --request req --value value --level Z
is_exit 64 "no such level"
rm -f req raw

# A value in other clothes.
for how in der rs base64 base64-rs; do
	new
	prepare p256
	sign p256
	openssl asn1parse -inform DER -in value | awk -F: '/INTEGER/ {v = $4; sub(/^00/, "", v)
		while (length(v) < 64) v = "0" v; printf "%s", v}' >hex
	python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(open("hex").read()))' >rs
	case $how in
	der) cp value v ;;
	rs) cp rs v ;;
	base64) base64 value >v ;;
	base64-rs) base64 -w0 rs >v ;;
	esac
	attach v
	is_exit 0 "ECDSA as $how"
	passes "and it verifies"
done

# Attached before: nothing happens, and it is said.
sum=$(sha256sum p.asice)
attach v
is_exit 0 "again"
has "$out" "already" "it is said"
run edoc-sign attach --json p.asice --request req --value v
json "$out" '.attached == "before" and (has("signature") | not)' \
	"in JSON too, and no new signature is named"
same "$(sha256sum p.asice)" "$sum" "nothing changed"
sign p256
attach
is_exit 73 "another value of the same request finds its place taken"
same "$(sha256sum p.asice)" "$sum" "nothing changed"

# Two signers, each prepared before the other's value came.
new
prepare p256
mv req req1
mv raw raw1
prepare rsa
sign rsa
attach
is_exit 0 "the second is first"
mv req1 req
mv raw1 raw
sign p256
attach
is_exit 0 "the first is second"
passes "both verify"
json "$out" '.signatures | length == 2' "two signatures"

# Refused, and nothing changed.
new
prepare p256
sign p256
cp p.asice before
refused() { # EXIT WORD WHAT
	is_exit "$1" "$3"
	has "$err" "$2" "$3: said"
	ok "$3: nothing changed" cmp p.asice before
}
python3 - <<'END'
v = bytearray(open("value", "rb").read())
v[-1] ^= 1
open("flipped", "wb").write(v)
END
attach flipped
refused 65 "the value is not" "a value with a bit flipped"
: >empty
attach empty
refused 65 "the value is not" "an empty value"
head -c 9000 /dev/zero >long
attach long
refused 65 "" "a value too long"
openssl dgst -sha256 -sign rsa.key -out other raw
attach other
refused 65 "the value is not" "another key's value"
openssl dgst -sha256 -sign p256.key -out other a.txt
attach other
refused 65 "the value is not" "a value over something else"
attach none
refused 66 none "no value file"
run edoc-sign attach p.asice --request none --value value
refused 66 none "no request file"
tamper() { # FILTER EXIT WORD
	jq -c "$1" req >bad-req
	run edoc-sign attach p.asice --request bad-req --value value
	refused "$2" "$3" "$1"
}
tamper '.format = "edoc-request/2"' 65 "not a request"
tamper 'del(.format)' 65 "not a request"
tamper '.more = 1' 65 more
for field in documents signer time role commitment form entry algorithm octets digest; do
	tamper "del(.$field)" 65 "$field"
	tamper ".$field = 7" 65 ""
	tamper ".$field = []" 65 ""
done
tamper '.documents[0].name = "c.txt"' 65 "a.txt"
tamper '.documents[0].bytes = 10' 65 "a.txt"
tamper '.documents[0].sha256 = .documents[1].sha256' 65 "a.txt"
tamper 'del(.documents[1])' 65 "b.csv"
tamper '.documents += [{"name": "c.txt", "bytes": 1, "sha256": .documents[0].sha256}]' 65 "c.txt"
tamper '.documents |= reverse' 65 documents
tamper '.documents[0].more = 1' 65 "a.txt"
tamper '.signer.subject = "CN=Somebody"' 65 signer
tamper '.signer.key = "RSA-2048"' 65 signer
tamper '.signer.certificates = []' 65 signer
tamper '.signer.certificates[0] = "AAAA"' 65 ""
tamper ".signer.certificates += [\"$(openssl x509 -in rsa.crt -outform DER | base64 -w0)\"]" 65 "not above"
tamper ".signer.certificates = [\"$(openssl x509 -in rsa.crt -outform DER | base64 -w0)\"]" 65 ""
tamper '.time = "2020-01-01T00:00:00Z"' 77 ""
tamper '.time |= (fromdate + 60 | todate)' 65 "not what the value was made for"
tamper '.time = "2040-01-01T00:00:00Z"' 65 "to come"
tamper '.time = "yesterday"' 65 time
tamper '.role = "Minister"' 65 "not what the value was made for"
tamper '.role = null' 65 "not what the value was made for"
tamper '.commitment = "approval"' 65 "not what the value was made for"
tamper '.commitment = "nonsense"' 64 nonsense
tamper '.form = "cades"' 65 form
tamper '.entry = null' 65 ""
tamper '.entry = "META-INF/signatures-00000000.xml"' 65 "not what the value was made for"
tamper '.entry = "META-INF/manifest.xml"' 65 ""
tamper '.entry = "../x"' 65 ""
tamper '.entry = ("x" * 100)' 65 entry
tamper '.algorithm.name = "RSA with SHA-256"' 65 algorithm
tamper '.algorithm.openssl = "rm"' 65 algorithm
tamper '.algorithm.padding = "pss"' 64 RSA
tamper '.algorithm.digest = "md5"' 65 algorithm
tamper '.algorithm.pkcs11 = "CKM_MD5"' 65 algorithm
tamper '.octets = "PGE+"' 65 "the value is not"
tamper '.octets = "!"' 65 octets
tamper '.octets = ""' 65 octets
tamper '.digest = ("0" * 64)' 65 digest
printf '{"format":"edoc-request/1","format":"edoc-request/1"}' >bad-req
run edoc-sign attach p.asice --request bad-req --value value
refused 65 "" "a field twice"
{
	cat req
	echo x
} >bad-req
run edoc-sign attach p.asice --request bad-req --value value
refused 65 "" "something behind it"
jq . req >pretty
run edoc-sign attach p.asice --request pretty --value value
is_exit 0 "but its white space is free"
cp before p.asice

# The package is another now.
printf 'changed\n' >a.txt
edoc-sign new -q -f -o p.asice a.txt b.csv
cp p.asice before
attach
refused 65 "a.txt" "a document has changed since"
edoc-sign new -q -f -o p.asice b.csv
cp p.asice before
attach
refused 65 "a.txt" "a document is gone"
printf 'a letter\n' >a.txt
printf 'more\n' >c.txt
edoc-sign new -q -f -o p.asice a.txt b.csv c.txt
cp p.asice before
attach
refused 65 "c.txt" "a document more"
printf 'no package\n' >p.asice
cp p.asice before
attach
refused 65 "p.asice" "no package at all"
rm p.asice
attach
is_exit 66 "no package"

# Who may not sign is told before anybody asks the key.
new
run prepare short
is_exit 77 "RSA-1024"
nok "no request" test -e req
run edoc-sign prepare p.asice --cert ca.pem -o req
is_exit 77 "a CA's certificate"
run edoc-sign prepare p.asice --cert a.txt -o req
is_exit 65 "no certificate"
run edoc-sign prepare p.asice --cert p256.crt --chain rsa.crt -o req
is_exit 65 "a chain that is not its own"
run edoc-sign prepare p.asice --cert p256.crt --pss -o req
is_exit 64 "PSS with EC"
run edoc-sign prepare p.asice --cert p256.crt --commitment nonsense -o req
is_exit 64 "an unknown commitment"
run edoc-sign prepare p.asice -o req
is_exit 64 "no certificate named"
run edoc-sign prepare p.asice --cert p256.crt
is_exit 64 "no request named"
run edoc-sign prepare p.asice --cert p256.crt -o req --raw req
is_exit 64 "both in one file"
run edoc-sign attach p.asice --request req
is_exit 64 "no value named"
nok "no request" test -e req
if faketime -f '@2026-01-01 00:00:00' date >/dev/null 2>&1 && [ -z "${SAN:-}" ]; then
	prepare p256
	sign p256
	cp p.asice before
	run faketime -f +40d edoc-sign attach p.asice --request req --value value
	refused 77 "expired" "the certificate expired while the value was awaited"
else
	skip "no faketime here" 3
fi

# Interrupted: the old package or the new one, whole.
new
prepare p256
sign p256
cp p.asice before
for delay in 0.001 0.004 0.008 0.012 0.02; do
	cp before p.asice
	timeout -s KILL "$delay" edoc-sign attach -q p.asice --request req --value value >/dev/null 2>&1
	if cmp -s p.asice before; then
		result 0 "killed after $delay s: the old package"
	else
		run edoc-verify -q --trust ca.pem p.asice
		is_exit 0 "killed after $delay s: the new package, whole"
	fi
done
cp before p.asice
attach
is_exit 0 "and then it goes on"
passes "to a signature"
finish
