#!/bin/sh
# SPDX-License-Identifier: ISC
# Keys in tokens (SoftHSM2 in a folder of this test's own), and what keys lists.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
P=$D/pki
printf 'a letter\n' >a.txt
new() {
	rm -f p.asice
	edoc-sign new -q -o p.asice a.txt
	cp p.asice before
}
refused() { # EXIT WORD WHAT
	is_exit "$1" "$3"
	has "$err" "$2" "$3: said"
	ok "$3: nothing changed" cmp p.asice before
}

# What needs no token.
new
run edoc-sign sign --key 'pkcs11:token=x?pin-value=0000' p.asice
refused 64 "everybody who lists processes" "a PIN in the URI"
hasnt "$err" 0000 "and it is not repeated"
run edoc-sign sign --key 'pkcs11:tokan=x' p.asice
refused 64 "not understood" "an unknown attribute"
run edoc-sign sign --key 'pkcs11:token=x?module-path=/none.so' p.asice
refused 66 "/none.so" "no such module"
run edoc-sign sign --key "pkcs11:token=x?module-path=$P/zarina.p12" p.asice
refused 65 "cannot be loaded" "a module that is none"
libm=$(find /lib /usr/lib -name 'libm.so.6' 2>/dev/null | head -n 1)
run edoc-sign sign --key "pkcs11:token=x?module-path=$libm" p.asice
refused 65 "is no PKCS#11 module" "a library that is none"
run edoc-sign sign --key "$P/zarina.p12" --final-try --pass-file "$P/pass" p.asice
refused 64 "for a key in a token" "--final-try with a file"

# Secrets that others can get at: told, once each, and done all the same.
cp "$P/zarina.p12" k.p12
cp "$P/zarina.pem" k.pem
cp "$P/pass" pass
told() { # MODE FILE HOW-OFTEN WHAT
	chmod 600 k.p12 k.pem pass
	chmod "$1" "$2"
	new
	run edoc-sign sign --key k.p12 --pass-file pass p.asice
	[ "$2" != k.pem ] || run edoc-sign sign --key k.pem p.asice
	is_exit 0 "$4"
	same "$(grep -c "$2: holds a secret, .*: chmod 600" "$err")" "$3" "$4: told $3 times"
}
told 600 pass 0 "a passphrase file for me alone"
told 640 pass 0 "one that a group can read"
told 644 pass 1 "one that all can read"
told 660 pass 1 "one that a group can change"
told 600 k.p12 0 "PKCS#12 for me alone"
told 640 k.p12 0 "PKCS#12 that a group can read"
told 644 k.p12 1 "PKCS#12 that all can read"
told 602 k.p12 1 "PKCS#12 that all can change"
told 600 k.pem 0 "PEM for me alone"
told 604 k.pem 1 "PEM that all can read"
run edoc-sign sign -q --key k.pem p.asice
same "$(cat "$err")" "" "-q does not tell"
ln -s k.pem link.pem
run edoc-sign sign --key link.pem p.asice
has "$err" "link.pem: holds a secret" "a symbolic link is what it leads to"
chmod 644 pass
mkfifo pipe
cat pass >pipe &
run edoc-sign sign --key k.p12 --pass-file pipe p.asice
is_exit 0 "a pipe"
hasnt "$err" "holds a secret" "is nobody else's"
wait
cat >files.conf <<END
key: me
keys:
  me: $P/zarina.p12
  open: $P/zarina.pem
  crypt: $P/zarina-enc.pem
  two: {file: $P/farrukh-enc.key, cert: $P/farrukh.crt}
  old: {file: $P/farrukh-enc.key, cert: $W/old.crt}
  gone: $W/gone.p12
