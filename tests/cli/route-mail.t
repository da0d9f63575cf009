#!/bin/sh
# SPDX-License-Identifier: ISC
# The post room: transports that work, fail, hang and lie; files that wait, are
# tried again, and are never lost.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

conf() { # LINE...: an edoc.conf
	printf '%s\n' "$@" >"$W/edoc.conf"
}
export EDOC_CONF="$W/edoc.conf"
in_new() { # DESK AGENCY: how many wait there
	find "$1/out/$2/new" -type f 2>/dev/null | wc -l
}
in_sent() {
	find "$1/out/$2/sent" -type f 2>/dev/null | wc -l
}
fresh() { # TEXT: a case that is to be sent; $id
	rm -f "$W/p.asice" && pack "$W/p.asice" "$1"
	id=$(as dilnoza submit -C "$A" --route test.answer "$W/p.asice")
}
later() { # AGENCY: what was tried is due again
	for f in "$A/out/$1/try/"*.json; do
		jq -c '.next = "2020-01-01T00:00:00Z"' "$f" >"$W/try" && cp "$W/try" "$f"
	done
}
cat >"$W/to-moliya" <<END
#!/bin/sh
# As a transport should: under a dot, then by a rename.
n=\$(basename "\$1")
cp "\$1" "$B/in/new/.\$n" && mv "$B/in/new/.\$n" "$B/in/new/\$n"
END
cat >"$W/to-adliya" <<END
#!/bin/sh
n=\$(basename "\$1")
cp "\$1" "$A/in/new/.\$n" && mv "$A/in/new/.\$n" "$A/in/new/\$n"
END
cat >"$W/fails" <<'END'
#!/bin/sh
echo "first line"
printf 'no route \033[31mto host\n' >&2
exit 3
END
cat >"$W/hangs" <<END
#!/bin/sh
sleep 1000 &
echo \$! >"$W/hung"
wait
END
cat >"$W/says" <<END
#!/bin/sh
{ printf '%s\n' "\$#" "\$@"; echo "\$EDOC_AGENCY"; echo "\$EDOC_DESK"; } >"$W/said"
END
chmod +x "$W/to-moliya" "$W/to-adliya" "$W/fails" "$W/hangs" "$W/says"

conf "lang: en"
ok "two desks" desks
sealed "$W/route-issuer.pem" "$D/route/answer.yaml" "$W/answer.asice"
ok "a route that goes and comes back" edoc-route install -C "$A" "$W/answer.asice"

# ---- nobody carries it
run edoc-route outbox -C "$A"
same "$status $(cat "$out")" "0 " "an empty outbox"
fresh one
run edoc-route send -C "$A"
is_exit 0 "sent without a transport"
same "$(in_new "$A" moliya)" 1 "the file waits for somebody who carries it"
run edoc-route outbox -C "$A"
is_exit 0 "which is no failure"
has "$out" "waits since" "but told"
run edoc-route outbox --json -C "$A"
json "$out" '.state == "waits" and .agency == "moliya" and .tries == 0 and .bytes > 0 and (.file | test("^[0-9a-f]{64}[.]asice$"))' "in JSON too"

# ---- a transport that fails
conf "transport: {moliya: $W/fails}"
run edoc-route tick -n -C "$A"
is_exit 0 "a tick can be tried"
has "$out" "would be sent" "and tells"
same "$(in_new "$A" moliya)" 1 "without sending"
run edoc-route tick -C "$A"
is_exit 75 "a transport that fails is temporary"
has "$out" "not taken, try 1: exit 3: no route " "the line says why"
nok "without what steers a terminal" grep -q "$(printf '\033')" "$out"
same "$(in_new "$A" moliya) $(in_sent "$A" moliya)" "1 0" "the file stays"
run edoc-route tick -C "$A"
same "$status $(cat "$out")" "0 " "it is not tried again at once"
run edoc-route outbox -C "$A" --json
is_exit 1 "the outbox says that something is wrong"
json "$out" '.state == "failed" and .tries == 1 and (.why | startswith("exit 3: no route")) and (.next > .last)' "how often, when again"
later moliya
run edoc-route tick --json -C "$A"
json "$out" '.state == "failed" and .tries == 2 and ((.next | fromdate) - (.last | fromdate) == 600)' "the wait doubles"
for k in 3 4 5 6 7 8 9; do
	later moliya
	edoc-route tick --json -C "$A" >"$out" 2>"$err"
