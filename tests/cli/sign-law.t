#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2086 # words are wanted
# Signing under a national law: its conditions on the document are those of the
# signed one; what the signature is to bring stands in no signer's way, and what
# it cannot bring is told before the key is touched.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
. "$SRCDIR/tests/pki.sh"
export EDOC_CONF="$PKI/edoc.conf"
P=$D/pki
printf 'matn\n' >a.txt
cat >card.yaml <<'END'
kind: order
title: T
language: uz
created: 2026-03-05
sender: {name: Adliya, postal-address: "Toshkent, Sayilgoh 5", email: a@b.uz, stir: "201122919"}
number: "12-F"
date: 2026-03-05
END
uz="--key $P/dilnoza.p12 --pass-file $P/pass"
tj="--key $P/zarina.p12 --pass-file $P/pass"
tsa="--tsa $URL/tsa"
verify() { # POLICY PKG
	run edoc-verify --online --json --policy "$1" --trust "$P/root.pem" --trust "$P/ca.pem" \
		--trust "$PKI/root.pem" "$2"
}
lawful() { # POLICY PKG LEVEL WHAT
	verify "$1" "$2"
	is_exit 0 "$4: the policy $1 is content with it"
	json "$out" ".signatures | length == 1 and (.[0].level | endswith(\"-$3\"))" "$4: level $3"
	json "$out" '[.conditions[]?, .signatures[].conditions[]? | .outcome] | length > 2 and all(. == "yes")' \
		"$4: each condition is met"
}

# ---- a first signature, by each way and kind
edoc-sign new -q -o plain.asice --card card.yaml a.txt
for law in uz tj; do
	[ $law = uz ] && key=$uz role= || key=$tj role="--role head"
	for format in xades cades; do
		for level in B T; do
			words="--profile $law $role --level $level --format $format $key"
			[ $level = T ] && words="$words $tsa"
			cp plain.asice p.asice
			run edoc-sign sign -n $words p.asice
			is_exit 0 "$words: it can be signed"
			run edoc-sign sign $words p.asice
			is_exit 0 "$words: an unsigned package is signed"
			lawful $law p.asice $level "$words"
			rm -f new.asice
			run edoc-sign sign $words -o new.asice --card card.yaml a.txt
			is_exit 0 "$words: a new one too"
			lawful $law new.asice $level "$words -o"
		done
	done
done

# ---- what no signature mends
edoc-sign new -q -o bare.asice a.txt
edoc-sign new -q -o short.asice --set kind=order --set sender.name=Adliya --set language=uz --set title=T --set created=2026-03-05 a.txt
cp bare.asice was
for level in B T; do
	run edoc-sign sign --policy uz --level $level --key "$P/dilnoza.p12" --pass-file "$P/pass" $tsa bare.asice
	is_exit 65 "without a card, at level $level: input, and no fault of ours"
	has "$err" "there is no document card" "says why"
	has "$err" "611-II, article 6 (2)" "and by which article"
	has "$err" "revise --set" "and what to do"
done
same "$(sha256sum <bare.asice)" "$(sha256sum <was)" "the package is as it was"
run edoc-sign sign --policy uz $uz -o no.asice a.txt
is_exit 65 "a new package, of one pass or not"
ok "is not made" test ! -e no.asice
run edoc-sign sign --policy uz $uz short.asice
is_exit 65 "a card that lacks a field"
has "$err" "the card does not say it (sender.postal-address)" "says which"
run edoc-sign prepare --policy uz --cert "$P/zarina.crt" -o req short.asice
is_exit 65 "and no request is made for it"
run edoc-sign sign --policy strict $tj short.asice
is_exit 0 "under a policy of no law it is signed"
run edoc-sign sign --policy uz $uz short.asice
is_exit 65 "and its next signer is told the same"
cp short.asice raised.asice
run edoc-sign extend --policy uz --level T $tsa raised.asice
is_exit 0 "but raised it is: who keeps it cannot mend the card"
run edoc-sign sign --policy tj $uz plain.asice
is_exit 0 "the first signature"
run edoc-sign sign --policy uz $tj plain.asice
is_exit 0 "the second one, under another law"
verify uz plain.asice
is_exit 0 "both are lawful"

# ---- a file that is no package has no card to fill in
run edoc-sign cms --policy uz $uz -o a.p7s a.txt
is_exit 0 "a bare signature is made"
run edoc-verify --policy uz --trust "$P/root.pem" --trust "$P/ca.pem" --data a.txt a.p7s
is_exit 2 "the verifier tells what the law asks for"
has "$out" "611-II" "by its name"

# ---- --skip-signed: what was signed with other words is not passed over
cp short.asice s.asice
sum=$(sha256sum <s.asice)
for o in "--role head" "--commitment approval"; do
	for dry in "" -n; do
		run edoc-sign sign $dry $tj $o --skip-signed s.asice
		is_exit 77 "$o $dry: the signature that is there does not say it"
		w=${o#--}
		has "$err" "does not say the ${w% *}" "says which word"
	done
done
run edoc-sign sign $tj --role head --level T $tsa --skip-signed s.asice
is_exit 77 "nor is it raised"
same "$(sha256sum <s.asice)" "$sum" "nothing was changed"
run edoc-sign sign $tj --skip-signed s.asice
is_exit 0 "what is not asked for is not missed"
has "$err" "already signed" "it is passed over"
run edoc-sign sign $tj --role head --commitment approval s.asice
is_exit 0 "signed with the words"
run edoc-sign sign $tj --role head --commitment approval --skip-signed s.asice
is_exit 0 "then passed over"
has "$err" "already signed" "as it says"
run edoc-sign sign $tj --role deputy --skip-signed s.asice p.asice
is_exit 77 "another role is another signature"
finish