END
openssl req -x509 -newkey rsa:1024 -nodes -keyout old.key -out old.crt -days 30 -subj /CN=Short 2>/dev/null
run edoc-sign keys --config files.conf
is_exit 0 "the keys of edoc.conf"
has "$out" "more is seen with its passphrase only" "PKCS#12 hides its certificate"
has "$out" "CN=Ғафуров Фаррух" "a certificate beside the key is seen"
has "$out" "cannot sign: " "what cannot sign is told"
run edoc-sign keys --json --config files.conf
is_exit 0 "as JSON"
is=$(jq -r 'select(.key) | "\(.name) \(.fit) \(.kind)"' "$out")
same "$is" "me unknown null
open yes P-256
crypt yes P-256
two yes RSA-2048
old no RSA-1024
gone no null" "who can sign"
run edoc-sign keys --module /none.so
is_exit 66 "no such module"
run edoc-sign keys
is_exit 0 "nothing to list"
run edoc-sign keys --pass-file "$P/pass"
is_exit 64 "a passphrase and no file"
run edoc-sign keys --json absent.p12
json "$out" '.path == "absent.p12" and .exit == 66' "--json has a line for a file that is not there"
run edoc-sign keys --module /none.so "$P/zarina.p12"
is_exit 64 "a module and a file"

# Several keys in one file.
run edoc-sign keys --pass-file "$P/pass" "$P/several.p12" "$P/zarina.pem"
is_exit 0 "the keys of files"
same "$(grep -c . "$out")" 9 "three of them"
has "$out" "$P/several.p12#farrukh" "what --key takes"
run edoc-sign keys --json --pass-file "$P/pass" "$P/several.p12#farrukh"
is_exit 0 "one of them"
json "$out" '.serial == "321806542773519381523400442897973904438954165848" and .kind == "RSA-2048" and .fit == "yes"' \
	"what is told of it"
run edoc-sign keys --pass-file "$P/pass" "$P/several.p12#none"
is_exit 66 "one that is not there"
printf 'wrong\n' >wrong
run edoc-sign keys --pass-file wrong "$P/several.p12" "$P/zarina.pem"
is_exit 77 "a wrong passphrase"
has "$out" "CN=Раҳимова Зарина" "the next file is listed all the same"
run edoc-sign keys "$W/none.p12"
is_exit 66 "no such file"
run edoc-sign keys "$P/several.p12"
is_exit 77 "nobody to ask"
new
run edoc-sign sign --key "$P/several.p12" --pass-file "$P/pass" p.asice
refused 64 "#zarina, #farrukh" "several keys, none named"
run edoc-sign sign --key "$P/several.p12#anvar" --pass-file "$P/pass" p.asice
refused 66 'no key in it is called "anvar"' "a name that is none's"
for name in farrukh 321806542773519381523400442897973904438954165848; do
	new
	run edoc-sign sign --key "$P/several.p12#$name" --pass-file "$P/pass" p.asice
	is_exit 0 "by $name"
	run edoc-verify --trust "$P/root.pem" --json p.asice
	json "$out" '.signatures[0].signer.subject | startswith("CN=Ғафуров Фаррух,")' "the right one"
	hasnt "$out" "Зарина" "of the other nothing comes along"
done
printf 'key: she\nkeys: {she: "%s#zarina"}\n' "$P/several.p12" >several.conf
new
run edoc-sign sign --config several.conf --pass-file "$P/pass" p.asice
is_exit 0 "in edoc.conf"
cp "$P/several.p12" mine.p12
run edoc-sign cms --key mine.p12#zarina --pass-file "$P/pass" -f -o mine.p12 a.txt
is_exit 64 "the key is not written over"
ok "it is as it was" cmp mine.p12 "$P/several.p12"
# PEM may hold several as well.
openssl genpkey -quiet -algorithm ED25519 -out ed.pem
openssl genpkey -quiet -algorithm ED25519 -aes256 -pass pass:x -out locked.pem
sed -n '/BEGIN CERT/,/END CERT/p' "$P/farrukh.crt" >far.crt
openssl pkcs12 -in "$P/several.p12" -passin "file:$P/pass" -noenc -out two.pem
same "$(grep -c 'BEGIN PRIVATE' two.pem)" 2 "two keys in PEM"
run edoc-sign keys --json two.pem
is_exit 0 "keys lists them"
same "$(jq -r .key "$out" | wc -l)" 2 "each"
cp "$out" listed
new
cp p.asice was
run edoc-sign sign --key two.pem p.asice
refused 64 "there are 2 such keys in it" "two in PEM, none named"
cp "$err" two.told
ok "nothing is signed" cmp was p.asice
for name in $(jq -r .key listed); do
	has two.told "${name#two.pem}" "it is told"
	new
	run edoc-sign sign --key "$name" p.asice
	is_exit 0 "by $name"
	run edoc-verify --trust "$P/root.pem" --json p.asice
	same "$(jq -r '.signatures[0].signer.sha256' "$out")" \
		"$(jq -r --arg key "$name" 'select(.key == $key).sha256' listed)" "by the one that is named"
