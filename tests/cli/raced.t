#!/bin/sh
# SPDX-License-Identifier: ISC
# A package that somebody else saves while the TSA is asked, a TSA whose clock
# is wrong, an output that is what is read: nothing is lost.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/pki.sh"
export EDOC_CONF="$PKI/edoc.conf"
cd "$W" || exit 1
printf 'matn\n' >a.txt
printf '<a><b/></a>\n' >a.xml
run edoc-sign sign --key "$PKI/zarina.pem" -o p.asice a.txt
is_exit 0 "a package"

# ---- replaced or removed meanwhile
slowly() { # ACT
	cp p.asice mine.asice
	edoc-sign sign --key "$PKI/rsa.pem" --tsa "$URL/tsa-slow" --level T mine.asice >"$out" 2>"$err" &
	signer=$!
	tries=0
	while [ "$(pki_hits tsa-slow)" = "$before" ] && [ $tries -lt 200 ]; do
		sleep 0.05
		tries=$((tries + 1))
	done
	"$@"
	wait $signer
	status=$?
}
cp p.asice other.asice
run edoc-sign sign --key "$PKI/crl.pem" other.asice
is_exit 0 "somebody else signs a copy"
before=$(pki_hits tsa-slow)
slowly mv other.asice mine.asice
is_exit 75 "who asked a TSA while it was replaced has lost the race"
has "$err" "mine.asice" "the package is named"
run edoc-verify --trust "$PKI/root.pem" --online --json mine.asice
json "$out" '.signatures | length == 2' "the other's signature is there"
before=$(pki_hits tsa-slow)
slowly rm mine.asice
is_exit 75 "nor is what was removed made again"
ok "it stays away" test ! -e mine.asice

# ---- written over in its place, by one who knows no locks
# shellcheck disable=SC2317 # slowly calls it
append() {
	printf 'more' >>mine.asice
	cp mine.asice theirs.asice
}
before=$(pki_hits tsa-slow)
slowly append
is_exit 75 "bytes that were appended meanwhile"
has "$err" "was written to meanwhile" "and why"
ok "they are there" cmp mine.asice theirs.asice
written() { # FILE: `into` is copied into it while it is raised
	before=$(pki_hits tsa-slow)
	edoc-sign extend --level T --tsa "$URL/tsa-slow" --data c.txt "$1" >"$out" 2>"$err" &
	signer=$!
	tries=0
	while [ "$(pki_hits tsa-slow)" = "$before" ] && [ $tries -lt 200 ]; do
		sleep 0.05
		tries=$((tries + 1))
	done
	cat into >"$1"
	wait $signer
	status=$?
}
cp a.txt c.txt
for form in cms xades; do
	run edoc-sign $form --key "$PKI/zarina.pem" -o one c.txt
	is_exit 0 "$form: a signature"
	run edoc-sign $form --key "$PKI/rsa.pem" -o into c.txt
	is_exit 0 "and another's"
	cp one s
	written s
	is_exit 75 "$form: another is written over it while it is raised"
	has "$err" "was written to meanwhile" "and why"
	ok "that one stays" cmp into s
	cp one s
	cp one into
	written s
	is_exit 0 "$form: written once more, as it was: nothing is lost"
	nok "and it is raised" cmp into s
	rm one into s