done
json "$out" '.tries == 9 and ((.next | fromdate) - (.last | fromdate) == 21600)' "up to six hours"
rm -r "$A/out/moliya/try"
run edoc-route tick --json -C "$A"
json "$out" '.tries == 1' "without its notes it is simply tried"
printf 'garbage' >"$(echo "$A"/out/moliya/try/*.json)"
run edoc-route tick --json -C "$A"
json "$out" '.tries == 1' "and with notes that are none"
find "$A/out/moliya/try" -name '*.json' -exec sh -c 'jq -c ".next = \"2999-01-01T00:00:00Z\" | .last = .next" "$1" >"$1.x" && mv "$1.x" "$1"' - {} \;
run edoc-route tick --json -C "$A"
json "$out" '.tries == 2' "a clock that was set back makes nothing wait for ever"

# ---- programs that are none, that hang, that are killed
later moliya
conf "transport: {moliya: /nonexistent/program}"
run edoc-route tick -C "$A"
is_exit 75 "no such program"
has "$out" "exit 127: /nonexistent/program: No such file" "is said"
later moliya
conf "transport: {moliya: $W/hangs}" "transport-timeout: 1"
run edoc-route tick -C "$A"
is_exit 75 "one that hangs"
has "$out" "no end after 1 s" "is ended"
i=0
while kill -0 "$(cat "$W/hung")" 2>/dev/null && [ $i -lt 50 ]; do
	sleep 0.1
	i=$((i + 1))
done
nok "with all that it started" kill -0 "$(cat "$W/hung")"
same "$(in_new "$A" moliya)" 1 "and the file stays"
printf '#!/bin/sh\nkill -9 $$\n' >"$W/dies"
chmod +x "$W/dies"
later moliya
conf "transport: {moliya: $W/dies}"
run edoc-route tick -C "$A"
has "$out" "killed by signal 9" "one that dies has taken nothing"
same "$(in_new "$A" moliya)" 1 "the file still stays"

