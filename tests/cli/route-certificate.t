#!/bin/sh
# SPDX-License-Identifier: ISC
# The certificate of a procedure: one sheet, drawn from what verify says, that
# never looks like one where something is wrong.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"
at=2027-01-01T00:00:00Z L=META-INF/edoc/ledger
denied="NO CERTIFICATE" given="Certificate of the procedure"

sheet() { # ARG...: as a stranger sees it
	run edoc-route certificate --at $at --trust "$W/trust" "$@"
}
page() { # FILE ARG...: the same as a page
	page=$1
	shift
	rm -f "$page"
	sheet --format html -q -o "$page" "$@"
}
is_denied() { # WANT-EXIT WHAT: text and page say so at the top
	is_exit "$1" "$2"
	same "$(sed -n 2p "$out")" "$denied" "$2: the text begins with it"
	hasnt "$out" "$given" "$2: it is no certificate"
	same "$(grep -c 'The procedure was followed' "$out")" 0 "$2: nor was it followed"
}

ok "two desks" desks
pack "$W/p.asice" "<b>bold</b>"
id=$(as dilnoza submit -C "$A" --route test.order "$W/p.asice")
long=$(head -c 60000 /dev/zero | tr '\0' x)
does zarina -C "$A" returned --reason typo "$id" >/dev/null
does dilnoza -C "$A" edited --text "<script>alert(1)</script> $(printf '\342\200\256')evil $long" "$id" >/dev/null
does zarina -C "$A" agreed "$id" >/dev/null
cp -a "$A" "$W/first"
does madina -C "$A" signed "$id" >/dev/null
does zarina -C "$A" registered "$id" >/dev/null
edoc-route send -C "$A" >/dev/null
edoc-route checkpoint -q -C "$A"
carry "$A" moliya "$B"
edoc-route receive -C "$B" >/dev/null
edoc-route export -C "$B" -o "$W/sent.asice" "$id" >/dev/null
does anvar -C "$B" executed "$id" >/dev/null
does farrukh -C "$B" archived "$id" >/dev/null
edoc-route export -C "$B" -o "$W/case.asice" "$id" >/dev/null

# ---- a procedure that was followed
sheet "$W/case.asice"
is_exit 0 "a finished case"
same "$(sed -n 2p "$out")" "$given" "is certified"
same "$(sed -n 3p "$out")" "The procedure was followed" "in words"
has "$out" "10 act(s), each by somebody who might do it then; all in time." "in one sentence"
has "$out" "Procedure: Inter-agency order" "what it is"
has "$out" "Number: 0001/" "its number"
has "$out" "Applicant: Dilnoza Karimova, Ministry of Justice" "who asked"
has "$out" "State: ended: executed" "where it stands"
has "$out" "sha256 $(sha256sum "$D/route/order.yaml" | cut -c1-64)" "the route's digest"
has "$out" "sha256 $(unzip -p "$W/case.asice" order.txt | sha256sum | cut -c1-64)" "the document's digest"
has "$out" "sign: signed; Madina Haqnazarova, head, Ministry of Justice; due 2" "who did what, and until when"
has "$out" "execute: executed; Anvar Uljaboev, deputy, Ministry of Finance" "a deputy's post"
has "$out" "receipt of Ministry of Finance; entries 1 to 7; META-INF/edoc/evidence/" "the receipt, and what it proves"
head=$(edoc-route verify --json --at $at --trust "$W/trust" "$W/case.asice" | jq -r .route.head)
has "$out" "The head of its ledger is to be $head" "how to check it"
has "$out" "All times are of Asia/Dushanbe;" "whose times"
cp "$out" "$W/one"
TZ=America/Lima sheet "$W/case.asice"
ok "the machine's zone changes nothing" cmp "$out" "$W/one"
run edoc-route certificate -C "$B" --at $at "$id"
is_exit 0 "of the desk's case"
ok "it is the same sheet" cmp "$out" "$W/one"
sheet --json "$W/case.asice"
edoc-route verify --json --at $at --trust "$W/trust" "$W/case.asice" >"$W/line"
ok "--json is the line of verify" cmp "$out" "$W/line"
json "$out" '.route.procedure | .zone == "Asia/Dushanbe" and (.receipts | length) == 1 and (.terms | length) == 8' "with what the sheet is drawn from"
sheet --lang tg "$W/case.asice"
has "$out" "Фармоиши байниидоравӣ" "the title in the language that is asked"
same "$(sed -n 2,3p "$out")" "Шаҳодатномаи тартибот
Тартибот риоя шуд" "and the verdict"
sheet --lang ru "$W/case.asice"
has "$out" "действий: 10, каждое совершил тот, кто тогда имел на это право; все в срок." "in Russian"
sheet --lang uz-Cyrl "$W/case.asice"
has "$out" "Тартиб гувоҳномаси" "in Uzbek"

