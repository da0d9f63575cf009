#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2086,SC2317 # words are wanted; functions called by ok
# XAdES around a document, and several signers of one in one XML file: who comes
# later stands beside the others, whose bytes stay.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
. "$SRCDIR/tests/pki.sh"
export EDOC_CONF="$PKI/edoc.conf"
printf 'matn\n' >a.txt
printf 'boshqa\n' >other.txt
printf '<?xml version="1.0"?>\n<!-- before -->\n<order xmlns="urn:x" n="1">\r\n <sum>10</sum>\n</order>\n' >a.xml
T="--tsa $URL/tsa"
a() { run edoc-sign xades --key "$PKI/zarina.pem" "$@"; }
b() { run edoc-sign xades --key "$PKI/rsa.pem" "$@"; }
judge() { run edoc-verify --online --cache cache --json "$@"; }
levels() { # WHAT LEVELS ARG...
	of=$1 want=$2
	shift 2
	judge "$@"
	is_exit 0 "$of: good"
	same "$(jq -r '[.signatures[].level[15:]] | join(" ")' "$out")" "$want" "$of: $want"
}
# Each of the others' signatures, byte for byte, and the first of them first.
cat >kept.py <<'PY'
import re, sys
def all_of(name):
    return re.findall(rb"<(?:ds:)?Signature[ >].*?</(?:ds:)?Signature>", open(name, "rb").read(), re.S)
one, two = all_of(sys.argv[1]), all_of(sys.argv[2])
assert one and len(two) == len(one) + 1 and two[:len(one)] == one, (len(one), len(two))
PY
# Both by xmlsec1, which is told where the second stands.
xmlsec() { # FILE [OPTION...]
	both=$1
	shift
	for nth in 1 2; do
		xmlsec1 --verify --enabled-key-data x509 --trusted-pem "$PKI/root.pem" --trusted-pem "$PKI/ca.pem" \
			--id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties \
			--id-attr:Id http://www.w3.org/2000/09/xmldsig#:Object "$@" \
			--node-xpath "(//*[local-name()='Signature'])[$nth]" "$both" >/dev/null 2>xmlsec.err || return 1
	done
}

# ---- around the document
a --enveloping a.txt -o in.xml
is_exit 0 "around a document"
judge in.xml
is_exit 0 "passes by itself"
json "$out" '.signatures[0].packaging == "enveloping"' "and says how"
python3 - <<'PY'
import base64, re
raw = open("in.xml").read()
body = re.search(r'<ds:Object Id="[^"]*-o">([^<]*)<', raw).group(1)
open("out.txt", "wb").write(base64.b64decode(body))
open("changed.xml", "w").write(raw.replace(body, base64.b64encode(b"mato\n").decode()))
open("moved.xml", "w").write("<x>" + raw[raw.index("<ds:Sig"):] + "<more/></x>")
PY
ok "it is the document, byte for byte" cmp a.txt out.txt
judge changed.xml
is_exit 1 "another document in it shows"
judge moved.xml
nok "what was put around it is not signed" test "$(jq -r '.verdict' "$out")" = TOTAL-PASSED
head -c 7340032 /dev/urandom >most
a --enveloping --level LTA $T most -o most.xml
is_exit 0 "7 MiB, and up to LTA"
levels "7 MiB" LTA most.xml
printf x >>most
a --enveloping most -o no
is_exit 65 "a byte more"
has "$err" "7 MiB" "and how many"
printf '' >empty
a --enveloping empty -o no
is_exit 65 "nothing"
a --enveloping --enveloped a.xml -o no
is_exit 64 "in it and around it"
nok "nothing is made" test -e no

