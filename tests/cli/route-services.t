#!/bin/sh
# SPDX-License-Identifier: ISC
# A service with its passport: what is asked for at the submission, and again
# by everybody who verifies; which version a case runs under.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

ok "two desks" desks
pack "$W/old.asice" old
old=$(as dilnoza submit -C "$A" --route test.order "$W/old.asice")

# The second version is a service; its lawyer is a clerk.
sed 's/^version: 1/version: 2/; s/lawyer:   {agency: adliya, post: lawyer}/lawyer:   {agency: adliya, post: head}/
	s/^separate:.*//; s/author:   {party: initiator, agency: adliya}/author:   {party: initiator}/' \
	"$D/route/order.yaml" >"$W/order.yaml"
cat >>"$W/order.yaml" <<'END'
service:
  owner: adliya
  channels: [portal, counter]
  applicants: [agency]
  documents:
    order: {title: {en: The order}, required: yes}
    ground: {title: {en: On what ground}, file: "ground*.txt", required: yes, max: 2}
    receipt: {title: {en: Proof of payment}}
  fee: {amount: "30.00", currency: TJS, proof: receipt}
  refusals:
    incomplete: {en: Something is missing}
    false-data: {en: What it says is not true}
  standard: incomplete
END
ok "a route with a passport has no fault" edoc-route lint "$W/order.yaml"
sealed "$W/route-issuer.pem" "$W/order.yaml" "$W/route2.asice"
run edoc-route install -C "$A" "$W/route2.asice"
is_exit 0 "version 2 is installed"

# What runs, runs on.
run does zarina -C "$A" agreed "$old"
is_exit 0 "in a case of version 1 the lawyer of version 1 acts"
run edoc-route verify -C "$A" "$old"
is_exit 2 "the case is sound, and not finished"
run does madina -C "$A" signed "$old"
is_exit 0 "and goes on"
same "$(jq -r .route "$A"/case/*/"$old"/log/000001)" "sha256:$(sha256sum "$D/route/order.yaml" | cut -c1-64)" "its first entry pins the digest of version 1"

# A package of files, signed by dilnoza.
bundle() { # OUT FILE...
	to=$1
	shift
	for f; do
		printf 'This is %s of %s\n' "$f" "$to" >"$W/$f"
	done
	(cd "$W" && edoc-sign sign --key "$K/dilnoza.p12" --pass-file "$K/pass" -o "$to" "$@" >/dev/null)
}
refused() { # EXIT WORD WHAT ARG...
	want=$1 word=$2 what=$3
	shift 3
	before=$(find "$A/case" -type f | wc -l)
	run as dilnoza submit -C "$A" --route test.order "$@"
	is_exit "$want" "$what"
	has "$err" "$word" "$what: says \"$word\""
	same "$(find "$A/case" -type f | wc -l)" "$before" "$what: no case"
}
bundle "$W/full.asice" order.txt ground1.txt ground2.txt receipt.pdf
bundle "$W/nothing.asice" receipt.pdf
bundle "$W/unpaid.asice" order.txt ground1.txt
bundle "$W/more.asice" order.txt ground1.txt receipt.pdf photo.jpg
bundle "$W/many.asice" order.txt ground1.txt ground2.txt ground3.txt receipt.pdf
refused 77 "asks for order, ground, which the package lacks" "without its documents" --channel portal "$W/nothing.asice"
has "$err" '"incomplete"' "the ground is told"
refused 77 "receipt, the proof that 30.00 was paid, is missing" "unpaid" --channel portal "$W/unpaid.asice"
refused 77 "does not list photo.jpg" "a document too many" --channel portal "$W/more.asice"
refused 77 "more of ground than" "one too often" --channel portal "$W/many.asice"
refused 77 "by portal, counter, not by \"post\"" "by post" --channel post "$W/full.asice"
refused 77 "--channel says how" "nobody says how it came" "$W/full.asice"
refused 64 "none of portal, post, counter, paper" "by pigeon" --channel pigeon "$W/full.asice"
run as dilnoza submit -C "$A" --route test.order --channel counter "$W/full.asice"
is_exit 0 "with all that is asked for"
id=$(cat "$out")
run edoc-route log -C "$A" --json "$id"
same "$(jq -r .channel "$out")" counter "its first entry says how it came"
run edoc-route verify -C "$A" "$id"
is_exit 2 "and it is sound"

