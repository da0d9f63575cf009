#!/bin/sh
# SPDX-License-Identifier: ISC
# edoc-archive: taking over, looking again, giving out; every refusal.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1

P=$D/pki
export EDOC_ARCHIVE="$W/root"
T="--trust $P/root.pem"
sum() { sha256sum "$1" | cut -d' ' -f1; }
lines() { cat root/journal/*/*.log | wc -l | tr -d ' '; }
# shellcheck disable=SC2317 # ok calls it
make_pkg() { # NAME KEY WORDS...
	printf '%s\n' "$3" >"$1.txt"
	edoc-sign sign --key "$P/$2.p12" --pass-file "$P/pass" -o "$1.asice" "$1.txt" >/dev/null
}
# shellcheck disable=SC2086 # $T is words
archive() { # VERB ...
	verb=$1
	shift
	case $verb in
	ingest | verify | export) run edoc-archive "$verb" $T "$@" ;;
	*) run edoc-archive "$verb" "$@" ;;
	esac
}

ok "a package" make_pkg good zarina "the text"
ok "another" make_pkg second anvar "more text"
ok "one of a stranger" make_pkg strange stranger "whose?"
echo "no package" >junk.asice

# ---- init
archive show good.asice
is_exit 66 "no archive yet"
run edoc-archive init -n
is_exit 0 "init -n"
nok "makes nothing" test -e root
archive init
is_exit 0 "init"
same "$(cat 'root/0=edoc_archive_1')" edoc_archive_1 "says what it is"
same "$(cat 'root/ocfl/0=ocfl_1.1')" ocfl_1.1 "and that its storage is OCFL"
same "$(jq -r .extensionName root/ocfl/extensions/*/config.json)" \
	"$(jq -r .extension root/ocfl/ocfl_layout.json)" "its layout is declared"
archive init
is_exit 73 "a second init changes nothing"
mkdir full && : >full/x
run edoc-archive init -C full
is_exit 73 "nor does one in a folder with a file"
has "$err" "holds \"x\"" "and it says why"
archive verify
is_exit 66 "an empty archive is not a success"

# ---- ingest
before=$(lines)
archive ingest -n good.asice
is_exit 0 "ingest -n"
has "$out" "would keep" "says what it would do"
same "$(lines)" "$before" "and records nothing"
archive ingest good.asice
is_exit 0 "ingest"
id=$(sum good.asice)
has "$out" "kept  $id  TOTAL-PASSED" "prints the id, which is the file's sha256"
kept=$(find root/ocfl -name good.asice)
ok "it is kept byte for byte" cmp good.asice "$kept"
same "$(find root/staging -mindepth 1)" "" "nothing stays in staging"
archive ingest good.asice
is_exit 0 "the same again"
has "$out" "already kept" "is kept already"
cp good.asice renamed.asice
archive ingest -n renamed.asice
has "$out" "already kept" "under another name too"
same "$(lines)" $((before + 1)) "-n records nothing of it"
for i in 1 2; do archive ingest renamed.asice; done
has "$out" "already kept" "and without -n"
same "$(lines)" $((before + 2)) "that name is recorded once"
archive show renamed.asice
is_exit 0 "and finds it"
has "$out" "$id" "the same package"
has "$out" "naming  success" "its history tells of the name"
# What the set was, from the description in edoc-archive(1).
trust=$(printf '%s 1f\n' "$(openssl x509 -in "$P/root.pem" -outform DER | sum -)" | sum -)
same "$(head -n 2 root/journal/*/000001.log | tail -n 1 | jq -r .facts.trust)" "$trust" "the journal tells which trust set judged"
run edoc-archive init -C helped
# shellcheck disable=SC2086
edoc-archive ingest -C helped $T --trust "$P/zarina.crt" --trust "$P/zarina.crt" good.asice >/dev/null
trust=$({
	printf '%s 1f\n' "$(openssl x509 -in "$P/root.pem" -outform DER | sum -)"
	printf '%s 00\n' "$(openssl x509 -in "$P/zarina.crt" -outform DER | sum -)"
} | LC_ALL=C sort | sum -)
same "$(tail -n 1 helped/journal/*/000001.log | jq -r .facts.trust)" "$trust" "with those that are no anchors, each once"
before=$(lines)
archive ingest strange.asice
is_exit 2 "an undecided one is refused"
has "$out" "REFUSED" "in words"
has "$out" "no path leads from" "with the reason"
archive ingest junk.asice
is_exit 65 "what is no package is refused"
run edoc-archive ingest --accept-failed --accept-indeterminate junk.asice
is_exit 65 "whatever one accepts"
archive ingest nobody.asice
is_exit 66 "an absent file is 66"
archive ingest
is_exit 64 "no operands are 64"
printf '' >empty.list
archive ingest --files-from empty.list
is_exit 66 "an empty list is 66"
run edoc-archive ingest --at 2026-01-01T00:00:00Z good.asice
is_exit 64 "nobody ingests with --at"
same "$(lines)" "$before" "none of them is recorded"
mkdir in && cp second.asice in/ && cp good.asice in/
archive ingest --json in
is_exit 0 "a folder is walked"
same "$(jq -r .outcome "$out" | xargs)" "already-kept kept" "each file has its line"
archive ingest --accept-indeterminate strange.asice
is_exit 0 "told to, it keeps the undecided"
same "$(tail -n 1 root/journal/*/000001.log | jq -r '"\(.event) \(.outcome) \(.facts.subindication) \(.facts.causes[0])"')" \
	"ingest warning NO_CERTIFICATE_CHAIN_FOUND chain.not-found" "and records why it is so"
