#!/bin/sh
# SPDX-License-Identifier: ISC
# Entry by signature: challenges made, answered once, and everything that is no
# answer.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
P=$D/pki
HERE=https://portal.example
mkdir box
openssl pkcs12 -in "$P/dilnoza.p12" -passin "file:$P/pass" -nodes -out dilnoza.pem 2>/dev/null

new() { # OPTION...
	rm -f ch
	run edoc-verify --challenge-new --audience "$HERE" --challenges box -o ch "$@"
}
sign() { # KEY OPTION...: ch into answer.p7s
	key=$1
	shift
	openssl cms -sign -cades -binary -nodetach -outform DER -in ch -out answer.p7s \
		-signer "$key" -inkey "$key" -certfile "$P/ca.pem" "$@" 2>"$W/sign.err" || cat "$W/sign.err"
}
enter() { # OPTION...
	run edoc-verify --challenge --audience "$HERE" --challenges box --trust "$P/root.pem" "$@"
}
no() { # EXIT WORD WHAT [OPTION...]
	code=$1 word=$2 what=$3
	shift 3
	enter "$@"
	is_exit "$code" "$what"
	has "$err" "$word" "and why"
	hasnt "$out" ENTERED "nobody enters"
}

# ---- one who may
new
is_exit 0 "a challenge is made"
same "$(cat "$out")" ch "its file is named"
has ch "To sign this is to log in at $HERE, and nothing else." "it says what signing it does"
same "$(find box -name '*.open' | wc -l | tr -d ' ')" 1 "it is remembered"
sign dilnoza.pem
run edoc-verify --challenge --audience https://other.example --challenges box --trust "$P/root.pem" answer.p7s
is_exit 1 "for another audience"
has "$err" "the challenge is for $HERE" "and why"
enter answer.p7s
is_exit 0 "its answer lets in"
has "$out" "ENTERED  answer.p7s  $HERE" "that is said"
has "$out" "CN=Karimova Dilnoza" "who it is"
has "$out" "pinfl     31502861230017" "PINFL"
has "$out" "inn       201122919" "INN"
same "$(sed -n 's/^  sha256 *//p' "$out")" \
	"$(openssl x509 -in dilnoza.pem -outform DER | sha256sum | cut -c1-64)" "the certificate"
no 1 "answered before" "once" answer.p7s
enter --json answer.p7s
json "$out" '.v == 1 and .exit == 1 and .entered == false and (.reason | contains("before")) and (has("signer") | not)' \
	"--json says why not"
new && sign dilnoza.pem
enter --json answer.p7s
is_exit 0 "another one"
json "$out" '.exit == 0 and .entered and .audience == "https://portal.example" and .reason == null
	and .signer.ids == {"pinfl": "31502861230017", "inn": "201122919", "uid": "201234567"}' "--json says who"
same "$(wc -l <"$out" | tr -d ' ')" 1 "on one line"
same "$(jq -r .challenge "$out")" "$(sha256sum ch | cut -c1-64)" "to which challenge"
new && sign dilnoza.pem -outform PEM
enter -q answer.p7s
is_exit 0 "an answer in PEM"
same "$(cat "$out")" "" "-q says nothing"
run edoc-verify --challenge-new --audience "$HERE" --challenges box
cp "$out" ch
sign dilnoza.pem
enter answer.p7s
is_exit 0 "a challenge by stdout"

# ---- those who may not; what is refused uses nothing up
new && sign "$P/zarina.pem"
cp answer.p7s good.p7s
run edoc-verify --challenge --audience "$HERE" --challenges box --trust "$P/other-root.pem" answer.p7s
is_exit 2 "of a stranger"
has "$err" "NO_CERTIFICATE_CHAIN_FOUND" "and why"
LC_ALL=C sed 's/log in at/log in af/' good.p7s >bad.p7s
no 1 "no challenge" "a content that was changed" bad.p7s
perl -pe 's/(nonce: )(.)/$1 . ($2 eq "0" ? "1" : "0")/e' good.p7s >bad.p7s
no 1 "TOTAL-FAILED/HASH_FAILURE" "another nonce in it" bad.p7s
size=$(wc -c <good.p7s)
{
	head -c $((size - 3)) good.p7s
	printf '\0\0\0'
} >bad.p7s
no 1 "TOTAL-FAILED" "a broken signature" bad.p7s
head -c $((size / 2)) good.p7s >bad.p7s
enter bad.p7s
is_exit 65 "a half of it"
openssl cms -sign -cades -binary -outform DER -in ch -out bad.p7s -signer "$P/zarina.pem" \
	-inkey "$P/zarina.pem" -certfile "$P/ca.pem"
enter bad.p7s
ok "a detached signature does not let in" test "$status" -ne 0
hasnt "$out" ENTERED "nobody enters"
sign "$P/zarina.pem" -signer dilnoza.pem
no 1 "one signer" "two signers" answer.p7s
openssl cms -sign -cades -binary -nodetach -outform DER -in "$D/docs/zamima-1.csv" -out bad.p7s \
	-signer "$P/zarina.pem" -inkey "$P/zarina.pem" -certfile "$P/ca.pem"
