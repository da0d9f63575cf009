#!/bin/sh
# SPDX-License-Identifier: ISC
# Makes the packages of testdata/good and of testdata/bad in DIR/good and
# DIR/bad (default: here), with edoc-sign and edoc-route from PATH.  What is
# checked in stays as it was made: a released format is read for ever.  New
# packages are added; an old one is never made again.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
dir=${1:-$here}
mkdir -p "$dir/good" "$dir/bad"
dir=$(cd "$dir" && pwd)
P=$here/pki
w=$(mktemp -d)
trap 'rm -rf "$w"' EXIT
trap 'exit 129' HUP INT TERM
cd "$w"
export HOME="$w"
cp "$here/docs/farmoish.fodt" "$here/docs/zamima-1.csv" .

sign() { # WHO ARGS
	who=$1
	shift
	edoc-sign sign --key "$P/$who.p12" --pass-file "$P/pass" "$@" >/dev/null
}
new() { # is the package still to be made?
	[ ! -e "$dir/$1" ] && echo "$1"
}

cat >card.yaml <<'END'
kind: order
title: Дар бораи мубодилаи маълумот
language: tg
created: 2026-11-22
sender:
  name: Вазорати адлия
  agency: adliya
  postal-address: 734025, ш. Душанбе, хиёбони Рӯдакӣ 25
  email: devonkhona@example.tj
number: "№ 12-Ф"
date: 2026-11-22
addressee:
  - name: Вазорати молия
    agency: moliya
END

# Two people, a card, a role, a meaning.
if new good/order.asice; then
	edoc-sign new -o order.asice --card card.yaml farmoish.fodt zamima-1.csv >/dev/null
	sign zarina --role head --commitment approval order.asice
	sign farrukh order.asice
	cp order.asice "$dir/good"
fi
# Each kind of key.
for who in zarina farrukh madina anvar dilnoza; do
	if new "good/$who.asice"; then
		sign "$who" -o "$who.asice" zamima-1.csv
		cp "$who.asice" "$dir/good"
	fi
done
# Names that must be encoded in references.
if new good/names.asice; then
	cp zamima-1.csv "Замимаи 1 (нусха).csv"
	cp zamima-1.csv "100%+a&b.csv"
	: >empty.txt
	sign zarina -o names.asice "Замимаи 1 (нусха).csv" "100%+a&b.csv" empty.txt
	cp names.asice "$dir/good"
fi

# ---- a case from its submission to its end at a second desk, and the same on
# its way: that procedure has not come to its end
if new bad/case-sent.asice; then
	(
		# shellcheck disable=SC2034 # desks.sh reads them
		W=$w D=$here BUILDDIR=$(dirname "$(command -v edoc-route)")
		# shellcheck source=tests/desks.sh
		. "$here/../tests/desks.sh"
		desks
		pack case.asice
		id=$(as dilnoza submit -C "$A" --route test.order case.asice)
		as zarina "do" -C "$A" agreed "$id"
		as madina "do" -C "$A" signed "$id"
		as zarina "do" -C "$A" registered "$id"
		edoc-route send -C "$A"
		carry "$A" moliya "$B"
		edoc-route receive -C "$B"
		as farrukh "do" -C "$B" executed "$id"
		as farrukh "do" -C "$B" archived "$id"
		edoc-route export -C "$B" -o case-ended.asice "$id"
	) >/dev/null
	cp "$w"/a/out/moliya/new/*.asice "$dir/bad/case-sent.asice"
	cp case-ended.asice "$dir/good"
	rm -rf "$here/route/trust"
	cp -R "$w/trust" "$here/route/trust" # the anchors that it needs
fi

# ---- one thing wrong with each
if new bad/unsigned.asice; then
	edoc-sign new -o unsigned.asice zamima-1.csv >/dev/null
	cp unsigned.asice "$dir/bad"
fi
for who in stranger crl; do
	if new "bad/$who.asice"; then
		sign "$who" -o "$who.asice" zamima-1.csv
		cp "$who.asice" "$dir/bad"
	fi
done
# Another document, one more, one less, half a file.
python3 - "$dir" <<'END'
import os, re, sys, zipfile
dir = sys.argv[1]
src = os.path.join(dir, "good", "zarina.asice")

def rewrite(name, change):
    out = os.path.join(dir, "bad", name)
    if os.path.exists(out):
        return
    print("bad/" + name)
    with zipfile.ZipFile(src) as z:
        items = [(n, z.read(n)) for n in z.namelist()]
    with zipfile.ZipFile(out, "w") as z:
        for n, b in change(items):
            z.writestr(zipfile.ZipInfo(n, (2026, 11, 22, 0, 0, 0)), b)

rewrite("swapped.asice", lambda l: [(n, b.replace(b"1", b"2") if n.endswith(".csv") else b) for n, b in l])
rewrite("added.asice", lambda l: l + [("more.txt", b"more\n")])
rewrite("removed.asice", lambda l: [(n, b) for n, b in l if not n.endswith(".csv")])
value = re.compile(rb"(SignatureValue[^>]*>)(.)")
flip = lambda m: m[1] + (b"B" if m[2] == b"A" else b"A")
rewrite("value.asice", lambda l: [(n, value.sub(flip, b, 1) if "signatures" in n else b) for n, b in l])
cut = os.path.join(dir, "bad", "cut.asice")
if not os.path.exists(cut):
    print("bad/cut.asice")
    with open(src, "rb") as f, open(cut, "wb") as g:
        g.write(f.read()[:1500])
END
