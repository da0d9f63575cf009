#!/bin/sh
# SPDX-License-Identifier: ISC
# encrypt and decrypt: ours by openssl and openssl's by us, who may and who may
# not, and nothing on the disk when it fails.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
cert() { # NAME USAGE ALGORITHM [OPTION...]: NAME.key, .crt, .pem (both)
	name=$1 usage=$2
	shift 2
	openssl req -x509 -newkey "$@" -nodes -keyout "$name.key" -out "$name.crt" \
		-subj "/CN=$name" -days 30 -addext "basicConstraints=critical,CA:FALSE" \
		-addext "keyUsage=critical,$usage" 2>/dev/null
	cat "$name.key" "$name.crt" >"$name.pem"
}
ec() { # NAME CURVE [USAGE]
	cert "$1" "${3:-keyAgreement}" ec -pkeyopt "ec_paramgen_curve:$2"
}
cert rsa keyEncipherment rsa:2048
ec p256 P-256
ec p384 P-384
ec p521 P-521
cp "$D/good/order.asice" p.asice
cat p384.crt p521.crt >two.crt

# ---- there and back
run edoc-sign encrypt -v --to rsa.crt --to p256.crt --to two.crt --to rsa.crt p.asice -o e.p7m
is_exit 0 "a package is encrypted for four"
has "$out" "e.p7m" "and its name printed"
has "$err" "no trust is given" "-v says that nobody's certificate was checked"
same "$(grep -c "for [0-9a-f]*" "$err")" 4 "and for whom it is, each once"
nok "nothing of the package is to be seen" grep -aq mimetype e.p7m
for k in rsa p256 p384 p521; do
	run edoc-sign decrypt --key $k.pem e.p7m -o $k.asice
	is_exit 0 "$k decrypts it"
	ok "to the same bytes" cmp $k.asice p.asice
	run openssl cms -decrypt -inform DER -in e.p7m -recip $k.crt -inkey $k.key -out $k.ossl
	is_exit 0 "so does openssl"
	ok "to the same bytes" cmp $k.ossl p.asice
done
run edoc-sign encrypt --json --to rsa.crt p.asice -o j.p7m
json "$out" '.v == 1 and .path == "j.p7m"' "--json"
run edoc-sign decrypt --json --key rsa.pem j.p7m -o j.asice
json "$out" '.path == "j.asice"' "of both"
json "$out" 'has("exit") or has("error") | not' "of what was done"
run edoc-sign decrypt --json --key p256.pem j.p7m -o no.asice
json "$out" '.path == "j.p7m" and .exit == 77 and .error.msg' "and of what is for somebody else"
run edoc-sign encrypt --json --to absent.crt p.asice -o no.p7m
json "$out" '.path == "p.asice" and .exit == 66 and .error.where' "and where there is no certificate"
same "$(stat -c %a j.asice)" 600 "what was decrypted is for its owner alone"
chmod 640 j.asice
run edoc-sign decrypt -f --key rsa.pem j.p7m -o j.asice
same "$(stat -c %a j.asice)" 640 "one that is replaced keeps the mode that somebody gave it"
nok "encrypted twice, no two are alike" cmp e.p7m j.p7m

# ---- what openssl makes
their() { # WHAT KEY OPTION...
	what=$1 key=$2
	shift 2
	openssl cms -encrypt -binary -aes-256-gcm -outform DER -in p.asice -recip "$key.crt" "$@" \
		-out their.p7m 2>"$err" || cat "$err"
	run edoc-sign decrypt -f --key "$key.pem" their.p7m -o their.asice
	is_exit 0 "openssl's: $what"
	ok "to the same bytes" cmp their.asice p.asice
}
their "OAEP with SHA-256" rsa -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256
their "OAEP as it is by default, streamed" rsa -keyopt rsa_padding_mode:oaep -stream
their "OAEP, by key identifier" rsa -keyopt rsa_padding_mode:oaep -keyid
for k in p256 p384 p521; do
	their "$k" $k
	their "$k, SHA-512, streamed, by key identifier" $k -keyopt ecdh_kdf_md:sha512 -stream -keyid