no 1 "no challenge" "a signed document" bad.p7s
no 65 "this is none" "a signed package" "$D/good/order.asice"
no 65 "this is none" "the challenge, unsigned" ch
no 65 "this is none" "a certificate" "$P/ca.pem"
enter absent.p7s
is_exit 66 "an absent answer"
mkdir elsewhere
run edoc-verify --challenge --audience "$HERE" --challenges elsewhere --trust "$P/root.pem" good.p7s
is_exit 1 "a challenge of another folder"
has "$err" "made here" "and why"
run edoc-verify --challenge --audience "$HERE" --challenges absent --trust "$P/root.pem" good.p7s
is_exit 66 "a folder that is not there"
sed "s/^expires: .*/expires: 2099-01-01T00:00:00Z/" ch >long && mv long ch
sign "$P/zarina.pem"
no 1 "made here" "one with a longer life" answer.p7s
enter good.p7s
is_exit 0 "after all that the right answer still lets in"
new --lifetime 1s && sign "$P/zarina.pem" && sleep 2
no 1 "too late" "late" answer.p7s

# ---- the command line
usage() { # WHAT OPTION...
	what=$1
	shift
	run edoc-verify "$@"
	is_exit 64 "$what"
}
usage "both at once" --challenge --challenge-new --audience "$HERE" --challenges box
usage "no audience" --challenge-new --challenges box
usage "no folder" --challenge --audience "$HERE" good.p7s
usage "an audience alone" --audience "$HERE" good.p7s
usage "a folder alone" --challenges box good.p7s
usage "-o alone" -o x good.p7s
usage "--lifetime alone" --lifetime 5m good.p7s
for x in "--at 2026-11-22T10:00:00Z" "--report html" "--explain" "--data ch" "--require T" "--no-route"; do
	# shellcheck disable=SC2086 # two words
	usage "$x" --challenge --audience "$HERE" --challenges box $x good.p7s
done
usage "-o of an answer" --challenge --audience "$HERE" --challenges box -o x good.p7s
usage "two answers" --challenge --audience "$HERE" --challenges box good.p7s good.p7s
usage "none" --challenge --audience "$HERE" --challenges box
usage "a path for a new one" --challenge-new --audience "$HERE" --challenges box good.p7s
usage "an audience that is none" --challenge-new --audience portal --challenges box
for x in 0s 5 m 5d 25h 86401s -1s 5m5s 99999999999999999999s; do
	usage "a lifetime of $x" --challenge-new --audience "$HERE" --challenges box --lifetime "$x"
done
run edoc-verify --challenge-new --audience "$HERE" --challenges box --lifetime 24h
is_exit 0 "a day"
before=$(find box | wc -l)
run edoc-verify --challenge-new --audience "$HERE" --challenges box -o ch
is_exit 73 "an output that exists"
same "$(find box | wc -l)" "$before" "and nothing is remembered"

# ---- many at once, and kill -9
new && sign "$P/zarina.pem"
for i in 1 2 3 4 5 6 7 8; do
	edoc-verify --challenge --audience "$HERE" --challenges box --trust "$P/root.pem" answer.p7s \
		>"at-once.$i" 2>/dev/null &
done
wait
same "$(cat at-once.* | grep -c ENTERED)" 1 "of eight at once one enters"
twice=0 none=0
for delay in 0 0.005 0.01 0.015 0.02 0.03 0.04 0.06 0.08; do
	new && sign "$P/zarina.pem"
	edoc-verify --challenge --audience "$HERE" --challenges box --trust "$P/root.pem" answer.p7s >first 2>/dev/null &
	sleep "$delay"
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	enter answer.p7s
	entered=$(cat first "$out" | grep -c ENTERED)
	[ "$entered" -le 1 ] || twice=$((twice + 1))
	[ "$status" = 0 ] || [ "$status" = 1 ] || none=$((none + 1))
done
same "$twice" 0 "killed at any moment, nobody enters twice"
same "$none" 0 "and the second try is told yes or no"
# ---- answered by edoc-sign, which knows what it signs
run edoc-verify --challenge-new --audience "$HERE" --challenges box -o asked
is_exit 0 "a challenge"
cms() { run edoc-sign cms --key "$P/zarina.p12" --pass-file "$P/pass" "$@"; }
for how in "" --attached; do
	# shellcheck disable=SC2086 # a word or none
	cms $how -o no.p7s asked
	is_exit 77 "is not signed by mistake${how:+, attached}"
	has "$err" "log in at $HERE" "and says what that would be"
done
cms --attached --audience https://other.example -o no.p7s asked
is_exit 77 "nor for another place"
ok "nothing is left" sh -c '! ls no.*'
cms --attached --audience "$HERE" -o yes.p7s asked
is_exit 0 "for the right one it is"
run edoc-verify --challenge --audience "$HERE" --challenges box --trust "$P/root.pem" --trust "$P/ca.pem" yes.p7s
is_exit 0 "and lets in"
cms --audience "$HERE" -o no.p7s "$D/docs/zamima-1.csv"
is_exit 64 "an audience is for challenges only"