done
sha=$(openssl x509 -in far.crt -noout -fingerprint -sha256 | tr -d : | sed 's/.*=//')
new
run edoc-sign sign --key "two.pem#$sha" p.asice
is_exit 0 "by SHA-256, in capitals"
refuse_pem() { # EXIT WORDS WHAT FILE...
	exit=$1 words=$2 what=$3
	shift 3
	cat "$@" >mixed.pem
	new
	run edoc-sign sign --key mixed.pem --cert far.crt p.asice
	refused "$exit" "$words" "$what"
}
openssl pkcs12 -in "$P/farrukh.p12" -passin "file:$P/pass" -nocerts -noenc -out far.key
refuse_pem 64 "2 private keys in it without a certificate" "two without a name" far.key ed.pem
refuse_pem 77 "a passphrase is needed" "one of two is encrypted" far.key locked.pem
sed 's/PRIVATE KEY/OPENSSH PRIVATE KEY/' ed.pem >ssh.pem
refuse_pem 65 "may be another private key" "one of another kind" far.key ssh.pem
sed '2s/^.../???/' ed.pem >bad.pem
refuse_pem 65 "may be another private key" "a damaged one after it" far.key bad.pem
refuse_pem 65 "no private key in it" "a damaged one before it" bad.pem far.key
cat far.key far.key >mixed.pem
new
run edoc-sign sign --key mixed.pem --cert far.crt p.asice
is_exit 0 "one key twice is one"

chmod 644 mine.p12
run edoc-sign keys --pass-file "$P/pass" mine.p12#zarina
has "$err" "mine.p12: holds a secret" "a file of keys that others can read"
new
run edoc-sign sign --key mine.p12#zarina --pass-file "$P/pass" p.asice
has "$err" "mine.p12: holds a secret" "when it signs, too"

# A key that a policy accepts until a day that is known.
ends() { # KEY WHAT-IS-TOLD ARG...
	key=$1 text=$2
	shift 2
	new
	run edoc-sign sign --key "$P/$key.p12" --pass-file "$P/pass" "$@" "$pkg"
	same "$(sed -n 's/^edoc-sign: \(.* until [0-9-]*\): .*/\1/p' "$err")" "$text" "$key $*: ${text:-no end is told}"
}
pkg=p.asice
soon="is accepted by the policy eu until 2028-12-31"
ends farrukh ""
ends farrukh "" --policy uz
ends zarina "" --policy eu
ends farrukh "RSA-2048 $soon" --policy eu
is_exit 0 "and it is signed"
has "$err" "needs a time-stamp that is older" "with what to do"
ends farrukh "RSA-2048 $soon" --policy eu --pss
ends farrukh "" --policy eu -q
ends madina "RSA with SHA-256 $soon" --policy eu
ends madina "" --policy eu --pss
set -- --tsa http://127.0.0.1:1/ --trust "$P/root.pem"
pkg=none.asice # no such package: the TSA, which is not there, is not asked
ends farrukh "RSA-2048 is accepted by the policy archive until 2028-12-31" --level LTA "$@"
has "$err" "later ones need another key" "it is for decades"
ends farrukh "RSA-2048 $soon" --policy eu --level LT "$@"
ends madina "RSA with SHA-256 is accepted by the policy archive until 2028-12-31" --level LT "$@"
has "$err" "later ones need --pss" "or to sign otherwise"
ends madina "" --level LTA --pss "$@"
ends weak "" --policy eu
is_exit 77 "what it never accepted is refused"
has "$err" "does not accept the key: RSA-1024" "and told"
new
run edoc-sign prepare --policy eu --cert "$P/farrukh.crt" p.asice -o p.req
has "$err" "RSA-2048 $soon" "prepare tells it as well"

