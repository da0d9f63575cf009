#!/bin/sh
# SPDX-License-Identifier: ISC
# A desk is copied while others act, lost, and comes back: no number is given
# twice, nobody is made to look as if he had said two things.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

ok "two desks" desks
sealed "$W/route-issuer.pem" "$D/route/answer.yaml" "$W/answer.asice"
edoc-route install -C "$A" "$W/answer.asice" >/dev/null
submitted() { # NAME ROUTE: $id
	rm -f "$W/$1.asice"
	pack "$W/$1.asice" "$1"
	id=$(as dilnoza submit -C "$A" --route "$2" "$W/$1.asice")
}
number() { # DESK CASE
	edoc-route show --json -C "$1" "$2" | jq -r .number
}
to_number() { # CASE: a registered order
	does zarina agreed -C "$A" "$1" >/dev/null &&
		does madina signed -C "$A" "$1" >/dev/null &&
		does zarina registered -C "$A" "$1" >/dev/null
}
year=$(TZ=Asia/Dushanbe date +%Y)

# ---- a copy
submitted one test.order
one=$id
to_number "$one"
submitted two test.order
two=$id
submitted ask test.answer
ask=$id
run edoc-route backup -C "$A" "$W/backup"
is_exit 0 "a backup"
json "$W/backup/backup.json" '.format == "edoc-backup/1" and .agency == "adliya" and .files > 20' "says what it is"
same "$(stat -c %a "$W/backup/conf/desk.key")" 600 "the key stays its owner's"
same "$(cd "$A" && find conf case reg out in -type f | sort | xargs sha256sum)" \
	"$(cd "$W/backup" && find conf case reg out in -type f | sort | xargs sha256sum)" "every file is in it"
same "$(stat -c %h "$W/backup/reg/orders/$year/000001")" 2 "a number and its claim are one file"
run edoc-route backup -C "$A" "$W/backup"
is_exit 73 "not over another one"
run edoc-route backup -C "$A"
is_exit 64 "a folder is needed"
run edoc-route verify -C "$W/backup" "$one"
is_exit 2 "the copy can be looked at"

# ---- what happens after it
does zarina agreed -C "$A" "$two" >/dev/null
does madina signed -C "$A" "$two" >/dev/null
does zarina registered -C "$A" "$two" >/dev/null
same "$(number "$A" "$two")" "0002/$year" "the next number is given after the backup"
edoc-route send -C "$A" "$ask" >/dev/null
carry "$A" moliya "$B"
edoc-route receive -C "$B" >/dev/null
does anvar signed -C "$B" "$ask" >/dev/null
submitted three test.order
mv "$A" "$W/lost"

