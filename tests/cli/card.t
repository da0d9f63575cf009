#!/bin/sh
# SPDX-License-Identifier: ISC
# Cards, successors, showing and extracting.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
P=$D/pki
printf 'text\n' >a.txt
printf 'more\n' >b.txt

run edoc-sign card
is_exit 0 "the kinds of cards"
kinds=$(cat "$out")
for k in $kinds; do
	run edoc-sign card --new "$k"
	is_exit 0 "a card for $k"
	cp "$out" "$k.yaml"
	run edoc-sign new -o "$k.asice" --card "$k.yaml" a.txt
	echo "# $k: exit $status, $(head -c 200 "$err")"
	ok "the unfilled card is taken or refused with its place" test "$status" = 0 -o "$status" = 65
done
run edoc-sign card --new love
is_exit 64 "no such kind"

cat >card.yaml <<'EOY'
kind: order
title: Дар бораи мубодила
language: tg
created: 2026-11-22
number: "124"
date: 2026-11-22
sender:
  name: Вазорати адлия
  postal-address: 734025, Душанбе, хиёбони Рӯдакӣ 25
  email: info@adliya.tj
addressee:
  - name: Вазорати молия
EOY
run edoc-sign new -o card.asice --card card.yaml a.txt
is_exit 0 "a package with a card"
ok "the card is valid by its schema" sh -c "unzip -p card.asice metadata/card.xml | xmllint --noout --schema '$SRCDIR/profiles/cards/card.xsd' -"
run edoc-sign show card.asice
is_exit 0 "show"
has "$out" "Вазорати адлия" "tells the sender"
run edoc-sign show --json card.asice
json "$out" '.card[] | select(.name == "number") | .value == "124"' "show --json"
sed 's/^kind: order/kidn: order/' card.yaml >typo.yaml
run edoc-sign sign --key "$P/zarina.p12" --pass-file "$P/pass" --asic-s -o x.asics --card card.yaml a.txt
is_exit 64 "an ASiC-S has no room for a card"
has "$err" "these are 2, the card among them" "which is told"
run edoc-sign new -o x.asice --card typo.yaml a.txt
is_exit 65 "a misspelt key"
has "$err" "typo.yaml:1" "with its line"
has "$err" "kind" "and the nearest known key"
ok "makes nothing" test ! -e x.asice
run edoc-sign new -o set.asice --card card.yaml --set number=125 a.txt
is_exit 0 "--set"
run edoc-sign show set.asice
has "$out" 125 "changes a field"
run edoc-sign new -o x.asice --card card.yaml --set nonsense=1 a.txt
ok "--set of an unknown field is refused" test "$status" = 64 -o "$status" = 65

edoc-sign sign --key "$P/zarina.p12" --pass-file "$P/pass" card.asice >/dev/null
run edoc-verify --trust "$P/root.pem" card.asice
is_exit 0 "card and document signed together"
run edoc-verify --json --trust "$P/root.pem" card.asice
json "$out" '.signatures[0].covers | index("metadata/card.xml")' "the card is covered"

