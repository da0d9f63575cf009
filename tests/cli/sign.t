#!/bin/sh
# SPDX-License-Identifier: ISC
# edoc-sign: making, signing, co-signing, and every way it can go wrong.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1

P=$D/pki
pass="--pass-file $P/pass"
printf 'first\n' >a.txt
head -c 70000 /dev/urandom >b.bin
sum() { sha256sum "$1" | cut -d' ' -f1; }
left() { find . -name '.edoc-*' | grep -c .; }
# shellcheck disable=SC2086 # $pass is words
sign() { run edoc-sign sign --key "$P/zarina.p12" $pass "$@"; }

# ---- the plain way
sign -o out.asice a.txt b.bin
is_exit 0 "makes and signs"
same "$(cat "$out")" out.asice "prints the package's name"
run edoc-verify --trust "$P/root.pem" out.asice
is_exit 0 "the result verifies"
has "$out" "PASSED" "and says so"
same "$(unzip -p out.asice mimetype)" application/vnd.etsi.asic-e+zip "the mimetype"
same "$(head -c 38 out.asice | tail -c 8)" mimetype "is the first entry"
same "$(unzip -p out.asice a.txt)" first "documents are as they were"
run unzip -tqq out.asice
is_exit 0 "unzip finds no fault"
run edoc-verify --json out.asice
is_exit 2 "without an anchor it is undecided"
same "$(jq -r '.signatures[0].intact | "\(.data) \(.signature)"' "$out")" "true true" "but intact"
same "$(jq -r .subindication "$out")" NO_CERTIFICATE_CHAIN_FOUND "and the reason is the chain"

# ---- a second signature leaves the first one's bytes alone
cp out.asice one.asice
size=$(unzip -Z -h out.asice >/dev/null 2>&1; python3 -c "import zipfile;print(zipfile.ZipFile('out.asice').start_dir)")
# shellcheck disable=SC2086
run edoc-sign sign --key "$P/anvar.p12" $pass out.asice
is_exit 0 "co-signs in place"
ok "the bytes before the directory are the same" cmp -n "$size" one.asice out.asice
run edoc-verify --json --trust "$P/root.pem" out.asice
is_exit 0 "both verify"
same "$(jq '.signatures | length' "$out")" 2 "two signatures"
same "$(jq -r '[.signatures[].where] | unique | length' "$out")" 2 "two entries"

# ---- what a signature may say
sign -o role.asice --role head --commitment approval a.txt
is_exit 0 "role and commitment"
run edoc-verify --json --trust "$P/root.pem" role.asice
same "$(jq -r '.signatures[0] | "\(.role) \(.commitment)"' "$out")" "head approval" "are in the report"
sign -o x.asice --commitment love a.txt
is_exit 64 "an unknown commitment"
has "$err" "approval" "names the known ones"

# ---- other people's verifier
mkdir unpacked && (cd unpacked && unzip -qq ../out.asice)
for s in unpacked/META-INF/signatures-*.xml; do
	ok "xmlsec1 verifies $(basename "$s")" sh -c "cd unpacked && xmlsec1 --verify --enabled-key-data x509 --trusted-pem '$P/root.pem' --trusted-pem '$P/ca.pem' --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties '${s#unpacked/}'"
done
for k in madina dilnoza farrukh; do
	# shellcheck disable=SC2086
	run edoc-sign sign --key "$P/$k.p12" $pass -o "$k.asice" a.txt
	is_exit 0 "$k's kind of key signs"
	run edoc-verify --trust "$P/root.pem" "$k.asice"
	is_exit 0 "and verifies"
	rm -rf unpacked && mkdir unpacked && (cd unpacked && unzip -qq "../$k.asice")
	ok "with xmlsec1 too" sh -c "cd unpacked && xmlsec1 --verify --enabled-key-data x509 --trusted-pem '$P/root.pem' --trusted-pem '$P/ca.pem' --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties META-INF/signatures-*.xml"
done

# ---- keys
run edoc-sign sign --key "$P/zarina.p12" -o x.asice a.txt
is_exit 77 "no passphrase and no terminal"
ok "makes nothing" test ! -e x.asice
printf 'wrong\n' >wrong
run edoc-sign sign --key "$P/zarina.p12" --pass-file wrong -o x.asice a.txt
is_exit 77 "a wrong passphrase"
ok "makes nothing" test ! -e x.asice
for o in --pass-file=absent:66 --pass-file=.:65 --pass-env=NOT_SET:77; do
	run edoc-sign sign --key "$P/zarina.p12" "${o%:*}" -o x.asice a.txt
	is_exit "${o#*:}" "${o%:*}"
	same "$(wc -l <"$err")" 1 "is told in one line"