# ---- each packaging, each level
for how in "" --enveloping --enveloped; do
	rm -f three
	file=a.txt data="--data a.txt"
	[ "$how" != --enveloped ] || file=a.xml
	[ -z "$how" ] || data=
	for first in B LT LTA; do
		for second in B T LTA; do
			what="${how:-detached}, $first and $second"
			rm -f one two
			a $how --level $first $T $file -o one
			b --level $second $T --beside one $file -o two
			is_exit 0 "$what"
			levels "$what" "$first $second" $data two
			ok "$what: the first is there, byte for byte" python3 kept.py one two
			json "$out" '[.signatures[].signer.subject // .signatures[].signer] | unique | length == 2' "$what: two signers"
		done
	done
	[ -n "$data" ] || ok "${how:-detached}: xmlsec1 takes both" xmlsec two
	run edoc-sign xades --key "$PKI/p384.pem" --content-timestamp $T --role head --beside two $file -o three
	is_exit 0 "${how:-detached}: a third, with what he says"
	levels "${how:-detached}: a third" "LTA LTA B" $data three
	ok "${how:-detached}: they stay" python3 kept.py two three
	run edoc-sign extend --level LTA $T $data three
	is_exit 0 "${how:-detached}: all are raised"
	judge $data three
	is_exit 0 "${how:-detached}: and good"
	run edoc-sign countersign --key "$PKI/zarina.pem" --signature "$(jq -r '.signatures[1].id' "$out")" $data three
	is_exit 0 "${how:-detached}: one is countersigned"
	cp three was
	b --role clerk --beside was $file -o three -f
	is_exit 0 "${how:-detached}: one more beside that"
	judge $data three
	is_exit 0 "${how:-detached}: all of that is good"
	json "$out" '.signatures | length == 5 and all(.intact.data and .intact.signature)' "${how:-detached}: five hold"
done
sed 's/>10</>99</' two >changed
judge changed
is_exit 1 "a change of the document shows"
json "$out" '[.signatures[].intact.data] == [false, false]' "by both"
b --beside two two -o three -f
is_exit 0 "the signed copy is the same document"

# ---- others' ways: inclusive C14N, comments, no names, a list; signed by openssl
cat >theirs.py <<'PY'
import base64, hashlib, subprocess, sys
DS = "http://www.w3.org/2000/09/xmldsig#"
INC = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
def c14n(xml):
    return subprocess.run(["xmllint", "--c14n", "-"], input=xml.encode(), stdout=subprocess.PIPE, check=True).stdout
def b64(x):
    return base64.b64encode(x).decode()
def digest(x):
    return b64(hashlib.sha256(x).digest())
cert = subprocess.run(["openssl", "x509", "-in", sys.argv[1], "-outform", "DER"], stdout=subprocess.PIPE, check=True).stdout
NS = f'xmlns="{DS}"'
def signature(uri, transforms, over, inner="", type_=""):
    props = (f'<xa:SignedProperties xmlns:xa="http://uri.etsi.org/01903/v1.3.2#" Id="sp"><xa:SignedSignatureProperties>'
             f'<xa:SigningTime>2026-11-20T00:00:00Z</xa:SigningTime><xa:SigningCertificateV2><xa:Cert><xa:CertDigest>'
             f'<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod><DigestValue>{digest(cert)}'
             f'</DigestValue></xa:CertDigest></xa:Cert></xa:SigningCertificateV2></xa:SignedSignatureProperties></xa:SignedProperties>')
    bare = props.replace("<xa:SignedProperties ", f"<xa:SignedProperties {NS} ")
    def reference(uri, type_, transforms, value):
        return (f'<Reference{type_} URI="{uri}">{transforms}<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256">'
                f'</DigestMethod><DigestValue>{value}</DigestValue></Reference>')
    info = (f'<SignedInfo><CanonicalizationMethod Algorithm="{INC}"></CanonicalizationMethod>'
            '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod>'
            + reference(uri, type_, transforms, digest(over))
            + reference("#sp", ' Type="http://uri.etsi.org/01903#SignedProperties"', "", digest(c14n(bare))) + "</SignedInfo>")
    value = subprocess.run(["openssl", "dgst", "-sha256", "-sign", sys.argv[1]],
                           input=c14n(info.replace("<SignedInfo>", f"<SignedInfo {NS}>")), stdout=subprocess.PIPE, check=True).stdout
    return (f'<Signature {NS} Id="s">{info}<SignatureValue>{b64(value)}</SignatureValue><KeyInfo><X509Data><X509Certificate>'
            f'{b64(cert)}</X509Certificate></X509Data></KeyInfo><Object><xa:QualifyingProperties '
            f'xmlns:xa="http://uri.etsi.org/01903/v1.3.2#" Target="#s">{props.replace(chr(32) + "xmlns:xa=" + chr(34) + "http://uri.etsi.org/01903/v1.3.2#" + chr(34), "", 1)}'
            f'</xa:QualifyingProperties></Object>{inner}</Signature>')
