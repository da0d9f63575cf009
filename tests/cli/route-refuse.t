#!/bin/sh
# SPDX-License-Identifier: ISC
# What a desk refuses, with which status, and that it then changes nothing.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

files() {
	find "$A" -type f | sort | xargs sha256sum | sha256sum
}
refused() { # EXIT WORD WHAT CMD...: the desk is as it was
	want=$1 word=$2 what=$3
	shift 3
	before=$(files)
	run "$@"
	is_exit "$want" "$what"
	has "$err" "$word" "$what: says \"$word\""
	same "$(files)" "$before" "$what: nothing changed"
}

ok "two desks" desks
pack "$W/p.asice"

# The command line.
refused 64 "nothing is named" "no package" as dilnoza submit -C "$A" --route test.order
refused 64 "needs --route" "no route" as dilnoza submit -C "$A" "$W/p.asice"
refused 64 "at" "no backdating of a submission" as dilnoza submit -C "$A" --at 2026-01-01T00:00:00Z --route test.order "$W/p.asice"
refused 64 "at" "nor of an act" does zarina -C "$A" --at 2026-01-01T00:00:00Z agreed 1234
refused 64 "which case" "an outcome and no case" does zarina -C "$A" agreed
: >"$W/empty"
refused 66 "empty" "an empty list" does zarina -C "$A" --files-from "$W/empty" agreed
refused 66 "empty: the list of cases is empty" "it is named" does zarina -C "$A" --files-from "$W/empty" agreed
refused 66 "the list of cases is empty" "an empty list on stdin" does zarina -C "$A" agreed -
refused 64 "one of the two" "a term by two names" as madina extend -C "$A" --clock x --step agree --reason y 12345678
refused 64 "one of the two" "nor is one stopped so" as madina stop -C "$A" --clock x --step agree --reason y 12345678
refused 64 "one of the two" "or resumed" as madina resume -C "$A" --clock x --step agree 12345678
refused 64 "in the desk itself" "a backup into the desk" edoc-route backup -C "$A" "$A/copy"
refused 64 "in the desk itself" "deeper" edoc-route backup -C "$A" "$A/conf/copy//"
refused 64 "none of portal, post, counter, paper" "services by pigeon" edoc-route services -C "$A" --channel pigeon
run edoc-route init -n -C "$W/c" --agency c
is_exit 0 "init that is only tried"
has "$out" "would be made" "says so"
nok "and makes nothing" test -e "$W/c"
refused 66 "no such case" "no such case" does zarina -C "$A" agreed 12345678
refused 66 "this is no desk" "not a desk" edoc-route inbox -C "$W/nowhere"
refused 78 "where?" "no desk named" edoc-route inbox
refused 64 "agency" "init without an agency" edoc-route init -C "$W/c"
refused 66 "time zone" "init in a zone that is none" edoc-route init -C "$W/c" --agency c --zone Moon/Base
nok "and no folder is left" test -e "$W/c"

refused 66 "no-key" "init with a key that is not there" edoc-route init -C "$W/c" --agency c --key "$W/no-key"
nok "no folder is left" test -e "$W/c"
mkdir "$W/t" && echo "no certificate" >"$W/t/root.pem"
refused 65 "root.pem" "init with an anchor that is none" edoc-route init -C "$W/c" --agency c --trust "$W/t"
nok "nor then" test -e "$W/c"
truncate -s 1T "$W/huge"
refused 65 "larger than" "a file that is too large to install" edoc-route install -C "$A" "$W/huge"
refused 65 "larger than" "to submit" as dilnoza submit -C "$A" --route test.order "$W/huge"

