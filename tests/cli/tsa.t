#!/bin/sh
# SPDX-License-Identifier: ISC
# Time-stamping authorities and responders that fail in every way they know: the
# package stays as it was, and the clerk is told who said what.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/pki.sh"
cd "$W" || exit 1
printf 'first\n' >a.txt
edoc-sign new -o new.asice a.txt >/dev/null || exit 1
export EDOC_CONF="$PKI/edoc.conf"

sign() { # LEVEL [OPTION...]: a copy of the package, signed in place
	level=$1
	shift
	cp new.asice p.asice
	run edoc-sign sign --key "$PKI/zarina.pem" --level "$level" "$@" p.asice
}
stays() { # the package is what it was, and nothing lies beside it
	ok "$1: the package is as it was" cmp new.asice p.asice
	same "$(find . -newer new.asice -name '.*' ! -name . | head -n 3)" "" "and nothing lies beside it"
}
gives() { # LEVEL WHAT: signed, and found to be so by who asks the responders himself
	is_exit 0 "$2: signed"
	rm -rf kept
	run edoc-verify --online --cache kept --require "$1" p.asice
	is_exit 0 "to level $1"
}

# ---- TSAs that answer
for tsa in tsa tsa2 tsa-slow tsa-500-once tsa-429-once tsa-policy; do
	sign T --tsa "$URL/$tsa"
	gives T "$tsa"
done

# ---- TSAs that do not
: >"$PKI/hits"
while read -r tsa exit times words; do
	sign T --tsa "$URL/$tsa"
	is_exit "$exit" "$tsa"
	has "$err" "$words" "says so"
	has "$err" "p.asice: $URL/$tsa: " "who, and of what"
	same "$(pki_hits "POST /$tsa\$")" "$times" "asked so many times"
	stays "$tsa"
done <<'END'
tsa-500 75 4 the server answers 500
tsa-503-later 75 1 the server answers 503
tsa-nonce 75 1 its nonce differs
tsa-imprint 75 1 its messageImprint differs
tsa-reject 75 1 badAlg
tsa-garbage 75 1 no TimeStampResp
tsa-empty 75 1 no TimeStampResp
tsa-truncated 75 1 no TimeStampResp
tsa-behind 75 1 or not only one
tsa-html 75 1 text/html
tsa-nocert 75 1 certificate is not in the token
tsa-redirect 75 1 the server answers 307
tsa-auth 77 1 wants a login
nowhere 75 1 the server answers 404
END
sign T
is_exit 64 "no TSA at all"
has "$err" "--tsa" "says how to name one"
stays "none"
for word in state tsa.example ftp://tsa.example/ http:// http://clerk:secret@tsa.example/; do
	sign T --tsa "$word"
	is_exit 64 "--tsa $word"
	stays "$word"
done

# ---- several, in their order
: >"$PKI/hits"
sign T --tsa "$URL/tsa-nonce" --tsa "$URL/nowhere" --tsa "$URL/tsa2" --tsa "$URL/tsa"
gives T "the third of four"
same "$(grep -v -e ocsp -e crl "$PKI/hits" | cut -d/ -f2 | xargs)" "tsa-nonce nowhere tsa2" "one after the other"
sign T --tsa "$URL/tsa-nonce" --tsa "$URL/nowhere"
is_exit 75 "none of two"
has "$err" "any of 2 authorities" "is told"
has "$err" "p.asice: no time-stamp from any of 2 authorities" "of which package"
has "$err" "$URL/tsa-nonce: the token does not answer this request: its nonce differs" \
	"what the first said, by its address and in full"
has "$err" "$URL/nowhere: the server answers 404" "and the second"
stays "none of two"

# ---- names, policies and logins of edoc.conf
cat >"$PKI/named.conf" <<END
trust: root.pem
intranet: [127.0.0.1]
tsa: [wrong, house]
tsas:
  wrong: {url: $URL/tsa, policy: 1.2.3}
  house: {url: $URL/tsa-auth, policy: 1.3.6.1.4.1.99999.8, login-file: login}
  digest: {url: $URL/tsa-digest, login-file: login}
  bad: {url: $URL/tsa-auth, login-file: bad}
  away: {url: http://tsa.invalid/, login-file: login}
  gone: {url: $URL/tsa, login-file: gone}
END
export EDOC_CONF="$PKI/named.conf"
umask 077
echo "clerk:se:cret" >"$PKI/login"
echo "clerk:guess" >"$PKI/bad"
sign T
gives T "the second of edoc.conf, with its login"
run edoc-verify --json p.asice
json "$out" '.signatures[0].timestamps[0].policy == "1.3.6.1.4.1.99999.8"' "under its policy"
sign T --tsa digest
gives T "a Digest login"
sign T --tsa bad
is_exit 77 "a wrong login"
has "$err" "refuses this login" "is told"
hasnt "$err" "guess" "without it"
stays "a wrong login"
: >"$PKI/hits"
sign T --tsa away
is_exit 78 "a login over plain http"
has "$err" "does not go over plain http" "is not sent"
stays "plain http"
sign T --tsa gone
is_exit 78 "a login file that is not there"
stays "no login file"
for line in clerk :secret ''; do
	echo "$line" >"$PKI/login"
	sign T --tsa digest
	is_exit 78 "a login '$line'"
	has "$err" "USER:PASSWORD" "is none"
done
echo "clerk:se:cret" >"$PKI/login"
chmod 644 "$PKI/login"
sign T --tsa digest
is_exit 78 "a login that others can read"
has "$err" "chmod 600" "is to be closed first"
chmod 640 "$PKI/login"
sign T --tsa digest
gives T "one that a group can read"
sign T --tsa nobody
is_exit 64 "a name that edoc.conf lacks"
printf 'tsa: nobody\n' >"$W/lacks.conf"
EDOC_CONF="$W/lacks.conf" sign T
is_exit 78 "one that it names itself"
has "$err" "nobody" "is told"
same "$(pki_hits 'POST /tsa')" 2 "only one of these was asked, which wanted the login first"
export EDOC_CONF="$PKI/edoc.conf"

# ---- what LT needs
offline() { # WHAT: it says by itself all that is needed
	run edoc-verify --require LT p.asice
	is_exit 0 "$1: nobody needs to be asked any more"
}
sign LT --tsa "$URL/tsa"
is_exit 0 "with all answers"
offline "OCSP and CRL"
pki_says responder=ocsp2
sign LT --tsa "$URL/tsa"
is_exit 0 "by a responder that somebody answers about"
offline "a responder and its CRL"
pki_says ocsp=500
sign LT --tsa "$URL/tsa2"
is_exit 0 "where OCSP fails, and there is a CRL"
offline "CRLs alone"
pki_says
while IFS='|' read -r says exit words; do
	pki_says "$says"
	sign LT --tsa "$URL/tsa"
	is_exit "$exit" "$says"
	has "$err" "$words" "says whom it is about"
	stays "$says"
done <<'END'
crl=absent|75|CN=Test CA
crl=expired|75|CN=Test CA
crl=html|75|CN=Test CA
ocsp=unknown crl=absent|75|CN=
ocsp=500 crl=absent|75|CN=
ocsp=trylater crl=absent|75|CN=
ocsp=other crl=absent|75|CN=
ocsp=html crl=absent|75|CN=
responder=ocsp2 crl=absent|75|CN=
revoked=zarina|77|CN=Zarina
revoked=tsa|77|CN=Test TSA
revoked=ca|77|CN=Test CA
END
pki_says
finish