def put(name, text):
    open(name, "w", newline="").write(text)
text = open("a.txt", "rb").read()
def obj(inner):
    return f'<Object Id="o">{inner}</Object>', c14n(f'<Object {NS} Id="o">{inner}</Object>')
sig = signature("a.txt", "", text)
put("t-detached", f'<?xml version="1.0"?>\r\n<!-- theirs -->{sig}<!-- end -->\n')
put("t-list", f'<asic:XAdESSignatures xmlns:asic="http://uri.etsi.org/02918/v1.2.1#">\n</asic:XAdESSignatures>')
inner, octets = obj('<order xmlns="urn:x"><sum>10</sum></order>')
put("t-object", signature("#o", "", octets, inner))
put("order.xml", '<?xml version="1.0"?>\n<order xmlns="urn:x"><sum>10</sum></order>')
inner, octets = obj("matn")
put("t-words", signature("#o", "", octets, inner))
put("words.txt", "matn")
inner, octets = obj('<a xmlns=""/><b xmlns=""/>'.replace("/>", "></a>", 1).replace("/>", "></b>"))
put("t-two", signature("#o", "", octets, inner))
doc = '<doc xmlns="" Id="d"><sum>10</sum></doc>'
put("t-inside", f'<all>{doc}{signature("#d", "", c14n(doc))}</all>')
put("doc.xml", doc)
env = f'<Transforms><Transform Algorithm="{DS}enveloped-signature"></Transform></Transforms>'
put("plain.xml", "<order><sum>10</sum></order>")
put("t-plain", f'<order><sum>10</sum>{signature("", env, b"<order><sum>10</sum></order>")}</order>')
put("t-manifest", signature("#o", "", obj('<Manifest></Manifest>')[1], obj('<Manifest></Manifest>')[0]))
put("t-several", sig.replace("<Reference URI=", '<Reference URI="other.txt"><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256">'
    "</DigestMethod><DigestValue>" + digest(b"boshqa\n") + "</DigestValue></Reference><Reference URI=", 1))
put("t-no-xades", f'<Signature {NS}><SignedInfo/></Signature>')
put("t-twice", f'<all>{doc}{doc}{signature("#d", "", c14n(doc))}</all>')
PY
python3 theirs.py "$PKI/rsa.pem" || exit 1
theirs() { # FILE DOCUMENT WHAT [DATA]
	judge ${4-} "$1"
	is_exit 0 "$3: theirs is good"
	a --beside "$1" "$2" -o ours -f
	is_exit 0 "$3: signed beside it"
	judge ${4-} ours
	is_exit 0 "$3: both are good"
	ok "$3: theirs is there, byte for byte" python3 kept.py "$1" ours
}
theirs t-detached a.txt "C14N 1.0 of a lone signature" "--data a.txt"
ok "what stood around it does too" test "$(head -c 37 ours)" = "$(head -c 37 t-detached)" -a "$(tail -c 13 ours)" = "$(tail -c 13 t-detached)"
theirs t-object order.xml "XML in an object"
theirs t-words words.txt "words in an object"
theirs t-inside doc.xml "an element beside the signature"
ok "xmlsec1 takes both of that" xmlsec ours --id-attr:Id doc

