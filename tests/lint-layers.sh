#!/bin/sh
# SPDX-License-Identifier: ISC
# The layer rules of edoc-hacking(7), by grep.
set -u
bad=0
complain() {
	echo "lint-layers: $1"
	bad=1
}

floor() { # the floor of a room
	case $1 in
	base) echo 0 ;;
	door | national) echo 1 ;;
	package | signature | batch) echo 2 ;;
	trust) echo 3 ;;
	judge) echo 4 ;;
	sign | route | archive | api) echo 5 ;;
	*) echo 99 ;;
	esac
}

for f in lib/*/*.[ch]; do
	room=${f#lib/} room=${room%%/*}
	mine=$(floor "$room")
	# shellcheck disable=SC2013 # names of folders are words
	for inc in $(sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' "$f" | sort -u); do
		its=$(floor "$inc")
		[ "$its" -le "$mine" ] || complain "$f (floor $mine) includes $inc/ (floor $its)"
		# Rooms of one floor do not lean on each other, but for the
		# archive and the route on signing, and XAdES on nothing else.
		if [ "$its" = "$mine" ] && [ "$inc" != "$room" ] && [ "$mine" = 5 ] && [ "$inc" != sign ]; then
			complain "$f includes its neighbour $inc/"
		fi
	done
done

# cmd/ sees the library only through the public header.
grep -nE '^#include "' cmd/*.[ch] | grep -vE '"(edoc|cmd|sign|verify|route)\.h"' && complain "cmd/ includes an internal header"
grep -nE '^#include <(zip|yaml|jansson|sqlite3|libxml/|openssl/|curl/|p11-kit/)' cmd/*.[ch] && complain "cmd/ includes a dependency"

# Creating and configuring calls of a dependency stand behind its door.
door() { # PATTERN DOOR-FILES-REGEX
	grep -nE "$1" lib/*/*.[ch] cmd/*.[ch] | grep -vE "^lib/door/($2)[a-z0-9]*\.[ch]:" && complain "outside its door: $1"
}
door '\bzip_(open|fdopen|source_function|source_buffer|close|discard)[a-z_]*\(' zip
door '\b(xmlRead|xmlCtxtRead|xmlNewParserCtxt|xmlParse|xmlSAX|xmlC14N|xmlXPath|xmlSchema|xmlGetID|xmlInitParser)[A-Za-z]*\(' xml
door '\byaml_(parser|emitter|document|event|token)_[a-z_]+\(' yaml
door '\bjson_(load|dump)[a-z]*\(' json
door '\bcurl(\.|_)[a-z_]+\(' http
door '[>.]C_[A-Z][A-Za-z]+\(' keyp11
door '\bsqlite3_(open|close|config|exec)[a-z0-9_]*\(' db
door '\b(X509_STORE|X509_VERIFY_PARAM|CMS|PKCS12|PKCS7|d2i|PEM|EVP|OSSL|OPENSSL_init)_[A-Za-z0-9_]+\(' '(cipher|crypto|key|x509|cms)'

# The library never prints, exits, reads the clock or the environment.
grep -nE '\b(printf|puts|putchar|perror|exit|abort|getenv|secure_getenv|setlocale|setenv)\(' lib/*/*.c |
	grep -vE '\b(ed_[a-z_]*printf|vsnprintf|snprintf)\(' && complain "ambient state in lib/"
grep -nE '\b(time|gettimeofday|clock_gettime|localtime|localtime_r|mktime|gmtime|strftime)\(' lib/*/*.c |
	grep -v -e '->time(' && complain "the clock in lib/"

# Calls that are never right.
grep -nE '\b(strcpy|strcat|sprintf|vsprintf|strtok|gets|mktemp|tmpnam|alloca|system|popen|atoi|atol|strncpy|rand)\(' lib/*/*.c cmd/*.c && complain "banned call"

# A public symbol is declared in edoc.h; a shared one starts with ed_.
for s in $(grep -ohE '^(enum edoc_[a-z]+ |const char \*|void |size_t |bool |int |struct edoc_[a-z_]+ \*?)edoc_[a-z0-9_]+\(' lib/*/*.c | grep -oE 'edoc_[a-z0-9_]+\(' | tr -d '('); do
	grep -qE "\b$s\(" lib/edoc.h || complain "$s is not declared in edoc.h"
done

# One name, one file; and a comment that names a file names one that is there.
find lib -name '*.c' | sed 's|.*/||' | LC_ALL=C sort | uniq -d | grep . && complain "two files of one name in lib/"
all=$(find lib cmd tests -name '*.[ch]')
grep -hoE '^ ?[/ ]\*.*' lib/*/*.[ch] cmd/*.[ch] | grep -oE '\b([a-z0-9]+/)*[a-z0-9-]+\.[ch]\b' |
	grep -v '^jansson\.h$' | LC_ALL=C sort -u |
	while read -r f; do
		echo "$all" | grep -qE "(^|/)$f\$" || echo "lint-layers: a comment names $f, which is not there"
	done | grep . && bad=1

# Every file says its licence.
for f in lib/*.h lib/*/*.[ch] cmd/*.[ch] tests/*.[h] tests/*/*.c tests/*.sh; do
	[ ! -e "$f" ] || head -n 3 "$f" | grep -q 'SPDX-License-Identifier: ISC' || complain "$f: no SPDX line"
done
exit $bad
