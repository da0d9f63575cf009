#!/bin/sh
# SPDX-License-Identifier: ISC
# Notices: each person is told once of each thing, in each language, whatever
# is cut short, whoever takes the files.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

export EDOC_CONF="$W/edoc.conf"
notices() { # DESK EVENT: to whom, sorted
	for f in "$1"/notice/new/*.json; do
		[ ! -e "$f" ] || jq -r "select(.event == \"$2\") | .to.person" "$f"
	done | sort | tr '\n' ' '
}
taken() { # a program takes all
	rm -f "$A"/notice/new/* "$B"/notice/new/*
}
count() {
	find "$A/notice" "$B/notice" -type f 2>/dev/null | wc -l
}
echo "lang: en" >"$EDOC_CONF"
ok "two desks" desks
[ -z "${INDEXED-}" ] || { edoc-route index -C "$A" && edoc-route index -C "$B"; } >/dev/null
pack "$W/p.asice"
id=$(as dilnoza submit -C "$A" --route test.order "$W/p.asice")
run edoc-route tick -C "$A"
same "$status $(count)" "0 0" "nobody asked for notices: there are none"
echo "notice: en" >"$EDOC_CONF"
run edoc-route tick -n -C "$A"
same "$status $(count)" "0 0" "a tick that is tried makes none"
run edoc-route tick -C "$A"
is_exit 0 "a tick"
has "$out" "notice submitted to dilnoza: case $(echo "$id" | cut -c1-12)" "tells what it made"
same "$(notices "$A" submitted)" "dilnoza " "the initiator hears that it was taken"
same "$(notices "$A" opened)" "zarina " "the holder of the post that it waits for her"
same "$(count)" 4 "two files each"
f=$(grep -l '"opened"' "$A"/notice/new/*.json)
json "$f" '.format == "edoc-notice/1" and .lang == "en" and .step == "agree" and .to.post == "lawyer" and .to.name == "Zarina Rahimova" and (.due | fromdate) > 0 and .case == "'"$id"'"' "a program is told who, what, until when"
same "$(basename "$f" .json)" "$(jq -r .id "$f")" "the file has the notice's id"
same "$(head -n 1 "${f%.json}.txt")" "A step waits for you" "people read a subject"
same "$(sed -n 2p "${f%.json}.txt")" "" "an empty line"
has "${f%.json}.txt" "case: $id" "and the case"
run edoc-route tick --json -C "$A"
same "$status $(cat "$out") $(count)" "0  4" "a second tick makes none"
taken
run edoc-route tick -C "$A"
same "$(cat "$out")$(count)" "0" "nor after they were taken"

# ---- languages
echo "notice: [en, tg, uz-Cyrl]" >"$EDOC_CONF"
run edoc-route tick --json -C "$A"
is_exit 0 "two more languages"
same "$(jq -r '.cmd + " " + .lang + " " + .to' "$out" | sort | tr '\n' '|')" "notice tg dilnoza|notice tg zarina|notice uz-Cyrl dilnoza|notice uz-Cyrl zarina|" "each once in each language"
same "$(jq -rs 'map(select(.lang == "tg" and .event == "opened") | .subject)[]' "$A"/notice/new/*.json)" "Қадаме шуморо интизор аст" "in Tajik"
same "$(jq -rs 'map(select(.lang == "uz-Cyrl" and .event == "opened") | .subject)[]' "$A"/notice/new/*.json)" "Сизни бир қадам кутмоқда" "in Uzbek"
same "$(jq -rs 'map(select(.lang == "tg" and .event == "opened") | .text)[]' "$A"/notice/new/*.json | grep -c "^масир: Фармоиши байниидоравӣ$")" 1 "with the route's own title"
taken

# ---- on its way, there and back
echo "notice: en" >"$EDOC_CONF"
does zarina agreed -C "$A" "$id" >/dev/null
does madina signed -C "$A" "$id" >/dev/null
does zarina registered -C "$A" "$id" >/dev/null
edoc-route tick -C "$A" >/dev/null
same "$(notices "$A" "done")" "dilnoza dilnoza dilnoza " "the initiator hears of what was done"
same "$(notices "$A" sent)" "dilnoza " "and that it left"
same "$(notices "$A" opened)" "" "what is past waits for nobody"
json "$(grep -l '"sent"' "$A"/notice/new/*.json)" ".number == \"0001/$(TZ=Asia/Dushanbe date +%Y)\" and .about == \"$(edoc-route log --json -C "$A" "$id" | jq -r 'select(.event == "case.sent").entry')\"" "the number and the entry are told"
carry "$A" moliya "$B"
edoc-route tick -C "$B" >/dev/null
same "$(notices "$B" opened)" "farrukh " "the other agency's head, at the other desk; not his deputy"
same "$(notices "$B" submitted)$(notices "$B" received)" "" "whoever began it is told at home alone"
carry "$B" adliya "$A"
taken
edoc-route tick -C "$A" >/dev/null
same "$(notices "$A" received)" "dilnoza " "there that it arrived"
taken
does farrukh executed -C "$B" "$id" >/dev/null
does farrukh archived -C "$B" "$id" >/dev/null
edoc-route tick -C "$B" >/dev/null
same "$(count)" 0 "what has ended waits for nobody"
pack "$W/p2.asice" two
id=$(as dilnoza submit -C "$A" --route test.order "$W/p2.asice")
does zarina agreed -C "$A" "$id" >/dev/null
does madina --reason unlawful refused -C "$A" "$id" >/dev/null
edoc-route tick -C "$A" >/dev/null
same "$(notices "$A" ended)" "dilnoza " "the initiator hears of the end"
taken

# ---- late, and too old
pack "$W/p3.asice" three
id=$(as dilnoza submit -C "$A" --route test.order "$W/p3.asice")
edoc-route tick -C "$A" >/dev/null
taken
if command -v faketime >/dev/null && [ -z "$SAN" ]; then
	faketime -f +8d edoc-route tick -C "$A" >/dev/null
	same "$(notices "$A" late)" "zarina " "who is late is told"
	taken
	faketime -f +9d edoc-route tick -C "$A" >/dev/null
	same "$(count)" 0 "once"
	pack "$W/p4.asice" four
	as dilnoza submit -C "$A" --route test.order "$W/p4.asice" >/dev/null
	faketime -f +40d edoc-route tick -C "$A" >/dev/null
	same "$(count)" 0 "a desk that stood still tells nothing old"
	rm -rf "$A/case/"*/"$id"/note
else
	skip "no faketime here, or a sanitizer that does not bear it" 3
	rm -rf "$A/case/"*/"$id"/note
fi
taken

# ---- several at once; cut short
for i in 1 2 3 4 5 6; do
	edoc-route tick --json -C "$A" >"$W/n$i" 2>&1 &
done
wait
same "$(cat "$W"/n? | jq -r '.event + .case' | sort | uniq -d)" "" "six ticks at once tell each thing once"
ok "and tell it" test "$(cat "$W"/n? | grep -c '"opened"')" -ge 1
same "$(find "$A/notice/wait" -type f | wc -l)" 0 "nothing is left in wait/"
before=$(find "$A/notice/new" -type f | wc -l)
for cut in claimed staged; do
	f=$(find "$A/notice/new" -name '*.json' | head -n 1)
	nid=$(basename "$f" .json)
	mv "$A/notice/new/$nid.json" "$A/notice/new/$nid.txt" "$A/notice/wait/"
	[ $cut = claimed ] || find "$A/case" -name "$nid.json" -delete
	edoc-route tick -C "$A" >/dev/null
	same "$(find "$A/notice/new" -type f | wc -l) $(find "$A/notice/wait" -type f | wc -l)" "$before 0" "cut short when $cut: finished"
done
f=$(find "$A/notice/new" -name '*.json' | head -n 1)
nid=$(basename "$f" .json)
cp "$f" "$A/notice/wait/$nid.json"
rm "$f"
edoc-route tick -C "$A" >/dev/null
nok "a double that came too late is not told" test -e "$f"
nok "and is cleared away" test -e "$A/notice/wait/$nid.json"
# another process was quicker, and died: its files and those of a third wait
f=$(find "$A/notice/new" -name '*.json' | head -n 1)
nid=$(basename "$f" .json)
cp "$f" "$A/notice/wait/$nid.aaaa.json" && echo double >"$A/notice/wait/$nid.aaaa.txt"
mv "$f" "$A/notice/wait/$nid.bbbb.json" && mv "${f%.json}.txt" "$A/notice/wait/$nid.bbbb.txt"
echo half >"$A/notice/wait/$nid.cccc.txt"
edoc-route tick -C "$A" >/dev/null
ok "the one that was claimed is told" test "$f" -ef "$(find "$A/case" -name "$nid.json" -path '*/note/*')"
hasnt "${f%.json}.txt" double "with its own words"
same "$(find "$A/notice/wait" -type f | wc -l)" 0 "and doubles and halves are cleared away"

for line in "notice: de" "notice: [en, de]" "notice: {en: x}" "notice: ''"; do
	echo "$line" >"$EDOC_CONF"
	run edoc-route tick -C "$A"
	is_exit 78 "refused: $line"
done
finish
