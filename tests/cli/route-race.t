#!/bin/sh
# SPDX-License-Identifier: ISC
# Many at once on one desk: exactly one wins, nobody is told otherwise.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

entries() { # CASE
	find "$A/case" -path "*$1/log/*" | wc -l
}

ok "two desks" desks
pack "$W/p.asice"

# Eight of the same submission.
for i in 1 2 3 4 5 6 7 8; do
	{
		as dilnoza submit -C "$A" --route test.order "$W/p.asice" >"$W/s.$i" 2>"$W/se.$i"
		echo $? >"$W/sx.$i"
	} &
done
wait
same "$(cat "$W"/sx.* | sort -u)" 0 "eight submissions of one package succeed"
same "$(sort -u "$W"/s.[1-8] | wc -l)" 1 "with one id"
id=$(cat "$W/s.1")
same "$(entries "$id")" 1 "and one entry"

# Four agree and four return, the same person, the same step.
for i in 1 2 3 4 5 6 7 8; do
	{
		if [ $((i % 2)) = 0 ]; then
			does zarina -C "$A" agreed "$id" >"$W/d.$i" 2>&1
		else
			does zarina -C "$A" --reason "no annex" returned "$id" >"$W/d.$i" 2>&1
		fi
		echo $? >"$W/dx.$i"
	} &
done
wait
same "$(entries "$id")" 2 "one of eight acts became an entry"
winner=$(edoc-route log --json -C "$A" "$id" | jq -r 'select(.seq==2).outcome')
good=0
for i in 1 2 3 4 5 6 7 8; do
	[ "$(cat "$W/dx.$i")" != 65 ] || same "$(cat "$W/d.$i")" "" "65 is of what was said, not of who came second"
	mine=returned
	[ $((i % 2)) != 0 ] || mine=agreed
	case "$mine $(cat "$W/dx.$i")" in
	"$winner 0") good=$((good + 1)) ;;
	"$winner "*) echo "# $mine: $(cat "$W/d.$i")" ;;
	*" 75" | *" 77") good=$((good + 1)) ;;
	*) echo "# $mine $(cat "$W/dx.$i"): $(cat "$W/d.$i")" ;;
	esac
done
same "$good" 8 "who said the same is told 0, the others that they may not"
run edoc-route verify -C "$A" "$id"
is_exit 2 "the ledger is sound"
other=agreed
[ "$winner" != agreed ] || other=returned
run does zarina -C "$A" --reason "no annex" "$other" "$id"
is_exit 77 "who comes second is refused"
has "$err" "step \"agree\" was just done by zarina: $winner" "and told who was first"
objects=$(find "$A/case" -path "*$id/obj/*.cms" | wc -l)
same "$objects" 2 "those that lost left no objects behind"

# Six cases registered at once: six numbers, none left out.
ids=
for i in 1 2 3 4 5 6; do
	pack "$W/r$i.asice" "number $i"
	r=$(as dilnoza submit -C "$A" --route test.order "$W/r$i.asice")
	ids="$ids $r"
done
# shellcheck disable=SC2086
does zarina -C "$A" agreed $ids >/dev/null
# shellcheck disable=SC2086
does madina -C "$A" signed $ids >/dev/null
for r in $ids $ids; do
	{ does zarina --json -C "$A" --step register registered "$r" >"$W/n.$r.$$.$i" 2>&1; } &
	i=$((i + 1))
done
wait
# shellcheck disable=SC2086
edoc-route log --json -C "$A" $ids | jq -r 'select(.register).register.seq' | sort -n | tr '\n' ' ' >"$W/numbers"
same "$(cat "$W/numbers")" "1 2 3 4 5 6 " "twelve registrations of six cases: six numbers, none twice, none left out"
same "$(find "$A/reg" -type f | wc -l)" 6 "and six claims"
same "$(find "$A/tmp" -mindepth 1 | wc -l)" 0 "nothing is left in tmp/"

# One package received eight times at once.
r=$(echo "$ids" | cut -d' ' -f2)
edoc-route send -C "$A" "$r" >/dev/null
p=$(echo "$A"/out/moliya/new/*.asice)
for i in 1 2 3 4 5 6 7 8; do
	{
		edoc-route receive -C "$B" "$p" >"$W/v.$i" 2>&1
		echo $? >"$W/vx.$i"
	} &
done
wait
same "$(cat "$W"/vx.* | sort -u | tr '\n' ' ')" "0 " "one package received eight times at once"
same "$(find "$B/case" -path '*/log/*' | wc -l)" 6 "is one case with one receipt's entry"
same "$(find "$B/out/adliya/new" -type f | wc -l)" 1 "and one receipt"
run edoc-route verify -C "$B" "$r"
is_exit 2 "sound"

# Two receive at once: what one took is no fault of the other.
run edoc-route receive -C "$B" "$p"
cp "$p" "$B/in/done/taken.asice"
run edoc-route receive -C "$B" "$B/in/new/taken.asice"
is_exit 0 "a file that another process took since"
same "$(cat "$out" "$err")" "" "is passed over without a word"
run edoc-route receive -C "$B" "$B/in/new/never.asice"
is_exit 66 "one that never was there is not"
rm "$A"/out/moliya/new/*
for r in $(echo "$ids" | cut -d' ' -f3-); do
	edoc-route send -C "$A" "$r" >/dev/null
done
carry "$A" moliya "$B"
for i in 1 2 3; do
	{
		edoc-route receive -C "$B" >"$W/t.$i" 2>&1
		echo $? >"$W/tx.$i"
	} &
done
wait
same "$(cat "$W"/tx.* | sort -u | tr '\n' ' ')" "0 " "three receive what lies in in/new"
same "$(find "$B/in/new" -type f | wc -l)" 0 "and leave none of it"

# What no transport leaves there does not stop the rest.
mkfifo "$B/in/new/pipe"
mkdir "$B/in/new/folder"
ln -s /nowhere/at/all "$B/in/new/link"
cp "$B/in/done/taken.asice" "$W/outside.asice"
ln -s "$W/outside.asice" "$B/in/new/led.asice"
cp "$B/in/done/taken.asice" "$B/in/new/z.asice"
run edoc-route receive -C "$B"
is_exit 0 "a pipe, a folder and two links in in/new"
nok "what a link leads to is not taken" test -e "$B/in/done/led.asice"
ok "and the link stays" test -L "$B/in/new/led.asice"
same "$(grep -c 'passed over: not a regular file' "$out")" 4 "are told, once each"
ok "and the package among them is taken in" test -e "$B/in/done/z.asice"
run edoc-route receive --json -C "$B"
same "$(jq -r .note "$out" | sort | uniq -c | tr -s ' ')" " 4 passed over: not a regular file" "in JSON too"
rm -r "$B/in/new/"*
truncate -s 100M "$B/in/new/zeros.asice"
run sh -c 'ulimit -f 20000; exec edoc-route receive -C "$1"' sh "$B"
is_exit 65 "what is no package is not copied before that is seen"
has "$B/in/bad/zeros.asice.reason" "ZIP" "and put aside with the reason"
finish
