# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# Two desks for route tests, sourced after tests/lib.sh:
#
#   $A (adliya: dilnoza submits, zarina lawyer and clerk, madina head) and
#   $B (moliya: farrukh head, anvar deputy), with route test.order, its
#   calendar and the directory installed; $W/trust holds the anchors.
#   pack OUT [TEXT]   a signed package          as WHO VERB ...   edoc-route with a key
#   does WHO OUTCOME CASE ...   the verb do
#   carry FROM-DESK AGENCY TO-DESK              what left FROM for AGENCY arrives

PATH="$BUILDDIR:$PATH"
export PATH
K=$W/keys A=$W/a B=$W/b
# As keys are kept: the ones in the repository can be read by everybody.
cp -R "$D/pki" "$K" && chmod -R go-rwx "$K"
export EDOC_DESK=

digest() { # of a PEM certificate
	openssl x509 -in "$1" -outform DER | openssl dgst -sha256 -r | cut -c1-64
}
person_cert() { # NAME
	openssl pkcs12 -in "$K/$1.p12" -passin "file:$K/pass" -nokeys -clcerts 2>/dev/null |
		openssl x509 >"$W/$1.crt"
	digest "$W/$1.crt"
}
issuer() { # NAME: a key of its own for directories or routes
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 \
		-subj "/CN=$1" -addext "basicConstraints=critical,CA:FALSE" \
		-addext "keyUsage=critical,digitalSignature,nonRepudiation" \
		-keyout "$W/$1.key" -out "$W/$1.crt" 2>/dev/null
	(umask 077 && cat "$W/$1.key" "$W/$1.crt" >"$W/$1.pem")
}
directory() { # VERSION [EXTRA-POST]
	cat <<END
format: edoc-directory/1
version: $1
agencies:
  - {id: adliya, title: Ministry of Justice, desk-keys: [{sha256: $(digest "$A/conf/desk.crt")}]}
  - {id: moliya, title: Ministry of Finance, desk-keys: [{sha256: $(digest "$B/conf/desk.crt")}]}
people:
  - {id: dilnoza, name: Dilnoza Karimova, certificates: [{sha256: $(person_cert dilnoza)}]}
  - {id: zarina, name: Zarina Rahimova, certificates: [{sha256: $(person_cert zarina)}]}
  - {id: madina, name: Madina Haqnazarova, certificates: [{sha256: $(person_cert madina)}]}
  - {id: farrukh, name: Farrukh Ghafurov, certificates: [{sha256: $(person_cert farrukh)}]}
  - {id: anvar, name: Anvar Uljaboev, certificates: [{sha256: $(person_cert anvar)}]}
posts:
  - {agency: adliya, post: specialist, holder: dilnoza}
  - {agency: adliya, post: lawyer, holder: zarina}
  - {agency: adliya, post: clerk, holder: zarina}
  - {agency: adliya, post: head, holder: madina}
  - {agency: moliya, post: head, holder: farrukh}
  - {agency: moliya, post: deputy, holder: anvar}
END
	[ -z "${2-}" ] || echo "  - $2"
}
sealed() { # PEM FILE OUT: a package of one file, signed
	edoc-sign sign --key "$1" -o "$3" "$2" >/dev/null
}
pack() { # OUT [TEXT]
	printf 'Order %s\n' "${2-one}" >"$W/order.txt"
	edoc-sign sign --key "$K/dilnoza.p12" --pass-file "$K/pass" -o "$1" "$W/order.txt" >/dev/null
}
as() { # WHO VERB ...
	who=$1 verb=$2
	shift 2
	edoc-route "$verb" --key "$K/$who.p12" --pass-file "$K/pass" "$@"
}
does() { # WHO OUTCOME CASE ...
	who=$1
	shift
	edoc-route "do" --key "$K/$who.p12" --pass-file "$K/pass" "$@"
}
carry() { # FROM AGENCY TO
	for sent in "$1/out/$2/new/"*.asice; do
		[ ! -e "$sent" ] || cp "$sent" "$3/in/new/"
	done
}
desks() {
	mkdir -p "$W/trust/sign" "$W/trust/directory" "$W/trust/route" || return
	cp "$K/root.pem" "$K/ca.pem" "$W/trust/sign/"
	issuer directory-issuer && issuer route-issuer || return
	cp "$W/directory-issuer.crt" "$W/trust/directory/"
	cp "$W/route-issuer.crt" "$W/trust/route/"
	edoc-route init -C "$A" --agency adliya --zone Asia/Dushanbe --trust "$W/trust" >"$W/init.out" &&
		edoc-route init -C "$B" --agency moliya --zone Asia/Dushanbe \
			--key "$K/desk-finance.pem" --trust "$W/trust" >/dev/null || return
	directory 1 >"$W/directory.yaml"
	sealed "$W/route-issuer.pem" "$D/route/order.yaml" "$W/route.asice" &&
		sealed "$W/route-issuer.pem" "$D/route/calendar.yaml" "$W/calendar.asice" &&
		sealed "$W/directory-issuer.pem" "$W/directory.yaml" "$W/directory.asice" &&
		edoc-route install -C "$A" "$W/route.asice" "$W/calendar.asice" "$W/directory.asice" \
			>"$W/install.out" &&
		edoc-route install -C "$B" "$W/directory.asice" >/dev/null
}
# DESK WORDS: lists tell the same with the index and without.
same_lists() {
	for told in text --json; do
		[ "$told" = --json ] || told=
		for list in inbox "inbox --who $D/pki/zarina.crt" "due --at 2099-01-01T00:00:00Z" "find e" status; do
			for how in "" --no-index; do
				# shellcheck disable=SC2086 # words are wanted
				edoc-route $list $told $how -C "$1" >"$W/told.${how:-with}" 2>"$W/told.err"
				echo "exit $?" >>"$W/told.${how:-with}"
			done
			# What is free on the disk, and when that was asked, is no matter of cases.
			for how in with --no-index; do
				sed 's/"free_bytes":[0-9]*//; s/"at":"[^"]*"//' "$W/told.$how" >"$W/told.plain.$how"
			done
			ok "$2: $list $told" cmp "$W/told.plain.with" "$W/told.plain.--no-index" ||
				diff "$W/told.plain.with" "$W/told.plain.--no-index" | sed 's/^/# /' | head -n 6
		done
	done
}
