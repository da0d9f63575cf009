#!/bin/sh
# SPDX-License-Identifier: ISC
# One case at several agencies at once: each goes on by itself, each comes back,
# and what came together proves every part of it.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"
C=$W/c

# shellcheck disable=SC2317 # ok calls it
three_desks() {
	desks || return
	edoc-route init -C "$C" --agency aloqa --zone Asia/Dushanbe --trust "$W/trust" >/dev/null || return
	directory 2 '{agency: aloqa, post: head, holder: anvar}' | sed '/id: moliya/a\
  - {id: aloqa, title: Ministry of Communication, desk-keys: [{sha256: '"$(digest "$C/conf/desk.crt")"'}]}' \
		>"$W/directory2.yaml"
	sealed "$W/directory-issuer.pem" "$W/directory2.yaml" "$W/directory2.asice" &&
		sealed "$W/route-issuer.pem" "$D/route/apart.yaml" "$W/apart.asice" &&
		edoc-route install -C "$A" "$W/directory2.asice" "$W/apart.asice" >/dev/null &&
		edoc-route install -C "$B" "$W/directory2.asice" >/dev/null &&
		edoc-route install -C "$C" "$W/directory2.asice" >/dev/null
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
		edoc-route receive -C "$to" >>"$W/mail.out" 2>>"$W/mail.err" || return
	done
}
begin() { # TEXT BODIES: $id
	pack "$W/$1.asice" "$1"
	id=$(as dilnoza submit -C "$A" --route test.apart --field "bodies=$2" "$W/$1.asice")
}
waits() { # DESK: the steps that are open there
	edoc-route show --json -C "$1" "$id" | jq -r '[.open[].step] | join(" ")'
}
away() { # DESK: the branches that it knows to be elsewhere
	edoc-route show --json -C "$1" "$id" | jq -r '[.away[] | "\(.branch)@\(.sent_to // .at)"] | sort | join(" ")'
}
proved() { # DESK EXIT WHAT
	edoc-route export -f -C "$1" -o "$W/out.asice" "$id" >/dev/null
	run edoc-route verify --json --trust "$W/trust" "$W/out.asice"
	is_exit "$2" "proved from the package alone: $3"
}

ok "three desks" three_desks
ok "lint finds nothing" edoc-route lint "$D/route/apart.yaml"
begin both moliya,aloqa
same "$(waits "$A")" "ask/moliya/send ask/aloqa/send" "two branches wait to be sent"
run edoc-route send -C "$A"
is_exit 0 "both are sent"
same "$(find "$A/out/moliya/new" "$A/out/aloqa/new" -name '*.asice' | wc -l)" 2 "one to each"
same "$(away "$A")" "ask/aloqa@aloqa ask/moliya@moliya" "and known to be away"
run edoc-route show -C "$A" "$id"
has "$out" "ask/moliya is on its way to moliya since" "in words"
run edoc-route send -C "$A" "$id"
is_exit 0 "sending it again"
has "$out" "already done" "is nothing new"
proved "$A" 2 "sent to two"
json "$out" '[.findings[].code] == ["route.unfinished"]' "and only unfinished"
mail; mail
same "$(waits "$B") / $(waits "$C")" "ask/moliya/opinion / ask/aloqa/opinion" "each has its own part"
run edoc-route show -C "$A" "$id"
has "$out" "ask/moliya is at moliya since" "home knows by the receipts"
has "$out" "waits there for ask/moliya/opinion" "and what is waited for"
run does farrukh agreed -C "$A" "$id"
is_exit 77 "what is away is not acted on at home"
run does madina signed -C "$A" "$id"
is_exit 77 "and nothing goes on without it"
ok "one agrees" does farrukh agreed -C "$B" "$id"
run edoc-route show -C "$B" "$id"
has "$out" "is to be sent back to adliya" "and is to send it back"
run edoc-route tick -C "$B"
is_exit 0 "which tick does"
proved "$B" 2 "a part that is done"
json "$out" '[.findings[].code] == ["route.unfinished"]' "and only unfinished"
mail; mail
same "$(away "$A")" "ask/aloqa@aloqa" "one came back"
run edoc-route show -C "$B" "$id"
has "$out" "ended: returned" "and its desk is done with it"
run edoc-route outbox -C "$B"
is_exit 0 "which waits for nothing"
ok "the other asks himself again" does anvar again -C "$C" "$id"
ok "gives himself more time" as anvar extend -C "$C" --reason busy --step ask/aloqa/opinion "$id"
ok "and agrees" does anvar agreed -C "$C" "$id"
ok "sent back" edoc-route send -C "$C"
mail; mail
same "$(waits "$A")" "sign" "all came back: the case goes on"
same "$(away "$A")" "" "nothing is away"
ok "it is signed" does madina signed -C "$A" "$id"
ok "and filed" does zarina archived -C "$A" "$id"
proved "$A" 0 "the whole of it"
run edoc-verify --trust "$W/trust" "$W/out.asice"
is_exit 0 "by anybody"
run edoc-route log -C "$A" "$id"
has "$out" "the desk of aloqa" "with what was done elsewhere"

