#!/bin/sh
# SPDX-License-Identifier: ISC
# edoc-archive: what time, disks and people do to an archive, and that it is told.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1

P=$D/pki
T="--trust $P/root.pem"
# shellcheck disable=SC2086 # $T is words
archive() { # VERB ...
	verb=$1
	shift
	case $verb in
	ingest | verify | export) run edoc-archive "$verb" $T "$@" ;;
	*) run edoc-archive "$verb" "$@" ;;
	esac
}
flip() { # FILE OFFSET
	python3 -c 'import sys
f = open(sys.argv[1], "r+b"); f.seek(int(sys.argv[2])); b = f.read(1)
f.seek(int(sys.argv[2])); f.write(bytes([b[0] ^ 1]))' "$1" "$2"
}
for i in 1 2 3; do
	echo "document $i" >"d$i.txt"
	edoc-sign sign --key "$P/zarina.p12" --pass-file "$P/pass" -o "p$i.asice" "d$i.txt" >/dev/null
done
edoc-archive init -C whole
# shellcheck disable=SC2086
edoc-archive ingest -C whole $T p1.asice p2.asice p3.asice >/dev/null
export EDOC_ARCHIVE="$W/root"
fresh() { rm -rf root && cp -a whole root; }

fresh
archive verify
is_exit 0 "whole: verify"
archive fsck
is_exit 0 "whole: fsck"
one=$(find root/ocfl -name p1.asice)
object=${one%/v1/content/*}

# ---- one stored bit at a time: verify, fsck, export
flip "$one" 200
archive verify
is_exit 1 "a flipped byte of a package: verify"
has "$out" "is not what the journal says" "says what is wrong"
has "$out" "${one#root/}" "and where"
same "$(grep -c '^good ' "$out")" 2 "the others are looked at all the same"
same "$(jq -r 'select(.outcome == "failure") | .facts.damage[0]' root/journal/*/*.log)" archive.altered "the journal has it"
archive verify
is_exit 1 "it stays bad"
archive show p1.asice
has "$out" "BITS DAMAGED" "show says so"
archive fsck
is_exit 1 "fsck finds it"
archive export -o given p1.asice
is_exit 65 "what is damaged is not given out"
same "$(find given -mindepth 1 2>/dev/null)" "" "not even a part"
cp p1.asice "$one"
archive verify
is_exit 0 "brought back from a backup, it is good again"

for f in 0=ocfl_object_1.1 inventory.json inventory.json.sha512 v1/inventory.json v1/inventory.json.sha512; do
	fresh
	flip "$object/$f" 4
	archive verify
	is_exit 1 "a flipped byte of $f is found"
	fresh
	rm "$object/$f"
	archive fsck
	is_exit 1 "and its absence"
done
fresh
: >"$object/v1/content/extra"
archive verify
is_exit 1 "a file that does not belong is found"
fresh
rm -rf "$object"
archive verify
is_exit 1 "a deleted object is found"
has "$out" "is missing" "and told"
archive fsck
is_exit 1 "by fsck too"
archive ingest p1.asice
is_exit 65 "and its package is not called kept"
fresh
mkdir -p root/ocfl/fff/x
archive fsck
is_exit 1 "a stranger in the storage root is found"

# OCFL forbids links (E090): what a link leads to is not kept here.
for f in v1/content/p1.asice v1/content v1 inventory.json .; do
	fresh
	mv "$object/$f" "$W/elsewhere" 2>/dev/null || mv "$object" "$W/elsewhere"
	ln -s "$W/elsewhere" "${object}${f:+/}$f" 2>/dev/null || ln -s "$W/elsewhere" "$object"
	archive fsck
	is_exit 1 "a link in place of $f: fsck"
	has "$out" "is a symbolic link" "says so"
	archive verify
	is_exit 1 "and verify"
	rm -rf "$W/elsewhere"
done
fresh
echo edoc_archive_9 >'root/0=edoc_archive_1'
archive verify
is_exit 65 "a declaration with other words in it"
fresh
rm -f root/catalogue.sqlite*
echo mine >mine
ln -s "$W/mine" root/catalogue.sqlite
for verb in verify "show p1.asice" rebuild; do
	# shellcheck disable=SC2086
	archive $verb
	is_exit 77 "a catalogue that is a link: $verb"
done
same "$(cat mine)" mine "is not followed"
rm root/catalogue.sqlite mine
: >file
archive init -C file
is_exit 73 "init where a file is"

# ---- the journal
j=root/journal/$(ls whole/journal)/000001.log
size=$(stat -c %s "whole/${j#root/}")
for at in 3 $((size / 3)) $((size / 2)); do
	fresh
	flip "$j" "$at"
	archive fsck
	is_exit 1 "a flipped byte at $at of the journal: fsck"
	has "$out" "the journal is broken" "says so"
	rm -f root/catalogue.sqlite*
	archive verify
	is_exit 65 "and no catalogue is made from it"
