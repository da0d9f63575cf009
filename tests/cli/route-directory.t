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

# ---- whom the desk believes
run edoc-route install -C "$A" --trust-list
is_exit 0 "whom the desk believes"
same "$(grep -c sha256 "$out")" 3 "three anchors"
has "$out" "  directory; until" "one for directories"
has "$out" "tsa: nobody is believed" "and nobody for time-stamps"
run edoc-route install -C "$A" --json --trust-list
json "$out" '.purposes == ["route"] or .subject != "CN=route-issuer"' "in JSON"
run edoc-route install -C "$A" --trust-list "$W/directory.asice"
is_exit 64 "that installs nothing"
edoc-route init -C "$W/lonely" --agency x >/dev/null
run edoc-route install -C "$W/lonely" --trust-list
is_exit 1 "a desk that believes nobody"
has "$out" "route: nobody is believed" "says so"

# ---- versions: one text of each, rows only grow
version 1 -e 's/title: Ministry of Finance/title: Finance/'
refused 77 "a fork: version 1 is installed as sha256:$was" "another version 1" 1
version 2 -e "s/^agencies:/previous: sha256:$was\\nagencies:/" \
	-e 's/post: lawyer, holder: zarina/post: lawyer, holder: zarina, until: 2099-12-31/' \
	-e 's/title: Ministry of Finance,/title: Ministry of Finance, changes: [{from: 2026-01-01, transport: courier}],/'
cp "$W/d/directory.yaml" "$W/2.yaml"
run edoc-route install -C "$A" "$W/2.asice"
is_exit 0 "a post that gets an end"
run edoc-route install -C "$A" "$W/2.asice"
is_exit 0 "the same again"
has "$out" "installed already" "is told"
now=$(sha256sum <"$W/d/directory.yaml" | cut -c1-64)
refused 77 "a fork: version 1 is installed as" "the other version 1 still" 1
cp "$W/directory.asice" "$W/old.asice"
refused 77 "version 1 is not newer than version 2" "the old one" old
# ---- sixteen at once: one text wins, the others are told of it
rm -rf "$W/race" && cp -a "$A" "$W/race" && mkdir "$W/s"
for i in 1 2 3 4 5 6 7 8; do
	{ sed -e "s/^version: 2/version: 3/" -e "s/^previous: .*/previous: sha256:$now/" "$W/2.yaml"
		echo "# text $i"; } >"$W/s/directory.yaml"
	sealed "$W/directory-issuer.pem" "$W/s/directory.yaml" "$W/s$i.asice"
done
for i in 1 2 3 4 5 6 7 8; do
	for k in 1 2; do
		(edoc-route install -C "$W/race" "$W/s$i.asice" >"$W/s/o$i$k" 2>"$W/s/e$i$k"
		echo $? >"$W/s/c$i$k") &
	done
done
wait
same "$(find "$W/race/conf/directory" -name '3@*' | wc -l)" 1 "sixteen at once install one version 3"
same "$(cat "$W/s"/c* | sort | uniq -c | tr -s ' ' | tr '\n' ';')" " 2 0; 14 77;" "two of them that one"
same "$(grep -l 'a fork: version 3' "$W/s"/e* | wc -l)" 14 "the others are told of a fork"
same "$(cat "$W/s"/o* | grep -c 'installed already')" 1 "and one that it was there"
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

# ---- the transport that the directory names
pack "$W/t.asice" transport
case=$(as dilnoza submit -C "$A" --route test.order "$W/t.asice")
does zarina agreed -C "$A" "$case" >/dev/null
does madina signed -C "$A" "$case" >/dev/null
does zarina registered -C "$A" "$case" >/dev/null
cat >"$W/courier" <<END
#!/bin/sh
echo "\$0 \$EDOC_AGENCY" >>"$W/took"
END
chmod +x "$W/courier"
for name in all own; do cp "$W/courier" "$W/$name"; done
took() { # CONF: by which program the case leaves
	echo "transport: $1" >"$W/edoc.conf"
	rm -f "$W/took"
	shift
	run edoc-route send "$@" --config "$W/edoc.conf" -C "$A" "$case"
	is_exit 0 "sent by $(cat "$W/edoc.conf")"
}
took "{adliya: $W/own, courier: $W/courier}"
same "$(cat "$W/took")" "$W/courier moliya" "the one of that name"
took "$W/all" --again
same "$(cat "$W/took")" "$W/all moliya" "without it, the one for all"
took "{moliya: $W/own, courier: $W/courier}" --again
same "$(cat "$W/took")" "$W/own moliya" "the agency's own comes first"

