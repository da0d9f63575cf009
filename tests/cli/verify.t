#!/bin/sh
# SPDX-License-Identifier: ISC
# edoc-verify: verdicts, exit codes, lists, folders, outputs.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1

P=$D/pki
key="--key $P/zarina.p12 --pass-file $P/pass"
printf 'first\n' >a.txt
printf 'second\n' >b.txt
# shellcheck disable=SC2086 # words
edoc-sign sign $key -o good.asice a.txt b.txt >/dev/null || exit 1
edoc-sign new -o unsigned.asice a.txt >/dev/null || exit 1
verify() { run edoc-verify --trust "$P/root.pem" "$@"; }

# ---- one item
verify good.asice
is_exit 0 "passed"
same "$(wc -l <"$out" | tr -d ' ')" 1 "one line"
verify unsigned.asice
is_exit 2 "no signature is undecided"
has "$out" "nobody has signed" "and says so"
verify -v good.asice
is_exit 0 "the tree"
has "$out" "a.txt" "names what is covered"
same "$(awk 'length($0) > 200' "$out" | wc -l | tr -d ' ')" 0 "with lines of sane length"
run edoc-verify --trust "$P/other-root.pem" good.asice
is_exit 2 "another root does not help"
run edoc-verify --trust "$P" good.asice
is_exit 0 "a folder of anchors"
python3 - <<'PY'
d=bytearray(open('good.asice','rb').read()); i=d.find(b'first\n'); d[i]^=1
open('flipped.asice','wb').write(d)
import zipfile,binascii
z=zipfile.ZipFile('good.asice'); o=zipfile.ZipFile('swapped.asice','w')
for n in z.namelist():
    o.writestr(zipfile.ZipInfo(n), b'other\n' if n=='a.txt' else z.read(n))
