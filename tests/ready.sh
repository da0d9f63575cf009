# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# The ready routes of profiles/routes at work, sourced after tests/lib.sh:
#
#   ready ROUTE POST-ROW ...   desks $A (adliya) and $B (moliya) with the shipped
#                 route, the calendars of both countries and a directory that has
#                 these rows of posts; $other is the second agency's name
#                 $said is what the service wants to be told of each submission
#   begin TIME TEXT FIELD=VALUE ...    a case of dilnoza at $A; $id
#   act TIME WHO VERB ...              at the desk $at
#   took TIME WHO OUTCOME "what" ...   somebody does the open step
#   no EXIT TIME WHO OUTCOME "what" ...    somebody does not
#   waits / due TIME     the open steps of $id; what show says of it at that time
#   passes TIME FROM AGENCY TO    sent from a desk, received at the other, acknowledged
#   news TIME            what the route itself asks to tell of $id by then, a word list
#   proved CODES "what"  a stranger verifies the case: just these findings

. "$SRCDIR/tests/desks.sh"

if [ -n "$SAN" ] || ! faketime '2026-12-02 10:00:00' true 2>/dev/null; then
	skip "no faketime here, or a sanitizer that does not bear it"
	finish
fi
ready() {
	route=$1 other=${other-moliya}
	shift
	mkdir -p "$W/trust/sign" "$W/trust/directory" "$W/trust/route" || return
	cp "$K/root.pem" "$K/ca.pem" "$W/trust/sign/"
	issuer directory-issuer && issuer route-issuer || return
	cp "$W/directory-issuer.crt" "$W/trust/directory/"
	cp "$W/route-issuer.crt" "$W/trust/route/"
	edoc-route init -C "$A" --agency adliya --zone Asia/Tashkent --trust "$W/trust" >/dev/null &&
		edoc-route init -C "$B" --agency "$other" --zone Asia/Tashkent \
			--key "$K/desk-finance.pem" --trust "$W/trust" >/dev/null || return
	directory 1 | sed "/^posts:/q; s/{id: moliya/{id: $other/" >"$W/directory.yaml"
	for row; do
		echo "  - {$row}"
	done >>"$W/directory.yaml"
	sealed "$W/directory-issuer.pem" "$W/directory.yaml" "$W/directory.asice" || return
	for file in "routes/$route" calendars/uz calendars/tj; do
		sealed "$W/route-issuer.pem" "$SRCDIR/profiles/$file.yaml" \
			"$W/$(basename "$file").asice" || return
	done
	for desk in "$A" "$B"; do
		edoc-route install -C "$desk" "$W/$route.asice" "$W/uz.asice" "$W/tj.asice" \
			"$W/directory.asice" >/dev/null || return
	done
	name=$(sed -n 's/^route: //p' "$SRCDIR/profiles/routes/$route.yaml") at=$A
	said=$(sed -n 's/^  channels: .*/--channel portal/p
		s/^    \([a-z-]*\): .*, required: yes}$/--document \1=order.txt/p' "$SRCDIR/profiles/routes/$route.yaml")
}
on() { # TIME CMD...; -f: the clock stands, for a last second lasts no longer
	when=$1
	shift
	TZ=UTC faketime -f "$when" "$@"
}
act() {
	when=$1 who=$2 verb=$3
	shift 3
	on "$when" edoc-route "$verb" --key "$K/$who.p12" --pass-file "$K/pass" -C "$at" "$@"
}
begin() {
	when=$1
	rm -f "$W/p.asice"
	pack "$W/p.asice" "$2"
	shift 2
	for field; do
		shift
		set -- "$@" --field "$field"
	done
	at=$A
	# shellcheck disable=SC2086 # words
	id=$(act "$when" dilnoza submit --route "$name" $said "$@" "$W/p.asice")
	[ -n "$id" ] || echo "# not submitted"
}
took() {
	no 0 "$@"
}
no() {
	want=$1 when=$2 who=$3 outcome=$4 why=$5
	shift 5
	run act "$when" "$who" "do" "$outcome" "$@" "$id"
	is_exit "$want" "$why"
}
waits() {
	edoc-route show --json -C "$at" "$id" | jq -r '[.open[].step] | join(" ")'
}
due() { # TIME
	edoc-route show -C "$at" --at "$1" "$id"
}
passes() {
	on "$1" edoc-route send -C "$2" "$id" >/dev/null &&
		moves "$2" "$3" "$4" && on "$1" edoc-route receive -C "$4" >/dev/null &&
		moves "$4" "$(sed -n 's/^agency: *//p' "$2/conf/desk.yaml" | tr -d '"')" "$2" &&
		on "$1" edoc-route receive -C "$2" >/dev/null || return
	at=$4
}
moves() { # FROM AGENCY TO: as carry, but once
	carry "$@" && mv "$1/out/$2/new/"*.asice "$1/out/$2/sent/"
}
proved() {
	edoc-route export -f -C "$at" -o "$W/out.asice" "$id" >/dev/null
	run edoc-route verify --json --trust "$W/trust" --at 2027-06-01T00:00:00Z "$W/out.asice"
	# shellcheck disable=SC2154 # lib.sh sets it
	same "$(jq -r '[.findings[].code] | unique | join(" ")' "$out")" "$1" "$2"
}
news() { # TIME: "event rung to", of this case
	rm -f "$at"/notice/new/*
	on "$1" edoc-route tick -C "$at" >"$W/news" 2>&1 || sed "s/^/# /" "$W/news" >&2
	cat "$at"/notice/new/*.json 2>/dev/null | jq -r "select(.case == \"$id\") |
		[.event, .rung // empty, .to.person] | join(\" \")" | sort | tr '\n' ','
}
