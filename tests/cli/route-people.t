#!/bin/sh
# SPDX-License-Identifier: ISC
# Who acts: named by a step, in somebody's place, in place of somebody.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

ok "two desks" desks
{
	directory 2 "{agency: adliya, post: officer, holder: farrukh}"
	echo "  - {agency: adliya, post: officer, holder: anvar}"
	echo "  - {agency: adliya, post: officer, holder: zarina}"
	echo "  - {agency: moliya, post: officer, holder: dilnoza}"
} >"$W/directory.yaml"
cat >"$W/people.yaml" <<END
format: edoc-route/1
route: test.people
version: 1
title: {en: A resolution and its executor}
calendar: test
zone: Asia/Dushanbe
roles:
  author: {party: initiator}
  head: {agency: adliya, post: head}
  executor: {set-by: resolve, post: officer}
  control: {agency: adliya, post: clerk}
separate: [[executor, control]]
steps:
  - {id: resolve, do: resolve, by: head, within: 2wd}
  - id: execute
    do: execute
    by: executor
    within: 5wd
    delegate: {depth: 1, keep: responsible}
  - id: release
    do: review
    by: control
    within: 3wd
    outcomes:
      released: {}
      returned: {then: execute, reason: required, times: 2}
  - {id: archive, do: archive, by: control, within: 5wd, end: executed}
END
run edoc-route lint "$W/people.yaml"
is_exit 0 "the route has no fault"
same "$(cat "$out")" "" "and nothing is said of it"
sed 's/set-by: resolve/set-by: resolved/' "$W/people.yaml" >"$W/bad.yaml"
run edoc-route lint "$W/bad.yaml"
is_exit 65 "a role that no step sets"
has "$err" 'bad.yaml:10:22: there is no step "resolved"; the nearest one is "resolve"' "line, column, nearest"
sealed "$W/route-issuer.pem" "$W/people.yaml" "$W/people.asice"
sealed "$W/directory-issuer.pem" "$W/directory.yaml" "$W/d2.asice"
run edoc-route install -C "$A" "$W/people.asice" "$W/d2.asice"
is_exit 0 "installed"
fresh() { # TEXT: a case; $id
	pack "$W/$1.asice" "$1"
	id=$(as dilnoza submit -C "$A" --route test.people "$W/$1.asice")
}

# A step names who does the next one.
fresh one
run does madina -C "$A" resolved "$id"
is_exit 65 "nobody is named"
has "$err" 'the step "resolve" says who is "executor"' "what is missing"
has "$err" "--to" "and how to give it"
run does madina -C "$A" --to nobody resolved "$id"
is_exit 66 "who is in no directory"
run does madina -C "$A" --to madina resolved "$id"
is_exit 77 "who does not fit"
has "$err" 'madina can not be "executor" today: that person holds no post that fits' "why"
run does madina -C "$A" --to dilnoza resolved "$id"
is_exit 77 "who fits at another agency alone"
has "$err" 'dilnoza can not be "executor" today: the step "execute" is done at adliya, and the post is one of moliya' "why"
run does madina -C "$A" --to officer@moliya resolved "$id"
is_exit 77 "nor a post of that agency"
has "$err" 'is done at adliya' "why"
run does madina -C "$A" -n --to farrukh resolved "$id"
is_exit 0 "dry"
has "$out" "resolve: resolved, executor: farrukh (would be done)" "what would be done"
run does madina -C "$A" --to farrukh --to anvar resolved "$id"
is_exit 0 "two are named"
has "$out" "waits for farrukh of adliya with anvar (execute)" "the first one answers"
run does madina -C "$A" --to farrukh --to anvar resolved "$id"
is_exit 0 "the same line again"
has "$out" "(already done)" "does it once"
run does madina -C "$A" --to anvar resolved "$id"
is_exit 77 "another line is another act"
for who in farrukh anvar; do
	run as "$who" inbox -C "$A"
	has "$out" "waits for farrukh" "the inbox of $who has it"
done
run as zarina inbox -C "$A"
same "$(cat "$out")" "" "that of another officer has not"
run does anvar -C "$A" executed "$id"
is_exit 77 "who is named beside him does not answer"
run does zarina -C "$A" executed "$id"
is_exit 77 "nor does another officer"
run edoc-route show -C "$A" --json "$id"
is_exit 0 "show"
same "$(jq -r .waits.person "$out")" farrukh "JSON: whom it waits for"
same "$(jq -c '.entries[1].assign' "$out")" '[{"agency":"adliya","person":"farrukh","role":"executor"},{"agency":"adliya","person":"anvar","role":"executor"}]' "JSON: whom the entry names"
run does farrukh -C "$A" --to anvar executed "$id"
is_exit 65 "a step that names nobody"
has "$err" "names nobody: no --to anvar" "is told so"
run does farrukh -C "$A" executed "$id"
is_exit 0 "who is named acts"
run does zarina -C "$A" --reason incomplete returned "$id"
is_exit 0 "the controller returns it"
has "$out" "waits for farrukh" "to the same one"
run edoc-route log -C "$A" "$id"
has "$out" "resolve: resolved, executor: farrukh, anvar, by Madina Haqnazarova" "log"
run edoc-route export -C "$A" -o "$W/one.asice" "$id"
run edoc-route verify --trust "$W/trust" --json "$W/one.asice"
is_exit 2 "a verifier sees an unfinished procedure"
hasnt "$out" '"route.assign' "and no fault in it"