# Each kind of key in each form; Ed448 has a digest of its own, which XML cannot name.
for kind in ED448 ED25519 'EC -pkeyopt ec_paramgen_curve:P-521' 'EC -pkeyopt ec_paramgen_curve:brainpoolP512r1'; do
	# shellcheck disable=SC2086 # words
	openssl genpkey -algorithm $kind -out kind.key 2>/dev/null
	openssl req -x509 -key kind.key -out kind.crt -days 30 -subj /CN=Kind -addext keyUsage=critical,digitalSignature
	for form in 'sign --format xades' 'sign --format cades' 'sign --format cades --asic-s' 'cms --attached' cms xades; do
		# shellcheck disable=SC2086 # words
		run edoc-sign $form --key kind.key --cert kind.crt -f -o made a.txt
		is_exit 0 "$form by $kind"
		run edoc-verify --trust kind.crt --data a.txt made
		is_exit 0 "is good"
	done
done

# Two of one name, a key without a certificate, one that is not computed here.
p12() { python3 -B "$SRCDIR/tests/p12.py" "$@"; }
openssl pkcs12 -in "$P/farrukh.p12" -passin pass:edoc -nodes -nocerts -out farrukh.key 2>/dev/null
for who in zarina anvar; do
	key=$P/$who.key
	[ -e "$key" ] || key=$P/$who.pem
	openssl pkcs12 -export -inkey "$key" -in "$P/$who.crt" -name work -certpbe NONE -passout pass:edoc -out "$who-work.p12"
done
openssl pkcs12 -export -nocerts -inkey farrukh.key -name bare -passout pass:edoc -out bare.p12 2>/dev/null
p12 alike.p12 edoc zarina-work.p12 anvar-work.p12 bare.p12
run edoc-sign keys --json --pass-file "$P/pass" alike.p12
is_exit 0 "two of one name and one without a certificate"
same "$(jq -r '"\(.key) \(.fit)"' "$out" | sed 's/^alike.p12#//' | sed 's/^[0-9a-f]\{40\} /ID /')" "ID yes
ID yes
bare no" "what is theirs alone is told"
run edoc-sign sign --key alike.p12#work --pass-file "$P/pass" p.asice
is_exit 64 "a name of two"
has "$err" "there are 2 such keys" "is refused"
hasnt "$err" "#bare" "and only these two are told"
new
run edoc-sign sign --key alike.p12#bare --pass-file "$P/pass" p.asice
refused 65 "is not of the key" "no certificate of it"
run edoc-sign sign --key alike.p12#bare --cert "$P/farrukh.crt" --pass-file "$P/pass" p.asice
is_exit 0 "but beside it"
# secp256k1 for P-256 is of one length: an algorithm as good as unknown
openssl pkcs12 -export -inkey "$P/zarina.pem" -in "$P/zarina.crt" -keypbe NONE -certpbe NONE -passout pass:edoc -out plain.p12
p12 --oid 06072a8648ce3d0201=06072a8648ce3d0209 unknown.p12 edoc plain.p12
run edoc-sign keys --pass-file "$P/pass" unknown.p12
is_exit 65 "a key of no known algorithm"
has "$err" "1.2.840.10045.2.9" "is told by its OID"
p12 mixed.p12 edoc plain.p12 "$P/farrukh.p12"
run edoc-sign keys --json --pass-file "$P/pass" mixed.p12
same "$(jq -r .kind "$out" | xargs)" "P-256 RSA-2048" "one encrypted, one not"

# As Java programs write it: BER, OCTET STRINGs in pieces, 3DES, MAC by SHA-1.
openssl pkcs12 -export -inkey "$P/zarina.pem" -in "$P/zarina.crt" -certfile "$P/ca.pem" -name zarina -keypbe PBE-SHA1-3DES \
	-certpbe PBE-SHA1-3DES -iter 1 -passout pass:edoc -out java.p12
