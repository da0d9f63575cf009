#!/bin/sh
# SPDX-License-Identifier: ISC
# Several open steps, joins, fields, terms that are moved, and silence: from
# the clerk's line to what a stranger verifies.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

if [ -n "$SAN" ] || ! faketime '2027-01-04 10:00:00' true 2>/dev/null; then
	skip "no faketime here, or a sanitizer that does not bear it"
	finish
fi
on() { # TIME CMD...
	when=$1
	shift
	TZ=UTC faketime "$when" "$@"
}
act() { # TIME WHO VERB ...
	when=$1 who=$2 verb=$3
	shift 3
	on "$when" edoc-route "$verb" --key "$K/$who.p12" --pass-file "$K/pass" -C "$A" "$@"
}
begin() { # TEXT FIELD...: a case on Monday 4 January 2027; $id
	pack "$W/$1.asice" "$1"
	text=$1
	shift
	id=$(act '2027-01-04 05:00:00' dilnoza submit --route test.opinions "$@" "$W/$text.asice")
}
waits() { # of $id
	edoc-route show --json -C "$A" "$id" | jq -r '[.open[].step] | join(" ")'
}
proved() { # WHAT EXIT: as a stranger sees it
	edoc-route export -f -C "$A" -o "$W/out.asice" "$id" >/dev/null
	run edoc-route verify --json --trust "$W/trust" --at 2027-03-01T00:00:00Z "$W/out.asice"
	is_exit "$2" "proved from the package alone: $1"
}

ok "two desks" desks
ok "lint finds nothing" edoc-route lint "$D/route/opinions.yaml"
sealed "$W/route-issuer.pem" "$D/route/opinions.yaml" "$W/opinions.asice"
ok "installed" edoc-route install -C "$A" "$W/opinions.asice"

