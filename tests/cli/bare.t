#!/bin/sh
# SPDX-License-Identifier: ISC
# What is no package: signatures, time-stamps and certificates in files of
# their own, in every armour, over what is given with --data; what is nothing
# of these; and bombs.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1

P=$D/pki
verify() { run edoc-verify --json --trust "$P/root.pem" "$@"; }
cms() { openssl cms -sign -cades -binary -md sha256 -signer "$P/anvar.crt" -inkey "$P/anvar.key" -certfile "$P/ca.pem" "$@" 2>>log || exit 1; }
intact() { # true|false WHAT
	json "$out" "(.signatures | length > 0) and ([.signatures[].intact | .data and .signature] | all) == $1" "$2"
}
found() { # CODE WHAT
	json "$out" "[.findings[], (.signatures[], .timestamps[]).findings[]] | any(.code == \"$1\")" "$2: $1"
}

printf 'a letter\n' >letter.txt
printf 'another\n' >other.txt
cms -outform DER -in letter.txt -out d.p7s
cms -outform DER -nodetach -in letter.txt -out a.p7m
cms -outform PEM -in letter.txt -out d.pem
cms -outform DER -nodetach -stream -in letter.txt -out ber.p7m
openssl base64 -in d.p7s -out d.b64

# ---- detached
verify --data letter.txt d.p7s
is_exit 0 "a detached signature and its file"
json "$out" '.format == "CAdES" and .signatures[0].covers == ["letter.txt"] and .documents[0].name == "letter.txt"' "covers it"
verify d.p7s
is_exit 2 "without the file"
intact false "nothing is signed"
verify --data other.txt d.p7s
is_exit 1 "over another file"
intact false "is told"
found document.uncovered "another file"
verify --data letter.txt --data other.txt d.p7s
is_exit 2 "a second file that is not signed"
intact true "the signature is what it was"
json "$out" '.uncovered == ["other.txt"]' "the second one does not look signed"
cp letter.txt copy.txt
verify --data letter.txt --data copy.txt d.p7s
is_exit 0 "one content under two names"
json "$out" '.uncovered == [] and (.documents | length == 2)' "both are what was signed"
found document.copy "and it is told that they are one"
verify --data copy.txt d.p7s
is_exit 0 "a file of any name: CMS signs none"
json "$out" '[.. | .code? // empty] == []' "nothing is to be said of that"
for form in d.pem d.b64; do
	verify --data letter.txt $form
	is_exit 0 "$form"
done
{ echo 'a letter of mine'; cat d.pem; } >before.pem
verify --data letter.txt before.pem
is_exit 0 "words before PEM"
json "$out" '[.. | .code? // empty] == []' "explain it"
{ cat d.pem; echo 'and I agree to pay'; } >behind.pem
verify --data letter.txt behind.pem
is_exit 0 "words behind PEM"
found item.text-behind "nobody signed them"
sed 's/CMS/CERTIFICATE/' d.pem >label.pem
verify --data letter.txt label.pem
is_exit 65 "CMS labelled as a certificate"
has "$out" "label" "and why"
cat d.pem d.pem >two.pem
verify --data letter.txt two.pem
is_exit 65 "two signatures in one PEM file"
cp d.p7s d.asice
verify --data letter.txt d.asice
is_exit 0 "the name of the file decides nothing"

# ---- attached
for form in a.p7m ber.p7m; do
	verify $form
	is_exit 0 "$form: attached"
	json "$out" '.documents[0].name == "(content)" and .documents[0].bytes == 9' "$form: the content is a document"
done
verify --data letter.txt a.p7m
is_exit 0 "attached, and the same file beside it"
verify --data other.txt a.p7m
ok "C12: attached, and another file beside it" test "$status" != 0
found document.uncovered "C12"
cat a.p7m letter.txt >tail.p7m
verify tail.p7m
is_exit 65 "C15: bytes behind it"

