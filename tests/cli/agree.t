#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2086,SC2046 # words are wanted
# The forms agree: what is raised in one is raised in each, and what is refused
# in one is refused in each, with one exit code.  0 means that edoc-verify reads
# the level that was asked for.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
. "$SRCDIR/tests/pki.sh"
export EDOC_CONF="$PKI/edoc.conf"
printf 'trust: [root.pem, still.pem]\nintranet: [127.0.0.1]\n' >"$EDOC_CONF"
printf 'matn\n' >a.txt
cat "$PKI/quiet.pem" "$PKI/still.crt" >"$PKI/along.pem"
chmod 600 "$PKI/along.pem"
kinds="e-xades e-cades s-xades s-cades p7s xml"

data_of() {
	case $1 in p7s | xml) echo "--data a.txt" ;; esac
}
# make KIND KEY OUT [OPTION...]
make() {
	kind=$1 key=$2 made=$3
	shift 3
	case $kind in
	e-*) run edoc-sign sign --key "$PKI/$key.pem" --format ${kind#??} "$@" -o "$made" a.txt ;;
	s-*) run edoc-sign sign --key "$PKI/$key.pem" --format ${kind#??} --asic-s "$@" -o "$made" a.txt ;;
	p7s) run edoc-sign cms --key "$PKI/$key.pem" "$@" -o "$made" a.txt ;;
	xml) run edoc-sign xades --key "$PKI/$key.pem" "$@" -o "$made" a.txt ;;
	esac
}
# is FILE LEVEL WHAT: all signatures are read as that, and offline it passes
is() {
	run edoc-verify --offline --json $(data_of $kind) "$1"
	json "$out" "[.signatures[].level | sub(\".*-\"; \"\")] | unique == [\"$2\"]" "$3: is $2"
	same "$(jq -r .indication "$out")" TOTAL-PASSED "$3: passes by itself"
}

# ---- nobody to ask: the certificates alone make LT
for kind in $kinds; do
	for who in quiet along; do
		for level in T LT LTA; do
			make $kind $who $who-$level.$kind --level $level --tsa "$URL/tsa3"
			is_exit 0 "$kind of $who at $level"
			[ $level = T ] || is $who-$level.$kind $level "$kind of $who at $level"
		done
		for level in LT LTA LTA; do
			run edoc-sign extend --level $level --tsa "$URL/tsa3" $(data_of $kind) $who-T.$kind
			is_exit 0 "$kind of $who raised to $level"
			is $who-T.$kind $level "$kind of $who raised to $level"
		done
	done
	run edoc-verify --offline --require LTA $(data_of $kind) quiet-LTA.$kind
	is_exit 0 "$kind: and it is proven"
done
pki_says
same "$(pki_hits 'crl\|ocsp')" 0 "nobody was asked"

# ---- one that is asked about among the others: LT with its answer, not without
for kind in $kinds; do
	make $kind mute mute.$kind --level T --tsa "$URL/tsa3"
	is_exit 0 "$kind: a CA that can be asked about, T"
	run edoc-verify --offline --json $(data_of $kind) mute.$kind
	is_exit 2 "$kind: without the answer nobody knows"
	json "$out" '.signatures[0].level | endswith("-T")' "$kind: and it is T"
	run edoc-sign extend --level LT --tsa "$URL/tsa3" $(data_of $kind) mute.$kind
	is_exit 0 "$kind: a CA that can be asked about, LT"
	is mute.$kind LT "$kind: with the answer"
done

# ---- certificates without the answers that they name are not LT
make xml zarina bare.xml --level LT --tsa "$URL/tsa"
is bare.xml LT "xml with its answers"
python3 - <<'PY'
import re
raw = open("bare.xml", "rb").read()
less = re.sub(rb"<xades:RevocationValues.*?</xades:RevocationValues>", b"", raw, flags=re.S)
assert b"CertificateValues" in less and less != raw
open("bare.xml", "wb").write(less)
PY
run edoc-verify --offline --json --data a.txt bare.xml
json "$out" '.signatures[0].level | endswith("-T")' "xml without its answers is T"
run edoc-sign extend --level LT --tsa "$URL/tsa" --data a.txt bare.xml
is_exit 0 "xml gets them again"
kind=xml
is bare.xml LT "xml that got them again"

# ---- a TSA that was revoked since, as of before its time-stamp
for kind in $kinds; do
	for level in T LT LTA; do
		make $kind zarina $level.$kind --level $level --tsa "$URL/tsa"
		is_exit 0 "$kind at $level"
	done
done
before=$(pki_hits ocsp)
for kind in $kinds; do
	cp LTA.$kind renewed.$kind
	run edoc-sign extend --level LTA --tsa "$URL/tsa2" $(data_of $kind) renewed.$kind
	is_exit 0 "$kind: LTA is renewed"
	after=$(pki_hits ocsp)
	ok "$kind: after its TSA was asked about" test "$after" -gt "$before"
	before=$after
done
pki_says revoked=tsa since=200101000000Z
for kind in $kinds; do
	cp T.$kind p.$kind
	run edoc-sign extend --level LTA --tsa "$URL/tsa2" $(data_of $kind) p.$kind
	is_exit 0 "$kind: T to LTA, the TSA is revoked: another one stamps it"
	is p.$kind LTA "$kind: stamped by another"
done
for from in LT LTA; do
	for kind in $kinds; do
		cp $from.$kind was
		cp was p.$kind
		run edoc-sign extend --level LTA --tsa "$URL/tsa2" $(data_of $kind) p.$kind
		is_exit 77 "$kind: $from to LTA, the TSA is revoked"
		has "$err" "CN=Test TSA" "and says who"
		ok "it stays as it was" cmp was p.$kind
		run edoc-sign extend -n --level LTA --tsa "$URL/tsa2" $(data_of $kind) p.$kind
		is_exit 77 "$kind: $from to LTA, with -n the same"
	done
