#!/bin/sh
# SPDX-License-Identifier: ISC
# Each form and container that a signature can have, at level B.
. "$SRCDIR/tests/lib.sh"
P=$D/pki
cd "$W" || exit 1
printf 'matn\n' >a.txt
printf '1,2\n' >b.csv
zarina() { run edoc-sign sign --key "$P/zarina.p12" --pass-file "$P/pass" "$@"; }
anvar() { run edoc-sign sign --key "$P/anvar.p12" --pass-file "$P/pass" "$@"; }
verify() { run edoc-verify --trust "$P/root.pem" --trust "$P/ca.pem" --json "$@"; }
# ---- the four containers, each signed twice
for what in "e xades asice ASiC-E/XAdES" "e cades asice ASiC-E/CAdES" "s xades asics ASiC-S/XAdES" \
	"s cades asics ASiC-S/CAdES"; do
	# shellcheck disable=SC2086 # words
	set -- $what
	pkg=$1-$2.$3
	if [ "$1" = s ]; then
		zarina --format "$2" --asic-s -o "$pkg" a.txt
		docs=1
	else
		zarina --format "$2" -o "$pkg" a.txt b.csv
		docs=2
	fi
	is_exit 0 "$4 is made"
	cp "$pkg" "$pkg.one"
	anvar "$pkg"
	is_exit 0 "$4 is signed by a second person, in its own form"
	verify "$pkg"
	is_exit 0 "$4 passes"
	json "$out" ".format == \"$4\"" "as $4"
	json "$out" "([.signatures[].level] | unique) == [\"${4#*/}-BASELINE-B\"]" "both at level B"
	json "$out" '([.signatures[].signer.subject] | unique | length) == 2' "two people"
	json "$out" "([.documents[]] | length) == $docs" "the documents"
	json "$out" '([.findings[], .signatures[].findings[] | select(.severity != "info")] | length) == 0' "nothing is found against it"
	ok "$4: unzip tests it" unzip -tqq "$pkg"
done

# ---- what stays as it was
run unzip -p e-cades.asice 'META-INF/ASiCManifest-*'
ok "one manifest a signature" test "$(grep -c '<asic:ASiCManifest' "$out")" = 2
for f in $(unzip -Z1 e-cades.asice.one); do
	unzip -p e-cades.asice.one "$f" >one
	unzip -p e-cades.asice "$f" >two
	ok "$f is the same after the second signature" cmp -s one two
done
unzip -p s-xades.asics.one META-INF/signatures.xml | sed -n '/<ds:Signature /,/<\/ds:Signature>/p' >one
ok "ASiC-S: the first signature keeps its bytes" grep -qF "$(sed -n 2p one)" s-xades.asics

# ---- refusals
zarina --asic-s -o no.asics a.txt b.csv
is_exit 64 "ASiC-S holds one document"
ok "and says what to do" grep -q 'ASiC-E' "$err"
hasnt "$err" "the card" "of no card, where there is none"
zarina --asic-s --card /dev/null -o no.asics a.txt
ok "nothing is left" test ! -e no.asics
for pair in "e-cades.asice xades" "s-xades.asics cades"; do
	# shellcheck disable=SC2086 # words
	set -- $pair
	cp "$1" before
	anvar --format "$2" "$1"
	is_exit 65 "$1 takes no $2"
	ok "and is as it was" cmp -s before "$1"
done
zarina --format pades -o no.asice a.txt
is_exit 64 "no such form"
zarina --level LTV -o no.asice a.txt
is_exit 64 "no such level"
zarina --level T -o no.asice a.txt
is_exit 64 "level T without a TSA"
ok "says which option names one" grep -q -e --tsa "$err"
ok "nothing is left" test ! -e no.asice
for verb in "sign -o no.asice a.txt" "sign e-xades.asice" "cms -o no.p7s a.txt" "xades -o no.xml a.txt"; do
	# shellcheck disable=SC2086 # words
	set -- $verb
	v=$1
	shift
	run edoc-sign "$v" --key "$P/zarina.p12" --pass-file "$P/pass" --tsa http://127.0.0.1:1/ "$@"
	is_exit 64 "$v: a TSA, and no level that needs one"
	has "$err" "--level T" "says what would"
	ok "nothing is left" sh -c '! ls no.*'
