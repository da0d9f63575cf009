#!/bin/sh
# SPDX-License-Identifier: ISC
# X-Road's message containers: time-stamps over the result of a hash chain,
# with neighbours that differ by one defect; and those of X-Road itself.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1

# ---- batch time-stamps: the token is over the chain's result, and the chain
# leads to the file of signatures, by its digest
cat >cnf <<'END'
[tsa]
default_tsa = us
[us]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
END
echo 01 >serial
stamp() { # FILE TOKEN
	OPENSSL_CONF=$W/cnf openssl ts -query -data "$1" -sha256 -cert -no_nonce -out q.tsq 2>>log &&
		OPENSSL_CONF=$W/cnf openssl ts -reply -config cnf -section us -queryfile q.tsq \
			-signer "$D/records/tsa.crt" -inkey "$D/records/tsa.key" -token_out -out "$2" 2>>log || exit 1
}
cat >chain.py <<'END'
# chain.py DIGEST NAME=FILE ...: ts-hashchain.xml and ts-hashchainresult.xml over them, and over a stranger
import base64, hashlib, sys

NS = 'xmlns="http://www.w3.org/2000/09/xmldsig#" xmlns:c="http://cyber.ee/hashchain"'
URI = {n: "http://www.w3.org/%s#%s" % (at, n) for n, at in (("sha256", "2001/04/xmlenc"), ("sha1", "2000/09/xmldsig"))}

def tlv(tag, b):
    n = len(b)
    return bytes([tag]) + (bytes([n]) if n < 128 else bytes([0x81, n]) if n < 256 else bytes([0x82, n >> 8, n & 255])) + b

def one(digest, alg):
    return tlv(0x30, tlv(4, digest) + tlv(12, URI[alg].encode()) + tlv(0x30, b""))

def value(digest):
    return "<DigestValue>%s</DigestValue>" % base64.b64encode(digest).decode()

alg = sys.argv[1]
stranger = hashlib.sha256(b"another message").digest()
inner, refs = one(stranger, "sha256"), "<c:HashValue>%s</c:HashValue>" % value(stranger)
for pair in sys.argv[2:]:
    name, path = pair.split("=", 1)
    digest = hashlib.sha256(open(path, "rb").read()).digest()
    inner += one(digest, "sha256")
    refs += '<c:DataRef URI="/%s">%s</c:DataRef>' % (name, value(digest))
top = hashlib.new(alg, tlv(0x30, inner)).digest()
with open("ts-hashchain.xml", "w") as f:
    f.write('<c:HashChain %s><c:DefaultDigestMethod Algorithm="%s"/><c:HashStep id="STEP0">%s</c:HashStep></c:HashChain>'
            % (NS, URI["sha256"], refs))
with open("ts-hashchainresult.xml", "w") as f:
    f.write('<c:HashChainResult URI="/ts-hashchain.xml#STEP0" %s><DigestMethod Algorithm="%s"/>%s</c:HashChainResult>'
            % (NS, URI[alg], value(top)))
END
# A proof is of before the moment of judgement.
later=$(python3 -c 'import time; print(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600)))')
printf 'a message\n' >message.xml
printf 'another\n' >other.xml
edoc-sign sign --key "$D/pki/zarina.p12" --pass-file "$D/pki/pass" -o signed.asice message.xml >/dev/null || exit 1
S=$(unzip -Z1 signed.asice | grep META-INF/signatures) T=META-INF/timestamp.tst M=META-INF/ASiCManifest.xml
unzip -qop signed.asice "$S" >sigs.xml
unzip -qop signed.asice META-INF/manifest.xml | sed 's,</manifest:manifest>,\
<manifest:file-entry manifest:full-path="ts-hashchain.xml" manifest:media-type="text/xml"/>\
<manifest:file-entry manifest:full-path="ts-hashchainresult.xml" manifest:media-type="text/xml"/>&,' >list.xml

chain() { # DIGEST NAME=FILE ...: a batch over them, and its token
	python3 -B chain.py "$@" || exit 1
	stamp ts-hashchainresult.xml t.tst
	point ts-hashchainresult.xml=ts-hashchainresult.xml
}
point() { # NAME=FILE ...: what the token's manifest refers to
	python3 -B "$SRCDIR/tests/mkasic.py" manifest $T "$@" >m.xml || exit 1
}
pack() { # EDIT ...: a container with these, judged
	python3 -B "$SRCDIR/tests/rezip.py" signed.asice t.asice put:META-INF/manifest.xml=list.xml \
		put:ts-hashchain.xml=ts-hashchain.xml put:ts-hashchainresult.xml=ts-hashchainresult.xml \
		"put:$M=m.xml" "put:$T=t.tst" "$@" || exit 1
	run edoc-verify --json --at "$later" --trust "$D/pki/root.pem" --trust "$D/records/ca.pem" t.asice
}
found() { # CODE WHAT
	json "$out" "[.timestamps[].findings[]] | any(.code == \"$1\")" "$2: $1"
}
proves() { # true|false WHAT: a time for the signature
	json "$out" "(.signatures[0].proved_time != null) == $1" "$2"
}
refused() { # CODE WHAT: no proof, and no success
	ok "$2 does not pass" test "$status" != 0
	found "$1" "$2"
	proves false "$2: proves no time"
	json "$out" '.signatures[0].intact | .data and .signature' "$2: the signature is what it was"
}

