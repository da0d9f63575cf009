#!/bin/sh
# SPDX-License-Identifier: ISC
# edoc-verify --report html|copy: one page, self-contained, that a browser
# renders and prints.
. "$SRCDIR/tests/lib.sh"
good=$D/good
cd "$W" || exit 1

verify() {
	run edoc-verify --trust "$D/pki/root.pem" "$@"
}

verify --report html "$good/zarina.asice" "$good/order.asice"
is_exit 0 "html"
cp "$out" page.html
has page.html '<!DOCTYPE html>' "a whole page"
has page.html '</html>' "to its end"
same "$(grep -c '<article>' page.html)" 2 "an article for each item"
same "$(grep -c '<svg' page.html)" 3 "a time line for each signature"
same "$(grep -cE '<script|href=|src=|url\(|@import|https?://' page.html)" 0 "nothing from elsewhere"
xmllint --html --noout page.html 2>html.err
same "$(grep -cE 'Unexpected end tag|mismatch' html.err)" 0 "its elements are closed"
verify --report copy --lang tg "$good/order.asice"
is_exit 0 "copy"
cp "$out" copy.html
has copy.html '<html lang="tg">' "in the asked language"
has copy.html 'metadata/card.xml' "its documents"
has copy.html 'Вазорати' "its requisites"
verify --report pdf "$good/order.asice"
is_exit 64 "no such form"
verify --json --report html "$good/order.asice"
is_exit 64 "two forms"
echo no package >'<img src=x>.asice'
verify --report html './<img src=x>.asice'
is_exit 65 "a hostile name"
hasnt "$out" '<img' "is text"

if command -v chromium-headless-shell >/dev/null; then
	for page in page copy; do
		chromium-headless-shell --no-sandbox --disable-gpu --screenshot=$page.png \
			--window-size=860,1400 "file://$W/$page.html" >chromium.log 2>&1
		# The verdict's green and the text's ink.
		# shellcheck disable=SC2046 # words are wanted
		set -- $(python3 "$SRCDIR/tests/png-ink.py" $page.png 146c43 1b1f24)
		ok "$page: a browser shows the verdict" test "${1:-0}" -gt 500
		ok "$page: and text" test "${2:-0}" -gt 500
		chromium-headless-shell --no-sandbox --disable-gpu --print-to-pdf=$page.pdf \
			"file://$W/$page.html" >chromium.log 2>&1
		same "$(head -c 5 $page.pdf)" '%PDF-' "$page: and prints it"
	done
else
	skip "no chromium-headless-shell" 6
fi
finish