done
pki_says ocsp=trylater crl=absent
for kind in $kinds; do
	cp LTA.$kind p.$kind
	run edoc-sign extend --level LTA --tsa "$URL/tsa2" $(data_of $kind) p.$kind
	is_exit 75 "$kind: LTA, nobody answers about the TSA today"
done
pki_says

# ---- an error within what is being made names it, too
pki_says revoked=zarina
for kind in e-xades e-cades s-xades s-cades; do
	make $kind zarina new.$kind --level LT --tsa "$URL/tsa"
	is_exit 77 "$kind: whoever is revoked makes no LT"
	has "$err" "edoc-sign: new.$kind: META-INF/" "and the package is named"
done
pki_says

# ---- a dry run asks about certificates, and for no time-stamp
before=$(pki_hits /tsa)
for from in T LT LTA; do
	for kind in $kinds; do
		for level in T LT LTA; do
			cp $from.$kind was
			cp was p.$kind
			run edoc-sign extend -n --level $level --tsa "$URL/tsa" $(data_of $kind) p.$kind
			is_exit 0 "$kind: -n, $from to $level"
			ok "it stays as it was" cmp was p.$kind
		done
	done
done
for kind in p7s xml; do
	make $kind zarina dry -n --level LTA --tsa "$URL/tsa" --content-timestamp
	is_exit 0 "$kind: -n, made at LTA"
	ok "nothing is made" test ! -e dry
done
make e-xades zarina B.asice
run edoc-sign extend -n --level LT B.asice
is_exit 64 "-n without a TSA that could be asked"
run edoc-sign extend -n --level LTA --tsa "$URL/tsa" B.asice
is_exit 0 "-n, B to LTA"
same "$(pki_hits /tsa)" "$before" "no TSA was asked"

# ---- ASiC-E with CAdES: what an archive time-stamp would seal is raised first
two() { # OUT LEVEL: Zarina at that level, and her entry
	make e-cades zarina "$1" --level "$2" --tsa "$URL/tsa"
	hers=$(unzip -Z1 "$1" | grep p7s)
}
sign() { # PKG [OPTION...]
	run edoc-sign sign --key "$PKI/rsa.pem" --tsa "$URL/tsa" "$@"
}
levels() { # FILE LEVELS WHAT
	run edoc-verify --offline --json "$1"
	same "$(jq -r '[.signatures[].level[15:]] | sort | join(" ")' "$out")" "$2" "$3: $2"
}
for from in B T LT; do
	two beside-$from.asice $from
	cp beside-$from.asice rsa-$from.asice
	sign --level LTA beside-$from.asice
	is_exit 0 "beside one at $from, LTA"
	same "$(grep -c "$hers is raised to level LT as well" "$err")" "$([ $from = LT ]; echo $?)" \
		"it is told when another's is raised"
	levels beside-$from.asice "LTA LTA" "beside one at $from"
	is_exit 0 "both hold by themselves"
	sign --level LT rsa-$from.asice
	id=$(unzip -Z1 rsa-$from.asice | grep p7s | grep -v "$hers")
	run edoc-sign extend --signature "$id" --level LTA --tsa "$URL/tsa" rsa-$from.asice
	is_exit 0 "one of two to LTA, the other at $from"
	levels rsa-$from.asice "LTA LTA" "one of two, the other at $from"
done

# ---- one that cannot be raised: named, or left behind when just one is wanted
two dead.asice B
sign --level LT dead.asice
id=$(unzip -Z1 dead.asice | grep p7s | grep -v "$hers")
cp dead.asice was
pki_says revoked=zarina
sign --level LTA dead.asice
is_exit 77 "LTA beside one that was revoked"
has "$err" "$hers: an archive time-stamp would keep it below level LT for ever" "names it, and why"
has "$err" "CN=Zarina" "and whose it is"
ok "nothing has changed" cmp was dead.asice
run edoc-sign extend --level LTA --tsa "$URL/tsa" dead.asice
is_exit 77 "nor are all raised"
run edoc-sign extend --level LTA --signature "$id" --tsa "$URL/tsa" dead.asice
is_exit 0 "the other alone is"
has "$err" "$hers stays below level LT for ever: " "and it is told what that means"
levels dead.asice "B LTA" "the other alone"
pki_says ocsp=trylater crl=absent
cp was dead2.asice
run edoc-sign extend --level LTA --signature "$id" --tsa "$URL/tsa" dead2.asice
is_exit 75 "nobody answers today: then nothing is sealed"
ok "nothing has changed" cmp was dead2.asice
pki_says

# ---- sealed below LT already, by whoever
cp dead.asice was
for level in T LT LTA; do
	run edoc-sign extend --level $level --tsa "$URL/tsa" dead.asice
	is_exit 65 "a sealed one at B is not raised to $level"
	has "$err" "$hers: is CAdES-BASELINE-B and cannot be raised any more" "and says so"
	run edoc-sign extend --level $level --signature "$hers" --tsa "$URL/tsa" dead.asice
	is_exit 65 "nor when it is named"
	ok "nothing has changed" cmp was dead.asice
done
run edoc-sign extend --level LT --signature "$id" --tsa "$URL/tsa" dead.asice
is_exit 0 "the other is LT already"
ok "and stays as it is" cmp was dead.asice
run edoc-sign extend --level LTA --signature "$id" --tsa "$URL/tsa2" dead.asice
is_exit 0 "its LTA is renewed"
levels dead.asice "B LTA" "renewed"
json "$out" '[.timestamps[] | select(.kind == "archive")] | length == 2' "by a second archive time-stamp"
finish