# Another way in the entry than the service allows, signed by the initiator.
c=$(echo "$A"/case/*/"$id")
openssl pkcs12 -in "$K/dilnoza.p12" -passin "file:$K/pass" -nodes 2>/dev/null >"$W/dilnoza.pem"
sed 's/"channel":"counter"/"channel":"paper"/' "$c/log/000001" >"$W/entry"
cp "$W/entry" "$c/log/000001"
openssl cms -sign -binary -cades -md sha256 -outform DER -in "$W/entry" -signer "$W/dilnoza.pem" \
	-out "$c/obj/$(sha256sum "$W/entry" | cut -c1-64).cms" 2>"$W/cms.err"
run edoc-route verify -C "$A" "$id"
is_exit 65 "an entry that the route does not allow"
has "$err" "route.channel: it came by paper; the service is asked for by portal, counter (incomplete)" "is told by whoever verifies"

# ---- which file is which, who asks, and a proof of payment that is signed
entered() { # PERL: the first entry of the case $id, changed and signed anew by who submitted
	c=$(echo "$A"/case/*/"$id")
	perl -pe "$1" "$c/log/000001" >"$W/entry"
	nok "the entry is another one" cmp -s "$W/entry" "$c/log/000001"
	cp "$W/entry" "$c/log/000001"
	openssl cms -sign -binary -cades -md sha256 -outform DER -in "$W/entry" -signer "$W/$2.pem" \
		-out "$c/obj/$(sha256sum "$W/entry" | cut -c1-64).cms" 2>"$W/cms.err"
	run edoc-route verify -C "$A" "$id"
}
for who in anvar zarina; do
	openssl pkcs12 -in "$K/$who.p12" -passin "file:$K/pass" -nodes 2>/dev/null >"$W/$who.pem"
done
bundle "$W/named.asice" scan1.txt ground1.txt paid.pdf
refused 77 "asks for order" "by other names" --channel portal "$W/named.asice"
refused 64 "\"order\" is not ID=NAME" "half a name" --channel portal --document order "$W/named.asice"
refused 64 "\"scan1.txt\" is named twice" "two of one file" --channel portal --document order=scan1.txt \
	--document receipt=scan1.txt "$W/named.asice"
refused 64 "no \"photo\"" "a document that nobody asks for" --channel portal --document photo=scan1.txt "$W/named.asice"
refused 64 "scan2.txt is said to be order" "a file that is not there" --channel portal --document order=scan2.txt "$W/named.asice"
refused 77 "the proof that 30.00 was paid, is missing" "one of two named" --channel portal --document order=scan1.txt "$W/named.asice"
run as dilnoza submit -C "$A" --route test.order --channel portal --document receipt=paid.pdf \
	--document order=scan1.txt "$W/named.asice"
is_exit 0 "which file is which document, said"
id=$(cat "$out")
same "$(edoc-route log -C "$A" --json "$id" | jq -c .papers)" '[{"id":"receipt","name":"paid.pdf"},{"id":"order","name":"scan1.txt"}]' "stands in the first entry"
run edoc-route verify -C "$A" "$id"
is_exit 2 "and it is sound"
entered 's/"id":"order"/"id":"ground"/' dilnoza
has "$err" "route.document-missing" "another word about it is found by whoever verifies"