done
refused() { # EXIT WORD WHAT IN
	run edoc-sign decrypt --key rsa.pem "$4" -o none.asice
	is_exit "$1" "$3"
	has "$err" "$2" "and why"
	nok "nothing is written" test -e none.asice
}
openssl cms -encrypt -binary -aes-256-gcm -outform DER -in p.asice -recip rsa.crt -out v15.p7m
refused 65 "PKCS #1 v1.5" "RSA PKCS #1 v1.5 is not opened" v15.p7m
openssl cms -encrypt -binary -aes-256-cbc -outform DER -in p.asice -recip rsa.crt -out cbc.p7m
refused 65 "without authentication" "EnvelopedData (EFAIL) is not opened" cbc.p7m
openssl cms -encrypt -binary -aes-128-gcm -outform DER -in p.asice -recip rsa.crt \
	-keyopt rsa_padding_mode:oaep -out 128.p7m
refused 65 "not AES-256-GCM" "nor AES-128" 128.p7m
openssl cms -encrypt -binary -aes-256-gcm -outform DER -in p.asice -secretkey \
	000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f -secretkeyid 01 -out kek.p7m
refused 77 "somebody without a certificate" "one for a shared key is for somebody else" kek.p7m
refused 65 "no CMS" "a package is not encrypted" p.asice
refused 66 "cannot open" "an absent file" absent.p7m

# ---- on the way
size=$(wc -c <e.p7m)
damaged() { # WHAT
	run edoc-sign decrypt --key p256.pem x.p7m -o none.asice
	is_exit 65 "$1 is found out"
	nok "nothing is written" sh -c "ls none.asice .edoc-* 2>/dev/null | grep ."
}
for at in $((size / 2)) $((size - 20)) $((size - 1)); do
	cp e.p7m x.p7m
	byte=$(dd if=e.p7m bs=1 skip="$at" count=1 2>/dev/null | od -An -tu1 | tr -d ' ')
	# shellcheck disable=SC2059 # the octal is the format
	printf "\\$(printf %o $((byte ^ 1)))" | dd of=x.p7m bs=1 seek="$at" conv=notrunc 2>/dev/null
	damaged "a bit changed at $at of $size"
done
for len in 1 100 $((size / 2)) $((size - 1)); do
	head -c "$len" e.p7m >x.p7m
	damaged "a file cut at $len"
done
cat e.p7m p.asice >x.p7m
damaged "something behind it"

# ---- who
run edoc-sign decrypt --key "$D/pki/zarina.pem" e.p7m -o none.asice
is_exit 77 "not for that key"
has "$err" "CN=rsa" "it is told for whom it is"
run edoc-sign decrypt --key "$D/pki/zarina-enc.pem" --pass-file "$D/pki/README" e.p7m -o none.asice
is_exit 77 "a wrong passphrase"
run edoc-sign decrypt --key rsa.pem e.p7m -o p.asice
is_exit 73 "an output that exists"
ok "stays as it is" cmp p.asice "$D/good/order.asice"
run edoc-sign encrypt -f --to rsa.crt p.asice -o p.asice
is_exit 64 "a package is not encrypted in its own place"
run edoc-sign encrypt -n --to rsa.crt p.asice -o none.p7m
is_exit 0 "-n checks"
run edoc-sign decrypt -n --key rsa.pem e.p7m -o none.asice
is_exit 0 "both ways"
nok "and writes nothing" test -e none.p7m -o -e none.asice
to() { # EXIT WORD WHAT CERT [OPTION...]
	code=$1 word=$2 what=$3 for=$4
	shift 4
	run edoc-sign encrypt "$@" --to rsa.crt --to "$for" p.asice -o none.p7m
	is_exit "$code" "$what"
	has "$err" "$word" "and why"
	nok "nothing is written" test -e none.p7m
}
ec signer P-256 digitalSignature,nonRepudiation
ec only P-256 keyAgreement,decipherOnly
ec curve secp256k1
cert signs digitalSignature rsa:2048
cert short keyEncipherment rsa:1024
openssl req -x509 -newkey ed25519 -nodes -keyout ed.key -out ed.crt -subj /CN=ed \
	-addext basicConstraints=critical,CA:FALSE 2>/dev/null
