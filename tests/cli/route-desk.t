#!/bin/sh
# SPDX-License-Identifier: ISC
# Who can write to a desk's folder writes there what he likes.  Nobody acts on
# it: no signature is made over it, and no entry.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

files() { # DESK
	find "$1" -type f | sort | xargs sha256sum | sha256sum
}
refused() { # EXIT WORD WHAT CMD...: no desk is changed by it
	want=$1 word=$2 what=$3
	shift 3
	before=$(files "$A")$(files "$B")
	run "$@"
	is_exit "$want" "$what"
	has "$err" "$word" "$what: says \"$word\""
	same "$(files "$A")$(files "$B")" "$before" "$what: nothing changed"
}
fresh() { # NAME: a case; $id, and its folder $c
	pack "$W/$1.asice" "$1"
	id=$(as dilnoza submit -C "$A" --route test.order "$W/$1.asice")
	c=$(echo "$A"/case/*/"$id")
}
forged() { # SEQ: that entry's signature, made anew by somebody else
	entry=$c/log/$1
	openssl cms -sign -binary -cades -md sha256 -outform DER -in "$entry" -signer "$K/anvar.crt" \
		-inkey "$K/anvar.key" -out "$c/obj/$(sha256sum "$entry" | cut -c1-64).cms" 2>"$W/cms.err"
}

ok "two desks" desks

# The stored package: swapped, changed, damaged, grown.
fresh one
does zarina -C "$A" agreed "$id" >/dev/null
package=$(echo "$c"/pkg/*)
cp "$package" "$W/kept"
pack "$W/two.asice" "pay me"
cp "$W/two.asice" "$package"
refused 65 "ledger.document" "a swapped package is not signed" does madina -C "$A" signed "$id"
refused 65 "ledger.document" "nor would it be" does madina -C "$A" -n signed "$id"
nok "no signature was made" test -e "$(echo "$c"/sig/*)"
python3 "$SRCDIR/tests/rezip.py" "$W/kept" "$package" "flip:order.txt"
refused 65 "ledger.document" "a changed document is not signed" does madina -C "$A" signed "$id"
python3 "$SRCDIR/tests/rezip.py" "$W/kept" "$package" "put:more.txt=$D/route/calendar.yaml"
refused 65 "ledger.document-added" "a package that grew is not signed" does madina -C "$A" signed "$id"
head -c 300 "$W/kept" >"$package"
refused 65 "" "a damaged package is not signed" does madina -C "$A" signed "$id"
cp "$W/two.asice" "$package"
refused 65 "ledger.document" "nor refused" does madina -C "$A" --reason unlawful refused "$id"
cp "$W/kept" "$package"
run does madina -C "$A" signed "$id"
is_exit 0 "the package that was agreed to is signed"

# A step's signature, and what is sent.
signature=$(echo "$c"/sig/*)
cp "$signature" "$W/sig"
sed 's/approval/Approval/' "$W/sig" >"$signature"
printf '\n' >>"$signature"
refused 65 "ledger.step-signature" "no number for a case whose signature was changed" does zarina -C "$A" registered "$id"
nok "none is claimed" test -e "$A/reg/orders"
cp "$W/sig" "$signature"
does zarina -C "$A" registered "$id" >/dev/null
refused 77 'is done by "edoc-route send"' "sending is no do" does zarina -C "$A" sent "$id"
cp "$W/two.asice" "$package"
refused 65 "ledger.document" "a swapped package is not sent" edoc-route send -C "$A" "$id"
refused 65 "ledger.document" "nor found and sent" edoc-route send -C "$A"
cp "$W/kept" "$package"
gone=$id gonec=$c

# Entries: whose signature, over what.
fresh three
does zarina -C "$A" agreed "$id" >/dev/null
cp -R "$c/obj" "$W/obj"
forged 000002
refused 65 "ledger.signer" "nobody acts after an entry that somebody else signed" does madina -C "$A" signed "$id"
forged 000001
refused 65 "ledger.signer" "nor after such a submission" does madina -C "$A" signed "$id"
refused 65 "ledger.signer" "nor is it submitted already" as dilnoza submit -C "$A" --route test.order "$W/three.asice"
rm -r "$c/obj" && cp -R "$W/obj" "$c/obj"
cp "$c/obj/$(sha256sum "$c/log/000001" | cut -c1-64).cms" "$c/obj/$(sha256sum "$c/log/000002" | cut -c1-64).cms"
refused 65 "ledger.signature" "nor after a signature over other bytes" does madina -C "$A" signed "$id"
rm -r "$c/obj" && cp -R "$W/obj" "$c/obj"

# Pins of the case, by whom they are signed.
pin=$(grep -l "order.yaml" "$c"/pin/*)
cp "$pin" "$W/pin"
sealed "$W/directory-issuer.pem" "$D/route/order.yaml" "$W/x.asice"
cp "$W/x.asice" "$pin"
refused 65 "pin.untrusted" "nor by a route that the routes' issuer did not sign" does madina -C "$A" signed "$id"
cp "$W/pin" "$pin"

# A hole in the log is told and not filled.
run does madina -C "$A" signed "$id"
is_exit 0 "a third entry"
mv "$c/log/000002" "$W/hole"
for verb in show log verify; do
	refused 65 "entry 2 is missing" "a hole in the log: $verb" edoc-route "$verb" -C "$A" "$id"
done
refused 65 "entry 2 is missing" "a hole in the log: do" does zarina -C "$A" agreed "$id"
refused 65 "entry 2 is missing" "a hole in the log: submit" as dilnoza submit -C "$A" --route test.order "$W/three.asice"
refused 65 "entry 2 is missing" "a hole in the log: export" edoc-route export -C "$A" -o "$W/e.asice" "$id"
run edoc-route inbox -C "$A"
is_exit 0 "a broken case hides no other from the inbox"
has "$out" "waits for clerk of adliya (hand-over)" "the other is listed"
has "$out" "$id: entry 2 is missing" "the broken one is told"
run edoc-route send -n -C "$A"
is_exit 65 "nor from send"
has "$out" "hand-over: sent (would be done)" "which would send the other"
has "$err" "entry 2 is missing" "and tells what is wrong with this one"
mv "$W/hole" "$c/log/000002"
mv "$c/log/000001" "$W/hole"
refused 65 "entry 1 is missing" "a log without its beginning" edoc-route show -C "$A" "$id"
mv "$W/hole" "$c/log/000001"
run does zarina -C "$A" registered "$id"
is_exit 0 "the case goes on once all is there again"

# What lies in conf/ is not believed for lying there.
fresh four
directory 2 "{agency: adliya, post: lawyer, holder: dilnoza}" >"$W/directory.yaml"
sealed "$K/zarina.pem" "$W/directory.yaml" "$W/d2.asice"
drop="$A/conf/directory/2@$(sha256sum "$W/directory.yaml" | cut -c1-64).asice"
cp "$W/d2.asice" "$drop"
refused 77 "nobody this desk trusts for a directory" "do by a directory that a lawyer signed" does zarina -C "$A" agreed "$id"
pack "$W/five.asice" five
refused 77 "nobody this desk trusts for a directory" "submit by it" as dilnoza submit -C "$A" --route test.order "$W/five.asice"
refused 77 "nobody this desk trusts for a directory" "send by it" edoc-route send -C "$A" "$gone"
rm "$drop"
sed 's/version: 1/version: 9/; s/3wd/9wd/' "$D/route/order.yaml" >"$W/order.yaml"
sealed "$K/zarina.pem" "$W/order.yaml" "$W/r9.asice"
drop="$A/conf/routes/test.order@$(sha256sum "$W/order.yaml" | cut -c1-64).asice"
cp "$W/r9.asice" "$drop"
refused 77 "nobody this desk trusts for a route" "submit by a route that a lawyer signed" as dilnoza submit -C "$A" --route test.order "$W/five.asice"
rm "$drop"

# Anchors are asked at every act.
mkdir "$W/away"
mv "$A/conf/trust/sign/"* "$W/away/"
refused 77 "does not trust the certificate" "an act by who chains to nobody now" does zarina -C "$A" agreed "$id"
refused 77 "does not trust the certificate" "and a submission" as dilnoza submit -C "$A" --route test.order "$W/five.asice"
mv "$W/away/"* "$A/conf/trust/sign/"
refused 77 "does not trust the certificate" "a stranger" does stranger -C "$A" agreed "$id"
run does zarina -C "$A" agreed "$id"
is_exit 0 "with them she acts"

# A case that went on to another desk is acted on there.
touch "$A/out/moliya"
run edoc-route send -C "$A" "$gone"
is_exit 74 "what cannot be put into out/ after its entry was made"
same "$(find "$gonec/log" -type f | wc -l)" 5 "the entry is there"
rm "$A/out/moliya"
run edoc-route send -C "$A" "$gone"
is_exit 0 "the same line again"
same "$(find "$A/out/moliya/new" -type f | wc -l)" 1 "puts it there"
carry "$A" moliya "$B"
run edoc-route receive -C "$B"
is_exit 0 "it is received"
carry "$B" adliya "$A"
run edoc-route receive -C "$A"
is_exit 0 "and its receipt"
refused 77 "the case is at moliya" "the receiver acts at the desk it left" does farrukh -C "$A" executed "$gone"
run does zarina -C "$A" --step register registered "$gone"
is_exit 0 "what was done there before stays done"
has "$out" "already" "and is told as done"
same "$(find "$gonec/log" -type f | wc -l)" 6 "no entry more"
run does farrukh -C "$B" executed "$gone"
is_exit 0 "at its own desk it goes on"
finish
