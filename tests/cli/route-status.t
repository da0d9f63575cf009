#!/bin/sh
# SPDX-License-Identifier: ISC
# What watches a desk: each thing that goes wrong is told, and nothing else.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

export EDOC_CONF="$W/edoc.conf"
echo "lang: en" >"$EDOC_CONF"
well() { # WHAT
	run edoc-route status -C "$A"
	is_exit 0 "$1"
}
told() { # CODE WHERE WHAT: just that, in text and JSON
	run edoc-route status --json -C "$A"
	is_exit 1 "$3"
	same "$(jq -r '.problems[].code' "$out" | tr '\n' ' ')" "$1 " "$3: $1, and nothing else"
	json "$out" ".ok == false and (.problems[0].where | contains(\"$2\"))" "$3: where"
	run edoc-route status -C "$A"
	has "$out" "$2" "$3: for people"
}
ok "two desks" desks
well "a new desk is well"
has "$out" "all is well: 0 cases" "and says so"
pack "$W/p.asice"
id=$(as dilnoza submit -C "$A" --route test.order "$W/p.asice")
well "a case that runs is well"
run edoc-route status --json -C "$A"
json "$out" '.cmd == "status" and .ok and .agency == "adliya" and .cases == 1 and .cases_running == 1 and .steps_overdue == 0 and .free_bytes > 0 and .problems == []' "the numbers"
run edoc-route status --prometheus -C "$A"
is_exit 0 "Prometheus"
has "$out" 'edoc_desk_cases_running{agency="adliya"} 1' "gets them"
same "$(grep -cvE '^(# (HELP|TYPE) edoc_desk_[a-z_]+ .+|edoc_desk_[a-z_]+\{agency="adliya"\} -?[0-9]+)$' "$out")" 0 "in its format"
same "$(grep -c '^# TYPE' "$out")" "$(grep -cv '^#' "$out")" "each with its type"
run edoc-route status --prometheus --json -C "$A"
is_exit 64 "not both"
for days in x -1 '' 1d 10000; do
	run edoc-route status --days "$days" -C "$A"
	is_exit 64 "--days '$days'"
done

# ---- one thing at a time
does zarina agreed -C "$A" "$id" >/dev/null
does madina signed -C "$A" "$id" >/dev/null
does zarina registered -C "$A" "$id" >/dev/null
edoc-route send -C "$A" >/dev/null
well "mail that waits for a moment is well"
printf '#!/bin/sh\necho broken pipe\nexit 9\n' >"$W/fails"
chmod +x "$W/fails"
echo "transport: $W/fails" >"$EDOC_CONF"
edoc-route tick -C "$A" >/dev/null
told mail.failed "out/moliya/new/" "mail that is not taken"
run edoc-route status --prometheus -C "$A"
is_exit 1 "Prometheus hears of it"
has "$out" 'edoc_desk_outbox_failed{agency="adliya"} 1' "in numbers"
has "$out" 'edoc_desk_problems{agency="adliya"} 1' "and how many problems there are"
echo "transport: 'true'" >"$EDOC_CONF"
edoc-route send --again -C "$A" "$id" >/dev/null
rm -r "$A/out/moliya/try"
edoc-route tick -C "$A" >/dev/null
well "it is sent"
printf 'nothing' >"$A/in/new/x.asice"
well "what has just come is well"
edoc-route receive -C "$A" >/dev/null 2>&1
told in.bad "in/bad" "what was refused"
rm "$A"/in/bad/*
log=$(echo "$A"/case/*/"$id"/log/000002)
mv "$log" "$W/kept"
told case.broken "$id" "a broken log"
mv "$W/kept" "$log"
mkdir "$A/case/stray"
told case.stray "case/stray" "what is no case"
rmdir "$A/case/stray"
touch "$A/tmp/fresh"
well "what lies in tmp/ for a moment is well"
rm "$A/tmp/fresh"
cp "$K/root.pem" "$A/conf/trust/sign/x.pem"
printf 'garbage' >"$A/conf/trust/sign/x.pem"
run edoc-route status -C "$A"
is_exit 65 "a desk with an anchor that is none cannot be opened"
has "$err" "conf/trust/sign/x.pem" "and says which"
cp -p "$A/conf/desk.key" "$W/key"
rm "$A/conf/trust/sign/x.pem"
printf 'garbage' >"$A/conf/desk.key"
told certificate.unread "conf/desk.key" "a desk key that is none"
cp "$W/key" "$A/conf/desk.key"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 20 -subj "/CN=ends" \
	-keyout "$W/ends.key" -out "$A/conf/trust/sign/x.pem" 2>/dev/null
told certificate.ends "conf/trust/sign/x.pem" "an anchor that ends in 20 days"
run edoc-route status --days 10 -C "$A"
is_exit 0 "which is not within 10"
rm "$A/conf/trust/sign/x.pem"
sed 's/2090/2026/; s/^calendar: .*/calendar: short/' "$D/route/calendar.yaml" >"$W/short.yaml"
sealed "$W/route-issuer.pem" "$W/short.yaml" "$W/short.asice"
ok "a calendar" edoc-route install -C "$A" "$W/short.asice"
run edoc-route status --days 9999 -C "$A"
has "$out" "short: the calendar ends" "that ends is told"
rm "$A"/conf/calendars/short@*
well "all is well again"
if command -v faketime >/dev/null && [ -z "$SAN" ]; then
	run faketime -f -2d edoc-route status --json -C "$A"
	is_exit 1 "a clock that was set back"
	json "$out" 'any(.problems[]; .code == "clock.back") and .cases_from_future == 1' "is told"
	pack "$W/p2.asice" two
	id2=$(as dilnoza submit -C "$A" --route test.order "$W/p2.asice")
	run faketime -f +8d edoc-route status --json -C "$A"
	json "$out" "any(.problems[]; .code == \"step.overdue\" and (.where | startswith(\"$(echo "$id2" | cut -c1-12)\")))" "a step that is late"
	json "$out" "any(.problems[]; .code == \"receipt.late\" and .where == \"$id\") and .receipts_late == 1" "a receipt that is late"
	printf x >"$A/tmp/old"
	printf x >"$A/in/new/.old"
	printf x >"$A/in/new/old.asice"
	NO_FAKE_STAT=1 run faketime -f +8d edoc-route status --json -C "$A"
	json "$out" 'any(.problems[]; .code == "tmp.left") and .left_over == 1' "what was left over"
	json "$out" 'any(.problems[]; .code == "in.new") and .incoming == 1' "what nobody takes in; a half file is not counted"
else
	skip "no faketime here, or a sanitizer that does not bear it" 6
fi
finish
