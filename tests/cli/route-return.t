#!/bin/sh
# SPDX-License-Identifier: ISC
# A case that goes to another agency and comes back signed; messages that are
# lost, late, doubled and out of order leave both desks with one ledger.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

# shellcheck disable=SC2317 # ok calls it
one_ledger() {
	[ "$(edoc-route log --json -C "$A" "$id" | jq -r .entry)" = \
		"$(edoc-route log --json -C "$B" "$id" | jq -r .entry)" ]
}

ok "two desks" desks
sealed "$W/route-issuer.pem" "$D/route/answer.yaml" "$W/answer.asice"
ok "a route that comes back" edoc-route install -C "$A" "$W/answer.asice"
pack "$W/p.asice"
id=$(as dilnoza submit -C "$A" --route test.answer "$W/p.asice")
ok "asked" edoc-route send -C "$A"
first=$(echo "$A"/out/moliya/new/*.asice)
run edoc-route receive -C "$A" "$first"
has "$out" "nothing new" "our own package has nothing new for us"
edoc-route init -C "$W/c" --agency adliya --trust "$W/trust" >/dev/null
edoc-route install -C "$W/c" "$W/directory.asice" >/dev/null
run edoc-route receive -C "$W/c" "$first"
is_exit 77 "a desk does not take in what is for another agency"
has "$err" "it is for moliya" "and says for whom it is"
same "$(find "$W/c/case" -type f | wc -l)" 0 "and keeps no case of it"
carry "$A" moliya "$B"
run edoc-route receive -n -C "$B"
is_exit 0 "receiving can be tried"
same "$(find "$B/case" -type f | wc -l) $(find "$B/in/new" -type f | wc -l)" "0 1" "and changes nothing"
run edoc-route receive -C "$B"
is_exit 0 "received"
has "$out" "arrive: received" "which is the step that waits for it"
run edoc-route send -C "$B" "$id"
is_exit 77 "it is not sent back before it is signed"
ok "signed by the deputy there" does anvar signed -C "$B" "$id"
ok "answered" edoc-route send -C "$B"

# The first receipt is lost so far; the answer brings its entry along.
mkdir "$W/late"
receipt=
for p in "$B"/out/adliya/new/*.asice; do
	! unzip -Z1 "$p" | grep -qx evidence.json || receipt=$p
done
mv "$receipt" "$W/late/"
carry "$B" adliya "$A"
run edoc-route receive -C "$A"
is_exit 0 "the answer comes before the receipt of the question"
carry "$A" moliya "$B"
rm -f "$B/in/new/$(basename "$first")"
run edoc-route receive -C "$B"
is_exit 0 "its receipt goes back"
ok "both desks have one ledger" one_ledger
run edoc-route receive -C "$A" "$W/late/$(basename "$receipt")"
is_exit 0 "the late receipt"
has "$out" "already done" "is nothing new"
run edoc-route receive -C "$B" "$first"
is_exit 0 "the question once more"
has "$out" "already done" "is nothing new either"
run edoc-route receive -C "$A" "$B"/in/done/*.asice
ok "both desks have one ledger still" one_ledger

ok "registered here" does zarina registered -C "$A" "$id"
run does zarina archived -C "$A" "$id"
has "$out" "ended: answered" "and ended"
run edoc-route verify -C "$A" "$id"
is_exit 0 "the procedure of two agencies is proved"
has "$out" "Anvar Uljaboev, deputy of moliya, for Farrukh Ghafurov" "who signed there"
has "$out" "2 signature" "with its signature"
run edoc-route show -C "$A" A-1
is_exit 0 "found by its number"
run edoc-route show -C "$A" B-1
is_exit 66 "not by another number"

# One case that went on at two desks is refused, with both heads named.
pack "$W/p2.asice" two
id=$(as dilnoza submit -C "$A" --route test.answer "$W/p2.asice")
cp -a "$A" "$W/copy"
ok "sent" edoc-route send -C "$A" "$id"
sleep 1
ok "and sent again from a restored copy" edoc-route send -C "$W/copy" "$id"
for d in "$A" "$W/copy"; do
	for p in "$d"/out/moliya/new/*.asice; do
		[ "$(edoc-route log --json -C "$d" "$p" 2>/dev/null | jq -r .case | head -n 1)" != "$id" ] ||
			cp "$p" "$W/fork-$(basename "$d").asice"
	done
done
run edoc-route receive -C "$B" "$W/fork-a.asice"
is_exit 0 "the first is received"
run edoc-route receive -C "$B" "$W/fork-copy.asice"
is_exit 65 "the second is refused"
has "$err" "went on at two desks" "because their ledgers part"

# ---- a desk that has lost all that it knew of a case gets it back from a copy ----
cp -a "$A" "$W/old"
rm -f "$W/p.asice"
pack "$W/p.asice" forgotten
id=$(as dilnoza submit -C "$A" --route test.answer "$W/p.asice")
edoc-route export -C "$A" -o "$W/copy.asice" "$id" >/dev/null
run edoc-route receive -C "$W/old" "$W/copy.asice"
is_exit 0 "the copy is taken in"
has "$out" "its new entries were taken in" "with all that it says"
ok "and the case goes on" edoc-route send -C "$W/old" "$id"
ok "as it would have" test -n "$(find "$W/old/out/moliya/new" -name '*.asice' -newer "$W/copy.asice")"
finish
