#!/bin/sh
# SPDX-License-Identifier: ISC
# One defect at a time in a finished package: verify names each of them.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"
L=META-INF/edoc/ledger
good=$W/good.asice

forge() { # WANT-EXIT CODE WHAT EDIT...
	want=$1 code=$2 what=$3
	shift 3
	python3 "$SRCDIR/tests/rezip.py" "$good" "$W/bad.asice" "$@" || result 1 "$what: no forgery"
	run edoc-route verify --json --trust "$W/trust" "$W/bad.asice"
	is_exit "$want" "$what"
	same "$(jq -r '.findings[].code' "$out" | grep -cxF "$code")" 1 "$what: $code"
}

ok "two desks" desks
pack "$W/p.asice"
id=$(as dilnoza submit -C "$A" --route test.order "$W/p.asice")
does zarina -C "$A" agreed "$id" >/dev/null
does madina -C "$A" signed "$id" >/dev/null
does zarina -C "$A" registered "$id" >/dev/null
edoc-route send -C "$A" >/dev/null
cp "$A"/out/moliya/new/*.asice "$W/good.asice"

run python3 "$SRCDIR/tests/rezip.py" "$W/good.asice" "$W/bad.asice" "flip:order.txt" "flip:order.txt"
run edoc-route verify --trust "$W/trust" "$W/bad.asice"
is_exit 2 "repacked as it was it is as good as before"
same "$(unzip -Z1 "$W/good.asice" | grep -c "$L/000002.*body")" 0 "an internal body stays at home"
run edoc-route verify --json --trust "$W/trust" "$W/good.asice"
same "$(jq -r '[.findings[].code] | join(" ")' "$out")" route.unfinished "and that is no fault"

forge 1 ledger.removed "the ledger removed" "drop:META-INF/edoc/*"
forge 1 ledger.cut "the ledger cut before the signature's head" "drop:$L/00000[2345]*"
forge 1 ledger.gap "an entry removed" "drop:$L/000002*"
forge 1 ledger.gap "the first entry removed" "drop:$L/000001*"
forge 1 ledger.orphan "a header removed, its company left" "drop:$L/000005-????????.json"
forge 1 ledger.unsigned "an entry's signature removed" "drop:$L/000004*.cms"
forge 1 ledger.signature "an entry's signature changed" "flip:$L/000004*.cms"
forge 1 ledger.name "an entry changed" "sub:$L/000004-????????.json=0001/=0009/"
forge 1 ledger.malformed "an entry that is no longer canonical" "sub:$L/000004-????????.json={=={ "
forge 1 ledger.body "a body changed" "flip:$L/000003*.body.json"
forge 2 ledger.body-missing "a body removed" "drop:$L/000003*.body.json"
forge 2 ledger.body-missing "the body of the submission removed" "drop:$L/000001*.body.json"
forge 1 pin.swapped "the route file exchanged" "put:META-INF/edoc/route.yaml=$D/route/calendar.yaml"
forge 1 pin.swapped "the route file changed" "sub:META-INF/edoc/route.yaml=3wd=9wd"
forge 2 pin.missing "the route file removed" "drop:META-INF/edoc/route.yaml"
forge 2 ledger.stray "a file of somebody else beside the ledger" "put:META-INF/edoc/extra.txt=$D/route/calendar.yaml"
forge 1 ledger.step-signature "the signature of the step removed" \
	"drop:$(edoc-route log --json -C "$A" "$id" | jq -r '.signature // empty')"
forge 1 ledger.document "a document changed" "flip:order.txt"
forge 1 ledger.document-added "a document added" "put:more.txt=$D/route/calendar.yaml"

# The pinned packages: one signed by somebody else, one gone.
route=$(sha256sum "$W/route.asice" | cut -c1-8)
sealed "$W/directory-issuer.pem" "$D/route/order.yaml" "$W/other.asice"
forge 2 pin.untrusted "a route signed by who is trusted for directories only" \
	"drop:META-INF/edoc/pinned/$route.asice" \
	"put:META-INF/edoc/pinned/$(sha256sum "$W/other.asice" | cut -c1-8).asice=$W/other.asice"
forge 2 pin.missing "a pinned package removed" "drop:META-INF/edoc/pinned/$route.asice"
forge 1 pin.malformed "a pinned package damaged" "flip:META-INF/edoc/pinned/$route.asice"
sed 's/3wd/9wd/' "$D/route/order.yaml" >"$W/loose.yaml"
sealed "$W/route-issuer.pem" "$W/loose.yaml" "$W/loose.asice"
forge 2 pin.missing "a route exchanged for another good one" \
	"drop:META-INF/edoc/pinned/$route.asice" \
	"put:META-INF/edoc/pinned/$(sha256sum "$W/loose.asice" | cut -c1-8).asice=$W/loose.asice"

# An entry made again, well formed and signed, by who may not: the fold tells.
entry=$(unzip -Z1 "$W/good.asice" | grep "$L/000004-.*[0-9a-f]\.json")
unzip -p "$W/good.asice" "$entry" | sed 's/0001\//0009\//' >"$W/entry.json"
new=$L/000004-$(sha256sum "$W/entry.json" | cut -c1-8)
openssl pkcs12 -in "$K/farrukh.p12" -passin "file:$K/pass" -nodes -out "$W/farrukh.pem" 2>/dev/null
openssl cms -sign -binary -in "$W/entry.json" -signer "$W/farrukh.pem" -inkey "$W/farrukh.pem" \
	-md sha256 -cades -outform DER -out "$W/entry.cms"
forge 1 ledger.signer "an entry made again by somebody else" "drop:$L/000005*" \
	"drop:${entry%.json}.*" "put:$new.json=$W/entry.json" "put:$new.cms=$W/entry.cms"

# What a newer release wrote is no fault, and no proof.
newer() { # WHAT EDIT...
	forge 2 ledger.newer "$@"
	same "$(jq -r '[.findings[].code] | join(" ")' "$out")" ledger.newer "  and nothing else is said"
}
for i in 1 3 5; do
	newer "entry $i of a newer format" "sub:$L/00000$i-????????.json=edoc-entry/1=edoc-entry/2"
done
run edoc-route verify --trust "$W/trust" "$W/bad.asice"
has "$out" "written in edoc-entry/2; this release reads edoc-entry/1" "which format that is"
has "$out" "cannot be told: a newer release wrote what follows" "where the case stands is not told"
forge 1 ledger.gap "and an entry before it removed" "drop:$L/000004*" \
	"sub:$L/000005-????????.json=edoc-entry/1=edoc-entry/2"
body=$(unzip -Z1 "$W/good.asice" | grep "$L/000003-.*body")
unzip -p "$W/good.asice" "$body" | sed 's/edoc-body.1/edoc-body\/2/' >"$W/body.json"
unzip -p "$W/good.asice" "${body%.body.json}.cms" >"$W/body.cms"
unzip -p "$W/good.asice" "${body%.body.json}.json" |
	sed "s/$(unzip -p "$W/good.asice" "$body" | sha256sum | cut -c1-64)/$(
		sha256sum <"$W/body.json" | cut -c1-64
	)/" >"$W/entry.json"
new=$L/000003-$(sha256sum "$W/entry.json" | cut -c1-8)
newer "a body of a newer format" "drop:${body%.body.json}.*" "put:$new.json=$W/entry.json" \
	"put:$new.cms=$W/body.cms" "put:$new.body.json=$W/body.json"

run edoc-route verify --trust "$W/trust/sign" "$W/good.asice"
is_exit 2 "with anchors for signatures only it cannot be decided"
run edoc-route verify --trust "$W/trust" "$W/p.asice"
is_exit 2 "a package without a ledger has no procedure"
has "$out" "no route ledger" "and that is said"
run edoc-route verify --trust "$W/trust" "$W/route.sh"
is_exit 66 "no such file"
printf 'PK' >"$W/short"
run edoc-route verify --trust "$W/trust" "$W/short"
is_exit 65 "not a package"

# The desk does not take any of it in.
mkdir -p "$B/in/new"
python3 "$SRCDIR/tests/rezip.py" "$W/good.asice" "$B/in/new/x.asice" "drop:$L/000002*"
run edoc-route receive -C "$B"
is_exit 65 "a broken package is not received"
has "$B/in/bad/x.asice.reason" "ledger.gap" "the reason is kept with it"
ok "it is kept" test -s "$B/in/bad/x.asice"
same "$(find "$B/case" -type f | wc -l)" 0 "there is no case of it"
carry "$B" adliya "$A"
run edoc-route receive -C "$A"
is_exit 0 "its rejection is of other bytes than left the other desk"
has "$out" "damaged on the way to moliya: " "and taken as what it is"
rm "$B"/out/adliya/new/*
mv "$B/conf/trust/sign" "$W/kept"
carry "$A" moliya "$B"
run edoc-route receive -C "$B"
is_exit 65 "a package of signers this desk does not trust"
mv "$W/kept" "$B/conf/trust/sign"
carry "$B" adliya "$A"
run edoc-route receive -C "$A"
is_exit 0 "the sender's desk takes that rejection in"
has "$out" "rejected by moliya" "and says so"
run edoc-route show -C "$A" "$id"
has "$out" "rejected: see rcpt/rejected-" "show tells it"

# Another agency of the directory has no say in it.
mkdir "$W/no"
unzip -qo "$(echo "$B"/out/adliya/new/*.asice)" -d "$W/no"
jq -cSj '{event, issuer: "adliya", package}' "$W/no/evidence.json" | sha256sum | cut -c1-32 >"$W/no/id"
jq -cSj --arg id "$(cat "$W/no/id")" --arg cert "$(digest "$A/conf/desk.crt")" \
	'.issuer = {agency: "adliya", cert: $cert} | .id = $id' "$W/no/evidence.json" >"$W/evidence.json"
sealed "$A/conf/desk.key" "$W/evidence.json" "$A/in/new/no.asice"
run edoc-route receive -C "$A"
is_exit 65 "a rejection by an agency that the case was not sent to"
has "$err" "the receipt is by adliya; the case was sent to moliya" "and who that is"
cp "$(echo "$B"/out/adliya/new/*.asice)" "$W/rejection.asice"

carry "$A" moliya "$B"
run edoc-route receive -C "$B"
is_exit 0 "once its signers are trusted the same package is received"

# Who received the case keeps the receipt that its entry cites.
edoc-route export -C "$B" -o "$W/received.asice" "$id"
good=$W/received.asice
forge 2 evidence.missing "the receipt removed" "drop:META-INF/edoc/evidence/*"
cp "$W/received.asice" "$A/in/new/"
run edoc-route receive -C "$A"
is_exit 0 "the whole case comes before its receipt"
edoc-route export -C "$A" -o "$W/back.asice" "$id"
run edoc-route verify --json --trust "$W/trust" "$W/back.asice"
same "$(jq -r '[.findings[].code] | join(" ")' "$out")" route.unfinished "the receipt came with it"

# An agency that says no and yes to one package.
rm "$B/out/adliya/new/$(sha256sum <"$W/rejection.asice" | cut -c1-64).asice"
carry "$B" adliya "$A"
run edoc-route receive -C "$A"
is_exit 0 "an acceptance after a rejection is taken in"
has "$out" "equivocation: moliya rejected this package by the receipt $(
	sha256sum <"$W/rejection.asice" | cut -c1-64)" "and the rejection is told"
cp "$W/rejection.asice" "$A/in/new/"
run edoc-route receive -C "$A"
is_exit 65 "a rejection after the acceptance is not"
has "$err" "equivocation: moliya rejects by sha256:$(
	sha256sum <"$W/no/evidence.json" | cut -c1-64)" "and both are named"
has "$err" "$(unzip -p "$B"/out/adliya/new/*.asice entry.json | jq -r .evidence)" "the one and the other"
finish