done
sign --key "$P/anvar.p12" -o x.asice a.txt
is_exit 64 "an option given twice"
# shellcheck disable=SC2086
run edoc-sign sign --key nowhere.p12 $pass -o x.asice a.txt
is_exit 66 "a key that is not there"
# shellcheck disable=SC2086
run edoc-sign sign --key a.txt $pass -o x.asice a.txt
is_exit 65 "a key that is no key"
for k in expired future unfit weak; do
	# shellcheck disable=SC2086
	run edoc-sign sign --key "$P/$k.p12" $pass -o x.asice a.txt
	is_exit 77 "an $k certificate"
	ok "makes nothing" test ! -e x.asice
done
for k in zarina.p12 zarina.pem; do
	sign_with() { run edoc-sign sign --key "$P/$k" --pass-file "$P/pass" -o cert.asice "$@" a.txt; }
	sign_with --cert "$P/farrukh.crt"
	is_exit 65 "$k with another's certificate"
	has "$err" farrukh.crt "names it"
	has "$err" "$k" "and the key"
	sign_with --chain "$P/farrukh.crt"
	is_exit 65 "$k with a chain that is not its own"
done
openssl req -new -x509 -key "$P/zarina.pem" -subj /CN=renewed -days 30 -addext keyUsage=nonRepudiation \
	-out renewed.crt 2>/dev/null
sign_with --cert renewed.crt
is_exit 0 "--cert wins over the certificate beside the key"
run edoc-verify --json --no-route cert.asice
same "$(jq -r '.signatures[0].signer.subject' "$out")" CN=renewed "and signs"
# shellcheck disable=SC2317 # ok() calls it
holds() { unzip -p cert.asice 'META-INF/sig*' | grep -qF "$(openssl x509 -in "$1" -outform der | base64 -w 0)"; }
ok "it is in the signature" holds renewed.crt
nok "the other one is not" holds "$P/zarina.crt"
EDOC_PASS=edoc run edoc-sign sign --key "$P/zarina.p12" --pass-env EDOC_PASS -o env.asice a.txt
is_exit 0 "the passphrase from the environment"

# ---- outputs
before=$(sum out.asice)
sign -o out.asice a.txt
is_exit 73 "an output that exists"
same "$(sum out.asice)" "$before" "stays as it was"
sign -f -o env.asice a.txt b.bin
is_exit 0 "-f replaces it"
sign -f -o /dev/null a.txt
is_exit 73 "a device is never replaced"
ok "/dev/null is still a device" test -c /dev/null
mkdir folder
sign -f -o folder a.txt
is_exit 73 "nor a folder"
sign -o nowhere/x.asice a.txt
ok "a folder that is not there is 73 or 66" test "$status" = 73 -o "$status" = 66
sign -n -o dry.asice a.txt
is_exit 0 "-n checks"
ok "and makes nothing" test ! -e dry.asice
sign -n -o out.asice a.txt
is_exit 73 "-n tells that the output exists"

# ---- an output that is an input: whatever the name, nothing is lost
cp a.txt contract && ln contract hard && ln -s contract soft && cp "$P/zarina.p12" k.p12
before=$(sum contract)
for pair in "contract contract" "contract hard" "hard soft" "soft contract"; do
	sign -f -o "${pair% *}" b.bin "${pair#* }"
	is_exit 64 "-f -o ${pair% *} with ${pair#* } among the documents"
	same "$(sum contract)" "$before" "changes nothing"
done
sign -o contract contract
is_exit 64 "and -f is not offered"
run edoc-sign new -f -o contract contract
is_exit 64 "nor made unsigned"
for o in key cert chain pass-file; do
	run edoc-sign sign -f --"$o" k.p12 -o k.p12 a.txt
	is_exit 64 "-o is the file of --$o"
	has "$err" "--$o" "which it names"