for piece in 16 1000; do
	for mac in '--sha1 1' --no-mac ''; do
		# shellcheck disable=SC2086 # words
		p12 --ber $piece $mac ber.p12 edoc java.p12
		new
		run edoc-sign sign --key ber.p12#zarina --pass-file "$P/pass" p.asice
		is_exit 0 "BER in pieces of $piece, $mac"
		run edoc-verify -q --trust "$P/root.pem" p.asice
		is_exit 0 "and it verifies"
	done
done
p12 --ber 16 --bad-mac ber.p12 edoc java.p12
run timeout 10 edoc-sign keys --pass-file "$P/pass" ber.p12
is_exit 77 "a MAC that is wrong"
for count in 100000000 2147483647 4294967297 18446744073709551616; do
	p12 --claim $count ber.p12 edoc java.p12
	run timeout 10 edoc-sign keys --pass-file "$P/pass" ber.p12
	is_exit 65 "a MAC of $count rounds"
	has "$err" "10000000 rounds" "is not computed"
done
# All counts of a file together: three tries at the MAC, then each safe.
for pbe in PBE-SHA1-3DES aes-256-cbc; do
	openssl pkcs12 -export -inkey "$P/zarina.pem" -in "$P/zarina.crt" -keypbe $pbe -certpbe $pbe -iter 65793 -nomac \
		-passout pass:edoc -out few.p12
	p12 --sha1 600000 long.p12 edoc few.p12
	run edoc-sign keys --pass-file "$P/pass" long.p12
	is_exit 0 "$pbe: many rounds"
	p12 --sha1 600000 --oid 0203010101=02037fffff long.p12 edoc few.p12
	run timeout 10 edoc-sign keys --pass-file "$P/pass" long.p12
	is_exit 65 "$pbe: more than together are done"
	has "$err" "10000000 rounds" "it is told"
done
openssl pkcs8 -topk8 -in farrukh.key -passout pass:edoc -iter 65793 -outform DER -out slow.der
LC_ALL=C perl -0pe 's/\x02\x03\x01\x01\x01/\x02\x03\x80\x00\x00/' slow.der |
	openssl base64 | sed '1i -----BEGIN ENCRYPTED PRIVATE KEY-----
$a -----END ENCRYPTED PRIVATE KEY-----' >slow.pem
run timeout 10 edoc-sign sign --key slow.pem --cert "$P/farrukh.crt" --pass-file "$P/pass" p.asice
is_exit 65 "PEM of a count below zero"
has "$err" "rounds" "is not computed"
openssl pkcs8 -topk8 -in farrukh.key -passout pass:edoc -scrypt -scrypt_N 16384 -scrypt_r 8 -scrypt_p 100 -out slow.pem
run timeout 10 edoc-sign sign --key slow.pem --cert "$P/farrukh.crt" --pass-file "$P/pass" p.asice
is_exit 65 "scrypt of 13 million"
openssl pkcs8 -topk8 -in farrukh.key -passout pass:edoc -scrypt -out quick.pem
run edoc-sign sign --key quick.pem --cert "$P/farrukh.crt" --pass-file "$P/pass" p.asice
is_exit 0 "scrypt as openssl has it"
p12 --nest 7 nest.p12 edoc plain.p12
run edoc-sign keys --pass-file "$P/pass" nest.p12
is_exit 0 "safes in safes"
p12 --nest 10 nest.p12 edoc plain.p12
run edoc-sign keys --pass-file "$P/pass" nest.p12
is_exit 65 "too many of them"
p12 --nest 5000 nest.p12 edoc plain.p12
run timeout 10 edoc-sign keys --pass-file "$P/pass" nest.p12
is_exit 65 "and very many"
p12 --repeat 900 bags.p12 edoc plain.p12
run timeout 10 edoc-sign keys --pass-file "$P/pass" bags.p12
is_exit 0 "one key 900 times is one key"
p12 --repeat 1001 bags.p12 edoc plain.p12
run timeout 10 edoc-sign keys --pass-file "$P/pass" bags.p12
is_exit 65 "more bags than that"
for deep in 2480 3080 a080; do
	python3 -c "import sys; sys.stdout.buffer.write(bytes.fromhex('3080020103308006092a864886f70d010701a080') + bytes.fromhex('$deep') * 500000)" >deep.p12
	run timeout 10 edoc-sign keys --pass-file "$P/pass" deep.p12
	is_exit 65 "500000 of $deep in each other"