# By post, and four eyes.
fresh two
run does madina -C "$A" --to executor=officer@adliya resolved "$id"
is_exit 0 "a post is named"
run does zarina -C "$A" executed "$id"
is_exit 0 "one of its holders acts"
run does zarina -C "$A" released "$id"
is_exit 77 "and does not control himself"
has "$err" 'acted as "executor"' "four eyes"

# Handed on, for a visit and until a day.
fresh three
run does madina -C "$A" --to farrukh resolved "$id"
run as anvar delegate -C "$A" --to zarina "$id"
is_exit 77 "who may not act hands nothing on"
run as farrukh delegate -C "$A" "$id"
is_exit 64 "to whom?"
run as farrukh delegate -C "$A" --to moliya "$id"
is_exit 64 "an agency is nobody"
run as farrukh delegate -C "$A" --to officer@adliya "$id"
is_exit 64 "nor is a post of several"
has "$err" "several people hold that post" "it says so"
run as farrukh delegate -C "$A" --to anvar --until 2000-01-01 "$id"
is_exit 77 "a day that is over"
run as farrukh delegate -C "$A" --to farrukh "$id"
is_exit 77 "to himself"
run as farrukh delegate -C "$A" -n --to specialist@adliya --until 2999-12-31 "$id"
is_exit 0 "dry"
has "$out" "execute: handed on to dilnoza until 2999-12-31 (would be done)" "the holder of a post"
run as farrukh delegate -C "$A" --to dilnoza --until 2999-12-31 "$id"
is_exit 0 "handed on"
has "$out" "handed on by farrukh to dilnoza until 2999-12-31" "told"
run as farrukh delegate -C "$A" --to dilnoza --until 2999-12-31 "$id"
is_exit 0 "the same line again"
has "$out" "(already done)" "does it once"
run as dilnoza inbox -C "$A"
has "$out" "waits for farrukh" "it is in her inbox"
echo "notice: en" >"$W/notice.conf"
run edoc-route tick -C "$A" --config "$W/notice.conf"
has "$out" "notice opened to dilnoza: case $(echo "$id" | cut -c1-12)" "she is told"
has "$out" "notice opened to farrukh: case $(echo "$id" | cut -c1-12)" "and who answers for it"
hasnt "$out" "to zarina: case $(echo "$id" | cut -c1-12)" "no other officer is"
run as dilnoza delegate -C "$A" --to anvar "$id"
is_exit 77 "not further than the route lets it"
has "$err" 'may be handed on 1 times, not 2' "which says how far"
run edoc-route show -C "$A" --json "$id"
same "$(jq -c .waits.delegated "$out")" '[{"from":"farrukh","to":"dilnoza","until":"2999-12-31"}]' "JSON of show"
run edoc-route log -C "$A" --json "$id"
same "$(tail -n 1 "$out" | jq -c '[.event,.step,.visit,.delegate]')" '["step.delegated","execute",1,{"person":"dilnoza","until":"2999-12-31"}]' "JSON of log"
run does dilnoza -C "$A" executed "$id"
is_exit 0 "she does it"
run edoc-route log -C "$A" "$id"
has "$out" "execute: handed on to dilnoza until 2999-12-31, by Farrukh Ghafurov" "log: handed on"
has "$out" "execute: executed, by Dilnoza Karimova, specialist of adliya, for Farrukh Ghafurov" "log: done for him"
run as zarina delegate -C "$A" --to anvar "$id"
is_exit 77 "a step that the route keeps in its hands"
has "$err" 'the step has no "delegate:"' "and which key would let it"
run edoc-route export -C "$A" -o "$W/three.asice.out" "$id"
run edoc-route verify --trust "$W/trust" --json "$W/three.asice.out"
is_exit 2 "a verifier follows it"
hasnt "$out" '"route.delegate' "and finds nothing"

# Given to another.
fresh four
run does madina -C "$A" --to farrukh resolved "$id"
run as madina reassign -C "$A" --to anvar "$id"
is_exit 64 "no reason"
run as zarina reassign -C "$A" --to anvar --reason ill "$id"
is_exit 77 "by somebody else"
run as madina reassign -C "$A" --to dilnoza --reason ill "$id"
is_exit 77 "to who does not fit"
run as madina reassign -C "$A" --to anvar --reason ill --json "$id"
is_exit 0 "given to another"
same "$(jq -c '[.cmd,.event,.reason,.assign[0].person,.waits.person]' "$out")" '["reassign","step.reassigned","ill","anvar","anvar"]' "JSON"
run as madina reassign -C "$A" --to anvar --reason ill "$id"
is_exit 0 "the same line again"
has "$out" "execute: given to another, executor: anvar (already done)" "does it once"
run does farrukh -C "$A" executed "$id"
is_exit 77 "the one before may not act"
run does anvar -C "$A" executed "$id"
is_exit 0 "the other one may"
run as madina reassign -C "$A" --to zarina --reason ill "$id"
is_exit 77 "where no step set it, and the route lets nobody"
run edoc-route verify -C "$A" --json "$id"
is_exit 2 "a verifier follows that too"
hasnt "$out" '"route.reassign' "and finds nothing"
finish
