#!/bin/sh
# SPDX-License-Identifier: ISC
# Nothing comes back from another agency: the term of the join runs on at home,
# who answers for it hears of that, and the route says what silence means.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

if [ -n "$SAN" ] || ! faketime '2027-01-04 10:00:00' true 2>/dev/null; then
	skip "no faketime here, or a sanitizer that does not bear it"
	finish
fi
on() { # TIME CMD...; the clock stands
	when=$1
	shift
	TZ=UTC faketime -f "$when" "$@"
}
act() { # TIME DESK WHO VERB ...
	when=$1 at=$2 who=$3 verb=$4
	shift 4
	on "$when" edoc-route "$verb" --key "$K/$who.p12" --pass-file "$K/pass" -C "$at" "$@"
}
# shellcheck disable=SC2317 # ok calls it
route() { # NAME JOIN: apart.yaml with a term of two working days
	sed "s/^route: .*/route: test.$1/; s/^    in: bodies/&\n    within: 2wd\n    overdue: {escalate: head}/
		s/    join: .*/    join: {$2}/" "$D/route/apart.yaml" >"$W/$1.yaml" &&
		edoc-route lint "$W/$1.yaml" && sealed "$W/route-issuer.pem" "$W/$1.yaml" "$W/$1.asice" &&
		edoc-route install -C "$A" "$W/$1.asice"
}
begin() { # ROUTE TEXT BODIES: sent on Monday 4 January 2027, and received; $id
	rm -f "$W/p.asice" "$B"/in/new/* "$A"/in/new/*
	pack "$W/p.asice" "$2"
	id=$(act '2027-01-04 05:00:00' "$A" dilnoza submit --route "test.$1" --field "bodies=$3" "$W/p.asice")
	on '2027-01-04 06:00:00' edoc-route send -C "$A" "$id" >/dev/null
	moved "$A" moliya "$B" && on '2027-01-04 07:00:00' edoc-route receive -C "$B" >/dev/null 2>&1
	moved "$B" adliya "$A" && on '2027-01-04 07:00:00' edoc-route receive -C "$A" >/dev/null
}
moved() { # FROM AGENCY TO
	carry "$@" && mv "$1/out/$2/new/"*.asice "$1/out/$2/sent/"
}
waits() {
	edoc-route show --json -C "$A" "$id" | jq -r '[.open[].step] | join(" ")'
}
proved() { # CODES WHAT: as a stranger sees it
	edoc-route export -f -C "$A" -o "$W/out.asice" "$id" >/dev/null
	run edoc-route verify --json --trust "$W/trust" --at 2027-06-01T00:00:00Z "$W/out.asice"
	same "$(jq -r '[.findings[].code] | unique | join(" ")' "$out")" "$1" "$2"
}

ok "two desks" desks
ok "silence agrees" route agree "refuse: any, silent: agree"
ok "silence refuses" route refuse "silent: refuse"
ok "silence means nothing" route nothing "refuse: any"
sed 's/^    within: 2wd$//' "$W/agree.yaml" | sed '/^    overdue/d' >"$W/endless.yaml"
run edoc-route lint "$W/endless.yaml"
is_exit 65 "silence of what is away without a term of its join"
has "$err" "needs a term of its join" "is refused"

# ---- silence agrees ----
begin agree one moliya
run edoc-route show -C "$A" --at 2027-01-05T00:00:00Z "$id"
has "$out" "ask/moliya is at moliya since Mon 4 Jan 2027" "where it is"
has "$out" "to be back by Wed 6 Jan 2027" "and by when it is to be back"
run edoc-route show --json -C "$A" "$id"
json "$out" '.away == [.away[] | select(.silent and .back == "2027-01-06T18:59:59Z")]' "for programs too"
run on '2027-01-06 18:59:59' edoc-route tick -C "$A"
hasnt "$out" "$id ask: agree" "the last second is not silence"
same "$(waits)" "" "nothing goes on"
run edoc-route index -C "$A"
is_exit 0 "an index is made"
run on '2027-01-06 19:00:00' edoc-route tick -C "$A"
is_exit 0 "midnight is"
has "$out" "$id ask: agree" "the home desk says so"
same "$(waits)" sign "the case goes on"
run edoc-route index --check -C "$A"
is_exit 0 "the index knows it"
run on '2027-01-06 19:10:00' edoc-route tick -C "$A"
hasnt "$out" "ask: agree" "once"
run edoc-route show --json -C "$A" "$id"
json "$out" '.away == []' "nobody waits for the other any more"
proved "route.late route.unfinished" "proved by a stranger"
json "$out" '.route.entries[] | select(.event == "step.silent") | .actor.agency == "adliya" and .actor.kind == "desk" and .step == "ask"' \
	"by the key of the home desk"
cp "$W/out.asice" "$W/silent.asice"
silent=$id

# What comes too late is received, and changes nothing.
act '2027-01-07 05:00:00' "$B" farrukh "do" refused --reason costs "$id" >/dev/null
on '2027-01-07 06:00:00' edoc-route send -C "$B" "$id" >/dev/null
moved "$B" adliya "$A"
run on '2027-01-07 07:00:00' edoc-route receive -C "$A"
is_exit 0 "an answer too late is received"
same "$(waits)" sign "and changes nothing"
moved "$A" moliya "$B"
on '2027-01-07 07:00:00' edoc-route receive -C "$B" >/dev/null
same "$(edoc-route show -C "$B" "$id" | head -n 1)" "ended: returned" "its desk is done"
proved "route.late route.unfinished" "and that is no fault"

# ---- silence refuses; who answers meanwhile is heard ----
begin refuse two moliya
on '2027-01-06 19:00:00' edoc-route tick -C "$A" >/dev/null
same "$(waits)" rework "silence that refuses"
begin agree three moliya
act '2027-01-06 05:00:00' "$B" farrukh "do" refused --reason costs "$id" >/dev/null
on '2027-01-06 06:00:00' edoc-route send -C "$B" "$id" >/dev/null
moved "$B" adliya "$A"
run on '2027-01-06 19:00:00' edoc-route tick -C "$A"
hasnt "$out" "ask: agree" "who answered in time was not silent"
same "$(waits)" rework "and his answer counts"
begin agree four moliya,adliya
run on '2027-01-06 19:00:00' edoc-route tick -C "$A"
has "$out" "$id ask: agree" "of two branches the one that is away"
same "$(waits)" ask/adliya/opinion "the one at home is still asked"
run act '2027-01-06 19:10:00' "$A" madina "do" agreed "$id"
is_exit 0 "and answers"
same "$(waits)" sign "that is enough"

# ---- it means nothing: the head hears of it ----
begin nothing five moliya
run on '2027-01-06 19:00:00' edoc-route tick -C "$A"
hasnt "$out" "$id ask" "a route that gives silence no meaning"
same "$(waits)" "" "waits on"
same "$(cat "$A"/notice/new/*.json | jq -r --arg id "$id" \
	'select(.case == $id and .event == "overdue") | .to.person' | sort -u)" madina "and its head is told"
run edoc-route due --overdue -C "$A" --at 2027-01-07T00:00:00Z
has "$out" "ask/moliya" "it is among what is late"
for how in "" --no-index; do
	# shellcheck disable=SC2086 # no word, or one
	run on '2027-01-07 05:00:00' edoc-route status $how -C "$A"
	has "$out" "ask/moliya: was to be back" "and the desk is not well ${how:-(with the index)}"
done
ok "nothing in the index that is not so" edoc-route index --check -C "$A"

# ---- entries made anew ----
L=META-INF/edoc/ledger
forge() { # FILTER PEM: the silence of $W/silent.asice changed and signed again; $W/found
	old=$(unzip -Z1 "$W/silent.asice" | grep "$L/[0-9]*-........[.]json" | while read -r e; do
		unzip -p "$W/silent.asice" "$e" | grep -q '"event":"step.silent"' && echo "$e"
	done)
	unzip -p "$W/silent.asice" "$old" | jq -cSj "$1" >"$W/entry.json"
	when=$(jq -r .time "$W/entry.json" | tr TZ '  ')
	TZ=UTC faketime -f "$when" openssl cms -sign -binary -in "$W/entry.json" -signer "$2" \
		-md sha256 -cades -outform DER -out "$W/entry.cms"
	new=${old%-*}-$(sha256sum <"$W/entry.json" | cut -c1-8)
	python3 "$SRCDIR/tests/rezip.py" "$W/silent.asice" "$W/forged.asice" "drop:${old%.json}.*" \
		"put:$new.json=$W/entry.json" "put:$new.cms=$W/entry.cms"
	run edoc-route verify --json --trust "$W/trust" --at 2027-06-01T00:00:00Z "$W/forged.asice"
	jq -r '.findings[] | select(.severity == "error") | .code' "$out" | sort -u | xargs >"$W/found"
}
id=$silent
forge . "$A/conf/desk.key"
same "$(cat "$W/found")" route.unfinished "nothing changed: as good as before"
forge '.time = "2027-01-06T18:00:00Z" | del(.late)' "$A/conf/desk.key"
same "$(grep -c route.silence-early "$W/found")" 1 "silence before the term was over"
forge '.outcome = "refuse"' "$A/conf/desk.key"
same "$(grep -c route.outcome "$W/found")" 1 "another meaning than the route's"
forge '.visit = 2' "$A/conf/desk.key"
same "$(grep -c route.visit "$W/found")" 1 "another visit"
forge ".actor.agency = \"moliya\" | .actor.cert = \"$(digest "$D/pki/desk-finance.crt")\"" "$K/desk-finance.pem"
same "$(grep -c route.elsewhere "$W/found")" 1 "said by the desk that was asked"
finish