# ---- what somebody wrote
hasnt "$W/one" "$(printf '\342\200\256')" "nothing turns the text around"
has "$W/one" '\xe2\x80\xaeevil' "it is shown"
has "$W/one" "(cut, 60034 bytes in all)" "a long text is cut, and says so"
page "$W/page.html" "$W/case.asice"
is_exit 0 "a page"
same "$(cat "$out")" "" "quiet"
has "$W/page.html" '<article class="sheet passed">' "that is passed"
has "$W/page.html" '&lt;script&gt;alert(1)' "markup is text"
same "$(grep -cE '<script|<b>bold|href=|src=|url\(|@import|https?://' "$W/page.html")" 0 "nothing from elsewhere"
hasnt "$W/page.html" "$(printf '\342\200\256')" "nor turns it around"
ok "it is short" test "$(wc -c <"$W/page.html")" -lt 40000
same "$(grep -c '<tr>' "$W/page.html")" "$(grep -c '</tr>' "$W/page.html")" "its rows are closed"
cp "$W/page.html" "$W/again.html"
page "$W/page.html" "$W/case.asice"
ok "and the same again" cmp "$W/page.html" "$W/again.html"
mv "$W/case.asice" "$W/<img src=x>.asice"
page "$W/odd.html" "$W/<img src=x>.asice"
ok "the file's name does not matter" cmp "$W/odd.html" "$W/again.html"
mv "$W/<img src=x>.asice" "$W/case.asice"

# ---- unfinished, and late
sheet "$W/sent.asice"
is_exit 2 "an unfinished case"
same "$(sed -n 3p "$out")" "The procedure is not finished; so far it was followed" "says so"
has "$out" "execute waits for head, Ministry of Finance, since 20" "whom it waits for"
has "$out" "OVER for" "and that its term is over by then"
if [ -z "$SAN" ] && command -v faketime >/dev/null; then
	mkdir "$W/d" && cp -a "$W/first" "$W/d/a"
	faketime -f +20d edoc-route "do" --key "$K/madina.p12" --pass-file "$K/pass" -C "$W/d/a" signed "$id" >/dev/null
	edoc-route export -C "$W/d/a" -o "$W/late.asice" "$id" >/dev/null
	sheet "$W/late.asice"
	is_exit 2 "a step that was late"
	has "$out" "; 1 of them late." "is counted"
	ok "and told" grep -q 'sign: signed.*, late by 1[0-9] d' "$out"
	page "$W/late.html" "$W/late.asice"
	has "$W/late.html" '<b class="late">late by 1' "on the page, too"
else
	skip "no faketime here, or a sanitizer that does not bear it" 4
fi

# ---- forged packages
forge() { # WANT-EXIT VERDICT WHAT EDIT...
	want=$1 verdict=$2 what=$3
	shift 3
	python3 "$SRCDIR/tests/rezip.py" "$W/case.asice" "$W/bad.asice" "$@" || result 1 "$what: no forgery"
	sheet "$W/bad.asice"
	is_denied "$want" "$what"
	same "$(sed -n 3p "$out")" "$verdict" "$what: the verdict"
	cp "$out" "$W/said"
	page "$W/bad.html" "$W/bad.asice"
	has "$W/bad.html" "<article class=\"sheet failed\">
<h1>$denied</h1>" "$what: the page begins with it"
	hasnt "$W/bad.html" "banner passed" "$what: nothing of it is green"
}
broken="The procedure was NOT followed, or its record was changed"
unproved="It is NOT PROVED that the procedure was followed"
forge 1 "There is no procedure that can be proved" "the ledger removed" "drop:META-INF/edoc/*"
forge 1 "$broken" "the tail cut" "drop:$L/00000[789]*" "drop:$L/000010*"
forge 1 "$broken" "an entry removed" "drop:$L/000002*"
forge 1 "$broken" "an entry's signature removed" "drop:$L/000006*.cms"
has "$W/said" "  entry 6: " "the entry that is to blame stands in the sentence"
has "$W/said" "not believed, see the findings" "and is marked"
forge 1 "$broken" "an entry changed" "sub:$L/000006-????????.json=0001/=0009/"
forge 1 "$broken" "the route file exchanged" "sub:META-INF/edoc/route.yaml=3wd=9wd"
forge 1 "$broken" "the pinned route damaged" "flip:META-INF/edoc/pinned/$(sha256sum "$W/route.asice" | cut -c1-8).asice"
forge 1 "$broken" "the directory damaged" "flip:META-INF/edoc/pinned/$(sha256sum "$W/directory.asice" | cut -c1-8).asice"
forge 1 "$broken" "a document changed" "flip:order.txt"
forge 1 "$broken" "a document added" "put:more.txt=$D/route/calendar.yaml"
forge 1 "$broken" "the receipt damaged" "flip:META-INF/edoc/evidence/*"
run edoc-route certificate --at $at "$W/case.asice"
is_denied 2 "nobody is believed"
same "$(sed -n 3p "$out")" "$unproved" "nobody is believed: the verdict"
run edoc-route certificate --at $at --trust "$W/trust" "$D/good/order.asice"
is_denied 2 "a package without a ledger"
head -c 3000 "$W/case.asice" >"$W/half.asice"
sheet "$W/half.asice"
is_denied 65 "half a package"
has "$out" "half.asice" "half a package: which"

