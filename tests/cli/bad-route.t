#!/bin/sh
# SPDX-License-Identifier: ISC
# Bad input and bad disks: every verb of edoc-route.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"
. "$SRCDIR/tests/bad.sh"
S=$W/s A=$W/s/a B=$W/s/b
mkdir "$S" || exit 1
desks || exit 1
new_case() { # TEXT
	pack "$S/$1.asice" "$1"
	as dilnoza submit -C "$A" --route test.order "$S/$1.asice"
}
came() { # CASE: registered, so that it is sent
	does zarina -C "$A" agreed "$1" && does madina -C "$A" signed "$1" && does zarina -C "$A" registered "$1"
}
fresh=$(new_case fresh)
due=$(new_case due)
sent=$(new_case sent)
came "$sent" >/dev/null && edoc-route send -C "$A" >/dev/null && came "$due" >/dev/null || exit 1
cp "$A"/out/moliya/new/*.asice "$S/came.asice"
pack "$S/new.asice" new
sed 's/version: 1/version: 2/' "$D/route/order.yaml" >"$S/order.yaml"
sealed "$W/route-issuer.pem" "$S/order.yaml" "$S/route.asice"
printf '%s\n' "$S/new.asice" >"$S/list"
printf '%s\n' "$fresh" >"$S/cases"
printf '%s\n' "$due" >"$S/dues"
printf '%s\n' "$S/order.yaml" >"$S/routes"
printf '%s\n' "$S/route.asice" >"$S/installs"
printf '%s\n' "$S/came.asice" >"$S/cames"
printf 'lang: en\ndesk: %s\n' "$A" >"$S/edoc.conf"
cp -R "$W/trust" "$S/trust"
cp "$W/directory.yaml" "$W/directory.asice" "$S/"
cp "$K/desk-finance.pem" "$S/desk.pem"
printf '%s\n' "$fresh" "$due" "$sent" >"$W/ids"
bad_table route
