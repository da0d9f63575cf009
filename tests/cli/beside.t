#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2086 # words are wanted
# Several signers of one file, in one file of signatures: who comes later stands
# beside the others, whose bytes stay.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
. "$SRCDIR/tests/pki.sh"
export EDOC_CONF="$PKI/edoc.conf"
printf 'matn\n' >a.txt
printf 'boshqa\n' >other.txt
T="--tsa $URL/tsa"
a() { run edoc-sign cms --key "$PKI/zarina.pem" "$@"; }
b() { run edoc-sign cms --key "$PKI/rsa.pem" "$@"; }
levels() { # FILE LEVELS WHAT
	run edoc-verify --online --cache cache --json --data a.txt "$1"
	is_exit 0 "$3: good"
	same "$(jq -r '[.signatures[].level[15:]] | sort | join(" ")' "$out")" "$2" "$3: $2"
	json "$out" '[.signatures[].signer.subject // .signatures[].signer] | unique | length == 2' "$3: two signers"
}

for how in "" --attached; do
	for first in B LT LTA; do
		for second in B LT LTA; do
			what="${how:-detached}, $first and $second"
			rm -f one two
			a $how --level $first $T a.txt -o one
			b --level $second $T --beside one a.txt -o two
			is_exit 0 "$what"
			levels two "$(printf '%s\n%s\n' $first $second | sort | tr '\n' ' ' | sed 's/ $//')" "$what"
		done
	done
	content="-content a.txt"
	[ -z "$how" ] || content=
	ok "${how:-detached}: openssl takes both" openssl cms -verify -binary -inform DER -in two $content \
		-CAfile "$PKI/root.pem" -purpose any -out /dev/null
	ok "${how:-detached}: each SignerInfo of the first is there, byte for byte" python3 - <<'PY'
def tlv(b, i):
    n, k = b[i + 1], i + 2
    if n & 128:
        k += n & 127
        n = int.from_bytes(b[i + 2:k], "big")
    return k, k + n
def parts(b, i):
    at, end = tlv(b, i)
    while at < end:
        stop = tlv(b, at)[1]
        yield at, b[at:stop]
        at = stop
def signers(name):
    b = open(name, "rb").read()
    content = list(parts(b, 0))[1][0]
    data = list(parts(b, content))[0][0]
    return [x for _, x in parts(b, list(parts(b, data))[-1][0])]
one, two = signers("one"), signers("two")
assert len(one) == 1 and len(two) == 2 and one[0] in two, (len(one), len(two))
PY
done

# ---- base64 and PEM of the first, a third one
a --base64 a.txt -o one.b64
b -f --beside one.b64 a.txt -o two
is_exit 0 "beside base64"
levels two "B B" "beside base64"
{ echo "-----BEGIN CMS-----"; cat one.b64; echo "-----END CMS-----"; } | fold -w 64 >one.pem
b --base64 --beside one.pem a.txt -o two.b64
is_exit 0 "beside PEM, into base64"
levels two.b64 "B B" "beside PEM"
run edoc-sign cms --key "$PKI/quiet.pem" --beside two.b64 a.txt -o three
is_exit 0 "a third signer"
run edoc-verify --online --cache cache --json --data a.txt three
json "$out" '.signatures | length == 3 and all(.intact.data and .intact.signature)' "three hold"

# ---- what is refused, and changes nothing
refused() { # EXIT WORD WHAT
	is_exit "$1" "$3"
	has "$err" "$2" "$3: $2"
	nok "$3: nothing is made" test -e no
}
b --beside two other.txt -o no
refused 65 "other.txt: is not what two signs" "another file than they signed"
a --attached a.txt -o in.p7m
b --beside in.p7m other.txt -o no
refused 65 "other.txt: is not what in.p7m signs" "another content than is in it"
b --beside in.p7m --attached a.txt -o no
refused 64 "--attached" "both told"
b --beside a.txt a.txt -o no
refused 65 "CAdES" "no signature"
openssl crl2pkcs7 -nocrl -certfile "$PKI/root.pem" -outform DER -out certs.p7s
b --beside certs.p7s a.txt -o no
refused 65 "certs.p7s: holds no signature" "certificates alone"
b --beside none a.txt -o no
refused 66 none "no such file"
head -c 400 two >short
b --beside short a.txt -o no
refused 65 "" "one that is cut"
python3 - <<'PY'
b = bytearray(open("two", "rb").read())
b[-20] ^= 1
open("broken", "wb").write(b)
PY
b --beside broken a.txt -o no
refused 65 "" "one that is broken"
cp two same
b -f --beside same a.txt -o same
is_exit 64 "what is read is not written to"
ok "and stays" cmp two same
edoc-sign xades -q --key "$PKI/zarina.pem" a.txt -o one.xml
b --beside one.xml a.txt -o no
refused 65 "CAdES" "XAdES"
sleep 1 # a key signs once in a second
b -n --beside two a.txt -o no
is_exit 0 "-n"
nok "makes nothing" test -e no
finish