# ---- revise
run edoc-sign revise card.asice -o next.asice --add b.txt --set number=126
is_exit 0 "a successor"
run edoc-sign show --json next.asice
same "$(jq -r '[.documents[].name] | sort | join(" ")' "$out")" "a.txt b.txt metadata/card.xml" "holds the documents"
same "$(jq -r .signatures "$out")" 0 "and no signature"
mkdir old && (cd old && unzip -qq ../card.asice -x mimetype 'META-INF/*' && find . -type f | sed 's|^\./||' | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -d' ' -f1) >want
same "$(jq -r '.card[] | select(.name | startswith("replaces")) | .value' "$out")" "sha256:$(cat want)" "its card quotes the digest that sha256sum gives"
run edoc-sign revise card.asice -o less.asice --remove a.txt --add b.txt
is_exit 0 "a document replaced"
run edoc-sign revise card.asice -o same.asice
is_exit 0 "the same documents, to be signed afresh"
hasnt "$err" "does not hold" "and nothing is warned of"
python3 "$SRCDIR/tests/rezip.py" card.asice changed.asice put:a.txt=b.txt
run edoc-sign revise changed.asice -o of-changed.asice
is_exit 0 "a successor of what was changed since it was signed"
has "$err" "changed.asice: does not hold" "which is told"
run edoc-sign revise of-changed.asice -o of-unsigned.asice
is_exit 0 "a successor of what nobody signed"
hasnt "$err" "does not hold" "is not warned of"
run edoc-sign show --json same.asice
json "$out" '.signatures == 0 and ([.card[].name] | index("replaces") != null or any(startswith("replaces")))' "the card says what it replaces"
run edoc-sign revise card.asice -o x.asice --remove nowhere.txt
is_exit 66 "removing what is not there"
run edoc-sign revise card.asice -o x.asice --remove a.txt
is_exit 64 "nothing would be left"
run edoc-sign revise card.asice -o next.asice --add b.txt
is_exit 73 "an output that exists"
before=$(sha256sum card.asice)
ln card.asice hard.asice && ln -s card.asice soft.asice
for o in card.asice hard.asice soft.asice; do
	run edoc-sign revise -f card.asice -o $o --add b.txt
	is_exit 64 "the successor in place of what it quotes, as $o"
	same "$(sha256sum card.asice)" "$before" "changes nothing"
done
run edoc-sign revise -f card.asice -o b.txt --add b.txt
is_exit 64 "nor in place of what is added"
nok "which stays" grep -q mimetype b.txt

# ---- extract
run edoc-sign extract --trust "$P/root.pem" card.asice -C got
is_exit 0 "extract"
ok "the document is the same" cmp a.txt got/a.txt
ok "the card too" test -s got/metadata/card.xml
run edoc-sign extract --trust "$P/root.pem" card.asice -C got
is_exit 73 "nothing is overwritten"
mkdir -p part/metadata && echo mine >part/metadata/card.xml
for f in "" -f; do
	[ -z "$f" ] || { rm part/metadata/card.xml && mkfifo part/metadata/card.xml; }
	# shellcheck disable=SC2086
	run edoc-sign extract $f --trust "$P/root.pem" card.asice -C part
	is_exit 73 "${f:-no -f}: one document of two is in the way"
	has "$err" "metadata/card.xml" "and is named"
	same "$(find part ! -type d)" part/metadata/card.xml "the other is not written"
done
run edoc-sign extract --trust "$P/root.pem" card.asice -C twice a.txt a.txt
is_exit 64 "a name given twice"
ok "makes nothing" test ! -e twice
run edoc-sign extract -n --trust "$P/root.pem" card.asice -C dry
is_exit 0 "-n"
ok "makes nothing" test ! -e dry
run edoc-sign extract -n --trust "$P/root.pem" card.asice -C got
is_exit 73 "-n tells what is in the way"
run edoc-sign extract --json --trust "$P/root.pem" card.asice -C line
is_exit 0 "--json"
json "$out" '.exit == 0 and (.documents | length) == 2' "is the verify report"
ok "and the documents are written" cmp a.txt line/a.txt
run edoc-sign extract --json --trust "$P/root.pem" card.asice -C line
json "$out" '.exit == 73 and .error.where == "a.txt"' "or the line of an error"
run edoc-sign extract --json card.asice -C line2
is_exit 2 "untrusted"
json "$out" '.exit == 2 and .indication == "INDETERMINATE"' "the report says why"
ok "nothing is written" test ! -e line2
run edoc-sign extract -f --trust "$P/root.pem" card.asice -C got a.txt
is_exit 0 "but with -f"
run edoc-sign extract --trust "$P/root.pem" card.asice -C got2 nowhere.txt
is_exit 66 "a document that is not there"
run edoc-sign extract card.asice -C got3
is_exit 2 "untrusted"
ok "writes nothing" test ! -e got3/a.txt
mkdir trap outside && ln -s ../outside trap/metadata
run edoc-sign extract --trust "$P/root.pem" card.asice -C trap metadata/card.xml
is_exit 73 "a symbolic link in the way is not followed"
same "$(ls outside)" "" "nothing lands outside"
finish
