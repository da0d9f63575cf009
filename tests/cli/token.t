#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2086 # words are wanted
# A token that proves no time is not taken, and one that is there already does not
# stand in the way of one that does.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/pki.sh"
cd "$W" || exit 1
export EDOC_CONF="$PKI/edoc.conf"
printf 'matn\n' >a.txt
cat >nobody.conf <<END
intranet: [127.0.0.1]
END
cat >stray.conf <<END
intranet: [127.0.0.1]
trust: [$PKI/root.pem, $PKI/still.pem]
END
kinds="e-xades e-cades s-xades s-cades cms attached xml"
make() { # KIND OUT LEVEL [OPTION...]
	kind=$1 o=$2 l=$3
	shift 3
	set -- --key "$PKI/zarina.pem" --level "$l" -o "$o" "$@"
	case $kind in
	e-*) run edoc-sign sign --format "${kind#e-}" "$@" a.txt ;;
	s-*) run edoc-sign sign --asic-s --format "${kind#s-}" "$@" a.txt ;;
	cms) run edoc-sign cms "$@" a.txt ;;
	attached) run edoc-sign cms --attached "$@" a.txt ;;
	xml) run edoc-sign xades "$@" a.txt ;;
	esac
}
data_of() { # KIND
	data="--data a.txt"
	case $1 in ?-* | attached) data='' ;; esac
}
stamps() { # the indications of its signature's time-stamps
	jq -r '[.signatures[0].timestamps[] | select(.kind == "signature") | .indication] | sort | join(" ")' "$out"
}
asked() { # which TSAs, since the last time
	grep -o '/tsa[^ ]*' "$PKI/hits" | cut -c2- | xargs
	: >"$PKI/hits"
}
t="--tsa $URL/tsa"
stray="--tsa $URL/tsa3"

# ---- a new signature: who made the token is looked at first
for kind in $kinds; do
	data_of $kind
	rm -f p
	: >"$PKI/hits"
	make $kind p T $stray
	is_exit 78 "$kind: a TSA that nobody trusts gives no T"
	has "$err" "$URL/tsa3: the time-stamp does not hold: no path leads" "says who, and why"
	has "$err" "[chain.not-found]" "with the finding"
	nok "$kind: nothing was made" test -e p
	make $kind p T $stray $t
	is_exit 0 "$kind: the next one is asked"
	same "$(asked)" "tsa3 tsa3 tsa" "in their order"
	run edoc-verify --online --json $data p
	is_exit 0 "$kind: and holds"
	same "$(stamps)" "PASSED" "by one time-stamp"
done
while IFS='|' read -r level says tsas exit words; do
	pki_says $says
	rm -f p
	set --
	for tsa in $tsas; do set -- "$@" --tsa "$URL/$tsa"; done
	make e-xades p $level "$@"
	is_exit "$exit" "$level, $says: $tsas"
	if [ "$exit" = 0 ]; then
		case $says in ocsp*) pki_says ;; esac
		rm -rf kept
		run edoc-verify --online --cache kept --require $level p
		is_exit 0 "and it holds"
	else
		has "$err" "$words" "and says it"
		nok "nothing was made" test -e p
	fi
done <<'END'
T||tsa3 tsa|0|
LT||tsa3 tsa|0|
LTA||tsa3 tsa|0|
T|revoked=tsa|tsa|77|CN=Test TSA
T|revoked=tsa|tsa tsa2|0|
LT|revoked=tsa|tsa tsa2|0|
LTA|revoked=tsa|tsa tsa2|0|
T|revoked=tsa|tsa tsa3|77|any of 2
T|revoked=tsa|tsa nowhere|75|any of 2
T|revoked=ca|tsa|77|CN=Test CA
T|ocsp=unknown crl=absent|tsa|0|
LT|ocsp=unknown crl=absent|tsa|75|CN=
T||tsa3 tsa3|78|no time-stamp from any of 2
T||tsa3 nowhere|75|no path leads
T||tsa-nonce tsa3|75|no path leads
END
pki_says