# ---- one refuses: nobody waits for the other, whose answer comes too late for it ----
begin refused moliya,aloqa,adliya
same "$(waits "$A")" "ask/moliya/send ask/aloqa/send ask/adliya/opinion" \
	"nothing is sent to where it is"
ok "sent" edoc-route send -C "$A"
mail; mail
ok "the head at home agrees meanwhile" does madina agreed -C "$A" "$id"
ok "one refuses" does farrukh refused --reason costs -C "$B" "$id"
ok "sends it back" edoc-route send -C "$B"
mail; mail
same "$(waits "$A") / $(away "$A")" "rework / " "which sends it to rework, and the other away is let be"
ok "the other answers, who does not know it" does anvar agreed -C "$C" "$id"
ok "and sends" edoc-route send -C "$C"
mail; mail
same "$(waits "$A")" "rework" "which changes nothing"
same "$(edoc-route show -C "$C" "$id" | head -n 1)" "ended: returned" "and is received all the same"
proved "$A" 2 "an answer too late"
json "$out" '[.findings[].code] == ["route.unfinished"]' "and only unfinished"
ok "reworked" does dilnoza edited -C "$A" "$id"
ok "sent once more" edoc-route send -C "$A"
mail; mail
same "$(waits "$B") / $(waits "$C")" "ask/moliya/opinion / ask/aloqa/opinion" \
	"each is asked a second time, with all that was done"
same "$(edoc-route show --json -C "$B" "$id" | jq '.open[0].visit')" 2 "and knows that it is"
proved "$B" 2 "a second visit"

# ---- lost and doubled ----
begin lost moliya
edoc-route send -C "$A" >/dev/null
first=$(find "$A/out/moliya/new" -name '*.asice')
cp "$first" "$W/first.asice"
mail; mail
does farrukh agreed -C "$B" "$id" >/dev/null
edoc-route send -C "$B" >/dev/null
back=$(find "$B/out/adliya/new" -name '*.asice')
mv "$back" "$W/back.asice"
run edoc-route outbox -C "$B"
has "$out" "waits for the receipt since" "the branch that was sent back is not answered yet"
ok "sent again" edoc-route send --again -C "$B" "$id"
cmp "$(find "$B/out/adliya/new" -name '*.asice')" "$W/back.asice"
same $? 0 "the very same bytes"
run edoc-route receive -C "$B" "$W/first.asice"
is_exit 0 "the question once more"
has "$out" "already done" "is nothing new"
mail; mail
same "$(waits "$A")" "sign" "it arrives"
run edoc-route receive -C "$A" "$W/back.asice"
is_exit 0 "and once more"
has "$out" "already done" "which is nothing new"
same "$(edoc-route show -C "$B" "$id" | head -n 1)" "ended: returned" "its desk is done"
run edoc-route receive -C "$C" "$W/back.asice"
is_exit 77 "another desk does not take it"

# ---- two answers of one actor ----
begin twice moliya
edoc-route send -C "$A" >/dev/null
mail; mail
cp -a "$B" "$W/b2"
does farrukh agreed -C "$B" "$id" >/dev/null
sleep 1
does farrukh refused --reason costs -C "$W/b2" "$id" >/dev/null
edoc-route send -C "$B" >/dev/null
edoc-route send -C "$W/b2" "$id" >/dev/null
mail; mail
same "$(waits "$A")" "sign" "the first answer counts"
run edoc-route receive -C "$A" "$(find "$W/b2/out/adliya/new" -name '*.asice')"
is_exit 65 "the second is refused"
has "$err" "equivocation" "as what it is"
finish
