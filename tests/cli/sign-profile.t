#!/bin/sh
# SPDX-License-Identifier: ISC
# Signing by an agency's rules: what is missing is told at once, all of it,
# before the key is asked for; what a profile sets is not overruled.
. "$SRCDIR/tests/lib.sh"
P=$D/pki
cd "$W" || exit 1
key="--key $P/zarina.p12 --pass-file $P/pass"
# shellcheck disable=SC2086 # words
zarina() { run edoc-sign sign $key "$@"; }
intro() { # NAME
	printf 'format: edoc-signing/1\nname: %s\ntitle: T\nissued-by: me\nbasis: none\ndate: 2026-11-23\n' "$1"
}
printf 'matn\n' >order.txt
cat >card.yaml <<'EOF'
kind: order
title: T
language: tg
created: 2026-03-05
sender: {name: Adliya}
number: "12-F"
EOF
{
	intro office
	cat <<'EOF'
level: B
form: xades
role: head of the office
policy: strict
place: {city: Dushanbe, country: TJ}
card:
  - number
  - {field: number, like: "#*-?"}
  - {any-of: [sender.rma, sender.stir]}
documents:
  - {name: "*.txt", min: 1, max: 1}
signer:
  country: TJ
  key-usage: content-commitment
require: [commitment]
may: [level, place]
EOF
} >office.yaml

# ---- a tired clerk
edoc-sign new -q -o p.asice --card card.yaml order.txt
run edoc-sign sign --key "$P/zarina.p12" --pass-file /nowhere --profile office.yaml \
	--commitment approval p.asice
is_exit 65 "a card that lacks a field: before the passphrase is asked for"
has "$err" "sender.rma, sender.stir" "says which"
has "$err" "office.yaml:15:5" "and by which rule"
has "$err" "revise --set" "and what to do"
zarina --profile office.yaml p.asice
is_exit 65 "no commitment is said, either"
has "$err" "--commitment" "says which option"
has "$err" "sender.rma" "and what else is missing, in the same run"
edoc-sign revise -q p.asice -o p2.asice --set sender.rma=020012345 --set number=F-12 \
	--add "$P/README"
zarina --profile office.yaml --commitment approval p2.asice
is_exit 65 "a number of another form"
has "$err" '"F-12", and must be like: #*-?' "says what it is, and what it must be like"
hasnt "$err" "sender.rma" "what was filled in is not told again"
edoc-sign revise -q p.asice -o two.asice --add card.yaml
cp order.txt other.txt
edoc-sign revise -q two.asice -o three.asice --add other.txt
zarina --profile office.yaml --commitment approval three.asice
is_exit 65 "too many documents, and a field"
has "$err" "at most 1" "the documents are told"
has "$err" "sender.rma" "the card too, in the same run"
has "$err" "2 rules of the profile office" "and counted"
sum=$(sha256sum p.asice)
edoc-sign revise -q p.asice -o good.asice --set sender.rma=020012345
zarina --profile office.yaml --commitment approval good.asice
is_exit 0 "all is there"
zarina --profile office.yaml good.asice good.asice
is_exit 77 "without a commitment, before any is signed"
same "$(sha256sum p.asice)" "$sum" "what was refused is as it was"
run edoc-verify --trust "$P/root.pem" --trust "$P/ca.pem" --json good.asice
json "$out" '.signatures[0] | .role == "head of the office" and .commitment == "approval"' \
	"the signature says what the profile sets"
ok "the place too" sh -c 'unzip -p good.asice "META-INF/signatures*" | grep -q Dushanbe'

# ---- with -o
zarina --profile office.yaml --commitment approval -o new.asice --card card.yaml order.txt
is_exit 65 "a package to be is held to it, too"
ok "and is not made" test ! -e new.asice
run edoc-sign sign --key "$P/zarina.p12" --pass-file /nowhere --profile office.yaml \
	--commitment approval -o new.asice order.txt
