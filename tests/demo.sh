#!/bin/sh
# SPDX-License-Identifier: ISC
# make demo: a clerk's day.  An order of the Ministry of Finance and its annex
# are signed, agreed, signed by the minister, registered, sent to the Ministry
# of Justice, executed there, verified and archived.  Every command is printed
# before it runs; everything made lies in one folder.
set -eu
: "${SRCDIR:?run me through make demo}"
W=${1:-$(mktemp -d "${TMPDIR:-/tmp}/edoc-demo.XXXXXX")}
mkdir -p "$W"
cd "$W"
exec </dev/null
say() { printf '\n== %s\n' "$*"; }
run() { # prints the command as a person would type it, runs it, shows its exit
	printf '$'
	for a; do
		case $a in
		*[!A-Za-z0-9_./:=@+-]*) printf " '%s'" "$a" ;;
		*) printf ' %s' "$a" ;;
		esac
	done
	printf '\n'
	"$@" || {
		status=$?
		[ $status = "${want:-0}" ] || {
			echo "demo: exit $status, which was not expected" >&2
			exit 1
		}
		echo "(exit $status, as expected: ${why-})"
	}
}
quiet() { "$@" >log 2>&1 || { cat log >&2; exit 1; }; }

say "A small test PKI in $W/pki (openssl; passphrase \"demo\")"
mkdir -p pki trust/sign trust/directory trust/route
(umask 077 && printf 'demo\n' >pki/pass)
ca() { # NAME CN: a root
	quiet openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -utf8 -days 7300 \
		-subj "/C=TJ/O=Намоиш/CN=$2" -addext keyUsage=critical,keyCertSign,cRLSign \
		-keyout "pki/$1.key" -out "pki/$1.pem"
}
person() { # NAME ISSUER SUBJECT
	quiet openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -utf8 -subj "$3" \
		-keyout "pki/$1.key" -out "pki/$1.csr"
	printf 'keyUsage=critical,digitalSignature,nonRepudiation\nbasicConstraints=CA:FALSE\n' >pki/ext
	quiet openssl x509 -req -in "pki/$1.csr" -CA "pki/$2.pem" -CAkey "pki/$2.key" -CAcreateserial \
		-days 3650 -extfile pki/ext -out "pki/$1.crt"
	quiet openssl pkcs12 -export -in "pki/$1.crt" -inkey "pki/$1.key" -passout file:pki/pass -out "pki/$1.p12"
	rm -f "pki/$1.csr" "pki/$1.key"
	echo "  $1.p12  $3"
}
ca root "Маркази калидҳо"
ca registry "Феҳристи мақомот"
cp pki/root.pem trust/sign/
cp pki/registry.pem trust/directory/
cp pki/registry.pem trust/route/
person registrar registry "/C=TJ/O=Агентии хизмати давлатӣ/CN=Феҳристбон"
person clerk root "/C=TJ/O=Вазорати молия/CN=Назарова Парвина"
person lawyer root "/C=TJ/O=Вазорати молия/CN=Қосимов Рустам"
person minister root "/C=TJ/O=Вазорати молия/CN=Шарифов Давлат"
person receiver root "/C=TJ/O=Вазорати адлия/CN=Раҳимова Зарина"
person expert root "/C=TJ/O=Вазорати адлия/CN=Ҷӯраев Фирдавс"
sha() { openssl x509 -in "$1" -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1; }

say "The order and its annex become a signed package"
cp "$SRCDIR/testdata/docs/farmoish.fodt" "$SRCDIR/testdata/docs/zamima-1.csv" .
cat >card.yaml <<EOC
kind: order
title: Дар бораи мубодилаи электронии маълумоти сабти асноди ҳолати шаҳрвандӣ
language: tg
created: $(date +%F)
number: 01-12/345
date: $(date +%F)
sender:
  name: Вазорати молияи Ҷумҳурии Тоҷикистон
  postal-address: 734025, ш. Душанбе, хиёбони Рӯдакӣ 27
  email: devonkhona@moliya.example
addressee:
  - name: Вазорати адлияи Ҷумҳурии Тоҷикистон
EOC
run edoc-sign sign --key pki/clerk.p12 --pass-file pki/pass --commitment origin --card card.yaml \
	-o farmoish.asice farmoish.fodt zamima-1.csv
run edoc-verify -v --trust trust farmoish.asice

say "Two desks: one at Finance, one at Justice"
run edoc-route init -C finance --agency moliya --zone Asia/Dushanbe --trust trust
run edoc-route init -C justice --agency adliya --zone Asia/Dushanbe --trust trust