cp good.asice "$(printf 'a\nb.asice')"
archive ingest "$(printf 'a\nb.asice')"
is_exit 65 "a name that could mislead is refused"
cp second.asice flipped.asice
printf 'X' | dd of=flipped.asice bs=1 seek=120 conv=notrunc 2>/dev/null
archive ingest flipped.asice second.asice
ok "a damaged one is refused, its neighbour not" test "$status" = 1 -o "$status" = 65
has "$out" "already kept" "the batch goes on"

# ---- verify, show
archive verify
is_exit 0 "nothing is worse than what was accepted"
same "$(grep -c '^good ' "$out")" 3 "a line for each"
has "$out" "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND  strange.asice" "with its verdict"
archive verify --json "$(echo "$id" | cut -c1-6)"
is_exit 0 "one by a prefix of its id"
same "$(jq -r '"\(.v) \(.id) \(.intact) \(.latest.indication)"' "$out")" "1 $id true TOTAL-PASSED" "in JSON"
run edoc-archive verify good.asice
is_exit 2 "without its anchor it is worse than accepted"
has "$out" "WORSE" "and says so"
archive verify "urn:edoc:sha256:$id"
is_exit 0 "by its urn, trusted again"
archive verify abcd nobody.asice
is_exit 66 "an unknown id is 66"
archive verify --at 2026-01-01T00:00:00Z
is_exit 64 "verify takes no --at"
archive show good.asice
is_exit 0 "show"
has "$out" "$kept" "says where the file lies"
has "$out" "ingest  success" "and what was done"
archive show --json good.asice
same "$(jq -r '.journal | map(.event) | unique | join(" ")' "$out")" "ingest naming validation" "in JSON too"
same "$(jq -r '.accepted.indication' "$out")" TOTAL-PASSED "with the verdict at intake"
# Oldest first: strange was not looked at since the whole round.
archive verify -n --json
same "$(jq -r .name "$out" | tail -n 1)" good.asice "the one just looked at comes last"

# ---- export
archive export good.asice
is_exit 64 "export wants -o"
archive export --as bag -o given good.asice
is_exit 64 "and knows its forms"
archive export -n -o given good.asice
is_exit 0 "export -n"
nok "writes nothing" test -e given
archive export -o given good.asice
is_exit 0 "export"
ok "the package is given byte for byte" cmp good.asice "given/$id/package/good.asice"
same "$(jq -r .indication "given/$id/report.json")" TOTAL-PASSED "with its report"
same "$(head -n 1 "given/$id/journal.jsonl" | jq -r .event)" ingest "and its journal"
# As edoc-archive(1) says it: the tool may be another release by then.
same "$(sed 's/"tool":"[^"]*",//' "given/$id/report.json" | sha256sum | cut -d' ' -f1)" \
	"$(head -n 1 "given/$id/journal.jsonl" | jq -r '.facts.report | ltrimstr("sha256:")')" \
	"the report is the one of the intake"
archive export -o given good.asice
is_exit 73 "not over an earlier one"
archive export -f -o given good.asice
is_exit 0 "but with -f"
hasnt "$out" "is not the one that was recorded" "the report is said to be the same"
run edoc-archive export -f -o given good.asice
is_exit 0 "an export under another trust"
has "$out" "report.json is not the one that was recorded at intake" "says that the report is another"
run edoc-archive export --json -f -o given good.asice
json "$out" '.report_recorded == false' "in JSON too"
archive export --json -f -o given good.asice
json "$out" '.report_recorded == true' "or that it is the same"
: >"given/$id/mine"
archive export -f -o given good.asice
is_exit 73 "and never over what no export made"
same "$(find given -name '.edoc*')" "" "no temporary stays"
same "$(tail -n 1 root/journal/*/000001.log | jq -r .event)" export "giving out is recorded"

# ---- checkpoint
line=$(edoc-archive checkpoint)
ok "a checkpoint is one short line" test "${#line}" -le 100
archive verify >/dev/null
run edoc-archive fsck --against "$line"
is_exit 0 "an older checkpoint still fits"
digest=$(echo "$line" | cut -d' ' -f5)
run edoc-archive fsck --against "${line%"$digest"}$(echo "$digest" | tr 'A-Z-' 'a-z ')"
is_exit 0 "typed in small letters too"
case $digest in
*A) other=${line%A}B ;;
*) other=${line%?}A ;;
esac
run edoc-archive fsck --against "$other"
is_exit 1 "one letter other is another journal"
has "$out" "not the one that the checkpoint" "and it says so"
name=$(head -n 1 root/journal/*/000001.log | tr -d '\n' | sha512sum | cut -c1-8)
same "$(echo "$line" | cut -d' ' -f2)" "$name" "it names the archive by the digest of its first line"
same "$(echo "$digest" | tr -d -)" "$(sed -n "$(echo "$line" | cut -d' ' -f3)p" root/journal/*/000001.log |
	tr -d '\n' | openssl dgst -sha512 -binary | head -c 25 | base32)" "and the digest is as the page says"