done
fresh
sed -i '$d' "$j"
archive fsck
is_exit 1 "a last line cut off: an object that nobody recorded"
has "$out" "does not know the object" "is told"
fresh
line=$(edoc-archive checkpoint)
sed -i '$d' "$j"
archive fsck --against "$line"
has "$out" "not the one that the checkpoint" "a checkpoint tells of it too"
fresh
printf '{"v":1,"half a li' >>"$j"
archive show p1.asice
is_exit 0 "a torn last line: readers pass it over"
ok "and leave it" grep -q 'half a li' "$j"
archive verify
is_exit 0 "the writer goes on"
nok "cuts it" grep -q 'half a li' "$j"
same "$(jq -r 'select(.event == "recovery") | .facts.cut' "$j")" 17 "and records that"
fresh
printf 'half a line\n' >>"$j"
archive verify
is_exit 65 "a broken line with its end was not torn"
fresh
rm -r root/journal/*
archive verify
ok "a lost journal is no empty archive" test "$status" != 0
archive init
is_exit 73 "and init does not begin a new one over objects"

# A journal that is less than the catalogue and the objects say.
# shellcheck disable=SC2317 # called below
empty() { : >"$j"; }
# shellcheck disable=SC2317
gone() { rm "$j"; }
# shellcheck disable=SC2317
away() { rm -r root/journal; }
# shellcheck disable=SC2317
half() { head -n 2 "whole/${j#root/}" >"$j"; }
for how in empty gone away half; do
	for catalogue in kept removed; do
		fresh
		edoc-archive show p1.asice >/dev/null
		"$how"
		[ $catalogue = kept ] || rm -f root/catalogue.sqlite*
		[ "$how $catalogue" != "half removed" ] || continue # looks like a dead writer's
		before=$(find root/catalogue.sqlite -exec sha256sum {} + 2>/dev/null)
		for verb in verify "ingest p1.asice" "show p1.asice" rebuild; do
			# shellcheck disable=SC2086 # a verb and its operand
			archive $verb
			is_exit 65 "$how, catalogue $catalogue: $verb"
			has "$err" "journal is gone, shorter or other" "says what happened"
			has "$err" "run fsck" "and what to do"
		done
		[ $catalogue = removed ] ||
			same "$(sha256sum root/catalogue.sqlite)" "$before" "the catalogue stays as it was"
		archive fsck
		is_exit 1 "$how: fsck"
		[ $how != half ] || has "$out" "line 4, which catalogue.sqlite knows" "names the line that is gone"
		archive init
		is_exit 73 "$how: init"
	done
done
fresh
sed -i '3s/success/warning/' "$j"
archive verify
is_exit 65 "an edited line in the middle: verify"
archive ingest p1.asice
is_exit 65 "and ingest"
cp root/catalogue.sqlite before.sqlite
archive rebuild
is_exit 65 "and rebuild"
ok "which leaves the catalogue" cmp root/catalogue.sqlite before.sqlite
for edit in 's/"v":1}/"v":2}/' 's/edoc-archive.1/edoc-archive\/2/'; do
	fresh
	sed -i "1$edit" "$j"
	for verb in verify "ingest p1.asice" fsck; do
		# shellcheck disable=SC2086
		archive $verb
		is_exit 65 "a newer journal ($edit): $verb"
		has "$err" "2; this release reads" "names the version"
	done
done

# ---- a clock that was set back
if command -v faketime >/dev/null && [ -z "$SAN" ]; then
	for verb in verify "ingest p1.asice" "export -o given p1.asice" "ingest -n p1.asice"; do
		fresh
		# shellcheck disable=SC2086
		faketime '2026-01-02 03:04:05' edoc-archive ${verb%% *} $T ${verb#"${verb%% *}"} >"$out" 2>"$err"
		status=$?
		is_exit 78 "the clock before the journal's last line: $verb"
		has "$err" "2026-01-02T" "names the clock's time"
		has "$err" "$(tail -n 1 "$j" | jq -r .time)" "and the line's"
		ok "nothing was recorded" cmp "$j" "whole/${j#root/}"
	done
else
	skip "no faketime here" 16
fi
fresh
python3 - "$j" <<'EOP'
import hashlib, json, sys
lines, prev = [], b""
for n, line in enumerate(open(sys.argv[1], "rb").read().splitlines()):
    r = json.loads(line)
    r["prev"] = "sha512:" + hashlib.sha512(prev).hexdigest()
    if n == 2: r["time"] = "2020-01-01T00:00:00Z"
    prev = json.dumps(r, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    lines.append(prev)
open(sys.argv[1], "wb").write(b"\n".join(lines) + b"\n")
EOP
archive fsck
is_exit 1 "a line whose time goes back: fsck"
has "$out" "line 3 of the journal, 2020-01-01T00:00:00Z" "names it"

# ---- the catalogue, edited
edit() { # SQL
	fresh
	edoc-archive show p1.asice >/dev/null
	python3 -c 'import sqlite3, sys
c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()' root/catalogue.sqlite "$1"
}
for sql in "delete from object where name = 'p1.asice'" \
	"update object set kept_exit = 1, kept_indication = 1 where name = 'p1.asice'" \
	"update object set checked_seq = 999 where name = 'p1.asice'" \
	"update object set sha512 = 'ab' where name = 'p1.asice'" \
	"delete from line where seq = 2" \
	"insert into line select 77, id, segment, first, last, digest from line where seq = 2"; do
	edit "$sql"
	flip "$one" 200
	archive verify -n
	is_exit 1 "verify -n after $sql"
	has "$out" "catalogue.sqlite: did not say what the journal says" "tells of it"
	archive verify
	is_exit 1 "verify too"
	has "$out" "catalogue.sqlite: did not say what the journal says" "tells of it"
	has "$out" "${one#root/}" "and of the damaged package"
	cp p1.asice "$one"
	archive verify
	is_exit 0 "the catalogue was made anew"
done

# ---- the catalogue, away in the middle of everything
fresh
edoc-archive rebuild >/dev/null
python3 - root/catalogue.sqlite >dump1 <<'EOP'
import sqlite3, sys
for l in sqlite3.connect(sys.argv[1]).iterdump(): print(l)
EOP
rm -f root/catalogue.sqlite*
archive show p2.asice
is_exit 0 "the catalogue deleted: show"
python3 - root/catalogue.sqlite >dump2 <<'EOP'
import sqlite3, sys
for l in sqlite3.connect(sys.argv[1]).iterdump(): print(l)
EOP
ok "made again it is the same" cmp dump1 dump2
rm -f root/catalogue.sqlite*
archive ingest p2.asice
has "$out" "already kept" "deleted: ingest knows what is kept"
rm -f root/catalogue.sqlite*
archive verify
is_exit 0 "deleted: verify"

# ---- what a dying writer leaves: a line goes to the journal first
fresh
sed -i '$d' "$j"
rm -f root/catalogue.sqlite*
id3=$(sha256sum p3.asice | cut -d' ' -f1)
mkdir -p "root/staging/$id3"
archive fsck
is_exit 1 "in place without its line"
archive ingest p3.asice
is_exit 0 "the next writer adopts it"
has "$out" "already kept" "before it does its own work"
same "$(tail -n 1 "$j" | jq -r '"\(.event) \(.facts.adopted) \(.facts.indication)"')" "ingest true TOTAL-PASSED" "verified and recorded as adopted"
archive fsck
is_exit 0 "and all is well"
mkdir -p root/staging/junk "root/staging/$(printf '%064d' 7)/abc"
: >root/staging/incoming
archive verify
same "$(find root/staging -mindepth 1)" "" "what was only staged is removed"

fresh
sed -i '$d' "$j"
rm -f root/catalogue.sqlite*
archive ingest --json p3.asice
is_exit 0 "in place, and nothing in staging tells of it"
same "$(jq -r .outcome "$out")" already-kept "its package is adopted when it comes again"
archive fsck
is_exit 0 "and all is well"

# ---- SIGTERM
fresh
if strace -o /dev/null true 2>/dev/null && [ -z "$SAN" ]; then
	# shellcheck disable=SC2086
	strace -f -o /dev/null -e trace=pread64 -e inject=pread64:signal=TERM:when=40 \
		edoc-archive verify $T >"$out" 2>"$err"
	status=$?
	is_exit 75 "SIGTERM: unfinished"
	same "$(grep -c '"validation"' "$j")" "$(grep -c '^good ' "$out")" "what was told is recorded"
	archive verify -q
	is_exit 0 "the next run goes on"
else
	skip "no strace here" 3
fi

# ---- full and read-only file systems
mkdir -p disk
if mount -t tmpfs -o size=400k none disk 2>/dev/null; then
	edoc-archive init -C disk/root
	head -c 600000 /dev/urandom >big.bin
	edoc-sign sign --key "$P/zarina.p12" --pass-file "$P/pass" -o big.asice big.bin >/dev/null
	archive ingest -C disk/root p1.asice
	is_exit 0 "a small disk takes a small package"
	archive ingest -C disk/root big.asice
	is_exit 74 "a full one says so"
	archive ingest -C disk/root p2.asice
	is_exit 0 "and goes on with what fits"
	archive fsck -C disk/root
	is_exit 0 "nothing is broken by it"
	same "$(find disk/root/staging -mindepth 1)" "" "nothing stays in staging"
	edoc-archive checkpoint -C disk/root >/dev/null
	mount -o remount,ro disk
	archive show -C disk/root p1.asice
	is_exit 0 "a reader of a read-only archive reads"
	archive fsck -C disk/root
	is_exit 0 "fsck too"
	archive verify -n -C disk/root
	is_exit 0 "and verify -n"
	archive ingest -C disk/root p3.asice
	is_exit 73 "a writer changes nothing"
	archive export -C disk/root -o roout p1.asice
	is_exit 73 "export is recorded, so it is a writer"
	nok "and gives nothing out" test -e roout
	umount disk
else
	skip "mounting is not allowed here" 11
fi
finish