say "The directory, the route and the calendar, signed by the registrar, installed at both"
cat >directory.yaml <<EOD
format: edoc-directory/1
version: 1
issued-by: Агентии хизмати давлатӣ
date: $(date +%F)
agencies:
  - {id: moliya, title: Вазорати молия, desk-keys: [{sha256: $(sha finance/conf/desk.crt)}]}
  - {id: adliya, title: Вазорати адлия, desk-keys: [{sha256: $(sha justice/conf/desk.crt)}]}
people:
  - {id: nazarova, name: Назарова Парвина, certificates: [{sha256: $(sha pki/clerk.crt)}]}
  - {id: qosimov, name: Қосимов Рустам, certificates: [{sha256: $(sha pki/lawyer.crt)}]}
  - {id: sharifov, name: Шарифов Давлат, certificates: [{sha256: $(sha pki/minister.crt)}]}
  - {id: rahimova, name: Раҳимова Зарина, certificates: [{sha256: $(sha pki/receiver.crt)}]}
  - {id: juraev, name: Ҷӯраев Фирдавс, certificates: [{sha256: $(sha pki/expert.crt)}]}
posts:
  - {agency: moliya, unit: девонхона, post: мутахассиси девонхона, holder: nazarova, from: 2026-01-01}
  - {agency: moliya, post: ҳуқуқшинос, holder: qosimov, from: 2026-01-01}
  - {agency: moliya, post: вазир, holder: sharifov, from: 2026-01-01}
  - {agency: adliya, unit: девонхона, post: котиб, holder: rahimova, from: 2026-01-01}
  - {agency: adliya, post: мутахассис, holder: juraev, from: 2026-01-01}
EOD
cp "$SRCDIR/profiles/routes/tj-farmoish.yaml" route.yaml
cp "$SRCDIR/profiles/calendars/tj.yaml" calendar.yaml
run edoc-route lint route.yaml
for f in directory route calendar; do
	run edoc-sign sign --key pki/registrar.p12 --pass-file pki/pass -o "$f.asice" "$f.yaml"
done
for desk in finance justice; do
	run edoc-route install -C "$desk" directory.asice calendar.asice route.asice
done

say "Finance: submitted, agreed, signed, registered, sent"
run edoc-route submit -C finance --route tj.farmoish --key pki/clerk.p12 --pass-file pki/pass farmoish.asice
case=$(ls finance/case/*)
do_as() { # DESK KEY OUTCOME [ARGS]
	desk=$1 key=$2 outcome=$3
	shift 3
	run edoc-route "do" "$outcome" -C "$desk" --key "pki/$key.p12" --pass-file pki/pass "$case" "$@"
}
run edoc-route inbox -C finance
why="it is not the minister's turn yet" want=77 do_as finance minister signed
want=0
do_as finance lawyer agreed
do_as finance minister signed
do_as finance clerk registered
run edoc-route show -C finance "$case"
run edoc-route send -C finance

say "The transport: a folder carried from one desk to the other"
run cp -R finance/out/adliya/new/. justice/in/new/
run edoc-route receive -C justice
say "and the receipt carried back"
run cp -R justice/out/moliya/new/. finance/in/new/
run edoc-route receive -C finance
run edoc-route show -C finance "$case"

say "Justice: acknowledged, executed, filed"
do_as justice receiver acknowledged
do_as justice expert executed --text "Мубодила ба роҳ монда шуд"
do_as justice receiver archived
run edoc-route log -C justice "$case"

say "Proof: the package and the procedure, with nothing but the anchors"
run edoc-route export -C justice -o executed.asice "$case"
run edoc-verify -v --trust trust executed.asice
run edoc-route verify --trust trust executed.asice

say "The archive"
run edoc-archive init -C archive
run edoc-archive ingest -C archive --trust trust executed.asice
run edoc-archive verify -C archive --trust trust
run edoc-archive show -C archive executed.asice
run edoc-archive export -C archive --as dir -o exported executed.asice
say "One flipped byte in the archive is found"
object=$(find archive -name executed.asice -path '*content*')
cp "$object" keep && python3 - "$object" <<'PY'
import sys
d = bytearray(open(sys.argv[1], "rb").read())
d[len(d) // 2] ^= 1
open(sys.argv[1], "wb").write(d)
PY
why="the bytes are not those that came" want=1 run edoc-archive verify -C archive --trust trust
want=0
cp keep "$object" && rm keep

say "Done.  Everything is in $W"