# ---- what the verbs say
cat >"$W/old.yaml" <<'END'
format: edoc-directory/1
version: 5
agencies:
  - {id: hukumat, title: Government}
  - id: moliya
    title: Finance
    ids: {stir: 201122919}
    parent: hukumat
    links: [adliya]
    transport: xroad
    changes:
      - {from: 2026-04-01, state: blocked, reason: audit}
      - {from: 2026-05-01, state: active, title: Finance and Budget}
    desk-keys:
      - {sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, until: 2026-05-01}
  - {id: adliya, title: Justice, parent: hukumat}
people:
  - id: karim
    name: Karim
    ids: {pinfl: 31503860540012}
    changes: [{from: 2026-05-01, name: Karim Rahimov}]
    certificates:
      - {sha256: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb}
  - {id: zulfiya, name: Zulfiya}
posts:
  - {agency: moliya, unit: hr, post: head, holder: karim, until: 2026-05-31}
  - {agency: moliya, post: deputy, holder: zulfiya}
deputies:
  - {agency: moliya, unit: hr, post: head, person: zulfiya, from: 2026-03-01,
     until: 2026-06-15, basis: order 12}
END
cd "$W" || exit 1
run edoc-route directory check old.yaml directory.asice
is_exit 0 "a file and a package"
has "$out" "old.yaml: directory 5: 3 agencies, 2 people, 2 posts, 1 deputies; sha256:$(sha256sum <old.yaml | cut -c1-64)" "what it is"
has "$out" "directory.asice: directory 1: 2 agencies, 5 people" "and the other"
run edoc-route directory check --json old.yaml
json "$out" '.cmd == "directory check" and .version == 5 and .deputies == 1 and (has("previous") | not)' "in JSON"
run edoc-route directory check "$D/route/order.yaml"
is_exit 65 "a route is none"
run edoc-route directory check "$W/route.asice"
is_exit 65 "nor is one in a package"
has "$err" "it carries a route" "it says so"
run edoc-route directory check nothing.yaml
is_exit 66 "a file that is not there"
run edoc-route directory check
is_exit 64 "none"
sed 's/parent: hukumat}/parnet: hukumat}/' old.yaml >slip.yaml
run edoc-route directory check slip.yaml old.yaml
is_exit 65 "a slip of the pen"
has "$err" 'slip.yaml:16:34' "has a place"
has "$err" 'parent' "and the key that is meant"
has "$out" "old.yaml: directory 5" "the other file is told all the same"

may=2026-05-01T12:00:00Z
run edoc-route directory show --file old.yaml --at $may moliya
is_exit 0 "an agency"
for line in "moliya  Finance and Budget" "  active since 2026-05-01" "  stir 201122919" "  under hukumat" \
	"  beside adliya" "  transport xroad" "  hr/head  Karim Rahimov (karim) until 2026-05-31" \
	"deputy Zulfiya (zulfiya) from 2026-03-01 until 2026-06-15, order 12"; do
	has "$out" "$line" "it says: $line"
done
hasnt "$out" "not on that day" "the key's last day"
run edoc-route directory show --file old.yaml --at 2026-05-02T00:00:00Z moliya
has "$out" "desk key aaaaaaaaaaaaaaaa... until 2026-05-01, not on that day" "and the day after"
run edoc-route directory show --file old.yaml --at 2026-04-30T23:59:59Z moliya
has "$out" "  blocked since 2026-04-01: audit" "a second before it was blocked"
has "$out" "moliya  Finance" "under its old title"
run edoc-route directory show --file old.yaml --at $may --json stir:201122919 pinfl:31503860540012
json "$out" 'if has("agency") then .agency == "moliya" and .state == "active" and .posts[0].person == "karim"
	and .deputies[0].basis == "order 12" and .desk_keys[0].in_force
	else .person == "karim" and .name == "Karim Rahimov" and .ids.pinfl == "31503860540012" end' "by single identifiers, in JSON"
