#!/bin/sh
# SPDX-License-Identifier: ISC
# kill -9 before each system call of edoc-sign that touches files, and an error
# of each: afterwards the package is the old one or the new one, whole.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
. "$SRCDIR/tests/strace.sh"

P=$D/pki
printf 'first\n' >a.txt
set -- edoc-sign sign --key "$P/zarina.p12" --pass-file "$P/pass"
"$@" -o old.asice a.txt >/dev/null || exit 1
old=$(sha256sum old.asice | cut -d' ' -f1)

# The state of p.asice: old, new (verifies with two signatures), or torn.
state() {
	[ -e p.asice ] || {
		echo lost
		return
	}
	[ "$(sha256sum p.asice | cut -d' ' -f1)" != "$old" ] || {
		echo old
		return
	}
	edoc-verify --json --trust "$P/root.pem" p.asice >v.json 2>/dev/null &&
		[ "$(jq '.signatures | length' v.json)" = 2 ] && echo new || echo torn
}

# strace counts "when=" for each call's name: the points of one clean run.
cp old.asice p.asice
strace -f -o trace "$@" p.asice >/dev/null 2>&1 || exit 1
sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' trace |
	grep -E '^(openat|pwrite64|write|copy_file_range|fsync|rename|renameat|renameat2|link|linkat|unlink|unlinkat|fchmod|ftruncate|close|flock)$' |
	awk '{n[$1]++; print $1, n[$1]}' >points
echo "# $(wc -l <points) points"
kills=0 torn=0 new=0
while read -r call k; do
	rm -f ./*.asice.* .*.asice* 2>/dev/null
	cp old.asice p.asice
	strace -f -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$k" "$@" p.asice >/dev/null 2>&1
	s=$(state)
	kills=$((kills + 1))
	case $s in
	old) ;;
	new) new=$((new + 1)) ;;
	*)
		torn=$((torn + 1))
		echo "# $s after kill at $call $k"
		;;
	esac
done <points
same "$torn" 0 "no torn package after $kills kills"
ok "no temporary stays, but where the kill falls between link and rename" \
	test "$(find . -name '.edoc-*.tmp' | wc -l)" -le 1
ok "some kills came after the rename" test "$new" -gt 0

# The same points with an error: success is told only when the new one is there.
lies=0 torn=0 trash=0
grep -E '^(openat|pwrite64|write|copy_file_range|fsync|rename|renameat|renameat2|close|ftruncate) ' points >errors
while read -r call k; do
	rm -rf dir && mkdir dir && cp old.asice dir/p.asice
	strace -f -o /dev/null -e "trace=$call" -e "inject=$call:error=EIO:when=$k" "$@" dir/p.asice >/dev/null 2>&1
	status=$?
	s=$(cd dir && P=$P state)
	case $s in
	old) [ "$status" != 0 ] || { lies=$((lies + 1)) && echo "# told success at $call $k"; } ;;
	new) ;;
	*) torn=$((torn + 1)) && echo "# $s after EIO at $call $k" ;;
	esac
	rm -f dir/v.json
	[ "$(find dir -type f | wc -l)" = 1 ] || { trash=$((trash + 1)) && echo "# left behind at $call $k: $(ls -A dir)"; }
done <errors
same "$torn" 0 "no torn package after an error of any call"
same "$lies" 0 "success is never told of an old package"
ok "at most one temporary stays, where unlink itself could not know" test "$trash" -le 1
finish