# ---- levels
verify --require B --data letter.txt d.p7s
is_exit 0 "--require B"
verify --require T --data letter.txt d.p7s
is_exit 2 "--require T of a signature without time"
verify --require Q d.p7s
is_exit 64 "no such level"
verify --data absent.txt d.p7s
is_exit 66 "--data that is not there"
edoc-sign sign --key "$P/zarina.p12" --pass-file "$P/pass" -o p.asice letter.txt >/dev/null || exit 1
verify --data other.txt p.asice
is_exit 0 "a package needs no --data"
found document.not-used "and says so"

# ---- proofs alone: what is wrong with them is said first
R=$D/records
headline() { # ARG...
	run edoc-verify --trust "$R/ca.pem" "$@"
	head -n 1 "$out" >headline
}
headline --data "$R/one.txt" --data "$R/two.txt" "$R/good/group.ers"
is_exit 2 "a sound evidence record"
has headline "nobody has signed" "signs nothing"
headline --data "$R/one.txt" "$R/bad/changed.ers"
is_exit 1 "a record of something that has changed"
has headline "evidence record" "that is what is said"
hasnt headline "nobody has signed" "and not that nobody signed"
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
export OPENSSL_CONF="$W/cnf"
openssl ts -query -data letter.txt -sha256 -cert -no_nonce -out q.tsq 2>>log &&
	openssl ts -reply -config cnf -section us -queryfile q.tsq -signer "$R/tsa.crt" -inkey "$R/tsa.key" \
		-token_out -out letter.tst 2>>log || exit 1
unset OPENSSL_CONF
headline --data letter.txt letter.tst
has headline "nobody has signed" "a sound time-stamp"
headline --data other.txt letter.tst
is_exit 1 "a time-stamp over another file"
has headline "over something else than other.txt" "that is what is said"
headline letter.tst
has headline "what the time-stamp is over is not here" "a time-stamp over nothing"

# ---- certificates
verify "$P/anvar.crt"
json "$out" '.format == "X.509"' "a certificate"
cat "$P/anvar.crt" d.pem >both.pem
verify both.pem
is_exit 65 "and something else behind it"

# ---- what is nothing of these
nothing() { # FILE WORDS
	verify "$1"
	is_exit 65 "$2"
	json "$out" ".format == null and (.findings[0] | .code == \"item.malformed\" and (.msg | contains(\"$2\")))" "is called that"
}
nothing letter.txt "text"
printf '%%PDF-1.7\n' >x.pdf
nothing x.pdf "a PDF document"
: >empty
nothing empty "an empty file"
openssl cms -encrypt -outform DER -in letter.txt -out e.p7m "$P/anvar.crt" 2>>log ||
	openssl cms -encrypt -outform DER -in letter.txt -out e.p7m -recip "$P/desk-finance.crt" 2>>log || cp x.pdf e.p7m
verify e.p7m
is_exit 65 "C16: an encrypted message"
printf '<a/>' >x.xml
verify x.xml
ok "XML without a signature does not pass" test "$status" != 0
json "$out" '.signatures == []' "and has none"
head -c 2000 d.p7s >cut.p7s
verify --data letter.txt cut.p7s
is_exit 65 "a signature that is cut off"

# ---- bombs: 3 MB that inflate to 3 GB
python3 -B - <<'END'
import zipfile, zlib
with zipfile.ZipFile("bomb.asice", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
    z.writestr(zipfile.ZipInfo("mimetype"), "application/vnd.etsi.asic-e+zip")
    with z.open("zeros", "w", force_zip64=True) as f:
        chunk = bytes(1 << 24)
        for _ in range(192):
            f.write(chunk)
END
ok "a bomb of 3 MB" test "$(wc -c <bomb.asice)" -lt 4000000
start=$(date +%s)
if [ -n "$SAN" ]; then
	verify bomb.asice
else # a fence, that no more is taken
	# shellcheck disable=SC3045 # dash has it
	run sh -c 'ulimit -v 1500000; exec edoc-verify --json -j 1 bomb.asice'
fi
is_exit 65 "is refused"
ok "at once" test $(($(date +%s) - start)) -lt 10
has "$out" "100" "by its ratio"
finish
