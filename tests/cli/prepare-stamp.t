#!/bin/sh
# SPDX-License-Identifier: ISC
# Signing in two steps with a content time-stamp: asked for when the request is
# made, carried by it, and part of what is signed.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
. "$SRCDIR/tests/pki.sh"
export EDOC_CONF="$PKI/edoc.conf"
printf 'a letter\n' >a.txt
openssl x509 -in "$PKI/zarina.pem" -out zarina.crt || exit 1
prepare() { run edoc-sign prepare p.asice --cert zarina.crt --raw raw -o req "$@"; }
value() {
	eval "$(jq -r .algorithm.openssl req | sed "s|KEY|$PKI/zarina.pem|; s/OCTETS/raw/; s/VALUE/value/")"
}
new() {
	rm -f p.asice req raw value
	edoc-sign new -q -o p.asice a.txt
}

for form in xades cades; do
	for level in B LT; do
		new
		before=$(pki_hits /tsa)
		prepare --format $form --content-timestamp --tsa "$URL/tsa"
		is_exit 0 "$form: a request with a content time-stamp"
		same "$(($(pki_hits /tsa) - before))" 1 "$form: one was asked for"
		ok "$form: it is in the request" sh -c 'jq -r ".\"content-timestamp\"" req | base64 -d | openssl ts -reply -token_in -in /dev/stdin -token_out -text'
		ok "$form: as its schema says" python3 "$SRCDIR/tests/check-schema.py" \
			"$SRCDIR/profiles/schemas/request.schema.json" req
		value
		set -- --level $level --tsa "$URL/tsa"
		[ $level = LT ] || set --
		run edoc-sign attach p.asice --request req --value value "$@"
		is_exit 0 "$form: the value is put in, level $level"
		[ $level = LT ] || same "$(($(pki_hits /tsa) - before))" 1 "$form: no other was asked for"
		run edoc-verify --online --cache cache --json p.asice
		is_exit 0 "$form at $level: is good"
		json "$out" '[.. | objects | select(.kind? | strings | test("content|AllData"; "i")) | .indication] | length == 1 and all(endswith("PASSED"))' \
			"$form at $level: and its content time-stamp"
		run edoc-sign attach p.asice --request req --value value
		is_exit 0 "$form at $level: twice is once"
		has "$out" "in it already" "$form: which is told"
	done
done

# ---- a token that is another one, or of another document
tamper() { # FILTER WORD
	jq -c "$1" req >bad
	cp p.asice was
	run edoc-sign attach p.asice --request bad --value value
	what=$(echo "$form: $1" | cut -c1-60)
	is_exit 65 "$what"
	has "$err" "$2" "$what: $2"
	ok "$form: nothing has changed" cmp was p.asice
}
for form in xades cades; do
	new
	prepare --format $form --content-timestamp --tsa "$URL/tsa"
	jq -r '."content-timestamp"' req >other
	prepare -f --format $form --content-timestamp --tsa "$URL/tsa"
	value
	tamper ".\"content-timestamp\" = \"$(cat other)\"" "not what the value was made for"
	tamper 'del(."content-timestamp")' "not what the value was made for"
	tamper '."content-timestamp" = ""' '"content-timestamp" is not what'
	tamper '."content-timestamp" = 7' '"content-timestamp" is not what'
	tamper '."content-timestamp" = "!"' '"content-timestamp" is not what'
	# ---- who is to blame where octets and form do not go together
	tamper '.octets = "AAAA"' '"octets" is not what'
	tamper '.octets = "PGE+"' "$([ $form = xades ] && echo 'the value is not' || echo '"octets" is not what')"
	tamper '.octets = "MYIB"' "$([ $form = cades ] && echo 'the value is not' || echo '"octets" is not what')"
	tamper ".form = \"$([ $form = cades ] && echo xades || echo cades)\"" '"form" is not what'
	tamper '.form = "pades"' '"form" is not what'
	run edoc-sign attach p.asice --request req --value value
	is_exit 0 "$form: what was not touched is put in"
done

# ---- without a TSA, and with one that is not needed
new
prepare --content-timestamp
is_exit 64 "nobody to ask"
nok "no request is left" test -e req
prepare --tsa "$URL/tsa"
is_exit 64 "a TSA that would not be asked"
has "$err" "--content-timestamp" "is told what it goes with"
before=$(pki_hits /tsa)
prepare -n --content-timestamp --tsa "$URL/tsa"
is_exit 0 "-n"
same "$(pki_hits /tsa)" "$before" "asks for no time-stamp"
nok "and writes nothing" test -e req
prepare --content-timestamp --tsa "http://127.0.0.1:1/"
is_exit 75 "a TSA that does not answer"
nok "no request is left then" test -e req

# ---- by an agency's rules: the time-stamp, and all that is missing in one run
rules() { # LINE...
	printf 'format: edoc-signing/1\nname: p\ntitle: T\nissued-by: me\nbasis: none\ndate: 2026-11-23\n'
	printf '%s\n' "$@"
}
rules 'content-timestamp: yes' >stamp.yaml
rules 'card: [title, number]' 'signer: {country: UZ}' 'documents: [{name: "*.pdf", min: 1}]' 'require: [role]' >all.yaml
prepare --profile ./stamp.yaml --tsa "$URL/tsa"
is_exit 0 "a profile that wants one"
json req '."content-timestamp" | length > 1000' "has it"
value
run edoc-sign attach p.asice --request req --value value --profile ./stamp.yaml
is_exit 0 "and the value is put in by the same"
new
prepare --profile ./all.yaml
ok "what is missing is an error" test "$status" = 65 -o "$status" = 77
for word in role country title number '\.pdf'; do
	ok "all in one run: $word" grep -q -- "$word" "$err"
done
ok "each once" test "$(grep -c 'country' "$err")" = 1
nok "no request" test -e req
finish