# ---- and is signed by no other verb, in whatever clothes
by() { # EXIT WHAT VERB ARG...
	code=$1 what=$2 verb=$3
	shift 3
	run edoc-sign "$verb" --key "$P/zarina.p12" --pass-file "$P/pass" "$@"
	is_exit "$code" "$what"
}
advised() {
	has "$err" "log in at $HERE; if you mean to: edoc-sign cms --attached --audience" "it is said how one would"
}
by 77 "xades" xades -o no.xml asked
advised
for how in "asice xades" "asice cades" "asics xades" "asics cades"; do
	single=
	[ "${how% *}" = asice ] || single=--asic-s
	# shellcheck disable=SC2086 # a word or none
	by 77 "sign: $how" sign $single --format "${how#* }" -o "no.${how% *}" asked
	advised
done
by 77 "as one of two" sign -o no.asice "$D/docs/zamima-1.csv" asked
by 77 "a dry run" sign -n -o no.asice asked
edoc-sign new -q -o holds.asice "$D/docs/zamima-1.csv" asked
cp holds.asice before
by 77 "a package that holds one" sign holds.asice
has "$err" asked "which of its documents"
advised
by 77 "nor with --skip-signed" sign --skip-signed holds.asice
by 77 "nor does -n say that it would be" sign -n holds.asice
by 77 "nor as CAdES" sign --format cades holds.asice
run edoc-sign prepare holds.asice --cert "$P/zarina.pem" -o no.req
is_exit 77 "nor for a key elsewhere"
advised
ok "the package is as it was" cmp before holds.asice
ok "nothing is left" sh -c '! ls no.*'
hidden() { # WHAT: wrapped
	cms -o no.p7s wrapped
	is_exit 77 "$1: cms"
	by 77 "$1: xades" xades -o no.xml wrapped
	by 77 "$1: sign" sign -o no.asice wrapped
	has "$err" "it begins as a challenge" "$1: and why"
	cms --attached --audience "$HERE" -o no.p7s wrapped
	is_exit 77 "$1: nor is it a challenge for there"
}
{ printf '\357\273\277' && cat asked; } >wrapped
hidden "behind a BOM"
{ printf ' \t\r\n\v\f\n' && cat asked; } >wrapped
hidden "behind white space"
{ printf '\302\240\342\200\213\342\200\250\343\200\200\302\205' && cat asked; } >wrapped
hidden "behind white space beyond ASCII"
{ printf '\302\253' && cat asked; } >wrapped
hidden "behind a quote"
{ head -c 300000 /dev/zero | tr '\0' '\n' && cat asked; } >wrapped
hidden "behind 300 kB of lines"
iconv -f UTF-8 -t UTF-16 asked >wrapped
hidden "in UTF-16"
iconv -f UTF-8 -t UTF-16BE asked >wrapped
hidden "in UTF-16, the other way round"
sed '1s/$/ /' asked >wrapped
hidden "with a blank in its first line"
printf 'edoc-challenge/2\n' >wrapped
hidden "of a version to come"
for doc in 'The text edoc-challenge/1 is explained here.' 'Формат edoc-challenge/1' 'edoc-challenge' ''; do
	printf '%s' "$doc" >plain
	rm -f yes.*
	cms -o yes.p7s plain
	is_exit 0 "a document is signed: \"$doc\""
	by 0 "by xades too" xades -o yes.xml plain
	by 0 "and in a package" sign -o yes.asice plain
done

# ---- whose card is blocked: the service asks now, whatever anybody has kept
. "$SRCDIR/tests/pki.sh"
export EDOC_CONF="$PKI/edoc.conf"
answer() { # OPTION...: to a challenge of its own
	new
	is_exit 0 "a challenge"
	run edoc-sign cms -f --attached --audience "$HERE" --key "$PKI/zarina.pem" -o card.p7s "$@" ch
	is_exit 0 "is answered, $*"
}
at_the_door() {
	run edoc-verify --challenge --audience "$HERE" --challenges box --online --cache kept card.p7s
}
answer
at_the_door
is_exit 0 "a card that is good enters, and that is kept"
for says in "" "ocsp=trylater"; do
	pki_says revoked=none $says
	answer
	pki_says "revoked=zarina $says"
	at_the_door
	is_exit 2 "blocked it does not, though its answer of before is kept $says"
	has "$err" REVOKED "and why"
	hasnt "$out" ENTERED "nobody enters"
done
pki_says revoked=none
answer --level LT --tsa "$URL/tsa"
pki_says revoked=zarina
at_the_door
nok "nor with the answer of before in the signature" test "$status" = 0
hasnt "$out" ENTERED "nobody enters"
pki_says ocsp=trylater crl=absent
at_the_door
is_exit 2 "where nobody answers now nobody enters"
has "$err" "TRY_LATER" "and why"
rm -r kept
at_the_door
is_exit 2 "with no answers kept neither"
pki_says revoked=none
at_the_door
is_exit 0 "let in again, it enters"
answer
pki_says revoked=zarina
run edoc-verify --challenge --audience "$HERE" --challenges box --cache kept card.p7s
is_exit 0 "without --online what is kept counts, and edoc-verify(1) says so"

finish
