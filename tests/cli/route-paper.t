#!/bin/sh
# SPDX-License-Identifier: ISC
# What comes on paper: entered by a clerk, who attests when it came and shows it;
# the terms run from then.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/ready.sh"

ok "two desks" ready uz-murojaat \
	"agency: adliya, unit: devonxona, post: kotib, holder: zarina" \
	"agency: adliya, post: rahbar, holder: madina" \
	"agency: adliya, post: ijrochi, holder: farrukh"
cd "$W" || exit 1
now='2026-12-04 05:00:00'
echo 'an image of the letter' >scan.txt
echo 'Letter from Samarqand' >order.txt
for who in zarina madina dilnoza; do
	on "$now" edoc-sign sign --key "$K/$who.p12" --pass-file "$K/pass" -o "scan-$who.asice" scan.txt >/dev/null
done
on "$now" edoc-sign sign --key "$K/zarina.p12" --pass-file "$K/pass" -o letter.asice order.txt >/dev/null
on "$now" edoc-sign sign --key "$K/dilnoza.p12" --pass-file "$K/pass" -o own.asice order.txt >/dev/null
edoc-sign new -o bare.asice scan.txt >/dev/null
python3 "$SRCDIR/tests/rezip.py" scan-zarina.asice broken.asice flip:scan.txt

# shellcheck disable=SC2317 # run calls it
enter() { # WHO PKG ARG...
	who=$1 pkg=$2
	shift 2
	act "$now" "$who" submit --route "$name" --document ariza=order.txt --field kind=application \
		--field reply-to=Samarqand "$@" "$pkg"
}
refused() { # EXIT WORD WHAT WHO PKG ARG...
	want=$1 word=$2 why=$3
	shift 3
	run enter "$@"
	is_exit "$want" "$why"
	has "$err" "$word" "$why: says \"$word\""
	same "$(find "$A/case" -path '*/log/*' | wc -l)" 0 "$why: no case"
}
came=2026-12-02T10:00:00+05:00
refused 64 "name what shows it: --evidence" "nothing shows it" zarina letter.asice --channel paper --received $came
refused 64 "of what?" "evidence of nothing" zarina letter.asice --channel paper --evidence scan-zarina.asice
refused 64 "is said of --channel post, counter or paper" "by the portal" zarina letter.asice --channel portal \
	--received $came --evidence scan-zarina.asice
refused 64 "is said of --channel" "nobody says how" zarina letter.asice --received $came --evidence scan-zarina.asice
for day in 2026-12-02 "2026-12-02T10:00:00" yesterday 2026-13-02T10:00:00Z; do
	refused 64 "is no time such as" "no time: $day" zarina letter.asice --channel post --received "$day" \
		--evidence scan-zarina.asice
done
refused 65 "is later than now" "before it came" zarina letter.asice --channel post \
	--received 2026-12-04T10:00:01+05:00 --evidence scan-zarina.asice
refused 77 "you have not signed it" "a scan that another signed" zarina letter.asice --channel post --received $came \
	--evidence scan-madina.asice
refused 77 "the package is INDETERMINATE" "a scan that nobody signed" zarina letter.asice --channel post --received $came \
	--evidence bare.asice
refused 77 "the package is TOTAL-FAILED" "one that was changed" zarina letter.asice --channel post --received $came \
	--evidence broken.asice
refused 66 "none.asice" "one that is not there" zarina letter.asice --channel post --received $came --evidence none.asice
refused 77 "scan.txt" "what is no package" zarina letter.asice --channel post --received $came --evidence scan.txt
refused 77 "holds no post" "a citizen about his own letter" dilnoza own.asice --channel post --received $came \
	--evidence scan-dilnoza.asice

