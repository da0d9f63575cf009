#!/bin/sh
# SPDX-License-Identifier: ISC
# A corrected package is handed in: whose it must be, what the ledger says of
# it, and what everybody who verifies finds when it was swapped.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

ok "two desks" desks
# The lawyer signs, and the head sends back.
sed 's/^version: 1/version: 2/; /id: agree/,/within/s/do: agree/do: sign/
	s/refused: {end: refused, reason: \[unlawful, no-money\]}/&\n      back: {then: rework, reason: required}/' \
	"$D/route/order.yaml" >"$W/order.yaml"
sealed "$W/route-issuer.pem" "$W/order.yaml" "$W/order.asice"
ok "a route that sends back" edoc-route install -C "$A" "$W/order.asice"

cd "$W" || exit 1
signs() { # WHO PKG
	edoc-sign sign --key "$K/$1.p12" --pass-file "$K/pass" "$2" >/dev/null
}
cat >card.yaml <<'END'
kind: order
title: Repair
language: en
created: 2026-03-05
number: "124"
date: 2026-03-05
sender:
  name: Ministry of Justice
  postal-address: Dushanbe
  email: info@adliya.example
addressee:
  - name: Ministry of Finance
END
echo 'thirty thousand' >order.txt
echo 'the estimate' >annex.txt
edoc-sign new -o one.asice --card card.yaml order.txt annex.txt >/dev/null
signs dilnoza one.asice
id=$(as dilnoza submit -C "$A" --route test.order one.asice)
c=$(echo "$A"/case/*/"$id")
does zarina -C "$A" agreed "$id" >/dev/null
run does madina -C "$A" back --reason "the sum is wrong" "$id"
is_exit 0 "sent back"
cp -R "$A" before

echo 'forty thousand' >order.txt
revised() { # OUT PKG WHO ARG...: a successor of PKG, signed
	to=$1 from=$2 whose=$3
	shift 3
	edoc-sign revise "$from" -o "$to" "$@" >/dev/null && signs "$whose" "$to"
}
revised two.asice one.asice dilnoza --add order.txt --set number=125
revised by-zarina.asice one.asice zarina --add order.txt
revised of-two.asice two.asice dilnoza --set number=126
edoc-sign revise one.asice -o bare.asice --add order.txt >/dev/null
edoc-sign new -o fresh.asice --card card.yaml order.txt >/dev/null
signs dilnoza fresh.asice
edoc-sign sign --key "$K/dilnoza.p12" --pass-file "$K/pass" -o cardless.asice order.txt >/dev/null
python3 "$SRCDIR/tests/rezip.py" two.asice broken.asice flip:order.txt
edoc-route export -C "$A" -o ledger.asice "$id" >/dev/null

refused() { # EXIT WHO WORD WHAT ARG...
	want=$1 whose=$2 word=$3 why=$4
	shift 4
	run does "$whose" -C "$A" "$@" "$id"
	is_exit "$want" "$why"
	has "$err" "$word" "$why: says \"$word\""
	same "$(find "$c/log" -type f | wc -l) $(find "$c/pkg" -type f | wc -l)" "3 1" "$why: changes nothing"
}
refused 77 dilnoza "the package is INDETERMINATE" "one that nobody signed" edited --with bare.asice
refused 77 dilnoza "you have not signed it" "one that somebody else signed" edited --with by-zarina.asice
refused 77 dilnoza "does not say that it replaces what the case has" "one that replaces nothing" edited --with fresh.asice
refused 77 dilnoza "does not say that it replaces" "one without a card" edited --with cardless.asice
refused 77 dilnoza "does not say that it replaces" "the one after the next" edited --with of-two.asice
refused 77 dilnoza "the package is TOTAL-FAILED" "one that was changed" edited --with broken.asice
refused 65 dilnoza "has a route ledger already" "one with a ledger" edited --with ledger.asice
refused 66 dilnoza "none.asice" "one that is not there" edited --with none.asice
refused 65 dilnoza "card.yaml" "what is no package" edited --with card.yaml
refused 64 dilnoza "--document is said of the package of --with" "documents of no package" edited --document a=b
run does dilnoza -C "$A" -n edited --with two.asice "$id"
is_exit 0 "it can be tried"
same "$(find "$c/log" -type f | wc -l) $(find "$c/pkg" -type f | wc -l)" "3 1" "and changes nothing"

# What the next act is told to make of it.
run does dilnoza -C "$A" edited --with two.asice "$id"
is_exit 0 "handed in"
run does dilnoza -C "$A" edited --with two.asice "$id"
is_exit 0 "the same line twice"
has "$out" "already done" "does it once"
run does dilnoza -C "$A" edited --with of-two.asice "$id"
is_exit 77 "another package is another act, and its step is not open"
same "$(find "$c/log" -type f | wc -l)" 4 "no entry of it"
edoc-route log -C "$A" --json "$id" | tail -n 1 >entry.json
same "$(jq -r .package entry.json)" "sha256:$(sha256sum two.asice | cut -c1-64)" "the entry names the package"
same "$(jq -r '[.documents[].name] | join(" ")' "$c/log/000004")" \
	"$(unzip -Z1 two.asice | grep -v -e '^mimetype$' -e manifest.xml | LC_ALL=C sort | xargs)" "and its documents"
edoc-route log -C "$A" "$id" >told
has told "edited, with a corrected package $(sha256sum two.asice | cut -c1-8), by" "the log says so"
edoc-route show -C "$A" "$id" >shown
has shown "corrections: 1" "so does show"
edoc-route export -C "$A" -o out.asice "$id" >/dev/null
same "$(unzip -p out.asice order.txt)" "forty thousand" "the case goes on in it"
run edoc-route verify --json --trust "$W/trust" out.asice
is_exit 2 "the case is sound, and not finished"
same "$(jq -r '[.findings[].code] | sort | join(" ")' "$out")" "ledger.older-package route.unfinished" "the lawyer's signature is over the older one"

# A copy of before takes it in.
run edoc-route receive -C before out.asice
is_exit 0 "a desk that lacks the correction receives it"
run edoc-route verify -C before "$id"
is_exit 2 "and has the case as it is"
run does zarina -C before agreed "$id"
is_exit 0 "and can go on"
edoc-route export -C before -o other.asice "$id" >/dev/null
same "$(unzip -p other.asice order.txt)" "forty thousand" "in the newest package"

# ---- forged entries, each the last of the ledger
cp -R "$A" whole
openssl pkcs12 -in "$K/dilnoza.p12" -passin "file:$K/pass" -nodes 2>/dev/null >dilnoza.pem
openssl pkcs12 -in "$K/zarina.p12" -passin "file:$K/pass" -nodes 2>/dev/null >zarina.pem
restore() {
	rm -rf "$A" && cp -R whole "$A"
}
forged() { # WANT WHAT SEQ WHO JQ: an entry, changed by jq and signed anew
	want=$1 why=$2 seq=$3 whose=$4
	jq -Sc "$5" "$c/log/$seq" | tr -d '\n' >entry
	nok "$why: it is another one" cmp -s entry "$c/log/$seq"
	cp entry "$c/log/$seq"
	cp "$c/obj/$(sha256sum "whole/case/${id%"${id#??}"}/$id/log/$seq" | cut -c1-64).body.json" \
		"$c/obj/$(sha256sum entry | cut -c1-64).body.json"
	openssl cms -sign -binary -cades -md sha256 -outform DER -in entry -signer "$whose.pem" \
		-out "$c/obj/$(sha256sum entry | cut -c1-64).cms" 2>cms.err
	run edoc-route verify -C "$A" "$id"
	cat "$out" "$err" >said
	has said "$want" "$why is found"
	nok "$why: it is no good case" test "$status" = 0 -o "$status" = 2
	restore
}
list() { # PKG: what an entry says of it
	for name in $(unzip -Z1 "$1" | grep -v -e '^mimetype$' -e manifest.xml | LC_ALL=C sort); do
		printf '{"name":"%s","sha256":"%s"}\n' "$name" "$(unzip -p "$1" "$name" | sha256sum | cut -c1-64)"
	done | jq -sc .
}
put() { # PKG: into the case, under its digest
	sum=$(sha256sum "$1" | cut -c1-64)
	cp "$1" "$c/pkg/$sum.asice"
	echo ".package=\"sha256:$sum\"|.documents=$(list "$1")"
}
forged "order.txt is not the document" "a document that the entry does not name" 000004 dilnoza \
	'(.documents[]|select(.name=="order.txt")|.sha256)|=("0"*64)'
forged "documents and package" "documents without their package" 000004 dilnoza 'del(.package)'
forged "has not signed it" "a package of somebody else" 000004 dilnoza "$(put by-zarina.asice)"
forged "the card of the corrected package says" "a package that replaces another" 000004 dilnoza "$(put of-two.asice)"
forged "says that it replaces -;" "one that replaces nothing" 000004 dilnoza "$(put fresh.asice)"
rm "$c/log/000004"
openssl pkcs12 -in "$K/madina.p12" -passin "file:$K/pass" -nodes 2>/dev/null >madina.pem
forged "route.revised" "a correction at a step that edits nothing" 000003 madina "$(put two.asice)"
# The swap without an entry: the documents of now under the ledger of before.
python3 "$SRCDIR/tests/rezip.py" out.asice swapped.asice "drop:META-INF/edoc/ledger/000004*"
run edoc-route verify --json --trust "$W/trust" swapped.asice
is_exit 1 "documents swapped without an entry"
same "$(jq -r '[.findings[].code] | unique | map(select(. == "ledger.document" or . == "ledger.document-added")) | join(" ")' "$out")" \
	ledger.document "are found"

# The older generation stays, as it was.
same "$(find "$c/pkg" -name '*.asice' | wc -l)" 2 "both generations are kept"
printf x >>"$c/pkg/$(sha256sum one.asice | cut -c1-64).asice"
run does zarina -C "$A" agreed "$id"
is_exit 65 "nobody acts once the older one was changed"
has "$err" "not what the ledger names" "and it is said"
restore
sig=$(jq -r .signature.name "$c/log/000002")
printf ' ' >>"$c/sig/${sig#META-INF/signatures-}"
run does zarina -C "$A" agreed "$id"
is_exit 65 "nor once a signature over it was"
restore

# On to the end, at two desks.
ok "the lawyer signs again" does zarina -C "$A" agreed "$id"
ok "the head" does madina -C "$A" signed "$id"
ok "registered" does zarina -C "$A" registered "$id"
ok "sent" edoc-route send -C "$A"
carry "$A" moliya "$B"
ok "received" edoc-route receive -C "$B"
ok "executed" does farrukh -C "$B" executed "$id"
ok "filed" does anvar -C "$B" archived "$id"
edoc-route export -C "$B" -o end.asice "$id" >/dev/null
run edoc-route verify --json --trust "$W/trust" end.asice
is_exit 0 "proved to a stranger, who has not seen the older package"
same "$(jq -r '[.findings[].code] | join(" ")' "$out")" ledger.older-package "and is told of it"
run edoc-verify --trust "$W/trust" end.asice
is_exit 0 "by edoc-verify, too"

# ---- whose agreement survives
route() { # VERSION JOIN [DO-OF-FINANCE]
	cat <<END
format: edoc-route/1
route: test.opinions
version: $1
title: {en: Opinions}
calendar: test
zone: Asia/Dushanbe
roles:
  author: {party: initiator, agency: adliya}
  lawyer: {agency: adliya, post: lawyer}
  head: {agency: adliya, post: head}
steps:
  - id: opinions
    do: parallel
    branches:
      law: {do: agree, by: lawyer}
      head: {do: ${3-agree}, by: head}
    join: {$2}
    outcomes:
      agreed: {}
      refused: {then: rework}
  - {id: archive, do: archive, by: lawyer, end: done}
  - id: rework
    do: edit
    by: author
    times: 3
    outcomes:
      edited: {then: opinions}
END
}
opinions() { # VERSION JOIN: a case that the head refused, corrected; $id
	route "$1" "$2" >route.yaml
	sealed "$W/route-issuer.pem" route.yaml "route$1.asice" && edoc-route install -C "$A" "route$1.asice" >/dev/null
	echo "draft $1" >order.txt
	edoc-sign new -o "d$1.asice" --card card.yaml order.txt >/dev/null && signs dilnoza "d$1.asice"
	id=$(as dilnoza submit -C "$A" --route test.opinions "d$1.asice")
	c=$(echo "$A"/case/*/"$id")
	does zarina -C "$A" agreed "$id" >/dev/null && does madina -C "$A" refused --reason "too dear" "$id" >/dev/null
	echo "cheaper $1" >order.txt
	revised "e$1.asice" "d$1.asice" dilnoza --add order.txt
	does dilnoza -C "$A" edited --with "e$1.asice" "$id" >/dev/null
	edoc-route show --json -C "$A" "$id" | jq -r '[.open[].step] | sort | join(" ")' >open
}
for join in "on-change: keep" "on-change: agree-again" "pass: all"; do
	route 1 "$join" >route.yaml
	ok "$join is a join" edoc-route lint route.yaml
