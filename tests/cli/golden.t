#!/bin/sh
# SPDX-License-Identifier: ISC
# Reports of the packages in testdata, byte for byte, and by their schema.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
check=$SRCDIR/tests/check-schema.py schema=$SRCDIR/profiles/schemas/report.schema.json

run sh "$D/expected/mk.sh" "$W/now"
is_exit 0 "every package is judged"
for f in "$D"/expected/*.json "$D"/expected/*.txt; do
	ok "$(basename "$f") is as it was" diff -u "$f" "now/$(basename "$f")"
done
same "$(cd "$D/expected" && echo *.json *.txt)" "$(cd now && echo *.json *.txt)" "no package lacks its report"

# Each field of the schema is explained.
names=$(jq -r '[.. | .properties? // empty | keys[]] | unique[]' "$schema")
unsaid=$(for f in $names; do grep -qE "Cm .*\b$f\b" "$SRCDIR/man/edoc-report.5" \
	"$SRCDIR/man/edoc-route.5" || echo "$f"; done)
same "$unsaid" "" "each field is explained in edoc-report(5) or edoc-route(5)"

cat now/*.json >all.jsonl
ok "all fit the schema" python3 "$check" "$schema" all.jsonl
for f in "$D"/good/*.asice; do
	same "$(jq .exit "now/$(basename "$f" .asice).json")" 0 "good/$(basename "$f") is passed"
done
for f in "$D"/bad/*.asice; do
	ok "bad/$(basename "$f") is not" jq -e '.exit != 0' "now/$(basename "$f" .asice).json"
done
same "$(jq -r .exit all.jsonl | sort -u | xargs)" "0 1 2 65" "all verdicts are there"

printf 'text\n' >a.txt
run edoc-verify --json a.txt nowhere.asice "$D/bad/unsigned.asice"
is_exit 65 "a file that is none and one that is not there"
cp "$out" lines
ok "their lines fit the schema too" python3 "$check" "$schema" lines
same "$(wc -l <lines | tr -d ' ')" 3 "a line each"

# The checker itself: one fault at a time.
broken() { # WHAT PYTHON-EXPRESSION-STATEMENTS on r
	python3 -c "
import json, sys
r = json.loads(open(sys.argv[1]).readline())
$2
print(json.dumps(r))" now/order.json >line
	nok "refused: $1" python3 "$check" "$schema" line
}
ok "the line unchanged is fine" python3 "$check" "$schema" now/order.json
broken "an unknown key" "r['more'] = 1"
broken "a missing key" "del r['uncovered']"
broken "another version" "r['v'] = 2"
broken "true for 1" "r['v'] = True"
broken "an unknown indication" "r['indication'] = 'PASSED'"
broken "an exit that is none" "r['exit'] = 3"
broken "a time with a zone" "r['at'] = '2027-01-01T05:00:00+05:00'"
broken "a short digest" "r['policy']['sha256'] = 'ab'"
broken "a key less in a signature" "del r['signatures'][0]['intact']['data']"
broken "a text for a number" "r['documents'][0]['bytes'] = '1'"
broken "keys in another order" "r = {k: r[k] for k in reversed(r)}"
head -c 100 now/order.json >line
nok "refused: half a line" python3 "$check" "$schema" line
: >line
nok "refused: nothing at all" python3 "$check" "$schema" line
finish
