#!/bin/sh
# SPDX-License-Identifier: ISC
# The README's examples, exactly as printed, in a folder that has what they name.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/pki.sh"
cd "$W" || exit 1

block() { # N: the Nth block marked as sh
	awk -v want="$1" '/^```sh$/ { n++; on = n == want; next } /^```$/ { on = 0 } on' "$SRCDIR/README.md"
}
example() { # N
	block "$1" >"example$1.sh"
	run sh -eu "example$1.sh"
}

cp "$D/pki/zarina.p12" k.p12
cp "$D/pki/farrukh.p12" b.p12
cp "$D/pki/pass" p
cp "$D/pki/root.pem" root.pem
cp "$D/docs/farmoish.fodt" contract.pdf
cp "$D/docs/zamima-1.csv" annex.xlsx

same "$(block 1 | head -n 1)" \
	"edoc-sign sign --key k.p12 --pass-file p -o contract.asice contract.pdf annex.xlsx" \
	"the first example signs a contract"
same "$(block 1 | sed 1d)" "edoc-verify --trust root.pem contract.asice" "and verifies it"
example 1
is_exit 0 "it works as printed"
same "$(sed -n 1p "$out")" contract.asice "signing prints the package"
has "$out" "PASSED" "verifying prints the verdict"
run edoc-verify --trust "$D/pki/other-root.pem" contract.asice
is_exit 2 "and it is not passed for one who believes others"

mkdir outbox inbox
cp contract.asice outbox/1.asice
edoc-sign new -o outbox/2.asice annex.xlsx >/dev/null
example 2
is_exit 0 "the clerk's pipeline"
same "$(grep -c '^PASSED' "$out")" 2 "signs and verifies two"
run edoc-verify --json --trust root.pem outbox
same "$(jq -s 'map(.signatures | length) | add' "$out")" 3 "the contract has two signatures now"

cp outbox/1.asice inbox/
edoc-sign new -o inbox/unsigned.asice annex.xlsx >/dev/null
head -c 1000 contract.asice >inbox/cut.asice
edoc-archive init -C archive || exit 1
example 3
is_exit 0 "the archivist's pipeline"
same "$(cut -f1 refused.tsv | LC_ALL=C sort | xargs)" "inbox/cut.asice inbox/unsigned.asice" "names what was refused"
has refused.tsv "signature.none" "and why"
run edoc-archive show -C archive 1.asice
is_exit 0 "the good one is kept"

example 4
is_exit 0 "the sysadmin's pipeline"
same "$(cat "$out")" "exit 0: 1" "one package is fine"
same "$(cat verified-*.jsonl | jq -s length)" 1 "and the report is kept"
f=$(find archive/ocfl -name 1.asice)
chmod u+w "$f" && printf x | dd of="$f" bs=1 seek=200 conv=notrunc 2>/dev/null
rm verified-*.jsonl
example 4
same "$(cat "$out")" "exit 1: 1" "a flipped byte shows the next night"

# ---- for decades, with a TSA of our own instead of the one that is named
has "$SRCDIR/README.md" "\`/etc/edoc/edoc.conf\`" "the settings have a place"
awk '/^```yaml$/ { on = 1; next } /^```$/ { on = 0 } on' "$SRCDIR/README.md" >printed.conf
mkdir trusted kept
cp "$PKI/root.pem" trusted/
sed -e "s|/etc/edoc/trust|$W/trusted|" -e "s|https://tsa.example/|$URL/tsa|" \
	-e '$a intranet: [127.0.0.1]' printed.conf >my.conf