# ---- what the desk's administrator does to a case (route-attacks.t)
run edoc-route certificate -C "$A" --at $at "$id"
is_exit 2 "the sender's own case"
has "$out" "checkpoint 1 of Ministry of Justice, no time-stamp; entries 1 to 7; META-INF/edoc/checkpoints/" "a checkpoint, and what it holds"
has "$out" "the receipt of the agency that it was sent to" "what it waits for"
attack() { # WHAT: a desk as it was
	rm -rf "$W/x"
	cp -a "$W/a" "$W/x"
	attack=$1
}
log=case/$(printf '%.2s' "$id")/$id/log
attacked() { # no certificate comes of it
	run edoc-route certificate -C "$W/x" --at $at "$id"
	nok "$attack: exit" test "$status" = 0
	hasnt "$out" "$given" "$attack: no certificate"
	ok "$attack: it is said" test -s "$out" -o -s "$err"
}
attack "an entry edited"
sed -i 's/"outcome":"agreed"/"outcome":"refused"/' "$W/x/$log/000004"
attacked
attack "an entry taken out"
rm "$W/x/$log/000004"
attacked
attack "the tail cut that a checkpoint holds"
rm "$W/x/$log/000005" "$W/x/$log/000006" "$W/x/$log/000007"
attacked
attack "the ledger stripped"
rm "$W/x/$log/"*
attacked
for edit in directory.yaml:holder:\ zarina:holder:\ dilnoza order.yaml:3wd:9wd; do
	file=${edit%%:*}
	attack "$file edited"
	pin=$(grep -l "$file" "$W/x/case/"*/"$id/pin/"* | head -n 1)
	rm -rf "$W/forge" && mkdir "$W/forge"
	(cd "$W/forge" && unzip -q "$pin" && sed -i 's/holder: zarina/holder: dilnoza/; s/3wd/9wd/' "$file" && rm "$pin" &&
		zip -q -X0 "$pin" mimetype && zip -q -Xr "$pin" . -x mimetype)
	attacked
done

# ---- the command line
run edoc-route certificate --trust "$W/trust" "$W/case.asice" "$W/case.asice"
is_exit 64 "one at a time"
sheet --format pdf "$W/case.asice"
is_exit 64 "no such form"
sheet --format html --json "$W/case.asice"
is_exit 64 "two forms"
sheet "$W/nowhere.asice"
is_exit 66 "no such package"
sheet -o "$W/page.html" "$W/case.asice"
is_exit 73 "a file is there"
ok "and stays" cmp "$W/page.html" "$W/again.html"
sheet -f -o "$W/page.html" "$W/case.asice"
is_exit 0 "-f replaces it"
ok "by the sheet" cmp "$W/page.html" "$W/one"
sheet -f -o "$W/case.asice" "$W/case.asice"
is_exit 64 "but never the package"
edoc-route certificate --at $at --trust "$W/trust" "$W/case.asice" >/dev/full 2>"$err"
same "$?" 74 "a full disk"

# ---- a browser prints it
if command -v chromium-headless-shell >/dev/null; then
	page "$W/page.html" "$W/case.asice"
	for name in page bad; do
		chromium-headless-shell --no-sandbox --disable-gpu --screenshot="$W/$name.png" \
			--window-size=860,1400 "file://$W/$name.html" >"$W/chromium.log" 2>&1
		# shellcheck disable=SC2046 # words are wanted
		set -- $(python3 "$SRCDIR/tests/png-ink.py" "$W/$name.png" 146c43 b02a37 1b1f24)
		[ $name = page ] || set -- "$2" "$1" "$3" # what is red there is green here
		ok "$name: a browser shows the verdict" test "${1:-0}" -gt 500
		same "${2:-1}" 0 "$name: and no other"
		ok "$name: and text" test "${3:-0}" -gt 500
	done
	chromium-headless-shell --no-sandbox --disable-gpu --no-pdf-header-footer \
		--print-to-pdf="$W/page.pdf" "file://$W/page.html" >"$W/chromium.log" 2>&1
	same "$(LC_ALL=C grep -ac '/Type */Page\b' "$W/page.pdf")" 1 "ten acts are one page of A4"
else
	skip "no chromium-headless-shell" 7
fi
finish