done
ok "the key is still there" cmp "$P/zarina.p12" k.p12
run edoc-sign new -f --card a.txt -o a.txt b.bin
is_exit 64 "-o is the card"
# What is read: each option, whatever the verb, and what edoc.conf names.
mkdir anchors
cp "$P/root.pem" anchors/one.pem
cp "$P/root.pem" root.pem
cp "$P/zarina.crt" zarina.crt
echo 'the policy' >pol.txt
printf 'profile: one\nname: One\n' >one.yaml
printf 'trust: {sign: [anchors]}\nkeys: {she: {file: k.p12, cert: zarina.crt}}\n' >some.conf
edoc-sign new -q -o plain.asice b.bin
edoc-sign new -q -o full.asice a.txt
spared() { # FILE SAID ARG...: 64, and the file is as it was
	file=$1 said=$2
	shift 2
	before=$(sum "$file")
	run "$@"
	is_exit 64 "$*"
	has "$err" "the file of $said" "says whose it is"
	same "$(sum "$file")" "$before" "and changes nothing"
}
spared zarina.crt --to edoc-sign encrypt -f --to zarina.crt -o zarina.crt plain.asice
spared zarina.crt --to edoc-sign encrypt -f --to "$P/farrukh.crt" --to ./zarina.crt -o zarina.crt plain.asice
spared root.pem --trust edoc-sign encrypt -f --trust root.pem --to zarina.crt -o root.pem plain.asice
spared anchors/one.pem --trust edoc-sign encrypt -f --trust anchors --to zarina.crt -o anchors/one.pem plain.asice
spared k.p12 --key edoc-sign decrypt -f --key k.p12 -o k.p12 plain.asice
spared zarina.crt --cert edoc-sign prepare -f --cert zarina.crt -o zarina.crt plain.asice
spared zarina.crt --cert edoc-sign prepare -f --cert zarina.crt -o x.req --raw zarina.crt plain.asice
spared pol.txt --signature-policy edoc-sign cms -f --key k.p12 --signature-policy 1.2.3=pol.txt -o pol.txt a.txt
spared one.yaml --profile edoc-sign sign -f --key k.p12 --profile ./one.yaml -o one.yaml a.txt
spared one.yaml --policy edoc-sign sign -f --key k.p12 --policy one.yaml -o one.yaml a.txt
spared full.asice --add edoc-sign revise -f --add full.asice -o full.asice plain.asice
spared some.conf --config edoc-sign new -f --config some.conf -o some.conf a.txt
EDOC_CONF=some.conf
export EDOC_CONF
spared some.conf edoc.conf edoc-sign new -f -o some.conf a.txt
spared k.p12 edoc.conf edoc-sign new -f -o k.p12 a.txt
spared anchors/one.pem edoc.conf edoc-sign new -f -o anchors/one.pem a.txt
unset EDOC_CONF

run edoc-sign new -f -o plain.asice a.txt
is_exit 0 "and is replaced"
for o in '' -; do
	sign -o "$o" a.txt
	is_exit 64 "-o '$o'"
	has "$err" "-" "is told"
done
ok "no file of that name" test ! -e ./-
sign -o ./- a.txt
is_exit 0 "but ./- is a name"
mkdir many && (cd many && seq 9990 | xargs touch)
find many -type f >many.list
ok "9,990 documents take seconds" timeout 10 edoc-sign new -q -o many.asice --files-from many.list
ok "under the usual limit of open files" sh -c 'ulimit -S -n 256; edoc-sign new -q -f -o many.asice --files-from many.list'
rm -rf many many.asice

# ---- inputs
sign -o x.asice nowhere.txt
is_exit 66 "a document that is not there"
has "$err" nowhere.txt "is named"
ok "makes nothing" test ! -e x.asice
mkdir sub && cp a.txt sub/a.txt
sign -o x.asice a.txt sub/a.txt
is_exit 64 "two documents of one name"
cp a.txt 'Straße.txt' && cp a.txt STRASSE.txt && cp a.txt 'a.txt.' && cp a.txt 'ＭＩＭＥＴＹＰＥ'
sign -o x.asice 'Straße.txt' STRASSE.txt
is_exit 64 "two names that a file system takes for one"
sign -o x.asice 'a.txt.'
is_exit 64 "a name that Windows cuts"
sign -o x.asice 'ＭＩＭＥＴＹＰＥ'
is_exit 64 "the container's name in another form"
python3 - <<'PY'
import zipfile
for out, names in (('t1', ('Straße', 'STRASSE')), ('t2', ('a', 'ａ')), ('t3', ('a.',)), ('t4', ('a\u200b',))):
    with zipfile.ZipFile(out + '.asice', 'w') as z:
        z.writestr('mimetype', 'application/vnd.etsi.asic-e+zip')
        for name in names:
            z.writestr(name, 'x')
PY
for t in t1 t2 t3 t4; do
	run edoc-verify $t.asice
	is_exit 65 "$t: such names in a package"