# install: signed by whom, what, and never backwards.
sealed "$W/directory-issuer.pem" "$D/route/order.yaml" "$W/x1.asice"
refused 77 "nobody this desk trusts for a route" "a route by the directory's issuer" edoc-route install -C "$A" "$W/x1.asice"
sealed "$W/route-issuer.pem" "$W/directory.yaml" "$W/x2.asice"
refused 77 "nobody this desk trusts for a directory" "a directory by the routes' issuer" edoc-route install -C "$A" "$W/x2.asice"
edoc-sign new -o "$W/x3.asice" "$D/route/order.yaml" >/dev/null
refused 77 "not installed" "an unsigned route" edoc-route install -C "$A" "$W/x3.asice"
sed 's/basis: made for tests/basis: made again/' "$D/route/order.yaml" >"$W/order.yaml"
sealed "$W/route-issuer.pem" "$W/order.yaml" "$W/x4.asice"
refused 77 "version 1 is not newer than version 1" "another text under the same version" edoc-route install -C "$A" "$W/x4.asice"
sed 's/then: agree/then: nowhere/; s/version: 1/version: 2/' "$D/route/order.yaml" >"$W/order.yaml"
sealed "$W/route-issuer.pem" "$W/order.yaml" "$W/x5.asice"
refused 65 "route.R002" "a route with an error" edoc-route install -C "$A" "$W/x5.asice"
mkdir "$W/d"
sed 's/version: 1/version: 2/; /id: anvar/d; /holder: anvar/d' "$W/directory.yaml" >"$W/d/directory.yaml"
sealed "$W/directory-issuer.pem" "$W/d/directory.yaml" "$W/x6.asice"
refused 77 "person anvar of version 1 is missing" "a directory that forgets somebody" edoc-route install -C "$A" "$W/x6.asice"
refused 65 "no .yaml document" "a package with nothing to install" edoc-route install -C "$A" "$W/p.asice"
refused 65 "" "a file that is no package" edoc-route install -C "$A" "$D/route/order.yaml"

# submit: only what verifies, only by who may.
refused 66 "no such route" "a route that is not installed" as dilnoza submit -C "$A" --route test.other "$W/p.asice"
edoc-sign new -o "$W/u.asice" "$W/order.txt" >/dev/null
refused 77 "not accepted" "an unsigned package" as dilnoza submit -C "$A" --route test.order "$W/u.asice"
edoc-sign sign --key "$K/stranger.p12" --pass-file "$K/pass" -o "$W/s.asice" "$W/order.txt" >/dev/null
refused 77 "NO_CERTIFICATE_CHAIN_FOUND" "a package by a stranger" as dilnoza submit -C "$A" --route test.order "$W/s.asice"
python3 "$SRCDIR/tests/rezip.py" "$W/p.asice" "$W/t.asice" flip:order.txt
refused 77 "TOTAL-FAILED" "a tampered package" as dilnoza submit -C "$A" --route test.order "$W/t.asice"
refused 77 "may not act" "an initiator of another agency" as farrukh submit -C "$A" --route test.order "$W/p.asice"
refused 77 "" "an expired certificate" as expired submit -C "$A" --route test.order "$W/p.asice"
head -c 100 "$W/p.asice" >"$W/cut.asice"
refused 65 "" "a truncated package" as dilnoza submit -C "$A" --route test.order "$W/cut.asice"
run edoc-route submit --key "$K/dilnoza.p12" --pass-file /dev/null -C "$A" --route test.order "$W/p.asice"
is_exit 77 "a wrong passphrase"

# do: role, order, reason.
id=$(as dilnoza submit -C "$A" --route test.order "$W/p.asice")
refused 65 "it has a route ledger already" "a case is not submitted again" sh -c "
	edoc-route verify -C '$A' $id >/dev/null; exit_=\$?
	cp '$W/p.asice' '$W/led.asice'
	python3 '$SRCDIR/tests/rezip.py' '$W/p.asice' '$W/led.asice' 'put:META-INF/edoc/route.yaml=$D/route/order.yaml'
	edoc-route submit --key '$K/dilnoza.p12' --pass-file '$K/pass' -C '$A' --route test.order '$W/led.asice'"
