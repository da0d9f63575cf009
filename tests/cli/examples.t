#!/bin/sh
# SPDX-License-Identifier: ISC
# The examples of the pages, run as printed but for the paths of a machine.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"
. "$SRCDIR/tests/pki.sh"
cd "$W" || exit 1
M=$SRCDIR/man

block() { # PAGE N: the Nth display of its EXAMPLES
	awk -v want="$2" '
		/^\.Sh / { examples = $2 == "EXAMPLES" }
		/^\.Bd / { n += examples; on = examples && n == want; next }
		/^\.Ed/ { on = 0 }
		on' "$M/$1" | sed -e 's/\\e/\\/g' -e "s|/srv/|$W/srv/|g" -e "s|/etc/edoc|$W/etc|g"
}
blocks() { # PAGE: how many
	awk '/^\.Sh / { examples = $2 == "EXAMPLES" } /^\.Bd / { n += examples } END { print n }' "$M/$1"
}
example() { # PAGE N [SED-SCRIPT]
	block "$1" "$2" | sed -e "${3-}" >"$1.$2.sh"
	run sh -eu "$1.$2.sh"
}
file() { # PAGE NAME: a file that the page shows
	sed -n "/^\\.\\\\\" example $2\$/,/^\\.\\\\\" example end\$/p" "$M/$1" | sed '/^\./d'
}

mkdir -p srv etc/trust inbox bin
cp "$D/pki/zarina.p12" k.p12
cp "$D/pki/farrukh.p12" b.p12
cp "$D/pki/pass" p
cp "$D/pki/root.pem" root.pem
cp "$D/pki/root.pem" etc/trust/
cp "$D/docs/farmoish.fodt" contract.pdf
cp "$D/docs/farmoish.fodt" order.pdf
cp "$D/docs/zamima-1.csv" annex.xlsx

# ---- edoc-sign(1)
same "$(blocks edoc-sign.1)" 9 "edoc-sign(1) has nine examples"
example edoc-sign.1 1
is_exit 0 "a contract"
example edoc-sign.1 2
is_exit 0 "a second person"
run edoc-verify --json --trust root.pem contract.asice
same "$(jq -c '[.exit, (.signatures | length), .signatures[1].role]' "$out")" '[0,2,"head"]' "has signed it"
cat >bin/vi <<'END'
#!/bin/sh
sed -i -e 's/<YYYY-MM-DD>/2026-11-22/' -e 's/<[^>]*>/filled in/' "$1"
END
chmod +x bin/vi
PATH=$W/bin:$PATH example edoc-sign.1 3
is_exit 0 "an order with a card"
run edoc-sign show order.asice
has "$out" "filled in" "which is in the package"
example edoc-sign.1 4
is_exit 0 "every package of a folder"
has "$err" "order.asice: already signed" "those that are signed are passed over"
run edoc-verify --json --trust root.pem order.asice
same "$(jq '.signatures | length' "$out")" 1 "and have one signature"
mkdir decades decades/kept
(
	cd decades || exit 1
	cp ../order.pdf ../p .
	openssl pkcs12 -export -in "$PKI/zarina.pem" -out k.p12 -passout file:p
	printf 'tsa: state\ntsas:\n  state: %s\n' "$URL/tsa" | cat "$PKI/edoc.conf" - >"$PKI/my.conf"
)
export EDOC_CONF="$PKI/my.conf"
cd decades || exit 1
example edoc-sign.1 5
is_exit 0 "with proof"
run edoc-verify --require LT kept/order.asice
is_exit 0 "at level LT"
touch -d '366 days ago' kept/order.asice
example edoc-sign.1 6
is_exit 0 "a year later"
run edoc-verify --require LTA kept/order.asice
is_exit 0 "at level LTA"
cd .. || exit 1
unset EDOC_CONF
example edoc-sign.1 7
is_exit 0 "a signature beside a file"
run edoc-verify --trust root.pem --data order.pdf order.pdf.p7s
is_exit 0 "holds"
mkdir doors
edoc-verify --challenge-new --audience https://portal.example --challenges doors -o challenge >/dev/null
example edoc-sign.1 8
is_exit 0 "to log in"
run edoc-verify --challenge --audience https://portal.example --challenges doors --trust root.pem answer.p7s
is_exit 0 "is let in"
rm challenge answer.p7s
for who in minister archive; do
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $who.key \
		-out $who.crt -subj /CN=$who -days 30 -addext basicConstraints=critical,CA:FALSE \
		-addext keyUsage=critical,keyAgreement 2>/dev/null