run edoc-archive fsck --against "edoc-archive/1 00000000 ${line#edoc-archive/1 * }"
is_exit 1 "another archive's name does not fit"
run edoc-archive fsck --against "$line x1"
is_exit 65 "what is no checkpoint is refused"
run edoc-archive init -C keyed --key "$P/madina.p12" --pass-file "$P/pass"
is_exit 0 "init --key"
run edoc-archive checkpoint -C keyed
is_exit 64 "then checkpoints are signed"
run edoc-archive checkpoint -C keyed --key "$P/anvar.p12" --pass-file "$P/pass" -o cp
is_exit 77 "by that key"
nok "nothing is written by another" test -e cp -o -e cp.p7s
run edoc-archive checkpoint -C keyed --key "$P/madina.p12" --pass-file "$P/pass" -o cp
is_exit 0 "checkpoint --key"
ok "openssl verifies its signature" openssl cms -verify -binary -inform DER -in cp.p7s -content cp \
	-CAfile "$P/root.pem" -purpose any -out /dev/null

# ---- readable without us: the chain and the objects, by thirty lines of Python
cat >reader.py <<'EOP'
import glob, hashlib, json, os, sys
root = sys.argv[1]
prev, seq, kept = b"", 0, {}
for log in sorted(glob.glob(root + "/journal/*/*.log")):
    for line in open(log, "rb").read().splitlines():
        r = json.loads(line)
        seq += 1
        assert r["seq"] == seq and r["prev"] == "sha512:" + hashlib.sha512(prev).hexdigest()
        assert line == json.dumps(r, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
        prev = line
        if r["event"] == "ingest":
            kept[r["object"]] = r["facts"]
for urn, facts in kept.items():
    place = hashlib.sha256(urn.encode()).hexdigest()  # OCFL extension 0004
    folder = os.path.join(root, "ocfl", place[:3], place)
    raw = open(folder + "/inventory.json", "rb").read()
    side = open(folder + "/inventory.json.sha512").read().split()
    assert side == [hashlib.sha512(raw).hexdigest(), "inventory.json"] and side[0] == facts["inventory"]
    assert raw == open(folder + "/v1/inventory.json", "rb").read()
    inventory = json.loads(raw)
    assert inventory["id"] == urn and inventory["type"].endswith("/1.1/spec/#inventory")
    version = inventory["versions"][inventory["head"]]
    (digest, [name]), = version["state"].items()
    [path] = inventory["manifest"][digest]
    package = open(os.path.join(folder, path), "rb").read()
    assert hashlib.sha512(package).hexdigest() == digest == facts["sha512"] and name == facts["name"]
    assert urn == "urn:edoc:sha256:" + hashlib.sha256(package).hexdigest()
    assert version["message"] and version["user"]["address"].startswith("acct:")
print(len(kept))
EOP
same "$(python3 reader.py root 2>&1)" 3 "a stranger's program reads the journal and every object"

# ---- the catalogue is disposable
archive rebuild
is_exit 0 "rebuild"
has "$out" "3 objects" "finds all"
rm -f root/catalogue.sqlite*
archive show good.asice
is_exit 0 "without a catalogue everything goes on"
head -c 5000 /dev/urandom >root/catalogue.sqlite
archive verify
is_exit 0 "nor does a damaged one matter"
chmod a-w root root/catalogue.sqlite
archive show good.asice
is_exit 0 "a reader need not write"
chmod u+w root root/catalogue.sqlite

# ---- who may write
exec 9>root/lock
flock -n 9
archive ingest good.asice
is_exit 75 "a second writer is told to try again"
archive show good.asice
is_exit 0 "a reader is not disturbed"
exec 9>&-

# ---- fsck beside a writer raises no false alarm
for i in 1 2 3 4 5 6 7 8; do make_pkg "n$i" zarina "number $i"; done
# shellcheck disable=SC2086
edoc-archive ingest $T n?.asice >ingest.out 2>&1 &
writer=$! alarms=0
for i in 1 2 3 4 5 6; do
	edoc-archive fsck >fsck.out 2>&1 || alarms=$((alarms + 1))
done
wait "$writer"
same "$alarms" 0 "fsck while somebody ingests"
same "$(grep -c '^kept ' ingest.out)" 8 "who is not disturbed"
archive fsck
is_exit 0 "and after"
finish