chain sha256 "$S=sigs.xml"
pack
is_exit 0 "a batch time-stamp"
json "$out" '.timestamps[0] | .intact and .indication == "PASSED"' "is intact"
json "$out" '.signatures[0].proved_time.by == "container time-stamp"' "proves when the signature was there"
json "$out" '.findings == []' "the chain's own files are explained"

pack put:ts-hashchainresult.xml=message.xml
refused reference.digest "another file for the result"
pack "sub:ts-hashchainresult.xml=</c:HashChainResult>= </c:HashChainResult>"
refused reference.digest "a result changed by a blank"
sed 's,</c:HashChainResult>, &,' ts-hashchainresult.xml >result.xml
point ts-hashchainresult.xml=result.xml
pack put:ts-hashchainresult.xml=result.xml
refused stamp.imprint "a result that the token is not over"
point ts-hashchainresult.xml=ts-hashchainresult.xml
pack drop:ts-hashchainresult.xml
refused reference.absent "no result"
pack drop:ts-hashchain.xml
refused hashchain.absent-file "no chain"
pack sub:ts-hashchain.xml=STEP0=STEP1
refused hashchain.malformed "a step of another name"
sed 's,</c:HashStep>,<c:HashValue><DigestValue>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</DigestValue></c:HashValue>&,' \
	ts-hashchain.xml >longer.xml
pack put:ts-hashchain.xml=longer.xml
refused hashchain.result "a step with one value more"
pack "sub:ts-hashchain.xml=/$S=/mimetype"
refused hashchain.digest "a chain that names another file"
pack "sub:ts-hashchain.xml=/$S=/META-INF/signatures2.xml"
refused hashchain.elsewhere "a chain that leads to signatures that are not here"
chain sha256 message.xml=message.xml
pack
refused hashchain.elsewhere "a chain that leads to the message alone"
chain sha256 "$S=other.xml"
pack
refused hashchain.digest "the chain of another file of signatures"
stamp ts-hashchain.xml t.tst
chain sha256 "$S=sigs.xml"
stamp ts-hashchain.xml t.tst
pack
refused stamp.imprint "a token over the chain, not its result"
stamp sigs.xml t.tst
pack
refused stamp.imprint "a token over the signatures, not the result"
chain sha256 "$S=sigs.xml"
point ts-hashchainresult.xml=ts-hashchainresult.xml message.xml=message.xml
pack
refused stamp.imprint "a manifest that names more than the result"
point message.xml=message.xml
stamp message.xml t.tst
pack
refused stamp.imprint "a token over what is no result of a chain"
chain sha256 "$S=sigs.xml"
pack "put:META-INF/ASiCManifest2.xml=m.xml"
refused asicmanifest.several "two manifests for one token"
stamp m.xml t.tst
pack
is_exit 0 "a token over its manifest, as EN 319 162-1 has it"
proves true "proves a time through the chain"
chain sha1 "$S=sigs.xml"
pack
is_exit 0 "a chain whose result is by SHA-1"
proves false "proves nothing: anybody can make another of that digest"

# ---- X-Road's own: the valid ones parse and their signatures verify
# cryptographically; of the broken ones none passes.
C=$SRCDIR/../shared/corpora/xroad
[ -e "$C/expected.tsv" ] || {
	skip "no corpus at ../shared/corpora/xroad" 25
	finish
}
tab=$(printf '\t')
while IFS=$tab read -r file expected _; do
	[ "$file" != file ] || continue
	run edoc-verify --json "$C/$file"
	if [ "$expected" = ok ]; then
		is_exit 2 "$file is read; without anchors it is undecided"
		json "$out" '.signatures | length > 0 and all(.intact.data and .intact.signature)' \
			"$file: data and signature are intact"
	else
		ok "$file does not pass" test "$status" != 0
	fi
done <"$C/expected.tsv"

# Their tokens hold; who made them is another matter.
for name in valid-batch-ts valid-non-batch-rest valid-non-batch-soap-attachments; do
	run edoc-verify --json "$C/$name.asice"
	json "$out" '.timestamps | length == 1 and .[0].intact' "$name: the token is over the chain"
	json "$out" '[.. | .code? // empty] | contains(["timestamp.failed"]) | not' "$name: nothing is broken"
done
run edoc-verify --json "$C/invalid-ts-hashchainresult.asice"
proves false "invalid-ts-hashchainresult: no time"
finish
