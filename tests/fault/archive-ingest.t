#!/bin/sh
# SPDX-License-Identifier: ISC
# kill -9 before each system call of an ingest that changes something, and an
# error of each.  What was told as kept is kept and valid; the next run
# finishes the rest; nothing stays in staging.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
. "$SRCDIR/tests/strace.sh"

P=$D/pki
for i in 1 2 3; do
	echo "document $i" >"d$i.txt"
	edoc-sign sign --key "$P/zarina.p12" --pass-file "$P/pass" -o "p$i.asice" "d$i.txt" >/dev/null || exit 1
done
export EDOC_ARCHIVE="$W/root"
edoc-archive init -C base && edoc-archive ingest -C base --trust "$P/root.pem" p1.asice >/dev/null || exit 1
set -- edoc-archive ingest --trust "$P/root.pem" p2.asice p3.asice

# strace counts "when=" for each call's name: the points of one clean run.
# What is opened before the lock is libraries, trust and configuration.
changing='^(openat|write|pwrite64|fsync|fdatasync|rename|renameat|renameat2|mkdir|unlink|unlinkat|rmdir|ftruncate|flock)$'
moments() { # TRACE MARK
	awk -v want="$changing" -v mark="$2" '{
		sub(/^[0-9]* */, "")
		call = $0
		sub(/\(.*/, "", call)
		n[call]++
		if (index($0, mark)) seen = 1
		if (call ~ want && (seen || call != "openat")) print call, n[call]
	}' "$1"
}
cp -a base root
strace -f -o trace "$@" >/dev/null 2>&1 || exit 1
moments trace root/lock >points
echo "# $(wc -l <points) points"

# The state after a death: told things kept, the rest finished by the next run.
lost=0 unfinished=0 unclean=0 kept=0 lies=0
check() { # WHAT
	told=$(sed -n 's/^kept  [0-9a-f]*  TOTAL-PASSED  //p' told)
	edoc-archive ingest --trust "$P/root.pem" --json p2.asice p3.asice >again 2>&1 || {
		unfinished=$((unfinished + 1))
		echo "# $1: the next run fails: $(head -n 1 again)"
		return
	}
	for name in $told; do
		kept=$((kept + 1))
		grep -q "\"path\":\"$name\".*\"outcome\":\"already-kept\"" again || {
			lost=$((lost + 1))
			echo "# $1: $name was told as kept and was not"
		}
	done
	if ! edoc-archive fsck >fsck.out 2>&1 || ! grep -q '3 objects' fsck.out ||
		[ -n "$(ls -A root/staging)" ]; then
		unclean=$((unclean + 1))
		echo "# $1: $(head -n 2 fsck.out | xargs) $(ls -A root/staging)"
	fi
}

kills=0
while read -r call k; do
	rm -rf root && cp -a base root
	strace -f -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$k" "$@" >told 2>/dev/null
	kills=$((kills + 1))
	check "killed at $call $k"
done <points
same "$lost" 0 "after $kills kills nothing that was told is lost"
same "$unfinished" 0 "each time the next run finishes"
same "$unclean" 0 "and leaves the archive whole and clean"

kept=0 errors=0
grep -E '^(write|pwrite64|fsync|fdatasync|renameat2|mkdir|ftruncate) ' points >errors
while read -r call k; do
	rm -rf root && cp -a base root
	strace -f -o /dev/null -e "trace=$call" -e "inject=$call:error=ENOSPC:when=$k" "$@" >told 2>/dev/null
	status=$?
	errors=$((errors + 1))
	[ "$status" != 0 ] || [ "$(grep -c '^kept ' told)" = 2 ] || {
		lies=$((lies + 1))
		echo "# success at $call $k: $(cat told)"
	}
	check "ENOSPC at $call $k"
done <errors
same "$lost" 0 "after $errors full disks nothing that was told is lost"
same "$unfinished" 0 "each time the next run finishes"
same "$unclean" 0 "and leaves the archive whole and clean"
same "$lies" 0 "success is never told of what is not kept"
ok "some packages were told as kept in spite of it" test "$kept" -gt 0

# init: dead at any moment, the next one makes the archive, or it is there.
cold=0 kills=0
rm -rf root
strace -f -o trace edoc-archive init >/dev/null 2>&1 || exit 1
moments trace root >points
while read -r call k; do
	rm -rf root
	strace -f -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$k" edoc-archive init >/dev/null 2>&1
	kills=$((kills + 1))
	edoc-archive init >init.out 2>&1
	status=$?
	if [ $status != 0 ] && [ $status != 73 ] ||
		! edoc-archive ingest --trust "$P/root.pem" p1.asice >again 2>&1 || ! edoc-archive fsck >fsck.out; then
		cold=$((cold + 1))
		echo "# init killed at $call $k: $(cat init.out)"
	fi
done <points
ok "there were moments to die in" test "$kills" -gt 20
same "$cold" 0 "an init that died $kills times is finished by the next"
finish