done

M=
for m in /usr/lib/softhsm/libsofthsm2.so /usr/lib64/softhsm/libsofthsm2.so \
	/usr/local/lib/softhsm/libsofthsm2.so; do
	[ ! -e "$m" ] || M=$m
done
if [ -z "$M" ] || ! command -v softhsm2-util >/dev/null || ! command -v pkcs11-tool >/dev/null; then
	skip "no SoftHSM2 or no OpenSC here: keys in tokens are NOT tested" 50
	finish
fi

export SOFTHSM2_CONF="$W/softhsm2.conf"
mkdir tokens
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$W" >"$SOFTHSM2_CONF"
softhsm2-util --init-token --free --label "Office Token" --pin 1234 --so-pin 5678 >/dev/null
printf '1234\n' >pin
printf '4321\n' >bad-pin
cat >ca.cnf <<'END'
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
END
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 \
	-config ca.cnf -extensions ca -subj '/CN=Token Root' 2>/dev/null
tool() { pkcs11-tool --module "$M" --token-label "Office Token" --login --pin 1234 "$@" >/dev/null 2>&1; }
put_key() { # NAME ID GENPKEY...
	name=$1 id=$2
	shift 2
	openssl genpkey "$@" -out "$name.key" 2>/dev/null
	openssl pkcs8 -topk8 -nocrypt -in "$name.key" -out "$name.p8"
	softhsm2-util --import "$name.p8" --token "Office Token" --label "$name" --id "$id" --pin 1234 >/dev/null
	openssl req -new -key "$name.key" -config ca.cnf -subj "/CN=$name" -out "$name.csr"
	openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 20 -extfile ca.cnf \
		-extensions leaf -outform DER -out "$name.crt" 2>/dev/null
	[ "$name" = bare ] || tool --write-object "$name.crt" --type cert --id "$id" --label "$name"
}
put_key rsa 01 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
put_key p256 02 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
put_key p384 03 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
put_key bare 04 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
put_key ed25519 05 -algorithm ED25519
openssl x509 -in ca.pem -outform DER -out ca.der
tool --write-object ca.der --type cert --id 99 --label root
T="pkcs11:token=Office%20Token"
sign() { # ATTRIBUTES ARG...
	uri="$T;$1?module-path=$M"
	shift
	run edoc-sign sign --key "$uri" --pass-file pin p.asice "$@"
}
for name in rsa p256 p384 ed25519; do
	new
	sign "object=$name"
	is_exit 0 "$name signs"
	run edoc-verify --trust ca.pem --json p.asice
	is_exit 0 "$name: and it verifies"
	json "$out" '.signatures[0].signer.subject == "CN='$name'"' "$name: by the token's certificate"
done
new
sign "object=rsa" --pss
is_exit 0 "RSA with PSS"
run edoc-verify --trust ca.pem --json p.asice
is_exit 0 "and it verifies"
ok "it is PSS" sh -c 'unzip -p p.asice "META-INF/signatures-*.xml" | grep -q sha256-rsa-MGF1'
new
sign "object=p256" --pss
refused 64 RSA "PSS with EC"
# Many: a session ends where a process begins, so there is but one.
new
for i in 1 2 3; do cp p.asice many$i.asice; done
sign "object=p256" many1.asice many2.asice
is_exit 0 "many packages, by one process"
run edoc-verify --trust ca.pem -q p.asice many1.asice many2.asice
is_exit 0 "and they verify"
new
sign "object=p256" -j 2 many3.asice
refused 64 "one process at a time" "-j with more than one"
new
sign 'id=%02;type=private'
is_exit 0 "by its id"
run edoc-verify --trust ca.pem --json p.asice
json "$out" '.signatures[0].signer.subject == "CN=p256"' "the right one"
has "$out" "Token Root" "the certificate above it came along"
new
sign "object=bare"
refused 65 "no certificate of the key's id" "no certificate in the token"
run edoc-sign sign --key "$T;object=bare?module-path=$M" --pass-file pin --cert bare.crt p.asice
is_exit 0 "but in a file"
run edoc-verify -q --trust ca.pem p.asice
is_exit 0 "and it verifies"
new
run edoc-sign sign --key "$T;object=p256?module-path=$M" --pass-file pin --cert bare.crt p.asice
refused 65 "is not of the key" "a file with another's certificate"
run edoc-sign sign --key "$T;object=bare?module-path=$M" --pass-file pin --cert p256.crt p.asice
refused 74 "does not verify under this certificate" "and where only the value shows it"
sign "object=none"
refused 66 "no such private key" "no such key"
sign "type=private"
refused 64 "more than one private key" "more than one key"
run edoc-sign sign --key "pkcs11:token=Other;object=rsa?module-path=$M" --pass-file pin p.asice
refused 66 "no such token" "no such token"
run edoc-sign sign --key "$T;serial=0;object=rsa?module-path=$M" --pass-file pin p.asice
refused 66 "no such token" "another serial number"