o.close()
PY
verify flipped.asice
is_exit 65 "a flipped byte: the CRC tells"
verify swapped.asice
is_exit 1 "a swapped document: TOTAL-FAILED"
has "$out" "FAILED" "and says so"
run edoc-verify --json --trust "$P/root.pem" swapped.asice
same "$(jq -r '"\(.indication) \(.subindication) \(.exit)"' "$out")" "TOTAL-FAILED HASH_FAILURE 1" "HASH_FAILURE"
same "$(jq -r '.signatures[0].intact | "\(.data) \(.signature)"' "$out")" "false true" "the signature itself is intact"
json "$out" '[.signatures[0].findings[] | .args? // .msg] | tostring | contains("a.txt")' "the finding names the document"
# A part that no signature covers and only the replay of the ledger reads.
python3 - "$D/good/case-ended.asice" crc.asice <<'PY'
import sys, zipfile
b = bytearray(open(sys.argv[1], "rb").read())
e = next(e for e in zipfile.ZipFile(sys.argv[1]).infolist() if e.filename.startswith("META-INF/edoc/ledger/") and e.filename.endswith(".cms"))
h = e.header_offset
b[h + 30 + b[h + 26] + 256 * b[h + 27] + b[h + 28] + 256 * b[h + 29] + e.compress_size // 2] ^= 1
open(sys.argv[2], "wb").write(b)
PY
verify --json crc.asice
is_exit 65 "a flipped byte in the ledger"
json "$out" '.format == null and .findings[0].code == "container.malformed"' "is a report too"

# ---- moments
verify --at 2025-01-01T00:00:00Z good.asice
is_exit 2 "before the certificate"
verify --at 2067-01-01T00:00:00Z good.asice
is_exit 2 "after it ended"
has "$out" OUT_OF_BOUNDS "says which bound"
verify --at 2026-13-01T00:00:00Z good.asice
is_exit 64 "no such month"
if [ -n "$SAN" ]; then
	skip "faketime and sanitizers do not mix" 2
else
	# shellcheck disable=SC2086
	faketime '2024-06-01' edoc-sign sign --key "$P/expired.p12" --pass-file "$P/pass" -o expired.asice a.txt >/dev/null 2>&1
	verify expired.asice
	is_exit 2 "a certificate that ended meanwhile: undecided without proof of time"
	verify --at 2024-07-01T00:00:00Z expired.asice
	is_exit 0 "but passed as of then"
fi
# shellcheck disable=SC2086
edoc-sign sign --key "$P/stranger.p12" --pass-file "$P/pass" -o stranger.asice a.txt >/dev/null
verify stranger.asice
is_exit 2 "a stranger"
has "$out" NO_CERTIFICATE_CHAIN_FOUND "has no chain"
edoc-sign sign --key "$P/crl.p12" --pass-file "$P/pass" -o crl.asice a.txt >/dev/null
verify crl.asice
is_exit 2 "a certificate that names a revocation source, unchecked"
has "$out" TRY_LATER "says TRY_LATER"

# ---- several items
mkdir -p tree/sub && cp good.asice tree/1.asice && cp good.asice tree/sub/2.asice
verify tree
is_exit 0 "a folder"
same "$(wc -l <"$out" | tr -d ' ')" 2 "is walked"
cp swapped.asice tree/sub/3.asice
verify tree
is_exit 1 "one failed: 1"
same "$(wc -l <"$out" | tr -d ' ')" 3 "the others have their lines"
cp a.txt tree/z.txt
verify tree
is_exit 1 "failed and malformed: 1"
verify good.asice nowhere.asice
is_exit 66 "one is not there"
has "$out" good.asice "the other is judged"
has "$err" nowhere.asice "the absent one is named"
run edoc-verify --json --ordered --trust "$P/root.pem" good.asice nowhere.asice a.txt
same "$(jq -s length "$out")" 3 "each item has its line of JSON"
ok "the absent one too" jq -es '.[1].exit == 66 and .[1].path == "nowhere.asice"' "$out"
ok "and the malformed one" jq -es '.[2].exit == 65 and .[2].format == null' "$out"
printf 'good.asice\nunsigned.asice\n' >list
verify --files-from list
is_exit 2 "a list"
printf 'good.asice\0tree/1.asice\0' >list0
verify --files-from list0 -0
is_exit 0 "a list with NULs"
edoc-verify --trust "$P/root.pem" --files-from - <list >"$out" 2>"$err"
status=$?
is_exit 2 "a list on stdin"
verify
is_exit 64 "nothing named"
: >nothing
verify --files-from nothing
is_exit 66 "an empty list is no success"
mkdir void
verify void
is_exit 66 "an empty folder is no success"

# ---- outputs
verify -q good.asice
is_exit 0 "-q"
same "$(cat "$out")" "" "is quiet"
edoc-verify --trust "$P/root.pem" good.asice >/dev/full 2>"$err"
status=$?
is_exit 74 "a report lost on a full disk"
edoc-verify --trust "$P/root.pem" good.asice >&- 2>"$err"
status=$?
is_exit 74 "a closed stdout"
run edoc-verify --json --trust "$P/root.pem" --at 2027-01-01T00:00:00Z good.asice
cp "$out" first.json
LC_ALL=tr_TR.UTF-8 TZ=Asia/Tashkent run edoc-verify --json --trust "$P/root.pem" --at 2027-01-01T05:00:00+05:00 good.asice
ok "the same in another locale and zone" cmp first.json "$out"
verify --report json good.asice
json "$out" '.v == 1' "--report json"
verify --report pdf good.asice
is_exit 64 "an unknown report"
esc=$(printf '\033')
python3 - <<'PY'
import zipfile
z=zipfile.ZipFile('esc.asice','w')
z.writestr(zipfile.ZipInfo('mimetype'),'application/vnd.etsi.asic-e+zip')
z.writestr(zipfile.ZipInfo('a\x1b[31m.txt'),'x')
z.close()
PY
verify -v esc.asice
is_exit 65 "an escape sequence in a name"
hasnt "$out" "$esc" "does not reach the terminal"
printf 'x' >"$(printf 'n\033[2Jx.asice')"
verify "$(printf 'n\033[2Jx.asice')"
hasnt "$out" "$esc" "nor from a path"
hasnt "$err" "$esc" "nor on stderr"

# ---- hostile items, one line each
head -c 100 good.asice >cut.asice
: >empty.asice
head -c 4096 /dev/urandom >random.asice
mkfifo pipe.asice
for f in cut empty random; do
	verify "$f.asice"
	is_exit 65 "$f"
	same "$(wc -l <"$out" | tr -d ' ')" 1 "in one line"
done
verify pipe.asice
is_exit 65 "a FIFO does not hang"
verify /dev/null
is_exit 65 "nor a device"
verify --trust "$P/root.pem" good.asice
is_exit 0 "--trust may be given again"
run edoc-verify --trust nowhere.pem good.asice
is_exit 66 "an anchor that is not there"
run edoc-verify --trust a.txt good.asice
is_exit 65 "an anchor that is no certificate"
run edoc-verify --policy nowhere --trust "$P/root.pem" good.asice
ok "a policy that is not there: 66 or 78" test "$status" = 66 -o "$status" = 78
verify --trust-list
is_exit 0 "--trust-list"
hasnt "$out" "has ended" "an anchor in its time"
verify --at 2099-01-01T00:00:00Z --trust-list
has "$out" "has ended" "an anchor that has ended is told"
has "$out" "sign" "shows purposes"
verify --limits entries=2 good.asice
is_exit 65 "a limit"
verify --limits entries=0 good.asice
is_exit 64 "a limit of nothing"
verify --limits total=32G,entries=20000,ratio=1000,xml=20M good.asice
is_exit 0 "raised limits"
for l in '' total=1,total=2 'xml=1M,' ',xml=1M' xml xml= xml=M xml=4G xml=-1 total=99999999999999999999 \
	total=9999999999G total=1KK entries=1x; do
	verify --limits "$l" good.asice
	is_exit 64 "--limits '$l'"
done
verify --json --report text good.asice
is_exit 64 "--json and --report text"
verify --json --report json good.asice
is_exit 0 "--json and --report json"
verify --trust-list good.asice
is_exit 64 "--trust-list and a path"
verify --trust-list --json
is_exit 64 "--trust-list and --json"

# ---- what a hostile sender tried
python3 - <<'PY'
import zipfile
z=zipfile.ZipFile('good.asice')
def pack(name, change):
    o=zipfile.ZipFile(name,'w')
    for n in z.namelist():
        b=change(n,z.read(n))
        if b is not None: o.writestr(zipfile.ZipInfo(n),b)
    o.close()
pack('media.asice',lambda n,b: b.replace(b'text/plain',b'application/x-dosexec') if n.endswith('manifest.xml') else b)
props=b'<n:x xmlns:n="urn:n"/>'*30000
pack('many.asice',lambda n,b: b.replace(b'<xades:SignedDataObjectProperties>',b'<xades:SignedDataObjectProperties>'+props) if 'signatures-' in n else b)
PY
verify media.asice
is_exit 2 "a media type that nobody signed"
has "$out" "the manifest calls a.txt" "is told"
run edoc-verify --json --trust "$P/root.pem" many.asice
is_exit 1 "30,000 properties that nobody knows"
ok "do not make a report of megabytes" test "$(wc -c <"$out")" -lt 300000
json "$out" '[.signatures[0].findings[].code] | index("report.cut")' "it says that it is cut"
verify --limits xml=1K good.asice
is_exit 2 "our own limit proves nothing"
cat >weak.yaml <<'EOY'
format: edoc-policy/1
name: weak
title: everything goes
issued-by: nobody
basis: none
date: 2026-11-22
digests: [SHA-256, SHA-384, SHA-512]
keys: {rsa-min: 2048, curves: [P-256]}
severity: {chain.not-found: info}
EOY
verify --policy ./weak.yaml good.asice
ok "no policy makes a signer out of nobody" test "$status" = 65 -o "$status" = 78

# ---- languages
for l in tg uz uz-Cyrl ru; do
	LC_ALL=C run edoc-verify --lang "$l" --trust "$P/root.pem" good.asice
	is_exit 0 "--lang $l"
	hasnt "$out" PASSED "says it in that language, in cron's locale too"
done
run edoc-verify --lang fr --trust "$P/root.pem" good.asice
is_exit 64 "a language that we do not speak"
finish
