#!/bin/sh
# SPDX-License-Identifier: ISC
# A route that asks for a level of signature: made at once, by TSAs that answer,
# or not at all; and found by others where it is lower than that.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"
. "$SRCDIR/tests/pki.sh"
L=META-INF/edoc/ledger
export EDOC_CONF="$W/none.conf"
: >"$W/none.conf"

# shellcheck disable=SC2317 # called by ok, through one_desk
route() { # LEVEL [KEYS]: of the sign step of a small route
	cat >"$W/level.yaml" <<-END
	format: edoc-route/1
	route: test.level-$(echo "$1" | tr BTLA btla)${2:+-paper}
	version: 1
	title: {en: Signed to a level}
	basis: made for tests
	calendar: test
	zone: Asia/Dushanbe
	roles:
	  author: {party: initiator}
	  head: {agency: adliya, post: head}
	  clerk: {agency: adliya, post: clerk}
	steps:
	  - {id: agree, do: agree, by: clerk, within: 1wd}
	  - {id: sign, do: sign, by: head, within: 1wd, level: $1${2:+, $2}}
	  - {id: archive, do: archive, by: clerk, within: 1wd, end: executed}
	END
	rm -f "$W/level.asice"
	edoc-route lint "$W/level.yaml" >/dev/null && sealed "$W/route-issuer.pem" "$W/level.yaml" "$W/level.asice" &&
		edoc-route install -C "$A" "$W/level.asice" >/dev/null
}
# shellcheck disable=SC2317 # ok calls it
one_desk() {
	desks && mkdir -p "$W/trust/tsa" "$A/conf/trust/tsa" || return
	for to in "$W" "$A/conf"; do
		cp "$PKI/root.pem" "$to/trust/tsa/" || return
	done
	for level in B T LT LTA; do
		route "$level" || return
	done
	route T 'document: answer'
}
begin() { # LEVEL TEXT: a case that waits for its signature; $id
	rm -f "$W/p.asice"
	pack "$W/p.asice" "$2"
	id=$(as dilnoza submit -C "$A" --route "test.level-$1" "$W/p.asice") &&
		does zarina agreed -C "$A" "$id" >/dev/null
}
signs() { # OPTION...
	run edoc-route "do" -C "$A" --config "$PKI/edoc.conf" --key "$K/madina.p12" --pass-file "$K/pass" signed "$@" "$id"
}
entries() {
	edoc-route log --json -C "$A" "$id" | wc -l
}
kept() { # signatures that lie in the case's folder
	find "$A/case/$(printf %.2s "$id")/$id/sig" -type f | wc -l
}
proved() { # CODES WHAT [OPTION...]: a stranger verifies $W/out.asice
	codes=$1 what=$2
	shift 2
	run edoc-route verify --json --trust "${trust-$W/trust}" "$@" "${package-$W/out.asice}"
	same "$(jq -r '[.findings[] | select(.severity == "error") | .code] | unique | join(" ")' "$out")" \
		"$codes" "$what"
}
exported() {
	edoc-route export -f -C "$A" -o "$W/out.asice" "$id" >/dev/null
}
ok "a desk, and routes with a level" one_desk

# ---- nobody to ask, nobody who answers: nothing was done ----
begin lta one
signs
is_exit 78 "no TSA is named"
has "$err" "sign: the route asks for a signature of level LTA here" "the step and the level are"
signs --tsa "$URL/tsa-500"
is_exit 75 "a TSA that fails"
has "$err" "the server answers 500" "says why"
signs --tsa "$URL/tsa-nonce"
is_exit 75 "one that answers something else"
pki_says ocsp=500 crl=absent
signs --tsa "$URL/tsa"
is_exit 75 "nobody answers about the certificate of the TSA"
pki_says
signs --tsa "$URL/tsa" -n
is_exit 0 "a dry run"
same "$(entries) $(kept)" "2 0" "nothing of it was kept"
run edoc-route "do" -C "$A" --key "$K/zarina.p12" --pass-file "$K/pass" --tsa "$URL/tsa" agreed --step agree "$id"
is_exit 0 "a line of before, told as done"
printf 'tsas: {x: {url: "%s/tsa-auth", login-file: /nowhere}}\ntsa: x\nintranet: [127.0.0.1]\n' "$URL" >"$W/login.conf"
run edoc-route "do" -C "$A" --config "$W/login.conf" --key "$K/madina.p12" --pass-file "$K/pass" signed "$id"
is_exit 78 "a TSA whose login cannot be read"
has "$err" "/nowhere" "which is named"
begin b two
signs --tsa "$URL/tsa"
is_exit 64 "--tsa at a step that asks for no time-stamp"
has "$err" "asks for no time-stamp" "is refused"
run edoc-route "do" -C "$A" --config "$W/login.conf" --key "$K/madina.p12" --pass-file "$K/pass" signed "$id"
is_exit 0 "level B asks nobody, whatever TSAs are named"
exported
proved "route.unfinished" "and is what the route asks for"