done
openssl pkcs12 -export -inkey minister.key -in minister.crt -passout file:p -out m.p12
cp contract.asice before.asice
block edoc-sign.1 9 | sed -e '1a rm contract.asice' >secret.sh
run sh -eu secret.sh
is_exit 0 "for the eyes of two"
ok "the same bytes" cmp contract.asice before.asice

# ---- edoc-verify(1)
same "$(blocks edoc-verify.1)" 6 "edoc-verify(1) has six examples"
example edoc-verify.1 1
is_exit 0 "one package"
example edoc-verify.1 2
is_exit 0 "why"
cp "$D/bad/swapped.asice" contract.asice inbox/
example edoc-verify.1 3
is_exit 0 "what does not pass"
same "$(cat "$out")" "$(printf 'inbox/swapped.asice\tTOTAL-FAILED\tHASH_FAILURE')" "is one line"
cp "$D/docs/zamima-1.csv" letter.pdf
openssl cms -sign -cades -binary -outform DER -signer "$D/pki/anvar.crt" -inkey "$D/pki/anvar.key" \
	-certfile "$D/pki/ca.pem" -in letter.pdf -out letter.pdf.p7s 2>/dev/null || exit 1
example edoc-verify.1 4
is_exit 0 "a signature in a file of its own"
example edoc-verify.1 5
is_exit 2 "as of a day before it was signed"
mkdir portal
block edoc-verify.1 6 | sed "s|/var/lib/||" >enter.sh
sed -n 1,2p enter.sh >ask.sh
run sh -eu ask.sh
is_exit 0 "a challenge"
openssl cms -sign -cades -binary -nodetach -outform DER -signer "$D/pki/anvar.crt" -inkey "$D/pki/anvar.key" \
	-certfile "$D/pki/ca.pem" -in challenge -out answer.p7s 2>/dev/null || exit 1
sed 1,2d enter.sh >answer.sh
run sh -eu answer.sh
is_exit 0 "is answered"
has "$out" "ENTERED" "and lets in"

# ---- edoc-archive(1)
same "$(blocks edoc-archive.1)" 4 "edoc-archive(1) has four examples"
example edoc-archive.1 1
is_exit 1 "what failed is refused"
has "$out" "swapped.asice" "by name"
example edoc-archive.1 2
is_exit 0 "every night"
same "$(cat "$out")" "" "nothing to tell"
block edoc-archive.1 3 | head -n 1 >line.sh
run sh -eu line.sh
is_exit 0 "a line for the register"
cp "$out" line
same "$(wc -l <line | tr -d ' ')" 1 "is one line"
ok "of the form that the page shows" grep -qE '^edoc-archive/1 [0-9a-f]{8} [0-9]+ [0-9TZ:-]+ [A-Z2-7-]+$' line
example edoc-archive.1 3 "1d; s|edoc-archive/1 \.\.\.|$(cat line)|"
is_exit 0 "nothing was rewritten since"
example edoc-archive.1 3 "1d; s|edoc-archive/1 \.\.\.|$(sed 's/[A-Z2-7]\{5\}$/AAAAA/' line)|"
is_exit 1 "another line does not fit"
example edoc-archive.1 4
is_exit 0 "out again"
ok "the same bytes" cmp contract.asice copies/*/package/contract.asice

# ---- edoc-route(1), with the route of edoc-route(5)
file edoc-route.5 route.yaml >tj.yaml
run edoc-route lint tj.yaml
is_exit 0 "the route of edoc-route(5)"
same "$(cat "$out")" "" "has no fault"
sed -e 's/^calendar: .*/calendar: tj/' "$D/route/calendar.yaml" >calendar.yaml
mkdir -p anchors/sign anchors/directory anchors/route
cp root.pem anchors/sign/
issuer directory-issuer && issuer route-issuer
cp directory-issuer.crt anchors/directory/
cp route-issuer.crt anchors/route/
block edoc-route.1 1 | head -n 1 >init.sh
run sh -eu init.sh
is_exit 0 "a desk"
edoc-route init -C "$B" --agency moliya --trust anchors >/dev/null
A=$W/desk
directory 1 >directory.yaml
sealed route-issuer.pem tj.yaml route.asice
sealed route-issuer.pem calendar.yaml calendar.asice
sealed directory-issuer.pem directory.yaml directory.asice
example edoc-route.1 1 1d
is_exit 0 "learns route, calendar and directory"
for who in anna:dilnoza lawyer:zarina clerk:zarina head:madina; do
	openssl pkcs12 -in "$D/pki/${who#*:}.p12" -passin "file:p" -nodes -out "${who%:*}.p12" 2>/dev/null
