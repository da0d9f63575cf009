#!/bin/sh
# SPDX-License-Identifier: ISC
# A desk says how far everything is: once a day, chained, time-stamped, and a
# package takes along what proves when its entries were made.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"
. "$SRCDIR/tests/pki.sh"

ok "two desks" desks
cp "$PKI/edoc.conf" "$W/tsa.conf"
printf 'tsa: state\ntsas: {state: "%s/tsa"}\n' "$URL" >>"$W/tsa.conf"
mkdir -p "$A/conf/trust/tsa" && cp "$PKI/root.pem" "$A/conf/trust/tsa/"
submitted() { # NAME: $id
	pack "$W/$1.asice" "$1"
	id=$(as dilnoza submit -C "$A" --route test.order "$W/$1.asice")
}
newest() { # of the checkpoints, its file
	find "$A/head" -name '0?????' | sort | tail -n 1
}
ref() { # FILE: its digest
	sha256sum "$1" | cut -c1-64
}
submitted one
one=$id

# ---- once a day, and by hand
run edoc-route tick -n -C "$A"
is_exit 0 "a tick that is tried"
ok "makes none" test ! -e "$A/head"
run edoc-route tick -C "$A"
same "$status $(cat "$out" "$err")" "0 " "a tick makes one, and has nothing to tell"
run edoc-route tick -C "$A"
same "$(find "$A/head" -name '0?????' | wc -l)" 1 "and one a day is enough"
first=$(newest)
json "$first" '.format == "edoc-checkpoint/1" and .agency == "adliya" and .seq == 1 and .size == 1 and .previous == null and .stamp == null' "it says whose it is"
ok "others can check its signature" openssl cms -verify -binary -inform DER -in "$A/head/$(ref "$first").cms" \
	-content "$first" -CAfile "$A/conf/desk.crt" -purpose any -out /dev/null
leaf=$(cat "$A/head/$(ref "$first").leaves")
same "$(printf '\000%s' "$leaf" | sha256sum | cut -c1-64)" "$(jq -r .root "$first")" "the root of one leaf is that leaf (RFC 9162)"
same "$leaf" "{\"case\":\"$one\",\"entries\":1,\"heads\":[\"sha256:$(sha256sum "$A/case/"*/"$one/log/000001" | cut -c1-64)\"]}" "which holds the head of the case"
does zarina agreed -C "$A" "$one" >/dev/null
same "$(jq -r .checkpoint "$A/case/"*/"$one/log/000001")" null "the first entry knew none"
same "$(jq -r .checkpoint "$A/case/"*/"$one/log/000002")" "sha256:$(ref "$first")" "the next one quotes it"
run edoc-route checkpoint -n -C "$A"
is_exit 0 "one can be tried"
has "$out" "would be made: " "and is told"
has "$out" "checkpoint 2 of" "by its number"
hasnt "$out" "sha256:" "it has no digest yet"
same "$(find "$A/head" -name '0?????' | wc -l)" 1 "but not made"
submitted two
two=$id
run edoc-route checkpoint --json -C "$A"
json "$out" '.cmd == "checkpoint" and .seq == 2 and .size == 2 and .made and (.stamped | not)' "another by hand"
second=$(newest)
same "$(jq -r .previous "$second")" "sha256:$(ref "$first")" "it quotes the one before"
a=$(printf '\000%s' "$(grep "$one" "$A/head/$(ref "$second").leaves")" | sha256sum | cut -c1-64)
b=$(printf '\000%s' "$(grep "$two" "$A/head/$(ref "$second").leaves")" | sha256sum | cut -c1-64)
pair=$a$b
[ "$(printf "%s\n" "$one" "$two" | sort | head -n 1)" = "$one" ] || pair=$b$a
same "$(printf '01%s' "$pair" | xxd -r -p | sha256sum | cut -c1-64)" "$(jq -r .root "$second")" "the root of two"
run edoc-route checkpoint -C "$A"
same "$(wc -c <"$A/head/$(ref "$(newest)").leaves")" 0 "nothing is said twice"
same "$(jq -r .root "$(newest)")" "$(jq -r .root "$second")" "and all is still in the root"
does madina signed -C "$A" "$one" >/dev/null
does zarina registered -C "$A" "$one" >/dev/null
run edoc-route checkpoint -C "$A"
has "$A/head/$(ref "$(newest)").leaves" "{\"book\":\"orders/$(TZ=Asia/Dushanbe date +%Y)\",\"numbers\":\"1\"}" "the numbers of a register"