# ---- each level, and what a stranger sees ----
for level in t lt lta; do
	begin $level "level $level"
	signs --tsa "$URL/tsa-nonce" --tsa "$URL/tsa"
	is_exit 0 "$level: made, the second TSA answers"
	signs --tsa "$URL/tsa"
	has "$out" "already done" "$level: once"
	same "$(kept)" 1 "$level: one signature"
	run edoc-route "do" -C "$A" --key "$K/zarina.p12" --pass-file "$K/pass" archived "$id"
	is_exit 0 "$level: the case goes on"
	exported
	run edoc-verify --online --trust "$W/trust" --config "$PKI/edoc.conf" --json "$W/out.asice"
	is_exit 0 "$level: proved, with those who answer"
	has "$out" "XAdES-BASELINE-$(echo $level | tr blta BLTA)\"" "$level: of that level"
	cp "$W/out.asice" "$W/$level.asice"
done
package=$W/lta.asice
proved "" "LTA is proved without anybody"
# The verifier has no anchor for the TSA.
cp -R "$W/trust" "$W/no-tsa" && rm -r "$W/no-tsa/tsa"
trust=$W/no-tsa
proved "route.level-unproven" "without an anchor for its TSA it is not"
is_exit 2 "which is no fault of the case"
unset trust package

# ---- an entry made anew that names a signature of a lower level ----
forge() { # the sign entry of $W/lta.asice names the signature of a B case
	set -- "$(unzip -Z1 "$W/lta.asice" | grep "$L/000003-........[.]json")"
	old=$(unzip -p "$W/lta.asice" "$1" | jq -r .signature.name)
	body=$(unzip -Z1 "$W/lta.asice" | grep "$L/000003-.*body.json")
	rm -rf "$W/open" && mkdir "$W/open" && unzip -qo "$W/lta.asice" -d "$W/open"
	# The documents, signed at level B, and quoting the same head.
	python3 "$SRCDIR/tests/rezip.py" "$W/lta.asice" "$W/base.asice" "drop:$L/00000[34]*" "drop:$old"
	cp "$old_sig" "$W/sig.xml"
	name=META-INF/signatures-$(sha256sum <"$W/sig.xml" | cut -c1-8).xml
	jq -cSj --arg n "$name" --arg h "$(sha256sum <"$W/sig.xml" | cut -c1-64)" \
		'.signature = {name: $n, sha256: $h}' "$W/open/$1" >"$W/entry.json"
	when=$(jq -r .time "$W/entry.json" | tr TZ '  ')
	TZ=UTC faketime -f "$when" openssl cms -sign -binary -in "$W/entry.json" -signer "$W/madina.pem" \
		-md sha256 -cades -outform DER -out "$W/entry.cms"
	new=$L/000003-$(sha256sum <"$W/entry.json" | cut -c1-8)
	unzip -p "$W/lta.asice" "$body" >"$W/body.json"
	python3 "$SRCDIR/tests/rezip.py" "$W/base.asice" "$W/forged.asice" "put:$name=$W/sig.xml" \
		"put:$new.json=$W/entry.json" "put:$new.cms=$W/entry.cms" "put:$new.body.json=$W/body.json"
}
if [ -z "$SAN" ] && faketime '2027-01-04 10:00:00' true 2>/dev/null; then
	# The lower signature: all that was added to the good one is taken out of it.
	sig=$(unzip -Z1 "$W/lta.asice" | grep 'META-INF/signatures-' | while read -r s; do
		unzip -p "$W/lta.asice" "$s" | grep -q ArchiveTimeStamp && echo "$s"
	done)
	old_sig=$W/lower.xml
	unzip -p "$W/lta.asice" "$sig" |
		python3 -c 'import re, sys
t = sys.stdin.read()
print(re.sub(r"<xades:UnsignedProperties\b.*</xades:UnsignedProperties>", "", t, flags=re.S), end="")' >"$old_sig"
	openssl pkcs12 -in "$K/madina.p12" -passin "file:$K/pass" -nodes -out "$W/madina.pem" 2>/dev/null
	forge
	package=$W/forged.asice
	proved "route.level route.unfinished" "a signature of level B in its place is found"
	is_exit 1 "as a fault"
	run edoc-route verify --trust "$W/trust" "$W/forged.asice"
	has "$out" "the signature of step sign is of level B; the route asks for LTA" "with both levels"
	unset package
else
	skip "no faketime here, or a sanitizer that does not bear it" 3
fi

# ---- a package that the step hands in ----
begin t-paper paper
echo "You are right." >"$W/answer.txt"
export EDOC_CONF="$PKI/edoc.conf"
edoc-sign sign --key "$K/madina.p12" --pass-file "$K/pass" --level B -o "$W/b.asice" "$W/answer.txt" >/dev/null
edoc-sign sign --key "$K/madina.p12" --pass-file "$K/pass" --level LTA --tsa "$URL/tsa" --trust "$W/trust" \
	-o "$W/a.asice" "$W/answer.txt" >/dev/null 2>&1
signs --attach "$W/b.asice"
is_exit 77 "an answer of level B"
has "$err" 'step "sign" asks for a signature of level T; yours is proven here to level B' "is told as that"
signs --tsa "$URL/tsa" --attach "$W/a.asice"
is_exit 64 "the desk does not stamp it"
signs --attach "$W/a.asice"
is_exit 0 "one of a higher level is enough"
finish