# The PIN.
run edoc-sign sign --key "$T;object=p256?module-path=$M" --pass-file bad-pin p.asice
refused 77 "wrong PIN" "a wrong PIN"
run edoc-sign sign --key "$T;object=p256?module-path=$M" p.asice
refused 77 "Office Token" "no PIN and nobody to ask"
PIN=1234 run edoc-sign sign --key "$T;object=p256?module-path=$M" --pass-env PIN p.asice
is_exit 0 "from a variable"
new
run edoc-sign sign --key "$T;object=p256?module-path=$M&pin-source=file:$W/pin" p.asice
is_exit 0 "from pin-source"
new
run edoc-sign sign --key "$T;object=p256?module-path=$M&pin-source=$W/none" p.asice
refused 66 none "pin-source is absent"
head -c 300 /dev/zero | tr '\0' 1 >long
run edoc-sign sign --key "$T;object=p256?module-path=$M" --pass-file long p.asice
refused 65 "" "a PIN that is too long"
printf '\357\273\277' >mark
{ cat mark && cat pin; } >marked-pin
run edoc-sign sign --key "$T;object=p256?module-path=$M" --pass-file marked-pin p.asice
is_exit 0 "a byte order mark before the PIN is none of it"
new
run edoc-sign sign --key "$T;object=p256?module-path=$M&pin-source=$W/marked-pin" p.asice
is_exit 0 "nor in pin-source"
new

# By name, from edoc.conf.
cat >edoc.conf <<END
key: office
keys:
  office: "$T;object=p256;id=%02"
  more: {file: "$T;object=bare;id=%04", cert: bare.crt}
pkcs11-module: $M
END
run edoc-sign sign --config edoc.conf --pass-file pin p.asice
is_exit 0 "the default key of edoc.conf"
new
run edoc-sign sign --config edoc.conf --key more --pass-file pin p.asice
is_exit 0 "another, with its certificate"
run edoc-sign keys --config edoc.conf --json
is_exit 0 "what there is"
json "$out" '[., inputs] | any(.name == "office" and .subject == "CN=p256" and .fit == "yes")' "the key of edoc.conf"
json "$out" '[., inputs] | any(.token == "Office Token" and .key == null and .pin == "good")' "the token"
same "$(jq -r 'select(.token and .key and (.name | not)) | .subject' "$out" | sort | xargs)" \
	"CN=Token Root CN=ed25519 CN=p256 CN=p384 CN=rsa" "its certificates"
json "$out" '[., inputs] | any(.subject == "CN=Token Root" and .fit == "no")' "a CA's cannot sign"
uri=$(jq -r 'select(.subject == "CN=rsa") | .key' "$out")
new
run edoc-sign sign --key "$uri" --pass-file pin p.asice
is_exit 0 "the listed URI is one for --key"
run edoc-sign keys --module "$M"
has "$out" "token Office Token" "for people"

# A ledger and other verbs take a token as they take a file: one is enough.
run edoc-archive init root --key "$T;object=p256?module-path=$M" --pass-file pin
[ "$status" = 0 ] || run edoc-archive init -C root --key "$T;object=p256?module-path=$M" --pass-file pin
is_exit 0 "an archive is begun with a token's key"