same "$(diff printed.conf my.conf | grep -c '^>')" 3 "but for these three lines they are as printed"
export EDOC_CONF="$W/my.conf"
mv k.p12 other.p12
mv root.pem other.pem
openssl pkcs12 -export -in "$PKI/zarina.pem" -out k.p12 -passout file:p
cp "$PKI/root.pem" root.pem
cp "$D/docs/farmoish.fodt" order.pdf
example 5
is_exit 0 "the clerk signs"
run edoc-verify --require LT kept/order.asice
is_exit 0 "at level LT, without the network"
cp kept/order.asice lt.asice
example 6
is_exit 0 "cron finds nothing"
ok "so nothing changes" cmp lt.asice kept/order.asice
touch -d '366 days ago' kept/order.asice
pki_says tsa=500
example 6
nok "a year later, no TSA: cron tells" test "$status" = 0
ok "and nothing has changed" cmp lt.asice kept/order.asice
pki_says
example 6
is_exit 0 "the next night there is one"
run edoc-verify --require LTA kept/order.asice
is_exit 0 "and it is at level LTA"
cp kept/order.asice lta.asice
example 6
ok "once a year is enough" cmp lta.asice kept/order.asice

# ---- other ways
unset EDOC_CONF
mv other.p12 k.p12
mv other.pem root.pem
cp "$D/docs/farmoish.fodt" letter.pdf
example 7
is_exit 0 "one file, a signature beside it"
has "$out" "PASSED" "which holds"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout minister.key \
	-out minister.crt -subj /CN=minister -days 30 -addext basicConstraints=critical,CA:FALSE \
	-addext keyUsage=critical,keyAgreement 2>/dev/null
openssl pkcs12 -export -inkey minister.key -in minister.crt -out m.p12 -passout file:p
example 8
is_exit 0 "encrypted and opened"
ok "the same bytes" cmp contract.asice opened.asice
nok "which the encrypted file does not show" grep -qF contract.pdf contract.p7m
cp "$D/pki/zarina.crt" me.crt
cp "$D/pki/zarina.pem" me.key
example 10
is_exit 0 "in two steps"
run edoc-verify --json --trust root.pem contract.asice
json "$out" '(.signatures | length) == 2 and .exit == 0' "and both signatures hold"
same "$(grep -c '^```sh$' "$SRCDIR/README.md")" 10 "these are all of them"

# ---- a token in software, its PIN in a file: there is no terminal here
module=$(find /usr/lib /usr/local/lib -name libsofthsm2.so 2>/dev/null | head -n 1)
if [ -n "$module" ] && command -v softhsm2-util >/dev/null && command -v pkcs11-tool >/dev/null; then
	export SOFTHSM2_CONF="$W/softhsm2.conf"
	mkdir tokens
	printf 'directories.tokendir = %s/tokens\nlog.level = ERROR\n' "$W" >"$SOFTHSM2_CONF"
	softhsm2-util --init-token --free --label Office --pin 1234 --so-pin 5678 >/dev/null
	openssl pkcs8 -topk8 -nocrypt -in me.key -out me.p8
	softhsm2-util --import me.p8 --token Office --label me --id 01 --pin 1234 >/dev/null
	openssl x509 -in me.crt -outform DER -out me.der
	pkcs11-tool --module "$module" --token-label Office --login --pin 1234 --write-object me.der \
		--type cert --id 01 >/dev/null 2>&1
	printf '1234\n' >pin
	block 9 | sed -e "s|/usr/lib/opensc-pkcs11.so|$module|" -e 's|contract.asice|--pass-file pin &|' >token.sh
	run sh -eu token.sh
	is_exit 0 "a key in a token"
	has "$out" ";id=%01?module-path=$module" "which keys lists"
	run edoc-verify --json --trust root.pem contract.asice
	json "$out" '(.signatures | length) == 3 and .exit == 0' "signs"
else
	skip "no SoftHSM2 or no OpenSC here: the example with a token is NOT tested" 3
fi

# Whatever the README links to is there.
broken=$(grep -oE '\]\([^):]*\)' "$SRCDIR/README.md" | tr -d '()]' | while read -r x; do
	[ -e "$SRCDIR/$x" ] || echo "$x"
done)
same "$broken" "" "no link leads nowhere"
head -n 50 "$SRCDIR/README.md" >first
for cmd in "make demo" "make check"; do
	has first "$cmd" "$cmd is on the first screen"
done
finish