# ---- time-stamped
run edoc-route checkpoint --config "$W/tsa.conf" --tsa "$URL/tsa-500" -C "$A"
is_exit 75 "a TSA that is down"
has "$out" "has no time-stamp yet" "is told"
json "$(newest)" .stamp "the checkpoint is there, and is to be stamped"
late=$(newest)
pack "$W/three.asice" three
three=$(as dilnoza submit -C "$A" --route test.order "$W/three.asice")
nok "nobody quotes it before" grep -q "$(ref "$late")" "$A/case/"*/"$three/log/000001"
run edoc-route tick --config "$W/tsa.conf" --tsa "$URL/tsa-garbage" -C "$A"
is_exit 0 "a TSA does not fail a tick"
has "$out" "the next tick asks again" "but is told"
run edoc-route tick --json --config "$W/tsa.conf" --tsa "$URL/tsa-nonce" -C "$A"
json "$out" 'select(.cmd == "checkpoint") | (.ok | not) and (.why | contains("nonce"))' "in JSON too"
run edoc-route tick --config "$W/tsa.conf" -C "$A"
same "$status $(cat "$out" "$err")" "0 " "the next one has it"
ok "the token is there" test -s "$A/head/$(ref "$late").tst"
ok "over the signature" openssl ts -verify -in "$A/head/$(ref "$late").tst" -token_in \
	-data "$A/head/$(ref "$late").cms" -CAfile "$PKI/root.pem" -no_check_time
does zarina agreed -C "$A" "$three" >/dev/null
has "$A/case/$(printf '%.2s' "$three")/$three/log/000002" "$(ref "$late")" "and now it is quoted"

# ---- in a package
run edoc-route checkpoint --config "$W/tsa.conf" -C "$A"
is_exit 0 "one with its time-stamp at once"
has "$out" ", time-stamped" "says so"
edoc-route export -C "$A" "$three" -o "$W/whole.asice" >/dev/null
same "$(unzip -Z1 "$W/whole.asice" | grep checkpoints/ | cut -d. -f2- | sort | uniq -c | tr -s " \n" " ")" " 3 cms 3 json 1 path.json 2 tst " "the case takes along what its entries quote, and what holds it"
run edoc-route verify --trust "$W/trust" "$W/whole.asice"
is_exit 2 "others can read it"
hasnt "$out" "stray" "and find nothing strange"

# ---- when an entry was made, whatever it claims
cp -R "$W/trust" "$W/all" && mkdir "$W/all/tsa" && cp "$PKI/root.pem" "$W/all/tsa/"
run edoc-route verify --trust "$W/all" "$W/whole.asice"
has "$out" "proved: not before" "bounds are told"
has "$out" "proved: not after" "both"
run edoc-route verify --json --trust "$W/all" "$W/whole.asice"
json "$out" '.route.entries[1].proved | .not_before.time <= .not_after.time and (.not_after.by | contains("TSA"))' "in JSON, with who says so"
json "$out" '.route.entries[0].proved | .not_before == null and .not_after.time' "the first quotes none"
json "$out" '[.findings[] | select(.code == "ledger.time-early" or .code == "ledger.time-late")] == []' "and all is possible"
run edoc-route verify --json --trust "$W/trust" "$W/whole.asice"
json "$out" '[.findings[].code] | index("checkpoint.stamp")' "whom nobody trusts proves no time"
json "$out" '.route.entries[1].proved == null' "and bounds nothing"
# A clock that is put back: what it quotes came later.
backdated() {
	pack "$W/back.asice" back
	back=$(as dilnoza submit -C "$A" --route test.order "$W/back.asice")
	cp -a "$A" "$W/before"
	pki_later +3d
	URL=http://127.0.0.1:$(cat "$PKI/port")
	faketime -f +3d edoc-route checkpoint --config "$PKI/edoc.conf" --tsa "$URL/tsa" -C "$A" >/dev/null
	does zarina agreed -C "$A" "$back" >/dev/null
	edoc-route export -C "$A" "$back" -o "$W/back-out.asice" >/dev/null
	rm -rf "$A" && mv "$W/before" "$A"
	run edoc-route verify --json --trust "$W/all" --at "$(date -u -d +4days +%Y-%m-%dT%H:%M:%SZ)" "$W/back-out.asice"
}
if command -v faketime >/dev/null; then
	run faketime -f -2d edoc-route checkpoint -C "$A"
	is_exit 78 "a clock that was set back"
	has "$err" "clock is behind the newest checkpoint" "is told"
	pack "$W/clock.asice"
	run faketime -f -2d edoc-route submit --key "$K/dilnoza.p12" --pass-file "$K/pass" -C "$A" \
		--route test.order "$W/clock.asice"
	is_exit 78 "nothing is submitted by such a clock"
	has "$err" "by this machine's clock" "which is named"
	backdated
	json "$out" '[.findings[] | select(.code == "ledger.time-early")] | length == 1 and (.[0].where | contains("000002"))' "an entry that claims to be older than what it quotes is found"