# ---- trust that names nobody for time-stamps: the token is held against the request
cat >sign.conf <<END
intranet: [127.0.0.1]
trust: {sign: $PKI/root.pem}
END
for conf in nobody sign; do
	rm -f p
	EDOC_CONF=$conf.conf make e-xades p T $stray
	is_exit 0 "$conf.conf: any token is taken"
	EDOC_CONF=$conf.conf run edoc-sign extend --level T $stray p
	is_exit 0 "$conf.conf: T already"
	EDOC_CONF=stray.conf run edoc-verify --json p
	same "$(jq -r '.signatures[0].timestamps | length' "$out")" 1 "one is enough"
done

# ---- one that is there and proves nothing: one more
for kind in $kinds; do
	data_of $kind
	for level in T LT LTA; do
		rm -f p
		EDOC_CONF=nobody.conf make $kind p T $stray
		is_exit 0 "$kind: with a token of a stranger"
		cp p was
		: >"$PKI/hits"
		run edoc-sign extend --level $level $data $stray p
		is_exit 78 "$kind to $level: one more of those changes nothing"
		ok "it stays as it was" cmp p was
		: >"$PKI/hits"
		run edoc-sign extend --level $level $data $t p
		is_exit 0 "$kind to $level: one that proves it is added"
		run edoc-verify --online --json $data --require $level p
		is_exit 0 "and passes"
		same "$(stamps)" "INDETERMINATE PASSED" "beside the other"
		cp p was
		[ $level != LTA ] || continue
		: >"$PKI/hits"
		run edoc-sign extend --level $level $data $t p
		is_exit 0 "$kind: once more"
		ok "$kind at $level stays as it is" cmp p was
		same "$(asked)" "" "and nobody is asked for a time-stamp"
	done
	run edoc-sign extend --level LTA $data $t p
	is_exit 0 "$kind: LTA is renewed"
	run edoc-verify --offline --json $data --require LTA p
	is_exit 0 "and holds by itself"
done
# So it is with the time-stamps over a whole that is good already, and over documents.
for kind in $kinds; do
	data_of $kind
	rm -f p
	make $kind p LT $t
	cp p was
	run edoc-sign extend --level LTA $data $stray p
	is_exit 78 "$kind: no archive time-stamp by a stranger"
	has "$err" "$URL/tsa3: the time-stamp does not hold" "says who"
	ok "it stays as it was" cmp p was
	run edoc-sign extend --level LTA $data $stray $t p
	is_exit 0 "$kind: the next TSA gives it"
	run edoc-verify --offline --require LTA $data p
	is_exit 0 "which holds"
	rm p
	make $kind p B --content-timestamp $stray
	is_exit 78 "$kind: nor one over the documents"
	nok "nothing was made" test -e p
	make $kind p B --content-timestamp $stray $t
	is_exit 0 "$kind: the next TSA gives that too"
	run edoc-verify --online --json $data p
	json "$out" '[.signatures[0].timestamps[] | .kind, .indication] == ["content", "PASSED"]' "which holds"
done
rm p
# The TSA is revoked after it stamped.
make e-xades p T $t
is_exit 0 "by a TSA that is revoked then"
pki_says revoked=tsa
cp p was
run edoc-sign extend --level LT $t p
is_exit 77 "it has no other"
ok "nothing has changed" cmp p was
EDOC_CONF=stray.conf run edoc-sign extend --level T $t $stray p
is_exit 0 "another one is added by another TSA"
rm -rf kept
EDOC_CONF=stray.conf run edoc-verify --online --cache kept --json p
same "$(stamps)" "INDETERMINATE PASSED" "which holds"
for kind in $kinds; do
	data_of $kind
	for level in LT LTA; do
		pki_says
		rm -f p
		make $kind p T $t
		pki_says revoked=tsa
		run edoc-sign extend --level $level $data $t --tsa "$URL/tsa2" p
		is_exit 0 "$kind to $level: its TSA was revoked, as is the first that is asked"
		run edoc-verify --offline --cache none --json --require $level $data p
		is_exit 0 "and passes by itself"
		same "$(stamps)" "INDETERMINATE PASSED" "by the second's time-stamp"
	done