done
run edoc-sign cms --key "$PKI/zarina.pem" -o d.p7s a.txt
cp d.p7s e.p7s
edoc-sign extend --level T --tsa "$URL/tsa-slow" --data a.txt d.p7s >"$out" 2>"$err" &
signer=$!
sleep 0.5
mv e.p7s d.p7s
wait $signer
status=$?
is_exit 75 "nor a bare signature"
# ---- a document that changes while it is signed
changing() { # VERB FILE: which is written to, or replaced: 75 and nothing made
	verb=$1 file=$2
	for how in written replaced; do
		before=$(pki_hits tsa-slow)
		cp "$file" kept
		(
			i=0
			while [ "$(pki_hits tsa-slow)" = "$before" ] && [ $i -lt 200 ]; do
				sleep 0.05
				i=$((i + 1))
			done
			[ $how = written ] || rm "$file"
			echo '<!-- more -->' >>"$file"
		) &
		changer=$!
		run edoc-sign "$verb" --key "$PKI/zarina.pem" --level T --tsa "$URL/tsa-slow" -o never "$file"
		wait $changer
		is_exit 75 "$verb: a document that is $how meanwhile"
		has "$err" "$file" "is named"
		ok "nothing is made" test ! -e never
		mv kept "$file"
	done
}
changing cms a.txt
changing xades a.txt
run edoc-sign cms --key "$PKI/zarina.pem" --level T --tsa "$URL/tsa" -o never a.txt
is_exit 0 "left alone it is signed"
rm never
rm -f d.p7s
run edoc-sign cms --key "$PKI/zarina.pem" -o d.p7s a.txt
cp d.p7s was.p7s
cp a.txt kept
(sleep 0.5 && echo more >>a.txt) &
run edoc-sign extend --level T --tsa "$URL/tsa-slow" --data a.txt d.p7s
wait $!
is_exit 75 "nor is one raised whose document is written to"
has "$err" "a.txt" "which is named"
ok "it is as it was" cmp was.p7s d.p7s
mv kept a.txt
same "$(find . -maxdepth 1 -name '.edoc*' | wc -l | tr -d ' ')" 0 "no temporary is left"

# ---- what is read is never written over
for how in "cms -f a.txt -o a.txt" "xades -f a.xml -o a.xml" "xades -f --enveloped a.xml -o ./a.xml"; do
	cp a.txt a.txt.was
	cp a.xml a.xml.was
	# shellcheck disable=SC2086 # words
	set -- $how
	verb=$1
	shift
	run edoc-sign "$verb" --key "$PKI/zarina.pem" "$@"
	is_exit 64 "$how"
	ok "the document is as it was" sh -c 'cmp a.txt a.txt.was && cmp a.xml a.xml.was'
done
cp p.asice was.asice
for how in "-o p.asice" "-o req --raw p.asice"; do
	# shellcheck disable=SC2086 # words
	run edoc-sign prepare -f p.asice --cert "$PKI/zarina.crt" $how
	is_exit 64 "prepare $how"
	ok "the package is as it was" cmp p.asice was.asice
done

# ---- a TSA's clock
if command -v faketime >/dev/null && [ -z "$SAN" ]; then
	now=$(date '+%F %T')
	for level in B T; do
		for form in xades cades; do
			run faketime -f "@$now" edoc-sign sign --asic-s --format $form \
				--key "$PKI/zarina.pem" -o one a.xml
			is_exit 0 "$form in ASiC-S"
			cp one before
			run faketime -f "@$now" edoc-sign sign --key "$PKI/zarina.pem" --level $level \
				--tsa "$URL/tsa" one
			is_exit 75 "$form: the same key in the same second, at level $level"
			has "$err" "this very second" "and why"
			ok "it is as it was" cmp one before
			rm one
		done
	done
	for when in "-3d" "+3d"; do
		cp p.asice t.asice
		run faketime -f "$when" edoc-sign sign --key "$PKI/rsa.pem" --level T --tsa "$URL/tsa" t.asice
		ok "$when: our clock and the TSA's are days apart: 75, or the certificate is not valid yet" \
			sh -c "[ $status = 75 ] || [ $status = 77 ]"
		ok "the package is as it was" cmp p.asice t.asice
	done
	run faketime -f "+3d" edoc-sign extend --level T --tsa "$URL/tsa" t.asice
	is_exit 75 "raising: 75"
	has "$err" "our clock says" "and both clocks are told"
else
	skip "no faketime here" 22
fi
finish