done
zarina --tsa http://127.0.0.1:1/ --level B -o b.asice a.txt
is_exit 0 "with --level B it is left unasked"
has "$err" "at level B nobody is asked" "and that is told"

# ---- bare CAdES
cms() { run edoc-sign cms --key "$P/zarina.p12" --pass-file "$P/pass" "$@"; }
cms -o d.p7s a.txt
is_exit 0 "a detached signature"
verify --data a.txt d.p7s
is_exit 0 "passes with its file"
verify d.p7s
is_exit 2 "without it nothing is known"
verify --data b.csv d.p7s
is_exit 1 "with another file it fails"
cms --attached -o a.p7m a.txt
verify a.p7m
is_exit 0 "an attached one passes by itself"
cms --attached --base64 -o a.p7b64 a.txt
ok "base64 is text" sh -c "! grep -q '[^A-Za-z0-9+/=]' a.p7b64"
verify a.p7b64
is_exit 0 "and passes"
run openssl cms -verify -cades -binary -inform DER -in a.p7m -CAfile "$P/root.pem" -certfile "$P/ca.pem" -purpose any -out content
is_exit 0 "openssl verifies it"
ok "and gives the content" cmp -s content a.txt
run openssl cms -verify -cades -binary -inform DER -in d.p7s -content a.txt -CAfile "$P/root.pem" -certfile "$P/ca.pem" -purpose any -out content
is_exit 0 "openssl verifies the detached one"
cms -o d.p7s a.txt
is_exit 73 "what is there is not replaced"
cms -f -o d.p7s a.txt
is_exit 0 "but with -f"
cms a.txt
is_exit 64 "-o is needed"
cms -n -o dry.p7s a.txt
is_exit 0 "-n looks at everything"
ok "and writes nothing" test ! -e dry.p7s
counter() { run edoc-sign countersign --key "$P/zarina.p12" --pass-file "$P/pass" "$@"; }
extend() { run edoc-sign extend --level T --tsa http://127.0.0.1:1/ "$@"; }
base64 d.p7s >d.b64
xades() { run edoc-sign xades --key "$P/zarina.p12" --pass-file "$P/pass" "$@"; }
xades -o apart.xml a.txt
for f in d.p7s d.b64 apart.xml; do
	cp $f before
	counter $f
	is_exit 64 "$f is countersigned with its document only"
	has "$err" "name that by --data" "and that is said"
	extend $f
	is_exit 64 "and raised so"
	counter --data b.csv $f
	is_exit 65 "another document is none"
	has "$err" "b.csv: is not what $f signs" "and that is said"
	ok "it is as it was" cmp before $f
	counter --data a.txt $f
	is_exit 0 "with its own it is"
done
counter a.p7m
is_exit 0 "what holds its content needs no --data"
for verb in counter extend; do
	cp e-xades.asice p.asice
	$verb --data a.txt p.asice
	is_exit 64 "$verb: nor does a package, which refuses it"
	has "$err" "leave out --data" "and says so"
	ok "it is as it was" cmp e-xades.asice p.asice
done
for f in d.p7s d.b64 a.p7m; do
	zarina $f
	is_exit 65 "sign: $f is no package"
	has "$err" "countersign signs it" "and what signs it is said"
done
zarina apart.xml
is_exit 65 "sign: XML is no package"
has "$err" "edoc-sign xades signs it" "and what signs it is said"
zarina a.txt
is_exit 65 "sign: a text is no package"
has "$err" "sign -o PKG" "and how it becomes one"
head -c 600 e-xades.asice >cut.asice
zarina cut.asice
is_exit 65 "a package that was cut off"
has "$err" "get a complete copy" "is one"

# ---- twice in one second
if faketime -f '@2026-11-22 10:00:00' date >/dev/null 2>&1 && [ -z "${SAN:-}" ]; then
	twice() { # EXIT WHAT VERB ARG...
		code=$1 what=$2 verb=$3
		shift 3
		run faketime -f '2026-11-22 10:00:00' edoc-sign "$verb" --key "$P/zarina.p12" --pass-file "$P/pass" "$@"
		is_exit "$code" "$what"
	}
	for kind in "xades" "cades" "xades --asic-s" "cades --asic-s"; do
		# shellcheck disable=SC2086 # words
		twice 0 "$kind: signed" sign -f --format $kind -o two.asic a.txt
		again=0
		case $kind in *--asic-s) again=75 ;; esac
		cp two.asic before
		twice $again "$kind: again in the same second" sign two.asic
		if [ $again = 75 ]; then
			has "$err" "this very second" "and why"
			ok "it is as it was" cmp before two.asic
		fi
		cp before two.asic
		again=0
		case $kind in xades*) again=75 ;; esac
		twice 0 "$kind: countersigned" countersign two.asic
		cp two.asic before
		twice $again "$kind: countersigned again in the same second" countersign two.asic
		if [ $again = 75 ]; then
			has "$err" "this very second" "and why"
			ok "it is as it was" cmp before two.asic
		fi
		run edoc-sign countersign --key "$P/zarina.p12" --pass-file "$P/pass" two.asic
		is_exit 0 "$kind: and in another second"
		verify two.asic
		is_exit 0 "$kind: it passes"
	done
