#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2086 # words are wanted
# Raising that fails: each form stays byte for byte what it was, nothing lies
# beside it, and one line says who did not answer and of what.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
. "$SRCDIR/tests/pki.sh"
export EDOC_CONF="$PKI/edoc.conf"
printf 'matn\n' >a.txt
key="--key $PKI/zarina.pem --tsa $URL/tsa"
for level in B LTA; do
	edoc-sign sign $key --level $level -o e-xades-$level a.txt &&
		edoc-sign sign $key --level $level --format cades -o e-cades-$level a.txt &&
		edoc-sign sign $key --level $level --asic-s -o s-xades-$level a.txt &&
		edoc-sign sign $key --level $level --asic-s --format cades -o s-cades-$level a.txt &&
		edoc-sign cms $key --level $level -o cms-$level a.txt &&
		edoc-sign cms $key --level $level --attached -o attached-$level a.txt &&
		edoc-sign xades $key --level $level -o xml-$level a.txt
done >/dev/null || exit 1
kinds="e-xades e-cades s-xades s-cades cms attached xml"
mkdir dir

# extend FROM LEVEL EXIT WORDS [OPTION...]: of each kind
extend() {
	from=$1 to=$2 exit=$3 words=$4
	shift 4
	for kind in $kinds; do
		data="--data a.txt"
		case $kind in ?-* | attached) data='' ;; esac
		cp $kind-$from dir/p
		run edoc-sign extend --level $to $data "$@" dir/p
		is_exit "$exit" "$kind, $from to $to: $what"
		has "$err" "$words" "says whom it is about"
		has "$err" "edoc-sign: dir/p: " "and of what"
		same "$(wc -l <"$err" | tr -d ' ')" 1 "in one line"
		same "$(cmp $kind-$from dir/p; ls -A dir)" p "the file is as it was, and alone"
	done
}
while IFS='|' read -r from to says tsa exit words; do
	what="$says $tsa"
	pki_says "$says"
	extend "$from" "$to" "$exit" "$words" --tsa "$URL/$tsa"
done <<'END'
B|T||tsa-nonce|75|its nonce differs
B|LT||tsa-imprint|75|its messageImprint differs
B|LTA||tsa-html|75|text/html
LTA|LTA||tsa-nonce|75|its nonce differs
B|LT|ocsp=unknown crl=absent|tsa|75|CN=
B|LT|ocsp=trylater crl=absent|tsa|75|CN=
B|LT|ocsp=other crl=absent|tsa|75|CN=
B|LTA|crl=expired|tsa|75|CN=Test CA
B|LT|revoked=zarina|tsa|77|CN=Zarina
B|LTA|revoked=tsa|tsa|77|CN=Test TSA
B|LTA|revoked=ca|tsa|77|CN=Test CA
END
pki_says

# ---- the signature's token comes, the archive's does not
what="the second time-stamp"
for kind in $kinds; do
	data="--data a.txt"
	case $kind in ?-* | attached) data='' ;; esac
	cp $kind-B dir/p
	run edoc-sign extend --level LTA $data --tsa "$URL/tsa-then-html" dir/p
	is_exit 75 "$kind: $what"
	same "$(cmp $kind-B dir/p; ls -A dir)" p "the file is as it was, and alone"
	run edoc-sign extend --level LTA $data --tsa "$URL/tsa" dir/p
	is_exit 0 "$kind: the same by a TSA that answers"
done

# ---- trust that does not reach, nobody there
EDOC_CONF="$PKI/other.conf"
printf 'intranet: [127.0.0.1]\n' >"$EDOC_CONF"
what="another root"
extend B LT 78 "chain.not-found" --tsa "$URL/tsa" --trust "$D/pki/other-root.pem"
kill $pki_pid
wait $pki_pid 2>/dev/null
EDOC_CONF="$PKI/edoc.conf" what="nobody listens" kinds="e-xades cms"
extend B T 75 "connect" --tsa "$URL/tsa"
finish