is_exit 65 "before the passphrase"
has "$err" "there is no card" "no card at all"
zarina --profile office.yaml --commitment approval -o new.asice --card card.yaml \
	--set sender.stir=201122919 order.txt
is_exit 0 "filled in"

# ---- who may sign
sed 's/country: TJ$/country: UZ/; s/Dushanbe, country: UZ/Dushanbe, country: TJ/' office.yaml >uzb.yaml
cp p.asice q.asice
zarina --profile uzb.yaml --commitment approval good.asice
is_exit 77 "a certificate of another country"
has "$err" 'country is "TJ", and must be like: UZ' "says what it is"

# ---- and that before the passphrase, where the certificate shows without it
unopened() { # EXIT WHAT PROFILE KEY [OPTION...]
	uexit=$1 uwhat=$2 uby=$3 ukey=$4
	shift 4
	cp good.asice u.asice
	run edoc-sign sign --key "$ukey" --pass-file /nowhere --profile "$uby" --commitment approval "$@" u.asice
	is_exit "$uexit" "$uwhat"
	ok "$uwhat: nothing is signed" cmp good.asice u.asice
}
openssl pkcs12 -in "$P/zarina.p12" -passin "file:$P/pass" -passout pass:edoc -out enc.pem 2>/dev/null || exit 1
chmod 600 enc.pem
sed -n '/BEGIN ENC/,/END ENC/p' enc.pem >alone.pem
cat alone.pem "$P/farrukh.crt" "$P/zarina.crt" >two.pem
chmod 600 alone.pem two.pem
for how in "enc.pem" "alone.pem --cert $P/zarina.crt" "$P/zarina.p12 --cert $P/zarina.crt"; do
	# shellcheck disable=SC2086 # words
	unopened 77 "another country, by ${how##*/}" uzb.yaml $how
	has "$err" 'country is "TJ", and must be like: UZ' "says what it is"
	hasnt "$err" nowhere "and asks for no passphrase"
	# shellcheck disable=SC2086 # words
	unopened 66 "the right country, by ${how##*/}" office.yaml $how
	has "$err" nowhere "then the passphrase is wanted"
done
for how in "$P/zarina.p12" two.pem alone.pem; do
	unopened 66 "by ${how##*/} alone it does not show whose it is" uzb.yaml "$how"
done
run edoc-sign sign --key two.pem --pass-file "$P/pass" --profile uzb.yaml --commitment approval good.asice
is_exit 77 "and is told after it"
has "$err" 'country is "TJ", and must be like: UZ' "all the same"
for verb in "sign -o u2.asice" "cms -o u.p7s" "xades -o u.xml"; do
	# shellcheck disable=SC2086 # words
	run edoc-sign $verb --key "$P/zarina.p12" --cert "$P/ca.pem" --pass-file /nowhere order.txt
	is_exit 77 "$verb: a certificate that may not sign, before the passphrase"
	hasnt "$err" nowhere "which is not asked for"
done
cp good.asice u.asice
run edoc-sign countersign --key "$P/zarina.p12" --cert "$P/ca.pem" --pass-file /nowhere u.asice
is_exit 77 "countersign: the same"

# ---- overruled
for o in "--role deputy" "--format xades" "--policy eu"; do
	# shellcheck disable=SC2086
	zarina --profile office.yaml --commitment approval $o good.asice
	is_exit 64 "$o may not be said"
done
has "$err" "may not be overruled" "says why"
cp good.asice again.asice
zarina --profile office.yaml --commitment approval --level B --place city=Khujand again.asice
is_exit 0 "what it may say"
ok "is said" sh -c 'unzip -p again.asice "META-INF/signatures*" | grep -q Khujand'

# ---- a batch
mkdir b
for i in 0 1 2 3; do cp good.asice b/$i.asice; done
cp p.asice b/4.asice
zarina --profile office.yaml --commitment approval -j 2 --skip-signed b/0.asice b/1.asice b/4.asice
is_exit 65 "one of three is not as it must be"
same "$(grep -c 'already signed' "$err")" 2 "the others are passed over"
has "$err" "b/4.asice" "its name is told"
has "$err" "sender.rma" "and what it lacks"