done
pki_says

# ---- too late: the certificate is worth nothing any more
for kind in $kinds; do
	data_of $kind
	rm -f p
	make $kind p B
	cp p was
	pki_says revoked=zarina
	: >"$PKI/hits"
	run edoc-sign extend --level T $data $t p
	is_exit 77 "$kind: a revoked one gets no time-stamp"
	has "$err" "too late for a time-stamp, it would prove nothing: the certificate of CN=Zarina" "and why"
	ok "it stays as it was" cmp p was
	same "$(asked)" "" "no TSA was asked"
	make $kind new T $t
	is_exit 77 "$kind: nor does a new one"
	nok "nothing was made" test -e new
	pki_says
	run edoc-sign extend --level T $data $t p
	is_exit 0 "$kind: one that is not, does"
done

# ---- https: the server is who it says, by whom edoc.conf names for it
TLS=https://127.0.0.1:$(cat "$PKI/tls-port")
umask 077
echo "clerk:se:cret" >login
echo nothing >empty.pem
cat >tls.conf <<END
intranet: [127.0.0.1]
trust: $PKI/root.pem
tsas:
  house: {url: $TLS/tsa, ca-file: $PKI/web.pem}
  login: {url: $TLS/tsa-auth, ca-file: $PKI/web.pem, login-file: login}
  system: {url: $TLS/tsa}
  other: {url: $TLS/tsa, ca-file: $PKI/root.pem, login-file: login}
  empty: {url: $TLS/tsa, ca-file: empty.pem}
  gone: {url: $TLS/tsa, ca-file: gone.pem}
  plain: {url: $(echo "$TLS" | sed s/127.0.0.1/localhost/)/tsa, ca-file: $PKI/web.pem}
  away301: {url: $TLS/tsa-away301, ca-file: $PKI/web.pem, login-file: login}
  away302: {url: $TLS/tsa-away302, ca-file: $PKI/web.pem, login-file: login}
  away303: {url: $TLS/tsa-away303, ca-file: $PKI/web.pem, login-file: login}
  away307: {url: $TLS/tsa-away307, ca-file: $PKI/web.pem, login-file: login}
  away308: {url: $TLS/tsa-away308, ca-file: $PKI/web.pem, login-file: login}
END
export EDOC_CONF=$W/tls.conf
rm -f p was
make e-xades was B
while IFS='|' read -r says tsas exit words hits; do
	pki_says $says
	: >"$PKI/hits"
	cp was p
	set --
	for tsa in $tsas; do set -- "$@" --tsa "$tsa"; done
	run edoc-sign extend --level T "$@" p
	is_exit "$exit" "https, $tsas $says"
	[ ! "$words" ] || has "$err" "$words" "says why"
	hasnt "$err" "se:cret" "and no password"
	same "$(asked)" "$hits" "what was asked: $hits"
	if [ "$exit" = 0 ]; then
		nok "the package has it" cmp was p
	else
		ok "the package is as it was" cmp was p
	fi
done <<'END'
|house|0||tsa
|login|0||tsa-auth tsa-auth
|system|75|the certificate of this https server is not accepted|
|other|75|the certificate of this https server is not accepted|
|plain|75|the certificate of this https server is not accepted|
tls=wrong|house|75|the certificate of this https server is not accepted|
tls=wrong|login|75|no alternative certificate subject name|
|system house|0||tsa
|other plain house|0||tsa
|empty|78|empty.pem: cannot be read as certificates|
|gone|78|gone.pem: cannot be read as certificates|
|away301|75|the server answers 301|tsa-away301
|away302|75|the server answers 302|tsa-away302
|away303|75|the server answers 303|tsa-away303
|away307|75|the server answers 307|tsa-away307
|away308|75|the server answers 308|tsa-away308
|away307 house|0||tsa-away307 tsa
END
finish
