#!/bin/sh
# SPDX-License-Identifier: ISC
# PKCS#12 files as old programs exported them: RC2 is read by a provider that is
# loaded for that alone, from OpenSSL's own folder; where it is not there, what to
# do about it is told, and works.
. "$SRCDIR/tests/lib.sh"
P=$D/pki
cd "$W" || exit 1
export E=edoc EMPTY=''
printf 'matn\n' >a.txt
provider=$(openssl version -m | sed 's/.*"\(.*\)"/\1/')/legacy.so
[ -e "$provider" ] || {
	echo "1..0 # SKIP no $provider here"
	exit 0
}
export_as() { # OUT ARG...
	o=$1
	shift
	openssl pkcs12 -export -legacy -inkey "$P/zarina.pem" -in "$P/zarina.crt" -out "$o" "$@" || exit 1
}
keys() {
	run edoc-sign keys --pass-env E "$@"
}

# ---- each that may be in RC2: the certificates, the key, both; 40 bits, 128
for bits in 40 128; do
	rc2=PBE-SHA1-RC2-$bits
	for what in "$rc2 PBE-SHA1-3DES" "PBE-SHA1-3DES $rc2" "$rc2 $rc2" "$rc2 AES-256-CBC"; do
		export_as old.p12 -passout env:E -certpbe "${what% *}" -keypbe "${what#* }"
		keys old.p12
		is_exit 0 "$what: it is listed"
		has "$out" "until 2066" "$what: with its certificate"
		run edoc-sign sign --key old.p12 --pass-env E -f -o old.asice a.txt
		is_exit 0 "$what: it signs"
		run edoc-verify --trust "$P/root.pem" --trust "$P/ca.pem" old.asice
		is_exit 0 "$what: which is good"
	done
	export_as old.p12 -passout env:E -certpbe $rc2 -keypbe $rc2
	cp old.p12 "old-$bits.p12"
	export_as old.p12 -passout env:EMPTY -certpbe $rc2 -keypbe $rc2
	run edoc-sign keys old.p12
	is_exit 0 "$rc2: without a passphrase"
	export_as old.p12 -passout env:E -nomac -certpbe $rc2 -keypbe $rc2
	keys old.p12
	is_exit 0 "$rc2: without a MAC"
	E=other keys old.p12
	is_exit 77 "$rc2: without one a wrong passphrase is told"
	E=other keys "old-$bits.p12"
	is_exit 77 "$rc2: a wrong passphrase"
	has "$err" "wrong passphrase" "is told as one"
	head -c 900 "old-$bits.p12" >cut.p12
	keys cut.p12
	is_exit 65 "$rc2: one that is cut"
	export_as old.p12 -passout env:E -certpbe $rc2 -keypbe $rc2 -iter 11000000 -nomaciter
	keys old.p12
	is_exit 65 "$rc2: too many rounds"
	has "$err" "rounds" "are not computed"
done

# ---- what else old programs have
export_as old.p12 -passout env:E -certpbe PBE-SHA1-RC4-128 -keypbe PBE-SHA1-3DES
keys old.p12
is_exit 65 "RC4"
has "$err" "openssl pkcs12 -legacy -in OLD -out PEM" "what to do about it is told"

# ---- never from the environment, and never where it is not needed
mkdir modules
cp "$provider" modules/
OPENSSL_MODULES=$W/modules keys old-40.p12
is_exit 0 "OPENSSL_MODULES: it is read"
if [ -z "${SAN:-}" ] && strace -o /dev/null true 2>/dev/null; then
	OPENSSL_MODULES=$W/modules run strace -f -o log edoc-sign keys --pass-env E old-40.p12
	nok "but not by that one" grep -q "$W/modules" log
	ok "by OpenSSL's own" grep -q "openat.*\"$provider\"" log
	run strace -f -o log edoc-sign keys --pass-env E "$P/zarina.p12"
	is_exit 0 "another file"
	nok "does without it" grep -q "legacy.so" log
	# Not there: what is told, and that it helps.
	gone="strace -f -o log -P $provider -e inject=openat:error=ENOENT"
	# shellcheck disable=SC2086 # words
	run $gone edoc-sign keys --pass-env E old-40.p12
	is_exit 65 "without the provider"
	has "$err" "$provider" "which it is"
	has "$err" "openssl pkcs12 -legacy -in OLD -out PEM; openssl pkcs12 -export -in PEM -out NEW" "and what to do, whole"
	openssl pkcs12 -legacy -in old-40.p12 -passin env:E -passout env:E -out PEM &&
		openssl pkcs12 -export -in PEM -passin env:E -passout env:E -out NEW
	# shellcheck disable=SC2086 # words
	run $gone edoc-sign keys --pass-env E NEW
	is_exit 0 "which helps"
else
	skip "strace may not trace here"
fi
finish
