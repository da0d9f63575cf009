#!/bin/sh
# SPDX-License-Identifier: ISC
# The README's examples, exactly as printed, in a folder that has what they name.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1

block() { # N: the Nth block marked as sh
	awk -v want="$1" '/^```sh$/ { n++; on = n == want; next } /^```$/ { on = 0 } on' "$SRCDIR/README.md"
}
example() { # N
	block "$1" >"example$1.sh"
	run sh -eu "example$1.sh"
}

cp "$D/pki/zarina.p12" k.p12
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