# ---- the desk comes back
run edoc-route restore -C "$A" "$W/lost"
is_exit 65 "a folder that is no backup"
has "$err" "no backup.json" "is told"
ok "nothing is made of it" test ! -e "$A"
cp -a "$W/backup" "$W/cut"
rm "$W/cut/case"/*/"$two"/obj/*.cms
run edoc-route restore -C "$A" "$W/cut"
is_exit 65 "a backup with a broken case"
ok "is no desk" test ! -e "$A"
for gap in 0 x -1 ''; do
	run edoc-route restore --gap "$gap" -C "$A" "$W/backup"
	is_exit 64 "--gap '$gap'"
done
sleep 1
run edoc-route restore -C "$A" "$W/backup"
is_exit 0 "restored"
sleep 1
has "$out" "are held" "it says what is to be done"
run edoc-route restore -C "$A" "$W/backup"
is_exit 73 "not over a desk"
json "$A/conf/epoch.json" '.format == "edoc-epoch/1" and .epoch == 1 and .backup <= .restored' "its epoch"
files() {
	find "$A/case" "$A/out" -type f | sort | xargs sha256sum | sha256sum
}
before=$(files)
run does zarina agreed -C "$A" "$two"
is_exit 77 "a case of before is held"
has "$err" "receive the newest copy" "and what to do is said"
run edoc-route send -C "$A"
is_exit 77 "the desk itself sends none of them a second time"
same "$(files)" "$before" "nothing was written"
run edoc-route inbox -C "$A"
has "$out" "$(echo "$two" | cut -c1-12)" "they can be looked at"

# A receipt of what the desk forgot waits until the case is whole.
carry "$B" adliya "$A"
run edoc-route receive -C "$A"
is_exit 75 "a receipt of what was forgotten"
has "$err" "receive the newest copy of the case first" "says which case is wanted"
same "$(find "$A/in/new" -type f | wc -l) $(find "$A/in/bad" -type f | wc -l)" "1 0" "and stays where it is"
edoc-route export -C "$B" "$ask" -o "$W/theirs.asice" >/dev/null
run edoc-route receive -C "$A" "$W/theirs.asice"
is_exit 0 "the other agency's copy is taken in"
run edoc-route receive -C "$A"
is_exit 0 "then the receipt too"
same "$(edoc-route log --json -C "$A" "$ask" | jq -r .entry)" "$(edoc-route log --json -C "$B" "$ask" | jq -r .entry)" "both desks have one ledger again"
run edoc-route send -C "$B"
carry "$B" adliya "$A"
run edoc-route receive -C "$A" "$B"/out/adliya/new/*.asice
is_exit 0 "the answer, sent after the restoration, is received as ever"
run edoc-route verify -C "$A" "$ask"
is_exit 2 "and the procedure holds"
run does zarina registered -n -C "$A" "$ask"
has "$out" "number A-1001" "a book that may have been begun after the backup goes on above the gap"
ok "as it does" does zarina registered -C "$A" "$ask"
same "$(number "$A" "$ask")" "A-1001" "with its first number"
same "$(cd "$A/reg/answers" && find . -type f | sort | tr '\n' ' ')" "./$year/001000 ./$year/001001 " "those below are nobody's"

# ---- it goes on
run edoc-route confirm -C "$A"
is_exit 64 "confirm what?"
run edoc-route confirm -C "$A" "$two" --all
is_exit 64 "these, or all"
run edoc-route confirm -n -C "$A" "$two"
is_exit 0 "a confirmation can be tried"
run does zarina agreed -C "$A" "$two"
is_exit 77 "and changes nothing"
run edoc-route confirm -C "$A" "$two"
is_exit 0 "confirmed"
run edoc-route confirm -C "$A" "$two"
has "$out" "already done" "once"
ok "it goes on" to_number "$two"
same "$(number "$A" "$two")" "1002/$year" "with a number far above what can have been given"
run edoc-route show -C "$A" "1001/$year"
is_exit 66 "the numbers between are nobody's"
run edoc-route send -C "$A" "$one"
is_exit 77 "the others are held still"
submitted four test.order
ok "new cases are free" to_number "$id"
same "$(number "$A" "$id")" "1003/$year" "and get the numbers that follow"
run edoc-route confirm --all -C "$A"
is_exit 0 "all are confirmed"
run edoc-route send -C "$A"
is_exit 0 "and sent"
run edoc-route verify -C "$A" "$one"
is_exit 2 "the ledger is sound"
run edoc-route confirm --all -C "$B"
is_exit 77 "a desk that was never restored has nothing to confirm"

# What was sent to us before, and may have been answered, is not answered again.
edoc-route init -C "$W/fresh" --agency moliya --trust "$W/trust" --key "$K/desk-finance.pem" >/dev/null
edoc-route install -C "$W/fresh" "$W/directory.asice" >/dev/null
for p in "$A"/out/moliya/new/*.asice; do # a case, no receipt
	! python3 -m zipfile -l "$p" | grep edoc/ledger >/dev/null || cp "$p" "$W/case.asice"
done
cp "$W/case.asice" "$W/fresh/in/new/"
edoc-route backup -C "$W/fresh" "$W/backup2" >/dev/null
sleep 1
ok "another desk is restored" edoc-route restore -C "$W/again" "$W/backup2"
run edoc-route receive -C "$W/again"
is_exit 75 "what came before is not received a second time"
same "$(find "$W/again/in/new" -type f | wc -l) $(find "$W/again/out" -type f | wc -l)" "1 0" "and nobody gets a second receipt"
edoc-route confirm --all -C "$W/again" >/dev/null
run edoc-route receive -C "$W/again"
is_exit 0 "unless somebody says that it was not"
edoc-route backup -C "$W/again" "$W/backup3" >/dev/null
ok "restored twice" edoc-route restore -C "$W/third" "$W/backup3"
json "$W/third/conf/epoch.json" '.epoch == 2' "is the second epoch"

# A gap that was too small: what comes back counts as given.
cp -a "$A" "$W/small"
submitted six test.order
six=$id
submitted seven test.order
seven=$id
for id in "$six" "$seven"; do
	does zarina agreed -C "$A" "$id" >/dev/null
	does madina signed -C "$A" "$id" >/dev/null
done
edoc-route backup -C "$A" "$W/backup4" >/dev/null
for i in 1 2 3; do
	submitted "lost$i" test.order
	to_number "$id"
done
does zarina registered -C "$A" "$six" >/dev/null
last=$(number "$A" "$six")
edoc-route send -C "$A" "$six" >/dev/null
edoc-route receive -C "$B" "$A"/out/moliya/new/*.asice >/dev/null 2>&1
edoc-route export -C "$B" -o "$W/back.asice" "$six" >/dev/null
rm -rf "$A"
ok "restored, with a gap of one" edoc-route restore --gap 1 -C "$A" "$W/backup4"
run edoc-route receive -C "$A" "$W/back.asice"
is_exit 0 "a copy comes back with a number far above that"
same "$(number "$A" "$six")" "$last" "which it has again"
run edoc-route show -C "$A" "$last"
is_exit 0 "and is found by, though another book comes before it"
edoc-route confirm -C "$A" "$seven" >/dev/null
does zarina registered -C "$A" "$seven" >/dev/null
same "$(number "$A" "$seven")" "$(printf '%04d/%s' "$((${last%%/*} + 1))" "$year")" "the next is above it"
rm -rf "$A"
mv "$W/small" "$A"

# ---- a backup while people work
submitted five test.order
five=$id
(
	for n5 in 1 2 3 4 5 6 7 8; do
		submitted "w$n5" test.order
		to_number "$id"
	done
) &
for b in 1 2 3 4; do
	edoc-route backup -C "$A" "$W/busy$b" >/dev/null 2>"$W/busy$b.err" || echo "# $(cat "$W/busy$b.err")"
done
wait
whole=0
for b in 1 2 3 4; do
	edoc-route restore -C "$W/r$b" "$W/busy$b" >/dev/null && edoc-route show -C "$W/r$b" "$five" >/dev/null &&
		whole=$((whole + 1))
	for c in "$W/r$b"/case/*/*; do
		seq=$(jq -r '.register.seq // empty' "$c"/log/* | head -n 1)
		[ -z "$seq" ] || [ -e "$W/r$b/reg/orders/$year/$(printf %06d "$seq")" ] || echo "# number $seq is missing in r$b"
	done
done >"$W/numbers"
same "$(cat "$W/numbers")" "" "every number of an entry is in the copy's register"
same "$whole" 4 "copies that were made while people worked are whole"
finish
