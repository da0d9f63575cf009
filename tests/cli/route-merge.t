#!/bin/sh
# SPDX-License-Identifier: ISC
# Copies of a case that agencies took further apart are united, in any order to
# the same bytes; what can not be one ledger is told with both proofs.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"
C=$W/c
cd "$W" || exit 1

# shellcheck disable=SC2317 # ok calls it
three_desks() {
	desks || return
	edoc-route init -C "$C" --agency aloqa --zone Asia/Dushanbe --trust "$W/trust" >/dev/null || return
	directory 2 '{agency: aloqa, post: head, holder: anvar}' | sed '/id: moliya/a\
  - {id: aloqa, title: Ministry of Communication, desk-keys: [{sha256: '"$(digest "$C/conf/desk.crt")"'}]}' \
		>directory2.yaml
	sealed directory-issuer.pem directory2.yaml directory2.asice &&
		sealed route-issuer.pem "$D/route/apart.yaml" apart.asice &&
		edoc-route install -C "$A" directory2.asice apart.asice >/dev/null &&
		edoc-route install -C "$B" directory2.asice >/dev/null &&
		edoc-route install -C "$C" directory2.asice >/dev/null
}
mail() { # everything that lies in an outbox arrives, and is taken in
	for from in "$A" "$B" "$C"; do
		carry "$from" adliya "$A"
		carry "$from" moliya "$B"
		carry "$from" aloqa "$C"
		for to in adliya moliya aloqa; do
			[ ! -d "$from/out/$to/new" ] || find "$from/out/$to/new" -name '*.asice' -exec mv {} "$from/out/$to/sent/" \;
		done
	done
	for to in "$A" "$B" "$C"; do
		edoc-route receive -C "$to" >>mail.out 2>>mail.err || return
	done
}
begin() { # TEXT BODIES: $id
	pack "$1.asice" "$1"
	id=$(as dilnoza submit -C "$A" --route test.apart --field "bodies=$2" "$1.asice")
}
copy() { # DESK OUT
	edoc-route export -f -C "$1" -o "$2" "$id" >/dev/null
}
merge() {
	run edoc-route merge --trust "$W/trust" "$@"
}
names() { # PKG: of its ledger, receipts and signatures
	unzip -Z1 "$1" | grep -e '^META-INF/edoc/ledger' -e '^META-INF/edoc/evidence' -e signatures | sort
}

ok "three desks" three_desks
begin both moliya,aloqa
copy "$A" first.asice
ok "sent to two" edoc-route send -C "$A" "$id"
mail; mail
ok "one agrees" does farrukh agreed -C "$B" "$id"
ok "and the other" does anvar agreed -C "$C" "$id"
copy "$A" a.asice; copy "$B" b.asice; copy "$C" c.asice

# ---- refused, one defect at a time ----
merge
is_exit 64 "merge nothing"
merge a.asice b.asice
is_exit 64 "without -o and without a case"
has "$err" "-o NEW" "which says how"
merge -o new.asice
is_exit 64 "no packages"
merge -o new.asice a.asice absent.asice
is_exit 66 "one that is not there"
merge a.asice nobody nowhere
is_exit 64 "two that are no packages"
merge -o order.txt a.asice b.asice
is_exit 73 "an output that is there"
merge -f -o a.asice a.asice b.asice
is_exit 64 "or is an operand"
merge -o new.asice a.asice order.txt
is_exit 65 "what is no package"
merge -o new.asice a.asice both.asice
is_exit 65 "a package without a ledger"
has "$err" "no route ledger" "is named so"
both=$id
begin other moliya
copy "$A" other.asice
merge -o new.asice a.asice other.asice
is_exit 65 "copies of two cases"
has "$err" "$both" "names one"
has "$err" "$id" "and the other"
id=$both
python3 "$SRCDIR/tests/rezip.py" b.asice bent.asice flip:order.txt
merge -o new.asice a.asice bent.asice
is_exit 1 "a copy with another document"
has "$out" "bent.asice: not united" "is named"
entry=$(unzip -Z1 b.asice | grep 'ledger/.*json' | grep -v body | sort | tail -n 1)
python3 "$SRCDIR/tests/rezip.py" b.asice bent.asice "flip:${entry%.json}.cms"
merge -o new.asice a.asice bent.asice
is_exit 1 "a copy whose entry nobody signed"
has "$out" "ledger.signature" "by its code"
merge --json -o new.asice a.asice bent.asice
is_exit 1 "the same as JSON"
json "$out" 'select(.code == "ledger.signature") | .where | startswith("bent.asice: ")' "names the copy"
run edoc-route merge -o new.asice a.asice b.asice
is_exit 1 "without anchors nobody is believed"
nok "nothing was written" test -e new.asice

# ---- united ----
merge -n -o new.asice a.asice b.asice c.asice
is_exit 0 "a dry run"
has "$out" "would be written" "says so"
nok "and writes nothing" test -e new.asice
merge -o new.asice a.asice b.asice c.asice
is_exit 0 "three copies make one"
run edoc-route verify --json --trust "$W/trust" new.asice
is_exit 2 "which proves itself"
json "$out" '[.findings[].code] == ["route.unfinished"]' "and is unfinished"
i=1
for order in "a b c" "a c b" "b a c" "b c a" "c a b" "c b a"; do
	list=
	for one in $order; do list="$list $one.asice"; done
	# shellcheck disable=SC2086 # words are wanted
	merge -o "new$i.asice" $list
	same "$(cmp "new$i.asice" new.asice 2>&1)" "" "the same bytes of $order"
	i=$((i + 1))