else
	skip "no faketime here"
fi
truncate -s 65M big.bin
cms --attached -o big.p7m big.bin
is_exit 65 "65 MiB are too much for an attached one"
ok "and says what to do" grep -q detached "$err"
cms -o big.p7s big.bin
is_exit 0 "detached it has no limit"

# ---- bare XAdES
printf '<matn>\n <x>1</x>\n</matn>\n' >a.xml
xades -o d.xml a.txt
is_exit 0 "beside a file"
verify --data a.txt d.xml
is_exit 0 "passes with it"
verify --data b.csv d.xml
is_exit 2 "with another file what it signs is not found"
xades --enveloped -o e.xml a.xml
is_exit 0 "within an XML document"
verify e.xml
is_exit 0 "passes by itself"
ok "which keeps its bytes but for the end" sh -c "head -c 18 a.xml | cmp -s - - <e.xml || [ \"\$(head -c 18 e.xml)\" = \"\$(head -c 18 a.xml)\" ]"
# shellcheck disable=SC2317 # called by ok
xmlsec() { xmlsec1 --verify --enabled-key-data x509 --trusted-pem "$P/root.pem" --trusted-pem "$P/ca.pem" --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties "$1"; }
ok "xmlsec1 verifies it" xmlsec e.xml
sed 's/>1</>2</' e.xml >f.xml
verify f.xml
is_exit 1 "a change shows"
json "$out" '.signatures[0].findings | any(.code == "reference.digest" and (.msg | startswith("f.xml ")))' \
	"of the file itself"
run edoc-verify f.xml
has "$out" "f.xml has changed since it was signed" "which is named"
run edoc-verify --trust "$P/root.pem" e.xml
has "$out" "1 signature(s), 1 document(s)" "what it stands in is counted"
xades --enveloping -o around.xml a.txt
run edoc-verify --trust "$P/root.pem" around.xml
has "$out" "1 signature(s), 1 document(s)" "so is what stands in it"
xades --enveloped -o no.xml a.txt
is_exit 65 "what is no XML takes none"
ok "nothing is left" test ! -e no.xml
xades -o e.xml a.txt
is_exit 73 "what is there is not replaced"

# ---- what a signer says
zarina --role head --commitment approval --place city=Dushanbe --place country=TJ -o said.asice a.txt
is_exit 0 "role, commitment and place"
verify said.asice
json "$out" '(.signatures[0] | .role + " " + .commitment) == "head approval"' "are told"
zarina --format cades --role head --place city=Dushanbe -o said2.asice a.txt
verify said2.asice
json "$out" '(.signatures[0].role) == "head"' "in CAdES too"
zarina --place town=Dushanbe -o no.asice a.txt
is_exit 64 "no such part of a place"
printf 'The policy.\n' >policy.txt
zarina --signature-policy 1.2.3.4=policy.txt --signature-policy-url https://example.com/p -o pol.asice a.txt
is_exit 0 "an explicit signature policy"
verify pol.asice
is_exit 0 "passes"
zarina --signature-policy 1.2.3.4 -o no.asice a.txt
is_exit 64 "a policy has a file"
zarina --signature-policy-url https://example.com/p -o no.asice a.txt
is_exit 64 "a policy's address alone is nothing"
finish
