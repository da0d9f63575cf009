#!/bin/sh
# SPDX-License-Identifier: ISC
# A case names others: those of the desk and those it never saw; both ways.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"
cd "$W" || exit 1

ok "two desks" desks
submit() { # TEXT ARG...
	text=$1
	shift
	[ -e "$text.asice" ] || pack "$text.asice" "$text"
	run as dilnoza submit -C "$A" --route test.order "$@" "$text.asice"
}
submit first
first=$(cat "$out")
far=0123456789abcdef0123456789abcdef
submit second --link "$first=replies-to" --link "$far" --link "$first=part-of" --link "$far=relates"
is_exit 0 "a case that names two others"
second=$(cat "$out")
run edoc-route show -C "$A" "$second"
has "$out" "link replies-to: case $first" "one is here"
has "$out" "link relates: case $far, which is not here" "one is not"
run edoc-route show --json -C "$A" "$second"
json "$out" '.links == [{case: "'"$far"'", relation: "relates"}, {case: "'"$first"'", relation: "part-of"},
	{case: "'"$first"'", relation: "replies-to"}] or .links == [{case: "'"$first"'", relation: "part-of"},
	{case: "'"$first"'", relation: "replies-to"}, {case: "'"$far"'", relation: "relates"}]' "each once, sorted"
json "$out" '.entries[0].links == .links and (has("linked") | not)' "as the entry has them"
run edoc-route show --json -C "$A" "$first"
json "$out" '(has("links") or has("linked")) | not' "without an index nobody knows who names a case"
run edoc-route find --json -C "$A" "$first"
same "$(jq -r .case "$out" | sort | tr '\n' ' ')" "$(printf '%s\n' "$first" "$second" | sort | tr '\n' ' ')" \
	"but it is found by it"
run edoc-route find -C "$A" "$far"
is_exit 0 "who names a case that is not here is found, too"

# ---- both ways, by the index ----
ok "an index" edoc-route index --rebuild -C "$A"
run edoc-route show -C "$A" "$first"
has "$out" "linked by case $second: replies-to" "the other direction"
has "$out" "linked by case $second: part-of" "each of them"
submit third --link "$(echo "$first" | cut -c1-12)=appeals"
is_exit 0 "by the first digits of an id"
third=$(cat "$out")
run edoc-route show --json -C "$A" "$first"
json "$out" '[.linked[] | select(.case == "'"$third"'") | .relation] == ["appeals"]' "what is newer than the index counts"
json "$out" '.linked | length == 3' "beside the others"
ok "the index is what the folders say" edoc-route index --check -C "$A"
ok "made anew" edoc-route index --rebuild -C "$A"
same "$(edoc-route find --json -C "$A" "$first")" "$(edoc-route find --json --no-index -C "$A" "$first")" \
	"lists tell the same with it and without"
if [ "$(id -u)" != 0 ]; then
	chmod -R a-w "$A"
	run edoc-route show -C "$A" "$first"
	has "$out" "linked by case $third: appeals" "who may not write there reads it"
	chmod -R u+w "$A"
fi

# ---- refused ----
submit fourth --link "$first=hates"
is_exit 64 "no such relation"
has "$err" "replies-to" "says which there are"
submit fourth --link nobody
is_exit 66 "no such case, and no whole id"
submit fourth --link 0123456789ABCDEF0123456789abcdef
is_exit 66 "an id has small letters"
submit fourth --link "=relates"
is_exit 66 "nothing"
submit third --link "$third"
is_exit 64 "a case does not name itself"
run edoc-route find -C "$A" fourth
is_exit 1 "nothing was submitted"

# ---- signed content ----
edoc-route export -C "$A" -o good.asice "$third"
run edoc-route verify --trust trust good.asice
is_exit 2 "a package with its links"
python3 - "$far" <<'END'
import hashlib, re, sys, zipfile
z = zipfile.ZipFile("good.asice")
name = next(n for n in z.namelist() if re.search(r"ledger/000001-.{8}\.json", n))
old = re.search(rb'"links":\[\{"case":"(\w+)"', z.read(name)).group(1)
bytes_ = z.read(name).replace(b'"links":[{"case":"' + old, b'"links":[{"case":"' + sys.argv[1].encode())
to = "ledger/000001-" + hashlib.sha256(bytes_).hexdigest()[:8]
frm = name[len("META-INF/edoc/"):-len(".json")]
with zipfile.ZipFile("forged.asice", "w", zipfile.ZIP_STORED) as o:
    for i in z.infolist():
        o.writestr(i.filename.replace(frm, to), bytes_ if i.filename == name else z.read(i))
END
run edoc-route verify --json --trust trust forged.asice
is_exit 1 "a link that somebody changed"
json "$out" '[.findings[].code] | index("ledger.signature")' "is not what was signed"
finish