# Tokens that do what SoftHSM does not.
# shellcheck disable=SC2046 # pkg-config gives words
if ! ${CC:-cc} -shared -fPIC $(pkg-config --cflags p11-kit-1) -o shim.so "$SRCDIR/tests/cli/p11shim.c" -ldl 2>cc.err; then
	skip "no compiler here: faulty tokens are NOT tested" 30
	finish
fi
export P11SHIM_MODULE="$M" P11SHIM_COUNT="$W/count"
shim() { # FAULT ARG...
	fault=$1
	shift
	: >count
	P11SHIM=$fault run edoc-sign sign --key "$T;object=p256?module-path=$W/shim.so" --pass-file pin "$@" p.asice
}
new
shim low
is_exit 0 "few tries, and the right PIN"
new
shim final
refused 77 "--final-try" "the last try is not spent"
same "$(wc -l <count)" 0 "nobody logged in"
shim final --final-try
is_exit 0 "but when that is meant"
new
P11SHIM='final' run edoc-sign sign --key "$T;object=p256?module-path=$W/shim.so" --final-try --pass-file bad-pin p.asice
refused 77 "one more locks" "a wrong PIN tells how it stands"
shim locked
refused 77 "unblock it" "a locked token"
same "$(wc -l <count)" 0 "is not asked"
shim pin-locked
refused 77 "unblock it" "locked by this very try"
same "$(wc -l <count)" 1 "which was one"
: >count
P11SHIM=none run edoc-sign sign --key "$T;object=p256?module-path=$W/shim.so" --pass-file bad-pin p.asice
refused 77 "wrong PIN" "a wrong PIN"
same "$(wc -l <count)" 1 "is not tried again"
: >count
: >empty-pin
printf '\n1234\n' >blank-pin
for f in empty-pin blank-pin mark; do
	P11SHIM=none run edoc-sign sign --key "$T;object=p256?module-path=$W/shim.so" --pass-file $f p.asice
	refused 65 "$f: its first line is empty, so there is no PIN" "no PIN in $f"
	P11SHIM=none run edoc-sign sign --key "$T;object=p256?module-path=$W/shim.so&pin-source=$W/$f" p.asice
	refused 65 "its first line is empty, so there is no PIN" "nor as pin-source"
done
PIN='' P11SHIM=none run edoc-sign sign --key "$T;object=p256?module-path=$W/shim.so" --pass-env PIN p.asice
refused 65 "the variable PIN is empty" "an empty variable"
P11SHIM=none run edoc-sign sign --key "$T;object=p256?module-path=$W/shim.so" --pass-env NO_PIN p.asice
refused 77 "the variable NO_PIN is not set, so there is no PIN" "one that is not set"
P11SHIM=none run setsid edoc-sign sign --key "$T;object=p256?module-path=$W/shim.so" p.asice
refused 77 "a PIN is needed" "nobody to type it"
same "$(wc -l <count)" 0 "no try is spent on any of them"
shim removed-login
refused 75 "taken out" "taken out before the PIN"
shim removed-sign
refused 75 "taken out" "taken out before the value"
shim device-error
refused 74 "0x30" "a broken token"
shim odd
refused 74 "0x80000001" "an answer of the vendor's own"
shim always
is_exit 0 "a key that wants the PIN each time"
same "$(xargs <count)" "1 2" "gets it"
new
shim wrong-value
refused 74 "does not verify" "a wrong value"
shim short-value
refused 74 "no value of this curve" "a value too short"
shim no-value
refused 74 "no value of this curve" "no value"
shim long-value
refused 74 "" "a value longer than its room"
shim objects
refused 74 "" "more objects than were asked for"
shim slots
refused 74 "" "more slots than were asked for"
shim huge-attribute
refused 65 "no certificate" "an attribute of exabytes"
shim grown-attribute
refused 65 "no certificate" "an attribute that grows"
shim no-certificate
refused 65 "" "a certificate of zeros"
shim no-list
refused 65 "is no PKCS#11 module" "a module that gives no functions"
P11SHIM=escape run edoc-sign keys --module "$W/shim.so"
is_exit 0 "a label that steers terminals"
nok "is not given out as it is" grep -q "$(printf '\033')" "$out"
finish