run edoc-route directory show --file old.yaml
same "$(grep -c '^[a-z]' "$out")" 3 "all agencies"
run edoc-route directory show --file old.yaml nobody karim
is_exit 66 "somebody who is not there"
has "$out" "Karim Rahimov (karim)" "the other is told"
run edoc-route directory show -C "$A" zarina
has "$out" "adliya/lawyer until 2099-12-31" "by the desk's own directory"
run edoc-route directory show
is_exit 78 "which directory?"

run edoc-route directory who --file old.yaml --at $may head
is_exit 0 "who may act"
same "$(cat "$out")" "Karim Rahimov (karim), moliya/hr/head until 2026-05-31
Zulfiya (zulfiya), moliya/hr/head, deputy for karim, order 12 from 2026-03-01 until 2026-06-15; no certificate on that day: may not act" "the holder, then the deputy"
for post in moliya/head moliya/hr/head; do
	run edoc-route directory who --json --file old.yaml --at $may $post
	json "$out" '.person == "karim" and .certificate or .deputy and .for == "karim"' "$post, in JSON"
done
for post in moliya/it/head adliya/head hed moliya/deputy; do
	run edoc-route directory who --file old.yaml --at $may $post
	is_exit 1 "nobody: $post"
done
run edoc-route directory who --file old.yaml --at 2026-04-30T00:00:00Z head
is_exit 1 "nobody while the agency is blocked"
run edoc-route directory who --file old.yaml --at $may molia/head
is_exit 66 "no such agency"
run edoc-route directory who --file old.yaml
is_exit 64 "who?"
run edoc-route directory who -C "$A" --route test.order lawyer
has "$out" "Zarina Rahimova (zarina), adliya/lawyer" "a role of an installed route"
run edoc-route directory who --file "$W/directory.yaml" --route "$D/route/order.yaml" lawyer
has "$out" "Zarina Rahimova (zarina), adliya/lawyer" "of a file"
run edoc-route directory who -C "$A" --route test.order lawer
is_exit 66 "no such role"
run edoc-route directory who -C "$A" --route test.other lawyer
is_exit 66 "no such route"

sed -e 's/version: 5/version: 6/' -e 's/until: 2026-05-31/until: 2026-05-30/' old.yaml >new.yaml
run edoc-route directory diff old.yaml new.yaml
is_exit 0 "an earlier end"
same "$(cat "$out")" "  ended post moliya/hr/head karim, until: 2026-05-31 -> 2026-05-30" "is all"
run edoc-route directory check --against old.yaml new.yaml
is_exit 0 "and may be"
sed -i 's/title: Justice/title: Law/' new.yaml
run edoc-route directory diff old.yaml new.yaml
is_exit 1 "another title"
has "$out" "! changed agency adliya, title: Justice -> Law" "is marked"
run edoc-route directory diff --json old.yaml new.yaml
json "$out" 'if .kind == "agency" then .may == false and .was == "Justice" else .may and .how == "ended" end' "in JSON"
run edoc-route directory check --against old.yaml new.yaml
is_exit 77 "and may not be"
run edoc-route directory check --against new.yaml old.yaml
is_exit 77 "nor what is older"
run edoc-route directory diff old.yaml
is_exit 64 "diff with what?"
run edoc-route directory
is_exit 64 "directory what?"

# ---- the schema and the reader agree; JSON is YAML, too
# shellcheck disable=SC2317 # called by ok
schema() { python3 "$SRCDIR/tests/check-schema.py" "$SRCDIR/profiles/schemas/directory.schema.json" "$1"; }
a='"id":"a","title":"A"' k=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
both() { # take|refuse AGENCY [PEOPLE] [POSTS] [MORE]
	echo "{\"format\":\"edoc-directory/1\",\"version\":1,\"agencies\":[{$2}],\"people\":[${3-}],\"posts\":[${4-}]${5-}}" >j.yaml
	run edoc-route directory check j.yaml
	if [ "$1" = take ]; then
		is_exit 0 "taken: $2 ${3-} ${4-} ${5-}"
		ok "by the schema" schema j.yaml
	else
		is_exit 65 "refused: $2 ${3-} ${4-} ${5-}"
		nok "by the schema" schema j.yaml
	fi
}
both take "$a"
both take "$a,\"ids\":{\"stir\":\"201122919\",\"other\":\"A-1\"},\"transport\":\"mail\""
both take "$a,\"changes\":[{\"from\":\"2026-01-01\",\"state\":\"active\",\"parent\":\"\",\"links\":[]}]"
both take "$a,\"desk-keys\":[{\"sha256\":\"$k\",\"from\":\"2026-01-01\",\"rotation\":\"sha256:$k\"}]"
both take "$a" "{\"id\":\"p\",\"name\":\"P\",\"changes\":[{\"from\":\"2026-01-01\",\"name\":\"Q\"}]}" \
	'{"agency":"a","post":"x","holder":"p"}' \
	',"deputies":[{"agency":"a","post":"x","person":"p","from":"2026-01-01","basis":"order"}]'
