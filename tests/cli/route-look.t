#!/bin/sh
# SPDX-License-Identifier: ISC
# What is due, what is late, and which case it was.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

if [ -n "$SAN" ] || ! faketime '2027-01-04 10:00:00' true 2>/dev/null; then
	skip "no faketime here, or a sanitizer that does not bear it"
	finish
fi
begin() { # TIME TEXT: prints the case
	pack "$W/$2.asice" "$2" >/dev/null
	TZ=UTC faketime "$1" edoc-route submit --key "$K/dilnoza.p12" --pass-file "$K/pass" -C "$A" \
		--route test.order "$W/$2.asice"
}
cases() { # of the JSON Lines in $out
	jq -r .case "$out" | xargs
}

ok "two desks" desks
run edoc-route due -C "$A"
is_exit 1 "nothing is due at an empty desk"
same "$(cat "$out")" "" "and nothing is said"
run edoc-route find -C "$A" order
is_exit 1 "nor is anything found"

# Mondays, each with three working days; submitted in another order than due.
c3=$(begin '2027-01-18 05:00:00' third)
c1=$(begin '2027-01-04 05:00:00' first)
c2=$(begin '2027-01-11 05:00:00' second)
at=2027-01-15T00:00:00Z
run edoc-route inbox --json -C "$A" --at $at
same "$(cases)" "$c1 $c2 $c3" "the inbox has first what is late longest"
mkdir -p "$A/case/zz/nonsense"
run edoc-route inbox -C "$A" --at $at
same "$(cut -c1-12 "$out" | head -n 3 | xargs)" "$(echo "$c1 $c2 $c3" | xargs -n 1 | cut -c1-12 | xargs)" \
	"the text too"
same "$(tail -n 1 "$out" | grep -c 'no case')" 1 "and what is no case stands last"
rm -r "$A/case/zz"

# In the reader's language, and the columns as straight as in English.
for lang in en tg uz uz-Cyrl ru; do
	for verb in inbox due; do
		run edoc-route $verb --lang $lang -C "$A" --at $at
		same "$(wc -l <"$out" | xargs)" 3 "$verb in $lang: three rows"
		same "$(jq -Rr 'match("(agree$)|(lawyer)").offset' "$out" | sort -u | wc -l)" 1 \
			"one column"
	done
done
has "$out" "чт 7 янв 2027    ПРОСРОЧ.  " "dates and the word for late too"
run edoc-route show --lang tg -C "$A" --at $at "$c1"
has "$out" "мунтазири lawyer аз adliya (agree) аз дш 4 янв 2027, мӯҳлаташ пш 7 янв 2027" "what a case waits for"
run edoc-route "do" --lang uz --key "$K/dilnoza.p12" --pass-file "$K/pass" -C "$A" agree 00ff
has "$err" "bu devonxonada bunday ish yoʻq" "and a refusal"

run edoc-route due --json -C "$A" --at $at
is_exit 0 "three terms"
same "$(cases)" "$c1 $c2 $c3" "the earliest first"
same "$(jq -r '"\(.step) \(.due) \(.late)"' "$out" | head -n 1)" \
	"agree 2027-01-07T18:59:59Z true" "each with its step and end"
run edoc-route due --json -C "$A" --at $at --overdue
same "$(cases)" "$c1 $c2" "only what is late"
run edoc-route due --overdue -C "$A" --at 2027-01-07T18:59:59Z
is_exit 1 "the last second is in time"
run edoc-route due --overdue -C "$A" --at 2027-01-07T19:00:00Z
is_exit 0 "the next is not"
same "$(cat "$out")" "Thu 7 Jan 2027   LATE  $(echo "$c1" | cut -c1-12)  agree" "told in a line"
run edoc-route due --json -C "$A" --at $at --by 2027-01-14
same "$(cases)" "$c1 $c2" "up to a day, that day with it"
run edoc-route due --json -C "$A" --at $at --by 2027-01-13
same "$(cases)" "$c1" "the day before has less"
run edoc-route due -C "$A" --at $at --by 2027-01-06
is_exit 1 "none by then"
for day in 2027-02-30 tomorrow ""; do
	run edoc-route due -C "$A" --by "$day"
	is_exit 64 "no day: \"$day\""
done

# ---- find ----
doing() { # WHO OUTCOME CASE
	TZ=UTC faketime '2027-01-20 05:00:00' edoc-route "do" --key "$K/$1.p12" \
		--pass-file "$K/pass" -C "$A" "$2" "$3" >/dev/null
}
doing zarina agreed "$c2" && doing madina signed "$c2" && doing zarina registered "$c2"
run edoc-route find --json -C "$A" 0001/2027
same "$(cases)" "$c2" "by its number"
run edoc-route find --json -C "$A" "$(echo "$c3" | tr a-f A-F)"
same "$(cases)" "$c3" "by its id, letters large or small"
log=$(find "$A/case" -path '*/log/000001' | head -n 1)
name=$(jq -r 'first(.documents[].name | select(startswith("META-INF/") | not))' "$log")
ok "a document has a name" [ -n "$name" ]
run edoc-route find --json -C "$A" "$(echo "$name" | tr '[:lower:]' '[:upper:]')"
same "$(cases)" "$c3 $c2 $c1" "by a document's name, the newest first"
run edoc-route find -C "$A" META-INF
is_exit 1 "not by what a package is made of"
run edoc-route find --json -C "$A" TEST.order dilnoza
same "$(cases)" "$c3 $c2 $c1" "by route and initiator"
run edoc-route find --json -C "$A" dilnoza 0001/2027
same "$(cases)" "$c2" "all of the words"
run edoc-route find -C "$A" dilnoza nobody
is_exit 1 "not one of them"
run edoc-route find -C "$A" 0001/2027
has "$out" "$(echo "$c2" | cut -c1-12)  0001/2027  waits for" "and says where it stands"
run edoc-route find -C "$A"
is_exit 64 "without a word"
run edoc-route find -C "$A" ""
is_exit 64 "with an empty one"
run edoc-route find -C "$A" "$(printf 'a\377')"
is_exit 64 "with one that is not UTF-8"
finish