run enter zarina letter.asice -n --channel paper --received $came --evidence scan-zarina.asice
is_exit 0 "it can be tried"
same "$(find "$A/case" -path '*/log/*' | wc -l)" 0 "and changes nothing"
run enter zarina letter.asice --channel paper --received $came --evidence scan-zarina.asice
is_exit 0 "entered"
id=$(cat "$out")
c=$(echo "$A"/case/*/"$id")
run enter zarina letter.asice --channel paper --received $came --evidence scan-zarina.asice
same "$status $(cat "$out")" "0 $id" "once"
same "$(jq -r '.received + " " + .channel + " " + .attached.kind + " " + .attached.sha256' "$c/log/000001")" \
	"2026-12-02T05:00:00Z paper evidence $(sha256sum scan-zarina.asice | cut -c1-64)" "its first entry says when it came, and what shows it"
edoc-route log -C "$A" "$id" >told
has told "case.submitted, with evidence $(sha256sum scan-zarina.asice | cut -c1-8), came Wed 2 Dec 2026 10:00 +05 by paper, by Zarina" "the log says so"
due 2026-12-04T06:00:00Z >shown
has shown "term answer: until Thu 17 Dec 2026" "A14: the fifteen days run from when it came"
has shown "  came Wed 2 Dec 2026 10:00 +05 by paper" "show says when it came"
has shown "since Fri 4 Dec 2026, due Thu 3 Dec 2026" "and the clerk is late already"
run edoc-route verify -C "$A" --at 2026-12-04T06:00:00Z "$id"
is_exit 2 "the case is sound, and not finished"
at=$A
run act '2026-12-04 06:00:00' zarina "do" acknowledged "$id"
is_exit 0 "and goes on"
proved "route.late route.unfinished" "a stranger sees that it was late"
printf x >>"$c/ref/$(sha256sum scan-zarina.asice | cut -c1-64).asice"
run act '2026-12-04 07:00:00' zarina "do" registered "$id"
is_exit 65 "nobody acts once the evidence was changed"

# ---- forged first entries; what enters within a term
sed 's/^version: .*/version: 9/; s/^  channels: .*/&\n  enter-within: 2wd/' "$SRCDIR/profiles/routes/uz-murojaat.yaml" >route.yaml
ok "a route with a term for it" edoc-route lint route.yaml
sealed "$W/route-issuer.pem" route.yaml route.asice
edoc-route install -C "$A" route.asice >/dev/null
run enter zarina letter.asice --channel paper --received 2026-12-01T10:00:00+05:00 --evidence scan-zarina.asice
is_exit 77 "entered too late"
has "$err" "was to be entered until 2026-12-03T18:59:59Z" "and until when is said"
run enter zarina letter.asice --channel paper --received $came --evidence scan-zarina.asice
is_exit 0 "on the last day"
id=$(cat "$out")
c=$(echo "$A"/case/*/"$id")
for who in zarina dilnoza; do
	openssl pkcs12 -in "$K/$who.p12" -passin "file:$K/pass" -nodes 2>/dev/null >$who.pem
done
cp "$c/log/000001" first
forged() { # WORD WHAT JQ
	jq -Sc "$3" first | tr -d '\n' >entry
	cp entry "$c/log/000001"
	cp "$c/obj/$(sha256sum first | cut -c1-64).body.json" "$c/obj/$(sha256sum entry | cut -c1-64).body.json"
	on "$now" openssl cms -sign -binary -cades -md sha256 -outform DER -in entry -signer "zarina.pem" \
		-out "$c/obj/$(sha256sum entry | cut -c1-64).cms" 2>cms.err
	run edoc-route verify -C "$A" --at 2026-12-04T06:00:00Z "$id"
	is_exit 65 "$2"
	has "$err" "$1" "$2: is found"
}
forged route.received-late "another day" '.received="2026-12-01T05:00:00Z"'
forged "route.received: " "a day to come" '.received="2026-12-05T05:00:00Z"'
forged "stands with the evidence" "no evidence" 'del(.attached)'
forged "stands with the evidence" "no day" 'del(.received)'
forged "stands with the evidence" "by the portal" '.channel="portal"'
forged route.document "evidence of another kind" '.attached.kind="reply"'
finish