both refuse '"id":"A","title":"A"'
both refuse '"id":"a"'
both refuse "$a,\"titel\":\"x\""
both refuse "$a,\"ids\":{\"stir\":\"20112291\"}"
both refuse "$a,\"ids\":{\"other\":\"A 1\"}"
both refuse "$a,\"parent\":\"\""
both refuse "$a,\"links\":\"a\""
both refuse "$a,\"transport\":\"a b\""
both refuse "$a,\"changes\":[{\"state\":\"active\"}]"
both refuse "$a,\"changes\":[{\"from\":\"2026-01-01\",\"state\":\"open\"}]"
both refuse "$a,\"desk-keys\":[{\"sha256\":\"$k\",\"rotation\":\"$k\"}]"
both refuse "$a,\"desk-keys\":[{\"sha256\":\"aa\"}]"
both refuse "$a" '{"id":"p"}'
both refuse "$a" '{"id":"p","name":"P","certificates":[{"basis":"x"}]}'
both refuse "$a" '{"id":"p","name":"P"}' '{"agency":"a","holder":"p"}'
both refuse "$a" '{"id":"p","name":"P"}' '{"agency":"a","post":"x","holder":"p"}' \
	',"deputies":[{"agency":"a","post":"x","person":"p","from":"2026-01-01"}]'
both refuse "$a" '' '' ',"previous":"sha256:a"'

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
# A directory of a nation; routes and calendars stay small.
cat >"$W/nation.py" <<'END'
import hashlib, re, sys

text = open(sys.argv[1]).read()
version = int(re.search(r"^version: (\d+)", text, re.M).group(1))
was = "previous: sha256:%s\n" % hashlib.sha256(text.encode()).hexdigest()
text = re.sub(r"^previous: .*\n", "", text, count=1, flags=re.M)
text = re.sub(r"^version: .*\n", "version: %d\n" % (version + 1) + was, text, count=1, flags=re.M)
rows = "".join('  - {id: citizen-%d, name: Name %d, certificates: [{sha256: "%s"}]}\n'
               % (i, i, hashlib.sha256(b"%d" % i).hexdigest()) for i in range(4000))
held = "".join("  - {agency: moliya, unit: unit %d, post: officer, holder: citizen-%d}\n" % (i % 40, i)
               for i in range(4000))
print(text.replace("posts:\n", rows + "posts:\n" + held, 1), end="")
END
newest=$(find "$A/conf/directory" -name '[0-9]*@*.asice' | sort -V | tail -1)
unzip -p "$newest" '*.yaml' >"$W/newest.yaml"
python3 "$W/nation.py" "$W/newest.yaml" >"$W/nation.yaml"
ok "it is larger than a route may be" test "$(wc -c <"$W/nation.yaml")" -gt 500000
sealed "$W/directory-issuer.pem" "$W/nation.yaml" "$W/nation.asice"
run edoc-route install -C "$A" "$W/nation.asice"
is_exit 0 "4,000 more people are installed"
run edoc-route directory who -C "$A" moliya/"unit 7"/officer
is_exit 0 "and found"
same "$(grep -c "citizen-" "$out")" 100 "each of them"
{
	cat "$D/route/order.yaml"
	yes '# nothing that a route needs' | head -c 300000
	echo
} >"$W/long.yaml"
sealed "$W/route-issuer.pem" "$W/long.yaml" "$W/long.asice"
run edoc-route install -C "$A" "$W/long.asice"
is_exit 65 "a route of 300 KB is none"
has "$err" "may have 262144 bytes" "it says how long one may be"
finish