done
for one in a b c; do names "$one.asice"; done | sort -u >all.names
same "$(names new.asice | cmp - all.names 2>&1)" "" "nothing is lost, nothing is added"
merge --json -f -o new1.asice c.asice b.asice a.asice
is_exit 0 "as JSON, over a file that is there"
json "$out" '.ok and .case == "'"$id"'" and .path == "new1.asice" and (.copies | length) == 3 and .dry == false' \
	"what was done"
json "$out" '(.entries == ([.copies[].brought] | add)) and ([.copies[].brought] | min) > 0' \
	"and what each brought"
merge -o again.asice new.asice a.asice
is_exit 0 "what holds all, and a part of it"
same "$(cmp again.asice new.asice 2>&1)" "" "is the one that holds all"
merge -o longer.asice first.asice a.asice
is_exit 0 "a beginning and what goes on from it"
same "$(cmp longer.asice a.asice 2>&1)" "" "is the longer one"
merge -o alone.asice a.asice a.asice
is_exit 0 "one copy twice"
same "$(cmp alone.asice a.asice 2>&1)" "" "is that copy"

# ---- into the desk ----
cp -a "$A" desk2
run edoc-route merge -C "$A" b.asice other.asice "$id"
is_exit 65 "a package of another case into the desk's case"
has "$err" "$both" "names it"
run edoc-route merge -C desk2 -n new.asice "$id"
is_exit 0 "a dry run"
run edoc-route merge -C desk2 new.asice nosuch
is_exit 66 "no such case"
run edoc-route merge -C desk2 new.asice "$id"
is_exit 0 "what was united comes to the desk"
run edoc-route merge -C desk2 new.asice "$id"
is_exit 0 "once more"
has "$out" "nothing new" "is nothing new"
id=$both
copy desk2 from-desk.asice
same "$(names from-desk.asice | cmp - all.names 2>&1)" "" "and it has all of it"
# What receive makes of the returns has each entry of what was united.
ok "one goes back" edoc-route send -C "$B" "$id"
ok "and the other" edoc-route send -C "$C" "$id"
mail; mail
copy "$A" home.asice
same "$(names home.asice | comm -13 - all.names | wc -l)" 0 "the desk that got the returns has all of it, too"
merge -o whole.asice home.asice new.asice
is_exit 0 "with it, it is united"
same "$(cmp whole.asice home.asice 2>&1)" "" "and nothing is new"

# ---- what can not be one ledger ----
begin twice moliya
edoc-route send -C "$A" "$id" >/dev/null
mail; mail
cp -a "$B" b2
does farrukh agreed -C "$B" "$id" >/dev/null
sleep 1
does farrukh refused --reason costs -C b2 "$id" >/dev/null
copy "$B" yes.asice; copy b2 no.asice
merge -o both-ways.asice yes.asice no.asice
is_exit 1 "two answers of one actor"
has "$out" "ledger.equivocation" "are equivocation"
has "$out" "yes.asice: META-INF/edoc/ledger/" "one proof"
has "$out" "no.asice: META-INF/edoc/ledger/" "and the other"
has "$out" "farrukh@moliya" "who it was"
merge --json -o both-ways.asice no.asice yes.asice
json "$out" 'select(.entry) | .cms' "as JSON"
same "$(jq -r 'select(.entry) | .outcome' "$out" | sort | tr '\n' ' ')" "agreed refused " "both of them"
nok "nothing is written" test -e both-ways.asice

begin fork moliya,adliya
cp -a "$A" a2
does madina agreed -C "$A" "$id" >/dev/null
edoc-route send -C a2 "$id" >/dev/null
copy "$A" one.asice; copy a2 two.asice
merge -o forked.asice one.asice two.asice
is_exit 1 "two went on from one entry"
has "$out" "ledger.fork" "is a fork"
has "$out" "one.asice: META-INF/edoc/ledger/" "one proof"
has "$out" "two.asice: META-INF/edoc/ledger/" "and the other"
nok "nothing is written" test -e forked.asice

# ---- a correction in between ----
sed 's/^version: 1/version: 2/
	s/refused: {end: refused, reason: \[unlawful, no-money\]}/&\n      back: {then: rework, reason: required}/' \
	"$D/route/order.yaml" >order.yaml
sealed route-issuer.pem order.yaml order.asice
ok "a route that sends back" edoc-route install -C "$A" order.asice
printf 'kind: order\ntitle: Repair\nlanguage: en\ncreated: 2026-03-05\nsender:\n  name: Justice\n  postal-address: Dushanbe\n  email: a@adliya.example\n' \
	>card.yaml
signs() { # PKG
	edoc-sign sign --key "$K/dilnoza.p12" --pass-file "$K/pass" "$1" >/dev/null
}
echo 'thirty thousand' >order.txt
edoc-sign new -o old.asice --card card.yaml order.txt >/dev/null && signs old.asice
id=$(as dilnoza submit -C "$A" --route test.order old.asice)
does zarina agreed -C "$A" "$id" >/dev/null
does madina back --reason "the sum is wrong" -C "$A" "$id" >/dev/null
copy "$A" before.asice
echo 'forty thousand' >order.txt
edoc-sign revise old.asice -o corrected.asice --add order.txt >/dev/null && signs corrected.asice
ok "a correction is handed in" does dilnoza edited -C "$A" --with corrected.asice "$id"
copy "$A" after.asice
merge -o corrected-too.asice before.asice after.asice
is_exit 0 "a copy from before it, and one with it"
same "$(cmp corrected-too.asice after.asice 2>&1)" "" "are the one with it"
finish