# ---- what is refused, and changes nothing
refused() { # EXIT WORD WHAT
	is_exit "$1" "$3"
	has "$err" "$2" "$3: $2"
	nok "$3: nothing is made" test -e no
}
a --beside t-plain plain.xml -o no
refused 65 "breaking" "a signature that would sign the new one"
a --beside t-plain t-plain -o no
refused 65 "breaking" "and by its signed copy"
a --beside t-two a.xml -o no
refused 65 "is not the document" "an object of two elements"
a --beside t-manifest a.xml -o no
refused 65 "" "a list of documents"
a --beside t-several a.txt -o no
refused 65 "" "one of several documents"
a --beside t-no-xades a.txt -o no
refused 65 "" "no XAdES"
a --beside t-list a.txt -o no
refused 65 "" "a list of none"
a --beside t-twice doc.xml -o no
refused 65 "" "an Id that is there twice"
a --beside a.xml a.xml -o no
refused 65 "" "XML without a signature"
a --beside a.txt a.txt -o no
refused 65 "XAdES" "no XML"
edoc-sign cms -q --key "$PKI/zarina.pem" a.txt -o cms.p7s
a --beside cms.p7s a.txt -o no
refused 65 "XAdES" "CAdES"
edoc-sign cms -q --key "$PKI/zarina.pem" a.txt -o p -f
run edoc-sign cms --key "$PKI/rsa.pem" --beside t-detached a.txt -o no
refused 65 "CAdES" "XAdES beside CAdES"
a --beside none a.txt -o no
refused 66 none "no such file"
b --beside t-detached other.txt -o no
refused 65 "" "another file than they signed"
b --beside in.xml other.txt -o no
refused 65 "is not the document" "another content than is in it"
b --beside t-object a.xml -o no
refused 65 "is not the document" "another element"
b --beside t-object a.txt -o no
refused 65 "" "no XML, where XML is signed"
sed 's/<SignatureValue>./<SignatureValue>!/' t-detached >broken
b --beside broken a.txt -o no
refused 65 "" "a broken value"
sed 's/>10</>99</' t-object >broken
b --beside broken order.xml -o no
refused 65 "" "changed content"
head -c 900 t-detached >short
b --beside short a.txt -o no
refused 65 "" "one that is cut"
for how in --enveloped --enveloping; do
	b --beside t-detached $how a.txt -o no
	refused 64 "$how" "both told"
done
cp in.xml same
b -f --beside same a.txt -o same
is_exit 64 "what is read is not written to"
ok "and stays" cmp in.xml same
python3 - <<'PY'
theirs, ours = open("t-detached").read(), open("in.xml").read()
one = theirs[theirs.index("<Signature "):theirs.index("</Signature>") + 12]
two = ours[ours.index("<ds:Signature "):ours.index("</ds:Signature>") + 15]
open("t-differ", "w").write("<all>" + one + two + "</all>")
PY
b --beside t-differ a.txt -o no
refused 65 "several documents" "two that are over different things"
if faketime -f '@2026-11-22 10:00:00' date >/dev/null 2>&1 && [ -z "${SAN:-}" ]; then
	at_ten() {
		run faketime -f '2026-11-22 10:00:00' edoc-sign xades --key "$D/pki/zarina.p12" --pass-file "$D/pki/pass" "$@"
	}
	at_ten a.txt -o t1
	is_exit 0 "at ten"
	at_ten --beside t1 a.txt -o no
	refused 75 "this very second" "the same key in the same second"
else
	skip "no faketime here"
fi
sleep 1 # a key signs once in a second
b -n --beside t-detached a.txt -o no
is_exit 0 "-n"
nok "makes nothing" test -e no
finish
