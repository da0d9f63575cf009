#!/bin/sh
# SPDX-License-Identifier: ISC
# What the library exports, and what `make install` puts where.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
so=$BUILDDIR/libedoc.so
h=$SRCDIR/lib/edoc.h

# Without comments: a function is a name before its parenthesis; types end in _fn.
"${CC:-cc}" -E -P "$h" | grep -oE '\bedoc_[a-z0-9_]+\(' | tr -d '(' | grep -v '_fn$' |
	LC_ALL=C sort -u >declared
nm -D --defined-only "$so" | awk '$3 !~ /^EDOC_/ { sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort -u >all
grep -vE '^(__|_init|_fini|_edata|_end|asan|ubsan)' all >exported
ok "the header declares functions" test "$(wc -l <declared)" -gt 50
if [ -n "$SAN" ]; then
	skip "a sanitizer exports names of its own"
else
	ok "what is exported is declared, and the other way round" diff declared exported
fi
same "$(readelf -d "$so" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')" libedoc.so.0 "the SONAME"
same "$(nm -D --defined-only --with-symbol-versions "$so" | grep ' T edoc_' | grep -v '@@EDOC_0$')" "" \
	"each symbol has its version"

run make -s -C "$SRCDIR" BUILD="$BUILDDIR" SAN="$SAN" CC="${CC:-cc}" install DESTDIR="$W/root"
is_exit 0 "make install"
pc=$(find "$W/root" -name edoc.pc)
r=$W/root$(sed -n 's/^prefix=//p' "$pc")
for f in bin/edoc-sign bin/edoc-verify bin/edoc-route bin/edoc-archive "lib/libedoc.so.$VERSION" \
	lib/libedoc.so.0 lib/libedoc.so include/edoc.h lib/pkgconfig/edoc.pc \
	share/man/man1/edoc-sign.1 share/man/man3/libedoc.3 share/man/man5/edoc-report.5 \
	share/man/man7/edoc.7 share/edoc/profiles/policies/strict.yaml; do
	ok "$f is there" test -e "$r/$f"
done
same "$(cd "$SRCDIR/man" && echo *.[1-8])" "$(cd "$r/share/man" && find . -type f -name '*.[1-8]' | sed 's|.*/||' | LC_ALL=C sort | xargs)" "all pages are"
same "$(find "$W/root" -perm -0002 ! -type l)" "" "nothing is writable for all"
same "$(grep -rl "$W" "$r/lib/pkgconfig")" "" "DESTDIR stands in no file"

cat >version.c <<'END'
#include <edoc.h>
#include <stdio.h>
int main(void)
{
	return puts(edoc_version()) < 0;
}
END
export PKG_CONFIG_PATH="$r/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$W/root"
# shellcheck disable=SC2046,SC2086 # words
ok "a program builds with pkg-config" "${CC:-cc}" ${SAN:+-fsanitize=$SAN} -Wall -Werror -o version version.c \
	$(pkg-config --cflags --libs edoc)
LD_LIBRARY_PATH=$r/lib run ./version
is_exit 0 "and runs"
same "$(cat "$out")" "$VERSION" "with this release"
run "$r/bin/edoc-verify" --version
is_exit 0 "the installed tool runs"
same "$(cat "$out")" "edoc-verify $VERSION" "and is this release"
finish