# dilnoza and anvar are of legal entities: their certificates name an INN or none.
passported() { # VERSION SED: a version of the route
	sed "s/^version: .*/version: $1/; $2" "$W/order.yaml" >"$W/v$1.yaml"
	sealed "$W/route-issuer.pem" "$W/v$1.yaml" "$W/v$1.asice"
	edoc-route install -C "$A" "$W/v$1.asice" >/dev/null
}
directory 2 | sed 's/post: specialist, holder: dilnoza/&, until: 2026-01-01/' >"$W/directory2.yaml"
sealed "$W/directory-issuer.pem" "$W/directory2.yaml" "$W/directory2.asice"
run edoc-route install -C "$A" "$W/directory2.asice"
is_exit 0 "dilnoza holds no post any more"
passported 3 's/applicants: .*/applicants: [person]/'
refused 77 "\"entity\" may not ask for the service, only person" "a legal entity" --channel portal "$W/full.asice"
passported 4 's/applicants: .*/applicants: [person, entity]/'
bundle "$W/entity.asice" order.txt ground1.txt receipt.pdf
run as dilnoza submit -C "$A" --route test.order --channel portal "$W/entity.asice"
is_exit 0 "a service for people and legal entities"
id=$(cat "$out")
same "$(edoc-route log -C "$A" --json "$id" | jq -r .applicant)" entity "says what the certificate is"
run edoc-route verify -C "$A" "$id"
is_exit 2 "and it is sound"
entered 's/"applicant":"entity"/"applicant":"person"/' dilnoza
has "$out" 'the entry calls the applicant "person"' "what the certificate does not say is found"
entered 's/"applicant":"person",//' dilnoza
has "$err" 'route.applicant: citizen may not ask' "so is what was left out"
passported 5 's/applicants: .*/applicants: [citizen]/; s/proof: receipt/proof: receipt, signed: yes/'
refused 77 "receipt.pdf, the proof of payment, is no signed document" "a proof that nobody signed" --channel portal "$W/entity.asice"
printf '30.00 TJS from dilnoza\n' >"$W/paid.txt"
edoc-sign sign --key "$K/farrukh.p12" --pass-file "$K/pass" -o "$W/receipt.asice" "$W/paid.txt" >/dev/null
(cd "$W" && edoc-sign sign --key "$K/dilnoza.p12" --pass-file "$K/pass" -o paid.asice order.txt ground1.txt receipt.asice >/dev/null)
run as dilnoza submit -C "$A" --route test.order --channel portal "$W/paid.asice"
is_exit 0 "one that the bank signed"
id=$(cat "$out")
run edoc-route verify -C "$A" "$id"
is_exit 2 "and it is sound"
has "$out" "waits for" "but for that it runs yet"
python3 "$SRCDIR/tests/rezip.py" "$W/receipt.asice" "$W/changed.asice" flip:paid.txt
mv "$W/changed.asice" "$W/receipt.asice"
(cd "$W" && edoc-sign sign --key "$K/dilnoza.p12" --pass-file "$K/pass" -o forged.asice order.txt ground1.txt receipt.asice >/dev/null)
refused 77 "is no signed document that holds" "a proof that was changed" --channel portal "$W/forged.asice"
# The same package under the version that does not ask whether it is signed,
# and an entry that says it was under the one that does.
run edoc-route services show -C "$A" test.order
is_exit 0 "the passport of one service"
has "$out" "fee: 30.00 TJS, the proof of it signed" "says that"
run edoc-route services show -C "$A" --json test.order
same "$(jq -c '[.version,.proof,.proof_signed,.applicants,[.documents[].id],.standard,.idef0.inputs]' "$out")" \
	'[5,"receipt",true,["citizen"],["order","ground","receipt"],"incomplete",[]]' "and JSON the whole of it"
run edoc-route services show -C "$A" test.orde
is_exit 66 "no part of an id"
run edoc-route services show -C "$A"
is_exit 64 "which one?"

# The register: a folder of 300, one of them broken.
R=$W/register
mkdir "$R"
service() { # N TITLE OWNER FEE
	sed "s/^route: .*/route: test.s$1/; s/^title: .*/title: {$2}/; s/  owner: adliya/  owner: $3/
		s/30\\.00/$4/" "$W/order.yaml" >"$R/$1.yaml"
}
i=1
while [ $i -le 298 ]; do
	service $i "en: Service $i" adliya 30.00
	i=$((i + 1))
