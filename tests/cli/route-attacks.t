#!/bin/sh
# SPDX-License-Identifier: ISC
# Who runs the desk's machine, and can write to its folder, against checkpoints,
# signatures and registers: what he does is found.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

year=$(TZ=Asia/Dushanbe date +%Y)
submitted() { # NAME: its case
	pack "$W/$1.asice" "$1"
	as dilnoza submit -C "$A" --route test.order "$W/$1.asice"
}
registered() { # CASE
	does zarina agreed -C "$A" "$1" >/dev/null && does madina signed -C "$A" "$1" >/dev/null &&
		does zarina registered -C "$A" "$1" >/dev/null
}
ok "two desks" desks
one=$(submitted one)
two=$(submitted two)
registered "$one" && registered "$two"
edoc-route checkpoint -q -C "$A"
three=$(submitted three)
does zarina agreed -C "$A" "$three" >/dev/null
edoc-route checkpoint -q -C "$A"
edoc-route checkpoint -q -C "$A"
cp -a "$A" "$W/honest"
log=case/$(printf '%.2s' "$three")/$three/log

audit() {
	run edoc-route audit --json -C "$A"
}
attack() { # WHAT: a desk as it was
	rm -rf "$A"
	cp -a "$W/honest" "$A"
	attack=$1
}
tells() { # CODE [JQ]: one of the findings
	ok "$attack: $1" jq -se "any(.[]; .code == \"$1\" and (${2-true}))" "$out"
}
found() { # CODE [JQ]
	audit
	is_exit 1 "$attack: an error"
	tells "$@"
}

# ---- the honest desk
run edoc-route audit -C "$A"
is_exit 0 "an honest desk"
has "$out" "3 cases, 3 checkpoints: 0 errors, 0 warnings, 0 notes" "says what was looked at"
audit
json "$out" 'select(.cmd == "audit") | .ok and .errors == 0 and .cases == 3 and .checkpoints == 3' "in JSON"
same "$(cd "$A" && find . -type f | sort | xargs sha256sum | sha256sum)" \
	"$(cd "$W/honest" && find . -type f | sort | xargs sha256sum | sha256sum)" "nothing of it is changed"
run edoc-route audit --from 2026-03-02 --to 2026-03-01 -C "$A"
is_exit 64 "a span that ends before it begins"
has "$err" "before the day --from" "is told"
run edoc-route audit --from yesterday -C "$A"
is_exit 64 "a day is a day"
run edoc-route audit --json -C "$A" --at "$(date -u -d +60days +%Y-%m-%dT%H:%M:%SZ)"
is_exit 2 "two months later"
attack "an honest desk that nobody looks after"
tells audit.overdue '.where | endswith(" sign")'
tells audit.day-missing '.where == "head/"'
run edoc-route audit --json -C "$A" --to "$(date +%Y-%m-%d)" --at "$(date -u -d +60days +%Y-%m-%dT%H:%M:%SZ)"
nok "--to leaves later days out" grep -q audit.day-missing "$out"
cp -a "$A" "$W/old" && rm -r "$W/old/head"
run edoc-route audit -C "$W/old"
is_exit 1 "a desk whose checkpoints are gone, and quoted"
has "$out" "the desk has no checkpoint" "says so"
same "$(awk 'length > 80' "$out")" "" "in 80 columns"

# ---- attacks
attack "a cut tail"
rm "$A/$log/000002"
found audit.head-gone ".where == \"$three\""
attack "a stripped ledger"
rm "$A/$log/"*
found audit.case-gone
attack "a case taken away"
rm -rf "${A:?}/$(dirname "$log")"
found audit.case-gone ".where == \"$three\""
attack "an edited entry"
sed -i 's/"outcome":"agreed"/"outcome":"refused"/' "$A/$log/000002"
found audit.unreadable
attack "an edited directory"
pin=$(grep -l directory.yaml "$A/case/"*/"$three/pin/"*)
mkdir "$W/forge" && (cd "$W/forge" && unzip -q "$pin" && sed -i 's/holder: zarina/holder: dilnoza/' directory.yaml && rm "$pin" && zip -q -X0 "$pin" mimetype && zip -q -Xr "$pin" . -x mimetype)
found audit.unreadable
attack "a swapped route file"
pin=$(grep -l order.yaml "$A/case/"*/"$three/pin/"*)
rm -rf "$W/forge" && mkdir "$W/forge" && (cd "$W/forge" && unzip -q "$pin" && sed -i 's/3wd/9wd/' order.yaml && rm "$pin" && zip -q -X0 "$pin" mimetype && zip -q -Xr "$pin" . -x mimetype)
found audit.unreadable
attack "a removed checkpoint"
rm "$A/head/000002"
found audit.checkpoint
attack "the newest checkpoints removed"
rm "$A/head/000003" "$A/head/000002"
audit
json "$out" 'select(.checkpoints == 1)' "a shorter chain is a chain: $attack"
attack "the newest checkpoints removed, which an entry quotes"
does madina signed -C "$A" "$three" >/dev/null
rm "$A/head/000003" "$A/head/000002"
found audit.checkpoint-gone '.where | endswith(" 3")'
attack "a replaced checkpoint"
sed -i 's/"size":[0-9]*/"size":9/' "$A/head/000002"
found audit.checkpoint
attack "a checkpoint signed by another key"
last=$(sha256sum "$A/head/000003" | cut -c1-64)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=other \
	-keyout "$W/other.key" -out "$W/other.crt" 2>/dev/null
openssl cms -sign -binary -cades -outform DER -signer "$W/other.crt" -inkey "$W/other.key" -md sha256 \
	-in "$A/head/000003" -out "$A/head/$last.cms" 2>/dev/null
found audit.checkpoint-signature
attack "a chain made anew by a key of his own"
cat "$W/other.key" "$W/other.crt" >"$A/conf/desk.key"
rm "$A/head/"*
edoc-route checkpoint -q -C "$A"
found audit.checkpoint-signature
tells audit.checkpoint-gone
attack "leaves that say something else"
leaves=$(grep -l "$three" "$A/head/"*.leaves)
sed -i 's/"entries":2/"entries":3/' "$leaves"
found audit.checkpoint-tree
attack "a number taken away"
rm "$A/reg/orders/$year/000001"
audit
tells audit.number-gap
found audit.number-gone
tells audit.number-unclaimed
attack "a number far above"
ln "$A/reg/orders/$year/000002" "$A/reg/orders/$year/001005"
run edoc-route audit -C "$A"
has "$out" "-1004 were given to nobody" "a gap is told as a range, whole"
attack "a number in a closed year"
if command -v faketime >/dev/null; then
	faketime -f +400d edoc-route checkpoint -q -C "$A"
	ln "$A/reg/orders/$year/000002" "$A/reg/orders/$year/000003"
	found audit.number-closed ".where == \"orders/$year\""
	attack "an entry of before, written after a checkpoint"
	faketime -f +1d edoc-route checkpoint -q -C "$A"
	does madina signed -C "$A" "$three" >/dev/null
	found audit.backdated '.where | endswith(" 3")'
else
	skip "no faketime" 4
fi
finish