# ---- fields ----
pack "$W/p.asice"
for line in "64 --field budget=perhaps" "64 --field budjet=yes" "64 --field budget" \
	"64 --field budget=yes --field budget=no"; do
	# shellcheck disable=SC2086
	run act '2027-01-04 05:00:00' dilnoza submit --route test.opinions ${line#* } "$W/p.asice"
	is_exit "${line%% *}" "refused: ${line#* }"
done
run act '2027-01-04 05:00:00' dilnoza submit --route test.opinions "$W/p.asice"
is_exit 65 "a field that the route asks for is missing"
has "$err" "budget" "and named"

# ---- a quorum ----
begin quorum --field budget=yes
same "$(waits)" "opinions/law opinions/money opinions/files/look" "three at once"
run edoc-route show -C "$A" "$id"
has "$out" "waits for lawyer of adliya (opinions/law) since Mon 4 Jan 2027, due Thu 7 Jan 2027" \
	"whom it waits for"
has "$out" "waits for head of adliya (opinions/money)" "and whom else"
has "$out" "term answer: until Tue 19 Jan 2027" "the term of the whole case"
run act '2027-01-04 06:00:00' zarina "do" agreed "$id"
is_exit 0 "of several steps the one that she may bring to it"
has "$out" "opinions/law: agreed" "is meant"
same "$(waits)" "opinions/money opinions/files/look" "two are left"
run act '2027-01-04 06:30:00' zarina "do" agreed "$id"
is_exit 0 "the same line again"
has "$out" "already done" "does it once"
run act '2027-01-04 06:40:00' zarina "do" agreed --step opinions/money "$id"
is_exit 77 "not her branch"
run act '2027-01-04 06:50:00' zarina "do" agreed --step opinions/files/say "$id"
is_exit 77 "not open yet"
run act '2027-01-04 07:00:00' madina "do" agreed "$id"
is_exit 0 "the second opinion"
same "$(waits)" "sign" "is enough: the third is cancelled"
proved "a quorum" 2
json "$out" '[.findings[].code] == ["route.unfinished"]' "and only unfinished"

# ---- a refusal, a condition, rework ----
begin refused --field budget=no
same "$(waits)" "opinions/law opinions/files/look" "a branch without its condition is not opened"
run act '2027-01-04 06:00:00' zarina "do" refused --step opinions/law "$id"
is_exit 65 "a refusal in a branch needs a reason"
run act '2027-01-04 06:00:00' zarina "do" refused --step opinions/law --reason unlawful "$id"
is_exit 0 "with one"
same "$(waits)" "rework" "one refusal sends it back"
act '2027-01-04 07:00:00' dilnoza "do" edited "$id" >/dev/null
same "$(edoc-route show --json -C "$A" "$id" | jq -r '[.open[].visit] | join(" ")')" "2 2" \
	"and everybody is asked anew"

# ---- a reply in a package of its own ----
answer=$id
begin reply --field budget=no
act '2027-01-04 06:00:00' zarina "do" agreed --step opinions/law "$id" >/dev/null
act '2027-01-04 07:00:00' zarina "do" reviewed "$id" >/dev/null
act '2027-01-04 08:00:00' zarina "do" agreed --step opinions/files/say "$id" >/dev/null
echo "You are right." >"$W/reply.txt"
reply() { # WHO OUT
	TZ=UTC faketime '2027-01-05 05:00:00' edoc-sign sign --key "$K/$1.p12" --pass-file "$K/pass" \
		-o "$2" "$W/reply.txt" >/dev/null
}
reply madina "$W/answer.asice"
reply zarina "$W/hers.asice"
run act '2027-01-05 06:00:00' madina "do" signed --attach "$W/answer.asice" "$id"
is_exit 77 "a step that hands in nothing"
act '2027-01-05 06:00:00' madina "do" signed "$id" >/dev/null
run act '2027-01-05 07:00:00' madina "do" signed --step reply "$id"
is_exit 64 "a reply is to be handed in"
has "$err" "(reply)" "and its kind is named"
run act '2027-01-05 07:00:00' madina "do" signed --step reply --attach "$W/hers.asice" "$id"
is_exit 77 "one that somebody else signed"
has "$err" "you have not signed it" "and why not"
run act '2027-01-05 07:00:00' madina "do" signed --step reply --attach "$W/reply.txt" "$id"
is_exit 77 "a file that is no package"
run act '2027-01-05 07:00:00' madina "do" signed --step reply --attach "$W/none.asice" "$id"
is_exit 66 "none at all"
run act '2027-01-05 07:00:00' madina "do" signed --step reply --attach "$W/answer.asice" -n "$id"
is_exit 0 "a dry run"
nok "keeps nothing" test -e "$A/case/$(printf %.2s "$id")/$id/ref"
run act '2027-01-05 07:00:00' madina "do" signed --step reply --attach "$W/answer.asice" "$id"
is_exit 0 "her own reply"
kept=$A/case/$(printf %.2s "$id")/$id/ref/$(sha256sum <"$W/answer.asice" | cut -c1-64).asice
ok "is kept beside the case" cmp -s "$W/answer.asice" "$kept"
run act '2027-01-05 07:00:00' madina "do" signed --step reply --attach "$W/answer.asice" "$id"
has "$out" "already done" "once"
proved "a reply" 2
json "$out" '[.findings[].code] == ["route.unfinished"]' "and only unfinished"
json "$out" '.route.entries[-1].attached.kind == "reply"' "the entry names it by its digest"
chmod u+w "$kept" && echo >>"$kept"
run act '2027-01-05 08:00:00' zarina "do" archived "$id"
is_exit 65 "a reply that was changed in the desk stops the case"
has "$err" "was changed" "and is named"
id=$answer

# ---- taken back ----
run act '2027-01-05 05:00:00' zarina withdraw --reason mistake "$id"
is_exit 77 "not hers to take back"
run act '2027-01-05 05:00:00' dilnoza withdraw "$id"
is_exit 65 "not without a reason"
run act '2027-01-05 05:00:00' dilnoza withdraw --reason boredom "$id"
is_exit 65 "nor for any"
run act '2027-01-05 05:00:00' dilnoza withdraw --reason mistake "$id"
is_exit 0 "who submitted takes it back"
has "$out" "ended: withdrawn" "that ends it"
run act '2027-01-05 05:00:00' dilnoza withdraw --reason mistake "$id"
has "$out" "already done" "once"
run act '2027-01-05 06:00:00' zarina "do" agreed "$id"
is_exit 77 "and nobody acts any more"
proved "taken back" 0

# ---- terms ----
begin terms --field budget=yes
act '2027-01-04 06:00:00' zarina "do" agreed --step opinions/law "$id" >/dev/null
act '2027-01-04 07:00:00' madina "do" agreed --step opinions/money "$id" >/dev/null
run act '2027-01-05 05:00:00' dilnoza withdraw --reason mistake "$id"
is_exit 77 "too late to be taken back"
run act '2027-01-05 05:00:00' madina extend "$id"
is_exit 64 "two terms may be meant"
has "$err" "--clock answer, --step sign" "and are named"
run act '2027-01-05 05:00:00' zarina extend --clock answer --reason study "$id"
is_exit 77 "not hers to give"
run act '2027-01-05 05:00:00' madina extend --clock answer --reason holidays "$id"
is_exit 65 "no reason of the list"
run act '2027-01-05 05:00:00' madina extend --clock answer --reason study "$id"
is_exit 0 "a month in all"
run edoc-route show -C "$A" "$id"
has "$out" "term answer: until Thu 4 Feb 2027" "from the same beginning"
run act '2027-01-05 05:10:00' madina extend --clock answer --reason study "$id"
has "$out" "already done" "the same line twice extends once"
run act '2027-01-05 05:20:00' madina extend --clock answer --reason study --text more "$id"
is_exit 77 "and only once"
run act '2027-01-05 06:00:00' madina extend --step sign --more 6wd --reason x "$id"
is_exit 77 "more than the route gives"
run act '2027-01-05 06:00:00' madina extend --step sign --more soon --reason x "$id"
is_exit 64 "no term"
run act '2027-01-05 06:00:00' madina extend --step sign --more 2wd --reason x -n "$id"
has "$out" "would be done" "a dry run"
run act '2027-01-05 06:00:00' madina extend --step sign --more 2wd --reason x "$id"
is_exit 0 "two days more"
run edoc-route show -C "$A" "$id"
has "$out" "(sign) since Mon 4 Jan 2027, due Fri 8 Jan 2027" "the step is due later"
run act '2027-01-06 05:00:00' madina resume "$id"
is_exit 77 "what runs is not resumed"
run act '2027-01-06 05:00:00' madina stop --reason rain "$id"
is_exit 65 "no reason to stop"
run act '2027-01-06 05:00:00' madina stop --reason court "$id"
is_exit 0 "a reason to stop"
run edoc-route show -C "$A" "$id"
has "$out" "its term stands still" "and it stands"
run act '2027-01-13 05:00:00' madina resume "$id"
is_exit 0 "a week later"
has "$out" "due Thu 14 Jan 2027" "Thursday to Tuesday did not count"
proved "terms that were moved" 2
json "$out" '[.findings[].code] == ["route.unfinished"]' "and only unfinished"
run edoc-route log -C "$A" "$id"
has "$out" "clock.extended answer to 1mo" "the log tells"
has "$out" "clock.stopped sign" "of each"

# ---- silence ----
here=$id
begin late --field budget=no
act '2027-01-04 06:00:00' zarina "do" agreed --step opinions/law "$id" >/dev/null
act '2027-01-04 07:00:00' zarina "do" reviewed "$id" >/dev/null
act '2027-01-04 08:00:00' zarina "do" agreed --step opinions/files/say "$id" >/dev/null
run edoc-route show -C "$A" --at 2027-02-01T00:00:00Z "$id"
has "$out" "term answer: was over Tue 19 Jan 2027" "a term of the case that is over"
act '2027-02-01 05:00:00' madina "do" signed "$id" >/dev/null
proved "late by the law" 2
json "$out" '[.findings[].code] | sort == ["route.late", "route.overdue", "route.unfinished"]' \
	"the step's term and the law's are told"
id=$here
run on '2027-01-14 18:59:00' edoc-route tick -C "$A"
hasnt "$out" "$id" "the last minute is not silence"
run on '2027-01-14 19:00:00' edoc-route tick -C "$A"
is_exit 0 "midnight is"
has "$out" "sign: unanswered" "the desk says so"
run edoc-route show -C "$A" "$id"
has "$out" "ended: unanswered" "and the case is over"
run on '2027-01-14 19:10:00' edoc-route tick -C "$A"
hasnt "$out" "$id" "once"
proved "silence" 0
json "$out" '.route.entries[-1] | .event == "step.silent" and .actor.kind == "desk"' \
	"by the key of the desk"

# ---- an entry made anew: silence before its time, a term moved further ----
L=META-INF/edoc/ledger
forge() { # SEQ FILTER PEM: the entry with that number changed and signed again; $W/forged.asice
	old=$(unzip -Z1 "$W/out.asice" | grep "$L/0*$1-........[.]json")
	unzip -p "$W/out.asice" "$old" | jq -cSj "$2" >"$W/entry.json"
	when=$(jq -r .time "$W/entry.json" | tr TZ '  ')
	TZ=UTC faketime -f "$when" openssl cms -sign -binary -in "$W/entry.json" -signer "$3" \
		-md sha256 -cades -outform DER -out "$W/entry.cms"
	new=$L/$(printf '%06d' "$1")-$(sha256sum <"$W/entry.json" | cut -c1-8)
	body=$(unzip -Z1 "$W/out.asice" | grep "$L/0*$1-.*body.json") || body=
	set -- "drop:${old%.json}.*" "put:$new.json=$W/entry.json" "put:$new.cms=$W/entry.cms"
	if [ -n "$body" ]; then
		unzip -p "$W/out.asice" "$body" >"$W/body.json"
		set -- "$@" "put:$new.body.json=$W/body.json"
	fi
	python3 "$SRCDIR/tests/rezip.py" "$W/out.asice" "$W/forged.asice" "$@"
	run edoc-route verify --json --trust "$W/trust" --at 2027-03-01T00:00:00Z "$W/forged.asice"
	jq -r '.findings[] | select(.severity == "error") | .code' "$out" | sort -u >"$W/found"
}
last=$(edoc-route log --json -C "$A" "$id" | jq -s 'map(.seq) | max')
forge "$last" . "$A/conf/desk.key"
same "$(cat "$W/found")" "" "nothing changed: as good as before"
forge "$last" '.time = "2027-01-14T18:00:00Z" | del(.late)' "$A/conf/desk.key"
same "$(grep -c route.silence-early "$W/found")" 1 "silence before its time is found"
forge "$last" '.outcome = "signed"' "$A/conf/desk.key"
same "$(grep -c route.outcome "$W/found")" 1 "and another outcome than the route's"
finish