refused 77 'no term "nosuch" is under way; there is --step agree' "a term that is none" as madina extend -C "$A" --step nosuch --reason y "$id"
refused 77 'no term "nosuch" is under way; there is --step agree' "nor a clock" as madina stop -C "$A" --clock nosuch --reason y "$id"
printf '%s\r\n' "$id" >"$W/crlf"
run edoc-route show -C "$A" --files-from "$W/crlf"
is_exit 0 "a list of cases with CR LF"
run edoc-route show -C "$A" "$(echo "$id" | tr a-f A-F)"
is_exit 0 "an id in capitals is the same"
refused 77 "madina may not act as" "the wrong role" does madina -C "$A" agreed "$id"
has "$err" '; "agree" waits for zarina (Zarina Rahimova)' "who could is named"
refused 77 "farrukh may not act as" "somebody of another agency" does farrukh -C "$A" agreed "$id"
refused 77 "nobody of the directory" "somebody whom the directory does not know" does deep -C "$A" agreed "$id"
refused 77 'the open step is "agree"' "the wrong order" does madina -C "$A" --step sign signed "$id"
has "$err" '"agree" waits for zarina (' "and whose turn it is"
refused 77 'the open step is' "an outcome of a later step: its turn has not come" does zarina -C "$A" signed "$id"
bad_utf8=$(printf 'a\303(b')
refused 65 "--reason: not UTF-8" "a reason that is no text" does zarina -C "$A" --reason "$bad_utf8" returned "$id"
refused 65 "--text: not UTF-8" "a text that is none" does zarina -C "$A" --text "$bad_utf8" agreed "$id"
refused 65 "--text: not UTF-8" "nor with a submission" as dilnoza submit -C "$A" --text "$bad_utf8" --route test.order "$W/p.asice"
lines=$(printf 'one\ntwo')
refused 64 "--text: one line" "a text of two lines" does zarina -C "$A" --text "$lines" agreed "$id"
refused 64 "--reason: one line" "or such a reason" does zarina -C "$A" --reason "$lines" returned "$id"
refused 65 "names nobody: no --to madina" "a person where the step names nobody" does zarina -C "$A" --to madina agreed "$id"
refused 65 "needs a reason" "a reason that is missing" does zarina -C "$A" returned "$id"
refused 77 "nothing to send" "nothing is sent before its step" edoc-route send -C "$A" "$id"
shelf=$(dirname "$(echo "$A"/case/*/"$id")")
touch "$A/case/README" "$shelf/notes" && mkdir "$A/case/lost+found"
run edoc-route inbox -C "$A"
is_exit 0 "strays in case/ silence nobody"
has "$out" "waits for lawyer" "what waits is listed"
has "$out" "case/README: no case" "and each stray is named"
has "$out" "/notes: no case" "beside a case too"
has "$out" "case/lost+found: no case" "folders too"
run edoc-route inbox --json -C "$A"
same "$(jq -r 'select(.warning).where' "$out" | wc -l)" 3 "in JSON too"
run edoc-route send -C "$A"
is_exit 0 "send finds its cases as before"
rm -r "$A/case/README" "$shelf/notes" "$A/case/lost+found"
run does zarina -C "$A" --reason "the annex is missing" returned "$id"
is_exit 0 "returned with a reason"
run does dilnoza -C "$A" edited "$id"
is_exit 0 "edited by who submitted"
run does zarina -C "$A" --reason "the annex is missing" returned "$id"
has "$out" "agree: returned" "the second visit of a step is not the first again"
hasnt "$out" "already" "not already done"
run does dilnoza -C "$A" edited "$id"
refused 77 "may happen 2 times" "a third return" does zarina -C "$A" --reason "the annex is missing" returned "$id"
run does zarina -C "$A" agreed "$id"
refused 65 '"no mood" is no reason of "sign"' "a reason that is not on the list" does madina -C "$A" --reason "no mood" refused "$id"
run does madina -C "$A" --reason unlawful refused "$id"
is_exit 0 "refused for a reason of the list"
has "$out" "ended: refused" "which ends the case"
refused 77 "the case has ended" "nothing after the end" does madina -C "$A" signed "$id"
run edoc-route verify -C "$A" "$id"
is_exit 0 "a refusal is a finished procedure"

# A newer format is named.
sed -i 's,edoc-desk/1,edoc-desk/2,' "$A/conf/desk.yaml"
run edoc-route inbox -C "$A"
is_exit 65 "a desk of a newer release"
has "$err" "edoc-desk/2" "names its format"
sed -i 's,edoc-desk/2,edoc-desk/1,' "$A/conf/desk.yaml"

# A log that was meddled with stops the desk from building on it.
log=$(find "$A/case" -path '*/log/000002')
cp "$log" "$W/log"
sed -i 's/returned/agreed/' "$log"
run does madina -C "$A" signed "$id"
is_exit 65 "a changed entry in the log"
cp "$W/log" "$log"
body=$(find "$A/case" -name '*.body.json' | head -n 1)
printf ' ' >>"$body"
run edoc-route log -C "$A" "$id"
is_exit 65 "a changed body"
finish
