#!/bin/sh
# SPDX-License-Identifier: ISC
# The directory: what is installed, what is refused, who acts while it lasts.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

ok "two desks" desks
was=$(sha256sum <"$W/directory.yaml" | cut -c1-64)
mkdir "$W/d"

issue() { # N: $W/d/directory.yaml as $W/N.asice
	rm -f "$W/$1.asice"
	sealed "$W/directory-issuer.pem" "$W/d/directory.yaml" "$W/$1.asice"
}
version() { # N [SED...]: version N of the directory, changed so
	number=$1
	shift
	sed -e "s/^version: 1/version: $number/" "$@" "$W/directory.yaml" >"$W/d/directory.yaml"
	issue "$number"
}
installed() { ls "$A/conf/directory"; }
refused() { # EXIT WORD WHAT N: as installed before
	before=$(installed)
	run edoc-route install -C "$A" "$W/$4.asice"
	is_exit "$1" "$3"
	has "$err" "$2" "it says why"
	same "$(installed)" "$before" "and nothing is installed"
}

# ---- versions: one text of each, rows only grow
version 1 -e 's/title: Ministry of Finance/title: Finance/'
refused 77 "a fork: version 1 is installed as sha256:$was" "another version 1" 1
version 2 -e "s/^agencies:/previous: sha256:$was\\nagencies:/" \
	-e 's/post: lawyer, holder: zarina/post: lawyer, holder: zarina, until: 2099-12-31/'
run edoc-route install -C "$A" "$W/2.asice"
is_exit 0 "a post that gets an end"
run edoc-route install -C "$A" "$W/2.asice"
is_exit 0 "the same again"
has "$out" "installed already" "is told"
now=$(sha256sum <"$W/d/directory.yaml" | cut -c1-64)
refused 77 "a fork: version 1 is installed as" "the other version 1 still" 1
cp "$W/directory.asice" "$W/old.asice"
refused 77 "version 1 is not newer than version 2" "the old one" old
cp "$W/d/directory.yaml" "$W/directory.yaml"
grow() { # N SED...: from version 2
	number=$1
	shift
	sed -e "s/^version: 2/version: $number/" -e "s/^previous: .*/previous: sha256:$now/" "$@" \
		"$W/directory.yaml" >"$W/d/directory.yaml"
	issue "$number"
}
grow 3 -e '/^previous/d'
refused 65 "it does not say what came before it" "the past is left out" 3
grow 3 -e "s/^previous: .*/previous: sha256:$was/"
refused 77 "a fork: it follows sha256:$was" "another past" 3
grow 3 -e 's/until: 2099-12-31/until: 2100-01-01/'
refused 77 "post adliya/lawyer zarina: \"until\" was \"2099-12-31\"" "a later end" 3
grow 3 -e 's/name: Madina Haqnazarova/name: Madina Other/'
refused 77 "person madina: \"name\" was \"Madina Haqnazarova\"" "another name" 3
grow 3 -e '/post: clerk, holder: zarina/d'
refused 77 "post adliya/clerk zarina of version 2 is missing" "a post that is gone" 3
grow 3 -e "s/sha256: $(digest "$B/conf/desk.crt")/sha256: $(digest "$W/madina.crt" | tr a-f b-fa)/"
refused 77 "desk key moliya" "another desk key in its place" 3
grow 3 -e 's/id: anvar,/id: anwar,/; s/holder: anvar/holder: anwar/'
refused 77 "person anvar of version 2 is missing" "another id" 3
for slip in 's/agency: adliya, post: head/agency: adlia, post: head/' 's/^posts:/pots:/'; do
	sed -e "s/^version: 2/version: 3/" -e "$slip" "$W/directory.yaml" >"$W/d/directory.yaml"
	issue 3
	refused 65 "directory.yaml:" "a slip of the pen" 3
done

# ---- an agency is blocked from a day on
day() { TZ=Asia/Dushanbe date -d "$1" +%Y-%m-%d; }
# shellcheck disable=SC2317 # called by run
at() { # TIME CMD...
	when=$(TZ=UTC date -d "$1" '+%Y-%m-%d %H:%M:%S')
	shift
	TZ=UTC faketime -f "@$when" "$@"
}
# shellcheck disable=SC2317 # called by run
acts() { # TIME WHO OUTCOME CASE
	at "$1" edoc-route "do" -C "$A" --key "$K/$2.p12" --pass-file "$K/pass" "$3" "$4"
}
pack "$W/p.asice"
id=$(as dilnoza submit -C "$A" --route test.order "$W/p.asice")
day3=$(day '3 days')
grow 3 -e "s/title: Ministry of Justice,/title: Ministry of Justice, changes: [{from: $day3, state: blocked, reason: reform}],/"
run edoc-route install -C "$A" "$W/3.asice"
is_exit 0 "an agency is blocked in three days"
if faketime -f '+1d' true 2>/dev/null && [ -z "${SAN:-}" ]; then
	run acts "$day3 00:00:00 +0500" zarina agreed "$id"
	is_exit 77 "its people do not act on that day"
	has "$err" "the agency adliya is blocked since $day3 (reform)" "by which rule, and since when"
	run at "$day3 00:00:00 +0500" edoc-route inbox -C "$A" --who "$W/zarina.crt"
	hasnt "$out" "waits for lawyer" "nothing waits for them"
	pack "$W/q.asice" two
	run at "$day3 00:00:00 +0500" edoc-route submit -C "$A" --key "$K/dilnoza.p12" --pass-file "$K/pass" --route test.order "$W/q.asice"
	is_exit 77 "nor do they submit"
	run at "$day3 23:59:59 +0500 yesterday" edoc-route inbox -C "$A" --who "$W/zarina.crt"
	has "$out" "waits for lawyer" "a second before it did"
	run acts "$day3 23:59:59 +0500 yesterday" zarina agreed "$id"
	is_exit 0 "and they may"
	run at "$day3 12:00:00 +0500" edoc-route verify -C "$A" "$id"
	hasnt "$out" "route.agency" "what was done before stays good"
	hasnt "$out" "blocked" "and nothing is said of it"

	# ---- an edited directory, by the issuer's own key, put into the desk past install
	cp "$W/d/directory.yaml" "$W/directory.yaml"
	sed -e 's/^version: 3/version: 4/' -e '/^previous/d' \
		-e 's/agency: adliya, post: head, holder: madina/agency: adliya, post: head, holder: anvar/' \
		"$W/directory.yaml" >"$W/d/directory.yaml"
	issue 4
	sneak=$A/conf/directory/4@$(sha256sum "$W/d/directory.yaml" | cut -c1-64).asice
	run acts "$day3 23:59:59 +0500 yesterday" anvar signed "$id"
	is_exit 77 "he is no head"
	cp "$W/4.asice" "$sneak"
	run acts "$day3 23:59:59 +0500 yesterday" anvar signed "$id"
	is_exit 0 "until the directory is edited"
	run at "$day3 12:00:00 +0500" edoc-route verify -C "$A" "$id"
	is_exit 1 "which anybody finds"
	has "$out" "the directory was edited: post adliya/head madina of version 3 is otherwise in version 4" "with the row"
	run at "$day3 12:00:00 +0500" edoc-route verify -C "$A" --json "$id"
	json "$out" '[.findings[].code] | index("directory.changed") != null' "in JSON too"
	run acts "$day3 23:59:59 +0500 yesterday" zarina registered "$id"
	is_exit 65 "and nobody acts on it any more"
	rm "$sneak"
else
	skip "no faketime here" 14
fi
finish
