#!/bin/sh
# SPDX-License-Identifier: ISC
# Files that others made, with the verdicts that their own tests assert: how
# far we agree, and nowhere unsafe.  What differs on purpose is written up in
# edoc-conformance(7), and listed here by name.
. "$SRCDIR/tests/lib.sh"

C=$SRCDIR/../shared/corpora

# SET FLOOR: at least so many rows agree as they are labelled, and of a hundred
# 98 where the label gives way to what its own notes say that the test asserts.
# A floor is raised as it grows.
corpus() {
	if ! [ -e "$C/score.py" ] || ! [ -d "$C/$1" ]; then
		skip "no corpus at ../shared/corpora/$1" 5
		return
	fi
	python3 -B "$SRCDIR/tests/corpora.py" "$1" "$C" >"$W/$1" 2>"$W/err" || {
		sed 's/^/# /' "$W/err"
		result 1 "$1: scored"
		return
	}
	grep '^#' "$W/$1"
	labelled=$(sed -n 's/^AS LABELLED //p' "$W/$1") asserted=$(sed -n 's/^AGREED //p' "$W/$1")
	same "${labelled##* }" 0 "$1: no unsafe answer, as labelled"
	ok "$1: as labelled $labelled, at least $2 agree" test "${labelled%% *}" -ge "$2"
	same "${asserted##* }" 0 "$1: no unsafe answer, as asserted"
	all=${asserted#* OF } all=${all%% *}
	ok "$1: as asserted $asserted, 98 of 100" test $((${asserted%% *} * 100)) -ge $((all * 98))
	grep '^# \(differs\|UNSAFE\)' "$W/$1" | sed 's/^# [A-Za-z]*: //; s/: label.*//' | sort -u >"$W/$1.differ"
	grep "^$1 " "$SRCDIR/tests/corpora-differ" | cut -d' ' -f2- | sort -u >"$W/$1.known"
	comm -23 "$W/$1.differ" "$W/$1.known" | sed 's/^/# not written up: /'
	ok "$1: what differs is written up" test -z "$(comm -23 "$W/$1.differ" "$W/$1.known")"
}

corpus dss 289
corpus xroad 12
corpus zip 27

# FILE SUB-INDICATION [ARGUMENT ...]: algorithms of other countries, which are
# read and not calculated.  Nothing is said to be intact, and nothing forged.
national() {
	f=$C/national/$1 sub=$2
	shift 2
	if ! [ -e "$f" ]; then
		skip "no corpus at ../shared/corpora/national" 2
		return
	fi
	run edoc-verify --offline --json "$@" "$f"
	is_exit 2 "${f##*/}: indeterminate"
	json "$out" "[., .signatures[], .timestamps[]] | all(.indication == \"INDETERMINATE\") and
	    .[0].subindication == \"$sub\" and all(.[1:][].intact; . == false or .signature == false)" \
		"${f##*/}: $sub"
}

# Scored with the signer's certificate, which is not in the file.
f=$C/dss/files/dss-cades/validation/no-key-info-cert.pkcs7
if [ -e "$f" ]; then
	run edoc-verify --offline --json --trust "$C/dss/anchors/CAdESNoKeInfoTrustedStoreTest.pem" "$f"
	json "$out" '.signatures[0] | .intact.data and .intact.signature and
	    .subindication == "NO_CERTIFICATE_CHAIN_FOUND"' \
		"a signature without certificates, the signer's given: intact, and not trusted"
else
	skip "no corpus at ../shared/corpora/dss"
fi

UNKNOWN=CRYPTO_CONSTRAINTS_FAILURE
national ua/cms0.p7s $UNKNOWN
national ua/cms1.p7s $UNKNOWN
national ua/cms3.p7s $UNKNOWN --data "$C/national/ua/cms3.content"
national ua/cms3.p7s $UNKNOWN --data "$C/national/ua/expected.tsv"
national ru/signed_a111.pem SIG_CONSTRAINTS_FAILURE
national kz/tsp_response.bin SIGNED_DATA_NOT_FOUND
finish