# ---- what it is given
later moliya
conf "transport: [$W/says, '\$(touch $W/shell)', 'a b', '*']"
run edoc-route tick -C "$A"
is_exit 0 "one transport for all agencies"
file=$(echo "$A"/out/moliya/sent/*.asice)
same "$(sed -n 1,4p "$W/said" | tr '\n' '|')" "4|\$(touch $W/shell)|a b|*|" "the words as they are, no shell between"
same "$(sed -n 5p "$W/said")" "$A/out/moliya/new/$(basename "$file")" "the file last"
same "$(sed -n 6,7p "$W/said" | tr '\n' '|')" "moliya|$A|" "agency and desk in the environment"
nok "nothing was expanded" test -e "$W/shell"
conf "transport: $W/says one  two"
run edoc-route send --again -C "$A" "$id"
is_exit 0 "sent again"
same "$(sed -n 1,3p "$W/said" | tr '\n' '|')" "3|one|two|" "a text is split at blanks"
conf "transport: {adliya: $W/fails}"
run edoc-route send --again -C "$A" "$id"
same "$status $(in_new "$A" moliya)" "0 1" "an agency without a transport waits, another's is not taken"
run edoc-route send --again -C "$A" "$id"
has "$out" "already done" "what waits is not put there twice"
run edoc-route send --again -C "$A"
is_exit 64 "--again needs a case"

# ---- there and back; what is lost is sent again
conf "transport: {moliya: $W/to-moliya, adliya: $W/to-adliya}" "receipt-within: 1"
ok "the transport works again" edoc-route tick -C "$A"
same "$(in_new "$A" moliya) $(in_sent "$A" moliya)" "0 1" "the file is sent"
rm "$B"/in/new/*.asice # lost on the way
run edoc-route outbox -C "$A" --json
json "$out" '.state == "unanswered" and .sent >= 1' "the outbox says that no receipt came"
is_exit 0 "which is not late yet"
for f in "$A"/out/moliya/try/*.json; do
	jq -c '.last = "2021-01-01T00:00:00Z"' "$f" >"$W/try" && cp "$W/try" "$f"
done
run edoc-route outbox -C "$A" --json
json "$out" '.state == "unanswered"' "and not before the case was sent"
run sh -c "edoc-route log -C '$A' $id --json | jq -r 'select(.event == \"case.sent\").time'"
sent_at=$(cat "$out")
run faketime -f "+2d" true
if [ "$status" = 0 ]; then
	two_days="faketime -f +2d"
else
	two_days=
fi
if [ -n "$two_days" ]; then
	run $two_days edoc-route outbox -C "$A"
	is_exit 1 "two days later it is"
	has "$out" "LATE: no receipt since" "and says so"
	run $two_days edoc-route tick -C "$A"
	is_exit 0 "a tick sends it again"
	has "$out" "no receipt, sent again" "and says so"
	run $two_days edoc-route tick -C "$A"
	same "$status $(cat "$out")" "0 " "once"
else
	ok "sent again by hand ($sent_at)" edoc-route send --again -C "$A" "$id"
	skip "no faketime here" 5
fi
same "$(find "$B/in/new" -name '*.asice' | wc -l)" 1 "it arrives"
ok "is received" edoc-route tick -C "$B"
rm -f "$A"/in/new/*.asice # the receipt is lost
run edoc-route send --again -C "$A" "$id"
is_exit 0 "sent once more"
run edoc-route tick -C "$B"
has "$out" "already done" "is nothing new there"
same "$(find "$A/in/new" -name '*.asice' | wc -l)" 1 "but the receipt comes again"
run edoc-route tick -C "$A"
is_exit 0 "and is taken"
same "$(edoc-route log --json -C "$A" "$id" | jq -r .entry)" "$(edoc-route log --json -C "$B" "$id" | jq -r .entry)" "both desks have one ledger"
run edoc-route send --again -C "$A" "$id"
is_exit 77 "what is answered is not sent again"
run edoc-route outbox -C "$A"
same "$status $(cat "$out")" "0 " "nothing is open"

# ---- several ticks at once; other names
fresh two
edoc-route send -n -C "$A" >/dev/null
conf "transport: {moliya: $W/slow}"
cat >"$W/slow" <<END
#!/bin/sh
echo x >>"$W/calls"
sleep 1
exec "$W/to-moliya" "\$1"
END
chmod +x "$W/slow"
for i in 1 2 3 4; do
	edoc-route tick -C "$A" >"$W/t$i" 2>&1 &
done
wait
same "$(wc -l <"$W/calls")" 1 "four ticks at once give a file away once"
same "$(in_new "$A" moliya)" 0 "and it is sent"
same "$(cat "$W"/t? | grep -c "  sent$")" 1 "one of them says so"
ln -s "$W/edoc.conf" "$A/out/moliya/new/link.asice"
mkdir "$A/out/moliya/new/folder"
printf x >"$A/out/moliya/new/.half"
run edoc-route tick -C "$A"
same "$status $(cat "$out")" "0 " "what is no file is not given away"
rm -r "$A/out/moliya/new/link.asice" "$A/out/moliya/new/folder" "$A/out/moliya/new/.half"

# ---- behind one that fails the others of its agency wait
fresh three
two=$id
fresh four
conf "transport: {moliya: $W/fails}"
run edoc-route tick -C "$A"
same "$(grep -c "not taken" "$out")" 1 "who does not answer is asked once"
run edoc-route tick -C "$A"
same "$(grep -c "not taken" "$out")" 1 "then the next one is tried"
later moliya
conf "transport: {moliya: $W/to-moliya}"
run edoc-route tick -C "$A"
same "$(in_new "$A" moliya)" 0 "and both arrive in the end"
nok "these were two cases" test "$two" = "$id"

# ---- edoc.conf
for line in "transport: ''" "transport: []" "transport: {moliya: []}" "transport: {moliya: {a: b}}" \
	"transport: [a, '']" "transport: [[a]]" "transport-timeout: 0" "transport-timeout: 1d" \
	"transport-timeout: 86401" "receipt-within: -1" "receipt-within: ''"; do
	conf "$line"
	run edoc-route outbox -C "$A"
	is_exit 78 "refused: $line"
done
finish