done
service 299 "uz-Cyrl: Туғилганлик гувоҳномаси, en: Certificate of birth" moliya 0
sed 's/^version: 2/version: 3/; s/Certificate of birth/Birth certificate/' "$R/299.yaml" >"$R/300.yaml"
cp "$D/route/order.yaml" "$R/no-service.yaml"
run edoc-route services --folder "$R"
is_exit 0 "the register"
same "$(wc -l <"$out")" 300 "has a row for each of 299 services, and a head"
nok "no row is longer than 80" grep -q '.\{81\}' "$out"
has "$out" "test.s7 " "one of them"
run edoc-route services --folder "$R" "birth cert"
same "$status $(wc -l <"$out")" "0 2" "searched in small letters"
has "$out" "wd" "with its term"
# Not what the steps may take one after the other, but what the law gives.
edoc-route services --json --folder "$SRCDIR/profiles/routes" >"$W/terms"
for term in uz.murojaat=15d uz.ruxsat=2d uz.malumot=5d uz.taklif=1mo uz.litsenziya=15wd uz.loyiha=1mo \
	uz.murojaat.idoralar=15d+2wd uz.ijro=32wd tj.asnod=7wd; do
	same "$(jq -r "select(.id == \"${term%=*}\") | .term" "$W/terms")" "${term#*=}" "the term of ${term%=*}"
done
run edoc-route services --lang en --folder "$R" --json tugilganlik
same "$(jq -r '.id, .version, .title, .free' "$out" | tr '\n' ' ')" "test.s299 3 Birth certificate true " "Cyrillic Uzbek is found in Latin letters, in its newest version"
run edoc-route services --folder "$R" --owner moliya --free --channel portal
same "$status $(wc -l <"$out")" "0 2" "by owner, fee and channel"
for no in "--owner nobody" "--channel post" "--owner adliya --free" "no-such-service"; do
	# shellcheck disable=SC2086
	run edoc-route services --folder "$R" $no
	same "$status $(cat "$out")" "1 " "nothing is found by $no"
done
printf 'format: edoc-route/1\nrouet: x\n' >"$R/broken.yaml"
run edoc-route services --folder "$R" birth
is_exit 0 "a broken file hides no other"
has "$out" "$R/broken.yaml:2:1: " "and is told with its place"
run edoc-route services --folder "$R" --lang uz-Cyrl -v "Certificate of birth"
is_exit 1 "what only an older version says is not found"
run edoc-route services --folder "$R" --lang uz-Cyrl -v s299
has "$out" "test.s299 3: Туғилганлик гувоҳномаси" "the whole passport, in a language"
has "$out" "ҳужжат: On what ground (ground*.txt), шарт" "with its documents"
run edoc-route services --folder "$R/none"
is_exit 66 "no such folder"
run edoc-route services --folder "$R" a b
is_exit 64 "two queries"

# Those of the desk, believed by its anchors.
run edoc-route services -C "$A"
is_exit 0 "what is installed"
has "$out" "test.order " "is listed"
sed 's/^version: 2/version: 9/' "$W/order.yaml" >"$W/order9.yaml"
sealed "$K/zarina.pem" "$W/order9.yaml" "$W/r9.asice"
cp "$W/r9.asice" "$A/conf/routes/test.order@$(sha256sum "$W/order9.yaml" | cut -c1-64).asice"
run edoc-route services -C "$A" --json
same "$(jq -r 'select(.id) | .version' "$out")" 5 "what somebody else signed is not"
has "$out" "nobody this desk trusts for a route" "but is told"

# ---- the schema and the reader: JSON is YAML, too
# shellcheck disable=SC2317 # called by ok
schema() { # FILE
	python3 "$SRCDIR/tests/check-schema.py" "$SRCDIR/profiles/schemas/service.schema.json" "$1"
}
passport() { # MEMBERS: service.json, and route.yaml that holds it
	echo "{\"owner\":\"adliya\"$1}" >"$W/service.json"
	sed '/^service:/,$d' "$W/order.yaml" >"$W/route.yaml"
	printf 'service: ' | cat - "$W/service.json" >>"$W/route.yaml"
}
full=',"documents":{"a":{"title":{"en":"A"},"file":"a*","required":"yes","max":3}},"others":"accept","refusals":{"no":{"en":"No"}},"standard":"no"'
for m in '' ',"enter-within":"3wd"' ',"basis":"a law"' ',"basis":["a","b"]' ',"fee":{"amount":"5","currency":"UZS","when":"after"}' \
	',"result":{"form":"document","title":{"ru":"x"}},"retention":"permanent","idef0":{"inputs":["a"],"outputs":"b"}' \
	"$(echo "$full" | sed 's/^,"documents"/,"applicants":["person","entity"]&/')" \
	"$(echo "$full" | sed 's/,"refusals"/,"fee":{"amount":"5","currency":"UZS","proof":"a","signed":"yes"}&/')" \
	"$full"; do
	passport "$m"
	ok "the schema takes ${m:-the least}" schema "$W/service.json"
	ok "and so do we" edoc-route lint "$W/route.yaml"
done
for m in ',"bases":"a"' ',"enter-within":"3"' ',"retention":"For ever"' ',"fee":{"amount":"05","currency":"UZS"}' ',"fee":{"amount":"5"}' \
	',"result":{"form":"x"}' ',"channels":["pigeon"]' ',"idef0":{"input":"a"}' ',"applicants":["firm"]' ',"fee":{"amount":"5","currency":"UZS","signed":"ja"}' \
	"$(echo "$full" | sed 's/"yes"/"ja"/')" "$(echo "$full" | sed 's/"max"/"min"/')" \
	"$(echo "$full" | sed 's/{"en":"No"}/{"xx":"No"}/')"; do
	passport "$m"
	nok "the schema refuses $m" schema "$W/service.json"
	run edoc-route lint "$W/route.yaml"
	is_exit 65 "and so do we"
done
finish