done
rm -f order.asice
edoc-sign sign --key anna.p12 -o order.asice order.pdf >/dev/null
block edoc-route.1 2 | sed -n 1,2p >submit.sh
run sh -eu submit.sh
is_exit 0 "a case"
id=$(cut -c1-4 "$out")
printf 'export EDOC_DESK=desk\n' >one.sh
block edoc-route.1 3 >>one.sh
run sh -eu one.sh
is_exit 0 "everything that waits for the lawyer is agreed"
has "$out" "agreed" "and it says so"
example edoc-route.1 2 "2d; s/7f3a/$id/"
is_exit 0 "to the last hand"
run edoc-route show -C desk "$id"
has "$out" "receipt of moliya" "it is on its way"
edoc-route export -q -C desk -o case.asice "$id"
example edoc-route.1 4
is_exit 2 "a sheet of a case under way"
has sheet.html "The procedure is not finished; so far it was followed" "says so"
example edoc-route.1 5
is_exit 0 "when a term ends"
block edoc-route.1 6 | sed "s|$W/srv/desk|desk|g" >cron.sh
run sh -eu cron.sh
is_exit 0 "cron with nothing to do"

# ---- files that pages show
file edoc-profile.5 strict.yaml >policy.yaml
run edoc-verify --policy policy.yaml --trust root.pem contract.asice
is_exit 0 "the policy of edoc-profile(5) is one"
grep -v -e '^#' -e '^$' "$SRCDIR/profiles/policies/strict.yaml" >built-in
ok "and is the built-in one" diff built-in policy.yaml
file edoc-profile.5 calendar.yaml >days.yaml
sealed route-issuer.pem days.yaml shown.asice
run edoc-route install -C desk shown.asice
is_exit 0 "the calendar of edoc-profile(5) is one"
file edoc-directory.5 directory.yaml |
	sed "s/5c1e\.\.\..*/$(printf '%064d' 1)/; s/91b4\.\.\./$(printf '%064d' 2)/" >who.yaml
run edoc-route directory check who.yaml
is_exit 0 "the directory of edoc-directory(5) is one"
run edoc-route directory who --file who.yaml --at 2026-07-24T12:00:00Z adliya/lawyer
has "$out" "Каримова Зарина (rahimova), adliya/legal/lawyer" "by her new name"
has "$out" "deputy for rahimova, order 41" "and her deputy"
file edoc.conf.5 edoc.conf | sed "s|/etc/edoc|$W/etc|g" >my.conf
mkdir -p etc/trust/sign etc/trust/directory etc/trust/route
for d in sign directory route; do cp root.pem "etc/trust/$d/"; done
mkdir -p etc/lists
cp "$D/pki/zarina.crt" etc/lists/signers.pem
edoc-verify --compile-list --trusted-list "$D/lists/uz.xml" --list-signers etc/lists/signers.pem \
	>etc/lists/uz.edoc-tsl
run edoc-verify --config my.conf --trust-list
is_exit 0 "the settings of edoc.conf(5) are some"
has "$out" "sign, directory, route" "and are followed"
has "$out" "trusted list UZ" "the list too"
finish
