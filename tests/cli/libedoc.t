#!/bin/sh
# SPDX-License-Identifier: ISC
# The examples of libedoc(3), taken out of the page, built and run.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
P=$D/pki
page=$SRCDIR/man/libedoc.3

example() { # c|python: what the page shows, without its macros
	sed -n "/^\\.\\\\\" example $1\$/,/^\\.\\\\\" example end\$/p" "$page" |
		sed -e '/^\./d' -e 's/\\e/\\/g' -e 's/^\\&//'
}
example c >program.c
example python >program.py
ok "the page shows a C program" grep -q '^int main' program.c
ok "and a Python one" grep -q '^import ctypes' program.py
unnamed() { # functions of edoc.h that the page leaves out
	grep -oE '\bedoc_[a-z0-9_]+\(' "$SRCDIR/lib/edoc.h" | tr -d '(' | grep -v '_fn$' | sort -u |
		while read -r f; do
			grep -qE "^\.Fn $f( |\$)" "$page" || echo "$f"
		done
}
same "$(unnamed)" "" "every function of edoc.h is named"

# A sanitizer is a part of the program; Python is not built with it.
flags=${SAN:+-fsanitize=$SAN}
# shellcheck disable=SC2086 # words
ok "the C program builds" "${CC:-cc}" -std=c11 -Wall -Wextra -Werror $flags -I "$SRCDIR/lib" \
	-o program program.c -L "$BUILDDIR" -ledoc
printf 'text\n' >a.txt
edoc-sign sign --key "$P/zarina.p12" --pass-file "$P/pass" -o a.asice a.txt >/dev/null || exit 1
export LD_LIBRARY_PATH="$BUILDDIR"

run ./program "$P/root.pem" a.asice
is_exit 0 "the C program verifies"
same "$(head -n 1 "$out")" "TOTAL-PASSED a.asice" "says the verdict"
has "$out" "signed by " "and who signed"
has "$out" "Раҳимова Зарина" "by name"
cp "$out" c.out
run ./program "$P/other-root.pem" a.asice
is_exit 2 "another root: indeterminate"
has "$out" "INDETERMINATE a.asice" "and says so"
run ./program "$P/root.pem" nowhere.asice
is_exit 66 "a package that is not there"
has "$err" nowhere.asice "is named"
if [ -n "$SAN" ]; then
	skip "Python cannot load a library with sanitizers" 4
else
	run python3 program.py "$P/root.pem" a.asice
	is_exit 0 "the Python program verifies"
	ok "it prints the same" cmp c.out "$out"
	run python3 program.py "$P/other-root.pem" a.asice
	is_exit 2 "another root: indeterminate"
	run python3 program.py "$P/root.pem" nowhere.asice
	is_exit 66 "a package that is not there"
fi
finish
