#!/bin/sh
# SPDX-License-Identifier: ISC
# Containers that others make: ASiC-E and ASiC-S with CAdES and with
# time-stamps, archive manifests, and what is wrong with them (M01 to M14 of
# the catalogue of attacks).  The signatures come from OpenSSL.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1

mk() { python3 -B "$SRCDIR/tests/mkasic.py" "$@"; }
openssl_() { OPENSSL_CONF=$W/cnf openssl "$@" 2>>"$W/openssl.log"; }

cat >cnf <<'END'
[req]
distinguished_name = dn
x509_extensions = root
prompt = no
[dn]
CN = Test root
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[signer]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
[stamper]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = us
[us]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
ess_cert_id_chain = no
ess_cert_id_alg = sha256
END
echo 01 >serial
key() { openssl_ ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
key root && key signer && key stamper || exit 1
openssl_ req -x509 -new -key root.key -days 30 -out root.pem || exit 1
for who in signer stamper; do
	openssl_ req -new -key $who.key -subj "/CN=$who" -out $who.csr &&
		openssl_ x509 -req -in $who.csr -CA root.pem -CAkey root.key -CAcreateserial -days 30 \
			-extfile cnf -extensions $who -out $who.pem || exit 1
done
sign() { # FILE SIG
	openssl_ cms -sign -cades -binary -md sha256 -outform DER -signer signer.pem -inkey signer.key \
		-in "$1" -out "$2" || exit 1
}
stamp() { # FILE TOKEN
	openssl_ ts -query -data "$1" -sha256 -cert -no_nonce -out q.tsq &&
		openssl_ ts -reply -config cnf -section us -queryfile q.tsq -signer stamper.pem \
			-inkey stamper.key -token_out -out "$2" || exit 1
}
verify() { run edoc-verify --json --trust root.pem "$@"; }
intact() { # true|false WHAT: data and signature of all
	json "$out" "(.signatures | length > 0) and ([.signatures[].intact | .data and .signature] | all) == $1" "$2"
}
found() { # CODE WHAT
	json "$out" "[.findings[], (.signatures[], .timestamps[], .evidence_records[]).findings[]] | any(.code == \"$1\")" "$2: $1"
}
nothing() { # WHAT: no errors but those of trust in a time without revocation
	json "$out" '[.findings[], (.signatures[], .timestamps[]).findings[] | select(.severity == "error")] == []' "$1: no error"
}

printf 'first\n' >a.txt
printf 'second\n' >b.txt
printf 'third\n' >c.txt
printf 'other\n' >x.txt
S=META-INF/signature001.p7s M=META-INF/ASiCManifest001.xml
mk manifest $S a.txt=a.txt b.txt=b.txt >m.xml
sign m.xml s.p7s

# ---- ASiC-E with CAdES
mk zip e.asice e a.txt=a.txt b.txt=b.txt $M=m.xml $S=s.p7s
verify e.asice
is_exit 0 "ASiC-E with CAdES"
intact true "is intact"
nothing "a sound one"
json "$out" '.format == "ASiC-E/CAdES"' "the format"
json "$out" '.signatures[0].covers == ["a.txt", "b.txt"]' "covers what the manifest names"
json "$out" '[.documents[].name] == ["a.txt", "b.txt"] and .uncovered == []' "all documents"

mk zip e.asice e a.txt=x.txt b.txt=b.txt $M=m.xml $S=s.p7s
verify e.asice
is_exit 1 "a document changed"
intact false "is told"
json "$out" '.signatures[0].intact.signature' "the signature over the manifest verifies"
found reference.digest "changed"
json "$out" '.signatures[0].covers == ["b.txt"]' "only the other one is covered"

mk zip e.asice e b.txt=b.txt $M=m.xml $S=s.p7s
verify e.asice
is_exit 2 "M02: a document taken out"
intact false "is told"
found reference.absent "taken out"

mk zip e.asice e a.txt=a.txt b.txt=b.txt c.txt=c.txt $M=m.xml $S=s.p7s
verify e.asice
is_exit 2 "M01: a document added"
intact true "the signature is what it was"
found document.uncovered "added"
json "$out" '.uncovered == ["c.txt"]' "and listed"

mk zip e.asice e a.txt=a.txt b.txt=b.txt $S=s.p7s
verify e.asice
is_exit 2 "no manifest"
intact false "nothing is signed"
found asicmanifest.missing "no manifest"

sed 's/a.txt/c.txt/' m.xml >m2.xml
mk zip e.asice e c.txt=a.txt b.txt=b.txt $M=m2.xml $S=s.p7s
verify e.asice
is_exit 1 "the manifest changed"
intact false "is told"

echo bla >bla.xml
mk zip e.asice e a.txt=a.txt b.txt=b.txt $M=bla.xml $S=s.p7s
verify e.asice
is_exit 1 "no manifest but words"
intact false "nothing is signed"
found asicmanifest.malformed "words"

mk manifest META-INF/signature002.p7s a.txt=a.txt b.txt=b.txt >m2.xml
mk zip e.asice e a.txt=a.txt b.txt=b.txt $M=m2.xml $S=s.p7s
verify e.asice
ok "M07: a manifest of a signature that is not there" test "$status" != 0
intact false "nothing is signed"
found asicmanifest.other "M07"
mk zip e.asice e a.txt=a.txt b.txt=b.txt $M=m.xml META-INF/ASiCManifest002.xml=m2.xml $S=s.p7s \
	META-INF/signature002.p7s=s.p7s
verify e.asice
ok "M07: a signature beside the manifest of another" test "$status" != 0
intact false "is not over it"

mk manifest $S a.txt=a.txt >m2.xml
mk zip e.asice e a.txt=a.txt b.txt=b.txt $M=m.xml META-INF/ASiCManifest002.xml=m2.xml $S=s.p7s
verify e.asice
is_exit 2 "M08: two manifests for one signature"
found asicmanifest.several "M08"
json "$out" '.signatures[0].covers == ["a.txt", "b.txt"]' "the one that was signed counts"

openssl_ cms -sign -cades -binary -nodetach -md sha256 -outform DER -signer signer.pem -inkey signer.key \
	-in m.xml -out attached.p7s
mk zip e.asice e a.txt=a.txt b.txt=b.txt $M=m.xml $S=attached.p7s
verify e.asice
is_exit 2 "a signature with its content"
found container.attached "attached"
openssl_ cms -sign -cades -binary -nodetach -md sha256 -outform DER -signer signer.pem -inkey signer.key \
	-in x.txt -out attached.p7s
mk zip e.asice e a.txt=a.txt b.txt=b.txt $M=m.xml $S=attached.p7s
verify e.asice
ok "C12: with content of its own" test "$status" != 0
intact false "is not over the package"

mk zip e.asice e a.txt=a.txt b.txt=b.txt $M=m.xml $S=x.txt
verify e.asice
is_exit 1 "no signature but words"
found signature.entry-malformed "words"

# ---- ASiC-S with CAdES
sign a.txt sa.p7s
mk zip s.asics s a.txt=a.txt META-INF/signature.p7s=sa.p7s
verify s.asics
is_exit 0 "ASiC-S with CAdES"
intact true "is intact"
nothing "a sound one"
json "$out" '.format == "ASiC-S/CAdES" and .signatures[0].covers == ["a.txt"]' "over the document"
mk zip s.asics s a.txt=x.txt META-INF/signature.p7s=sa.p7s
verify s.asics
ok "another document" test "$status" != 0
intact false "is told"
mk zip s.asics s a.txt=a.txt b.txt=b.txt META-INF/signature.p7s=sa.p7s
verify s.asics
is_exit 2 "M05: two documents"
found container.simple-documents "M05"
found document.uncovered "one of them is not signed"
mk zip s.asics s META-INF/signature.p7s=sa.p7s
verify s.asics
is_exit 2 "M05: no document"
found container.no-documents "M05"
intact false "nothing is signed"
mk zip s.asics s d=/ d/a.txt=a.txt META-INF/signature.p7s=sa.p7s
verify s.asics
found container.simple-folder "M05: a folder"
mk zip s.asics s a.txt=a.txt META-INF/signature1.p7s=sa.p7s
verify s.asics
found container.simple-name "another name"
mk zip s.zip - a.txt=a.txt META-INF/signature.p7s=sa.p7s
verify s.zip
is_exit 2 "M10: without a mimetype"
intact true "is read all the same"
found container.mimetype-missing "M10"
cp s.zip s.pdf
verify s.pdf
json "$out" '.format == "ASiC-S/CAdES"' "whatever its name is"

# ---- M06: what does not belong together
stamp a.txt a.tst
mk zip s.asics s a.txt=a.txt META-INF/signature.p7s=sa.p7s META-INF/timestamp.tst=a.tst
verify s.asics
is_exit 2 "M06: a signature and a time-stamp in ASiC-S"
found container.mixed "M06"
edoc-sign sign --key "$D/pki/zarina.p12" --pass-file "$D/pki/pass" -o x.asice a.txt b.txt >/dev/null || exit 1
cp x.asice mixed.asice
python3 -B "$SRCDIR/tests/rezip.py" x.asice mixed.asice "put:$M=m.xml" "put:$S=s.p7s"
run edoc-verify --json --trust root.pem --trust "$D/pki/root.pem" mixed.asice
is_exit 2 "M06: XAdES and CAdES"
found container.mixed "M06"
intact true "both are intact"

# ---- M09: a package in a package is a document
mk zip inner.asice e a.txt=x.txt b.txt=b.txt $M=m.xml $S=s.p7s
sign inner.asice sn.p7s
mk zip s.asics s inner.asice=inner.asice META-INF/signature.p7s=sn.p7s
verify s.asics
is_exit 0 "M09: what is wrong inside is not looked at"
json "$out" '.signatures | length == 1' "one signature"

# ---- time-stamps
mk zip t.asics s a.txt=a.txt META-INF/timestamp.tst=a.tst
verify t.asics
is_exit 2 "ASiC-S with a time-stamp only: nobody signed"
json "$out" '.format == "ASiC-S/TST" and (.timestamps | length == 1 and .[0].intact)' "is intact"
found signature.none "a sound one"
mk zip t.asics s a.txt=x.txt META-INF/timestamp.tst=a.tst
verify t.asics
is_exit 1 "over another document"
json "$out" '.timestamps[0].intact == false' "is told"
found stamp.imprint "another document"
mk zip t.asics s a.txt=a.txt META-INF/timestamp.tst=x.txt
verify t.asics
is_exit 1 "words for a token"
found container.stamp-malformed "words"

T=META-INF/timestamp001.tst
mk manifest $T a.txt=a.txt b.txt=b.txt >mt.xml
stamp mt.xml mt.tst
mk zip t.asice e a.txt=a.txt b.txt=b.txt $M=mt.xml $T=mt.tst
verify t.asice
is_exit 2 "ASiC-E with a time-stamp only: nobody signed"
json "$out" '.format == "ASiC-E/TST" and .timestamps[0].intact' "is intact"
mk zip t.asice e a.txt=a.txt b.txt=b.txt c.txt=c.txt $M=mt.xml $T=mt.tst
verify t.asice
is_exit 2 "with one document more"
found document.unproved "more"
mk zip t.asice e a.txt=a.txt b.txt=x.txt $M=mt.xml $T=mt.tst
verify t.asice
is_exit 1 "with a document changed"
found reference.digest "changed"
mk zip t.asice e a.txt=a.txt b.txt=b.txt $T=mt.tst
verify t.asice
is_exit 2 "without its manifest"
found asicmanifest.missing "without its manifest"

# ---- archive manifests
A=META-INF/ASiCArchiveManifest.xml A1=META-INF/ASiCArchiveManifest001.xml T2=META-INF/timestamp002.tst
mk manifest $T $S=s.p7s $M=m.xml a.txt=a.txt b.txt=b.txt >ar1.xml
stamp ar1.xml ar1.tst
mk zip l.asice e a.txt=a.txt b.txt=b.txt $M=m.xml $S=s.p7s $A=ar1.xml $T=ar1.tst
verify l.asice
is_exit 0 "an archive time-stamp"
json "$out" '.timestamps[0].kind == "archive" and .timestamps[0].intact' "is one"
nothing "a sound one"
mk manifest $T2 $T=ar1.tst $A1=ar1.xml $S=s.p7s $M=m.xml a.txt=a.txt b.txt=b.txt >ar2.xml
stamp ar2.xml ar2.tst
mk zip l.asice e a.txt=a.txt b.txt=b.txt $M=m.xml $S=s.p7s $A1=ar1.xml $T=ar1.tst $A=ar2.xml $T2=ar2.tst
verify l.asice
is_exit 0 "two of them"
json "$out" '[.timestamps[].intact] == [true, true]' "are intact"
mk zip l.asice e a.txt=a.txt b.txt=b.txt $M=m.xml $S=s.p7s $A=ar2.xml $T2=ar2.tst
verify l.asice
is_exit 2 "M14: the first is taken out"
found reference.absent "M14"
mk zip l.asice e a.txt=a.txt b.txt=b.txt $M=m.xml $S=s.p7s $A1=ar1.xml $T=ar1.tst
verify l.asice
found asicmanifest.archive-last "the last is taken out"
is_exit 0 "with its time-stamp, which leaves no trace but a name"
lta() { run edoc-verify --json --trust root.pem --require LTA "$@"; }
mk zip l.asice e a.txt=a.txt b.txt=b.txt $M=m.xml $S=s.p7s $A1=ar1.xml $T=ar1.tst $T2=ar2.tst
verify l.asice
is_exit 2 "M14: the last manifest is taken out, and its time-stamp stays"
found asicmanifest.orphan "M14"
json "$out" '[.findings[] | select(.code == "asicmanifest.orphan").where] == ["META-INF/timestamp002.tst"]' "says which"
json "$out" '[.timestamps[] | select(.indication == "PASSED").where] == ["META-INF/timestamp001.tst"]' "the first is what it was"
json "$out" '.signatures[0].indication == "TOTAL-PASSED"' "and so is the signature"
mk zip l.asice e a.txt=a.txt b.txt=b.txt $M=m.xml $S=s.p7s $T=ar1.tst
verify l.asice
is_exit 2 "M14: the only one is"
found asicmanifest.orphan "M14"
json "$out" '.signatures[0].proved_time == null' "no time is proven"
lta l.asice
found require.level "and no level above B"
mk zip l.asice e a.txt=a.txt b.txt=b.txt $M=m.xml $S=s.p7s $A=ar1.xml
verify l.asice
found asicmanifest.other "the time-stamp is, and its manifest stays"
json "$out" '.timestamps == [] and .signatures[0].proved_time == null' "no time is proven"
ok "does not pass" test "$status" != 0
mk manifest $T $S=s.p7s a.txt=a.txt b.txt=b.txt >ar3.xml
stamp ar3.xml ar3.tst
mk zip l.asice e a.txt=a.txt b.txt=b.txt $M=m.xml $S=s.p7s $A=ar3.xml $T=ar3.tst
verify l.asice
found asicmanifest.archive-omits "a signature is covered and not its manifest"

# ---- M13: many signatures end
if [ -n "$SAN" ]; then
	skip "a thousand signatures take too long under a sanitizer" 2
else
	python3 -B - <<'END'
import re, zipfile
m, s = open("m.xml").read(), open("s.p7s", "rb").read()
with zipfile.ZipFile("many.asice", "w", zipfile.ZIP_STORED) as z:
    z.writestr("mimetype", "application/vnd.etsi.asic-e+zip")
    for n in ("a.txt", "b.txt"):
        z.write(n)
    for i in range(1000):
        z.writestr(f"META-INF/signature{i}.p7s", s)
        z.writestr(f"META-INF/ASiCManifest{i}.xml", m.replace("signature001", f"signature{i}"))
END
	start=$(date +%s)
	verify many.asice
	json "$out" '.signatures | length == 1000' "M13: a thousand signatures"
	ok "in bounded time" test $(($(date +%s) - start)) -lt 60
fi
finish