done
route 1 "on-change: forget" >route.yaml
run edoc-route lint route.yaml
is_exit 65 "there is no third way"
has "$err" "route.yaml:17:23" "it says where"
route 1 "on-change: keep" sign >route.yaml
run edoc-route lint route.yaml
is_exit 65 "a signature is over the documents"
has "$err" 'can not keep what step "head" signs' "and cannot be kept"
opinions 1 "pass: all"
same "$(cat open)" "opinions/head opinions/law" "all agree again"
opinions 2 "on-change: agree-again"
same "$(cat open)" "opinions/head opinions/law" "and where the route says so"
opinions 3 "on-change: keep"
same "$(cat open)" "opinions/head" "or what was agreed is kept"
run does zarina -C "$A" agreed --step opinions/law "$id"
is_exit 0 "who agreed and says so again"
has "$out" "already done" "has said so"
run does madina -C "$A" agreed "$id"
is_exit 0 "who refused agrees"
edoc-route export -C "$A" -o kept.asice "$id" >/dev/null
run edoc-route verify --json --trust "$W/trust" kept.asice
same "$(jq -r '[.findings[].code] | join(" ")' "$out") $(edoc-route show --json -C "$A" "$id" | jq -r '[.open[].step] | join(" ")')" \
	"route.unfinished archive" "and that is enough"
# The lawyer's second word, which nobody asked for.
jq -Sc '.step="opinions/law"|.visit=2|.actor.cert="'"$(person_cert zarina)"'"' "$c/log/000005" | tr -d '\n' >entry
cp entry "$c/log/000005"
openssl cms -sign -binary -cades -md sha256 -outform DER -in entry -signer zarina.pem \
	-out "$c/obj/$(sha256sum entry | cut -c1-64).cms" 2>cms.err
run edoc-route verify -C "$A" "$id"
is_exit 65 "an agreement that nobody asked for"
has "$err" "route.order" "is found"
finish