openssl pkcs12 -in "$D/pki/expired.p12" -passin pass:edoc -nokeys -clcerts -out old.crt 2>/dev/null
to 77 keyAgreement "a signer's certificate" signer.crt
to 77 keyAgreement "one to decipher only" only.crt
to 77 keyEncipherment "a signer's RSA certificate" signs.crt
to 77 RSA-1024 "RSA of 1024 bits" short.crt
to 77 "P-521" "another curve" curve.crt
to 77 Ed25519 "a key that only signs" ed.crt
to 77 authority "an authority's" "$D/pki/ca.pem"
to 77 expired "an expired one" old.crt
to 65 certificate "no certificate" p.asice
to 66 open "an absent one" absent.crt
openssl req -new -key p256.key -subj /CN=known -out known.csr 2>/dev/null
printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,keyAgreement\n' >known.ext
openssl x509 -req -in known.csr -CA p384.crt -CAkey p384.key -days 9 -extfile known.ext \
	-out stray.crt 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem \
	-subj /CN=root -days 30 -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
openssl x509 -req -in known.csr -CA root.pem -CAkey root.key -days 9 -extfile known.ext \
	-out known.crt 2>/dev/null
to 77 chain.not-found "one that trust does not reach" stray.crt --trust root.pem
run edoc-sign encrypt -v --trust root.pem --to known.crt p.asice -o known.p7m
is_exit 0 "one that it does"
hasnt "$err" "no trust" "and nothing is said of it"
run edoc-sign encrypt --to known.crt p.asice
is_exit 64 "-o is needed"
run edoc-sign encrypt p.asice -o none.p7m
is_exit 64 "so is --to"
run edoc-sign decrypt --key rsa.pem e.p7m
is_exit 64 "and -o to decrypt"

# ---- somebody writes to the file, a disk is full
if unshare -m true 2>/dev/null; then
	head -c 3000000 /dev/urandom >big.bin
	edoc-sign encrypt -q --to rsa.crt big.bin -o big.p7m
	mkdir disk
	unshare -m sh -c '
		mount -t tmpfs -o size=1m none disk || exit 99
		edoc-sign decrypt --key rsa.pem big.p7m -o disk/big.bin 2>err1; echo $? >code1
		edoc-sign encrypt --to rsa.crt big.bin -o disk/big.p7m 2>err2; echo $? >code2
		ls -A disk >left'
	same "$(cat code1)" 74 "a full disk stops decrypting"
	same "$(cat code2)" 74 "and encrypting"
	same "$(cat left)" "" "and nothing is left on it"
else
	skip "no right to mount" 3
fi

# ---- large ones in little memory
free=$(df -Pk "$W" | awk 'NR == 2 {print int($4 / 1048576)}')
if [ -n "$SAN" ] || [ "$free" -lt 4 ]; then
	skip "memory is not measured under sanitizers, or no 4 GiB are free" 5
else
	cat >peak.py <<-'PY'
		import os, sys
		pid = os.fork()
		if pid == 0:
		    os.execvp(sys.argv[1], sys.argv[1:])
		_, status, usage = os.wait4(pid, 0)
		print(usage.ru_maxrss // 1024)
		sys.exit(os.waitstatus_to_exitcode(status))
	PY
	truncate -s 1G big.bin
	run python3 peak.py edoc-sign encrypt -q --to p256.crt -f big.bin -o big.p7m
	is_exit 0 "1 GiB is encrypted"
	echo "# $(cat "$out") MiB"
	ok "in less than 32 MiB" test "$(cat "$out")" -lt 32
	run python3 peak.py edoc-sign decrypt -q --key p256.pem big.p7m -o big.out
	is_exit 0 "and decrypted"
	echo "# $(cat "$out") MiB"
	ok "in less than 32 MiB" test "$(cat "$out")" -lt 32
	ok "to the same bytes" cmp big.bin big.out
fi
finish