# ---- where profiles are found
mkdir -p conf/signing
intro house >conf/signing/house.yaml
echo "role: clerk" >>conf/signing/house.yaml
cat >edoc.conf <<'EOF'
profiles: conf
sign-profile: house
EOF
cp p.asice c.asice
zarina --config edoc.conf c.asice
is_exit 0 "the profile that edoc.conf names"
ok "is followed" sh -c 'unzip -p c.asice "META-INF/signatures*" | grep -q clerk'
zarina --config edoc.conf --role x c.asice
is_exit 64 "and not overruled"
cp p.asice d.asice
zarina --config edoc.conf --profile none --role x d.asice
is_exit 0 "but by --profile none"
zarina --config edoc.conf --profile absent d.asice
is_exit 66 "a name that is none"
has "$err" "uz, tj and archive" "tells those that are built in"
zarina --profile /nowhere.yaml d.asice
is_exit 66 "a file that is none"
zarina --profile uz d.asice
is_exit 65 "one that is built in"
for f in sender.postal-address sender.email sender.stir; do
	has "$err" "$f" "asks for $f"
done
for p in uz tj archive; do
	zarina --profile "$SRCDIR/profiles/signing/$p.yaml" --role x -n d.asice
	ok "$p is read" test "$status" = 65 -o "$status" = 77 -o "$status" = 0 -o "$status" = 64
done

# ---- the schema and the reader: JSON is YAML, too
# shellcheck disable=SC2317 # called by ok
# shellcheck disable=SC2317 # called by ok
schema() { python3 "$SRCDIR/tests/check-schema.py" "$SRCDIR/profiles/schemas/signing.schema.json" "$1"; }
b='"format":"edoc-signing/1","name":"j","title":"T","issued-by":"me","basis":"x","date":"2026-11-23"'
for m in '"level":"T"' '"tsa":["a","http://b.example/"],"role":"r"' '"commitment":"approval","policy":"uz"' \
	'"place":{"city":"X"},"content-timestamp":"no"' '"card":["number",{"field":"kind","like":"order"}]' \
	'"card":[{"any-of":["date","number"]}]' '"documents":[{"name":"*","min":1,"max":2}]' \
	'"signer":{"country":"TJ","key-usage":"content-commitment","rsa-min":2048,"curves":["P-256"]}' \
	'"require":["role"],"may":["level"]'; do
	echo "{$b,$m}" >j.yaml
	ok "the schema takes $m" schema j.yaml
	zarina --profile j.yaml --role x -n good.asice
	hasnt "$err" "j.yaml:" "and so do we"
done
for m in '"level":"X"' '"form":"pades"' '"container":"zip"' '"lvel":"T"' '"card":[{"like":"x"}]' \
	'"documents":[{"mim":1}]' '"signer":{"organisation":"x"}' '"signer":{"rsa-min":512}' \
	'"require":["name"]' '"may":["key"]' '"place":{"town":"x"}' '"signature-policy":{"id":"1.2"}'; do
	echo "{$b,$m}" >j.yaml
	nok "the schema refuses $m" schema j.yaml
	zarina --profile j.yaml -n good.asice
	is_exit 65 "and so do we"
done

# ---- hostile profiles
{
	intro bomb
	printf 'card: &a [number]\nmay: [*a,*a,*a,*a]\n'
} >bomb.yaml
{
	intro deep
	printf 'card: '
} >deep.yaml 2>/dev/null
perl -e 'print "[" x 5000' >>deep.yaml
truncate -s 1G long.yaml
for f in bomb deep long; do
	zarina --profile $f.yaml d.asice
	is_exit 65 "$f.yaml is refused"
done
{
	intro typo
	echo "lvel: T"
} >typo.yaml
zarina --profile typo.yaml d.asice
is_exit 65 "an unknown key"
has "$err" "typo.yaml:7:1" "at its line and column"
has "$err" '"level"' "with the nearest known one"
finish