else
	skip "no faketime" 5
fi
forged() { # FILE-SUFFIX SED CODE WHAT
	rm -rf "$W/un" && mkdir "$W/un" && cp "$W/whole.asice" "$W/forged.asice"
	(cd "$W/un" && unzip -q "$W/whole.asice" "META-INF/edoc/checkpoints/*$1" &&
		for f in META-INF/edoc/checkpoints/*"$1"; do sed -i "$2" "$f"; done &&
		zip -q "$W/forged.asice" META-INF/edoc/checkpoints/*"$1")
	run edoc-route verify --json --trust "$W/all" "$W/forged.asice"
	json "$out" "[.findings[].code] | index(\"$3\")" "$4"
}
forged .path.json 's/"entries":[0-9]*/"entries":9/' checkpoint.inclusion "a proof about another leaf"
forged .path.json 's/"index":[0-9]*/"index":7/' checkpoint.inclusion "a proof for another place"
forged .path.json 's/"format"/"fromat"/' checkpoint.malformed "a proof that is none"
forged .json 's/"size":[0-9]*/"size":9/' ledger.name "a checkpoint that was changed"
cp "$W/whole.asice" "$W/forged.asice"
zip -q -d "$W/forged.asice" 'META-INF/edoc/checkpoints/*.tst'
run edoc-route verify --json --trust "$W/all" "$W/forged.asice"
json "$out" '.route.entries[1].proved == null' "without tokens nothing is proved"
cp "$W/whole.asice" "$W/forged.asice"
zip -q -d "$W/forged.asice" 'META-INF/edoc/checkpoints/*.cms'
run edoc-route verify --json --trust "$W/all" "$W/forged.asice"
json "$out" '[.findings[].code] | index("checkpoint.signature")' "a checkpoint that nobody signed"

# ---- races, damage
i=0 makers=
while [ $i -lt 4 ]; do
	edoc-route checkpoint -q -C "$A" &
	makers="$makers $!"
	i=$((i + 1))
done
# shellcheck disable=SC2086 # words
wait $makers
all=$(find "$A/head" -name '0?????' | wc -l)
i=2 chained=yes
while [ "$i" -le "$all" ]; do
	before=$(printf '%s/head/%06d' "$A" $((i - 1)))
	[ "$(jq -r .previous "$(printf '%s/head/%06d' "$A" "$i")")" = "sha256:$(ref "$before")" ] || chained=$i
	i=$((i + 1))
done
same "$chained" yes "four at once are one chain"
same "$(find "$A/head" -name '*.cms' | wc -l) $(find "$A/head" -name '*.leaves' | wc -l)" "$all $all" "and leave nothing of what lost"
mv "$A/head/000002" "$W/taken"
run edoc-route checkpoint -C "$A"
is_exit 65 "one that is gone"
has "$err" "head/000002 is missing" "is told"
does madina signed -C "$A" "$three" >"$W/signed" 2>&1
has "$W/signed" "signed" "and stops nobody's work"
cp "$A/head/000003" "$A/head/000002"
run edoc-route checkpoint -C "$A"
is_exit 65 "one in the place of another"
has "$err" "does not follow" "is told"
mv "$W/taken" "$A/head/000002"
run edoc-route checkpoint -C "$A"
is_exit 0 "and brought back"

# ---- a copy of the desk has them
edoc-route backup -C "$A" "$W/backup" >/dev/null
same "$(cd "$A" && find head -type f | sort | xargs sha256sum)" "$(cd "$W/backup" && find head -type f | sort | xargs sha256sum)" "a backup holds them"

# ---- all of them taken out of a package
edoc-route export -C "$A" -o "$W/whole.asice" "$one" >/dev/null
cp "$W/whole.asice" "$W/none.asice"
zip -qd "$W/none.asice" 'META-INF/edoc/checkpoints/*'
edoc-route verify -C "$A" --json "$W/whole.asice" >"$W/whole.json"
edoc-route verify -C "$A" --json "$W/none.asice" >"$W/none.json"
same "$(jq '[.findings[] | select(.code == "checkpoint.missing")] | length' "$W/whole.json")" 0 "a whole package misses none"
json "$W/none.json" '[.findings[] | select(.code == "checkpoint.missing")] | length > 0' "one without any misses what is quoted"
finish