done
cp a.txt mimetype
sign -o x.asice mimetype
is_exit 64 "a name the container keeps"
sign -o x.asice folder
is_exit 65 "a folder as a document"
mkfifo pipe
sign -o x.asice pipe
is_exit 65 "a FIFO does not hang"
: >empty
sign -o empty.asice empty
is_exit 0 "an empty document is a document"
run edoc-verify --trust "$P/root.pem" empty.asice
is_exit 0 "and verifies"
sign
is_exit 64 "nothing named"
run edoc-sign sign --at 2026-01-01T00:00:00Z --key "$P/zarina.p12" out.asice
is_exit 64 "nobody backdates"
has "$err" "verbs that act take no --at" "and it is said why"
run edoc-sign show --at 2026-01-01T00:00:00Z out.asice
is_exit 64 "show knows no time"
has "$err" "unknown option --at" "and does not act"
run edoc-sign frobnicate
is_exit 64 "an unknown verb"
run edoc-sign sign --frob
is_exit 64 "an unknown option"
: >list
sign --files-from list
is_exit 66 "an empty list"
cp one.asice l1.asice && cp one.asice l2.asice
printf 'l1.asice\nl2.asice\n' >list
# shellcheck disable=SC2086
run edoc-sign sign --json --ordered --key "$P/anvar.p12" $pass --files-from list
is_exit 0 "a list of packages"
same "$(jq -s 'length' "$out")" 2 "a line of JSON each"
json "$out" 'select(.path=="l2.asice") | .signature | startswith("META-INF/signatures-")' "that names the new entry"
sign a.txt
is_exit 65 "a document is no package"
printf 'PK' >tiny.asice
sign tiny.asice
is_exit 65 "two bytes are no package"
python3 - <<'PY'
d=bytearray(open('one.asice','rb').read()); i=d.find(b'first'); d[i]^=1
open('broken.asice','wb').write(d)
PY
before=$(sum broken.asice)
sign broken.asice
is_exit 65 "a broken package is not signed"
same "$(sum broken.asice)" "$before" "and not changed"
sign -n one.asice
is_exit 0 "-n on a package"
same "$(sum one.asice)" "$(sum one.asice)" "does not change it"
if strace -qq -o /dev/null true 2>/dev/null && [ -z "$SAN" ]; then
	before=$(sum one.asice)
	for e in ENOLCK:73 EOPNOTSUPP:73 EAGAIN:75; do
		run strace -qq -o /dev/null -e "inject=flock:error=${e%:*}" edoc-sign sign --key "$P/zarina.p12" --pass-file "$P/pass" one.asice
		is_exit "${e#*:}" "flock: ${e%:*}"
		same "$(sum one.asice)" "$before" "changes nothing"
	done
else
	skip "no strace here" 6
fi
printf -- '-x\n' >./-x.txt
sign -o dash.asice -- -x.txt
is_exit 0 "a name with a dash"
mkdir 'ном' && printf 'санад\n' >'ном/санади №1.txt'
sign -o cyr.asice 'ном/санади №1.txt'
is_exit 0 "a Tajik name"
run edoc-verify --json --trust "$P/root.pem" cyr.asice
same "$(jq -r '.documents[0].name' "$out")" 'санади №1.txt' "comes back as it was"

# ---- disk and permissions
if mkdir small && mount -t tmpfs -o size=64k none small 2>/dev/null; then
	sign -o small/x.asice b.bin
	is_exit 74 "a full disk"
	same "$(find small -type f | wc -l)" 0 "leaves nothing behind"
	cp one.asice small/p.asice 2>/dev/null
	umount small
	mount -t tmpfs -o size=240k none small
	cp one.asice small/p.asice && head -c 150000 /dev/zero >small/fill 2>/dev/null
	before=$(sum small/p.asice)
	sign small/p.asice
	is_exit 74 "a disk that fills while co-signing"
	same "$(sum small/p.asice)" "$before" "leaves the old package whole"
	same "$(find small -type f | wc -l)" 2 "and nothing else"
	mount -o remount,ro small
	sign small/p.asice
	ok "a read-only mount is 73 or 74" test "$status" = 73 -o "$status" = 74
	same "$(sum small/p.asice)" "$before" "changes nothing"
	umount small
else
	skip "no right to mount a tmpfs" 7
fi
(ulimit -f 32 && exec edoc-sign new -o fsize.asice b.bin) >"$out" 2>"$err"
same "$?" 74 "a file over ulimit -f is 74, no signal"
has "$err" "fsize.asice" "and is told"
head -c 20000000 /dev/zero >long.bin
edoc-sign new -q -o long.asice long.bin
for t in 0.01 0.02 0.03 0.05 0.08; do
	timeout -s INT $t edoc-sign sign --key "$P/zarina.p12" --pass-file "$P/pass" long.asice >/dev/null 2>&1
done
ok "whatever Ctrl-C stopped is whole" edoc-sign show long.asice
mkdir locked && cp one.asice locked/p.asice && chmod 555 locked
if [ "$(id -u)" = 0 ]; then
	skip "root writes into mode 555" 1
else
	sign locked/p.asice
	is_exit 73 "a folder without write permission"
fi
same "$(left)" 0 "no temporary is left"
finish
