#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2086 # words are wanted
# Several packages signed in one run of two processes: kill -9 and errors (EIO,
# ENOSPC) at system calls of each of these, and of the one that leads them.
# Afterwards each package is the old one or the new one, whole; what was told
# signed is; the same line with --skip-signed signs the rest, and nothing twice.
# strace counts "when=" in each process by itself: a call kills whoever comes to
# it, and those who take their place.  Here some of the calls, "make fault"
# (EDOC_FAULT=all) each.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
. "$SRCDIR/tests/strace.sh"
changing='openat|write|pwrite64|copy_file_range|sync_file_range|fsync|rename|linkat|unlink|fchmod|ftruncate|flock|sendmsg|recvmsg'
always='rename|linkat' # the moments between old and new
step=6
[ "${EDOC_FAULT-}" != all ] || step=1

P=$D/pki
set -- edoc-sign sign -j 2 --key "$P/zarina.p12" --pass-file "$P/pass"
names="dir/0.asice dir/1.asice dir/2.asice dir/3.asice"
printf 'matn\n' >a.txt
edoc-sign new -q -o old.asice a.txt || exit 1
old=$(sha256sum <old.asice)

fresh() {
	rm -rf dir && mkdir dir
	for name in $names; do
		cp old.asice "$name"
	done
}
# Each package of dir: old, new (passes with one signature), or torn.
states() {
	edoc-verify --json --trust "$P/root.pem" $names 2>/dev/null |
		jq -r 'select(.exit == 0 and (.signatures | length) == 1) | .path' >passed
	for name in $names; do
		if grep -qx "$name" passed; then
			echo "$name new"
		elif [ "$(sha256sum 2>/dev/null <"$name")" = "$old" ]; then
			echo "$name old"
		else
			echo "$name torn"
		fi
	done
}
count() { # FILE WORD
	grep -c -e "$2" "$1"
}

# sabotage WHAT INJECTION LINE...
sabotage() {
	what=$1 inject=$2
	shift 2
	fresh
	tries=$((tries + 1))
	timeout 60 strace -f --seccomp-bpf -o /dev/null -e "trace=${inject%%:*}" -e "inject=$inject" \
		"$@" $names >told 2>"$err"
	status=$?
	[ "$status" != 124 ] || { hung=$((hung + 1)) && echo "# hung: $what"; }
	states >now
	[ "$(count now torn)" = 0 ] || { torn=$((torn + 1)) && echo "# after $what: $(grep torn now)"; }
	while read -r name; do
		grep -qx "$name new" now || { lies=$((lies + 1)) && echo "# told signed at $what: $name"; }
	done <told
	if [ "$status" = 0 ] && [ "$(count now new)" != 4 ]; then
		lies=$((lies + 1))
		echo "# success told at $what: $(tr '\n' ' ' <now)"
	fi
	some=$((some + ($(count now new) > 0 && $(count now new) < 4)))
	whole=$((whole + ($(count now new) == 4)))
	left=$(find dir -name '.edoc-*' | wc -l)
	[ "$left" = 0 ] || { trash=$((trash + 1)) && echo "# $left left behind after $what"; }
	if ! "$@" --skip-signed $names >out2 2>&1 || ! states >after || [ "$(count after new)" != 4 ]; then
		unfinished=$((unfinished + 1))
		echo "# after $what the same line: $(head -n 1 out2)"
	fi
}

fresh
strace -f -o trace "$@" $names >told 2>"$err"
same "$(wc -l <told)" 4 "undisturbed, four are signed"
states >now
same "$(count now new)" 4 "and are new"
points trace >all
grep -E "^($changing) " all >changes
[ "$step" != 1 ] || cp all changes
awk -v step="$step" -v always="^($always)\$" 'NR % step == 0 || $1 ~ always' changes >kills

tries=0 torn=0 lies=0 some=0 whole=0 trash=0 unfinished=0 hung=0
while read -r call k; do
	sabotage "kill at $call $k" "$call:signal=KILL:when=$k" "$@"
done <kills
kills=$tries
same "$torn" 0 "no package is torn by $kills kills"
same "$hung" 0 "each run ends"
same "$lies" 0 "what is told signed is"
ok "in $whole runs others took the place of the killed, and signed all" test "$whole" -gt 0
ok "a temporary stays only where a kill falls between link and rename" test "$trash" -le 4
same "$unfinished" 0 "the same line with --skip-signed signs the rest, none twice"

tries=0 torn=0 lies=0 some=0 whole=0 trash=0 unfinished=0 hung=0
grep -E "^($changing|read|pread64) " all | awk -v step="$step" 'NR % step == 4 % step' >errors
while read -r call k; do
	sabotage "EIO at $call $k" "$call:error=EIO:when=$k" "$@"
	case $call in
	*write* | copy_file_range | *sync* | ftruncate | openat | linkat | rename*)
		sabotage "ENOSPC at $call $k" "$call:error=ENOSPC:when=$k" "$@"
		;;
	esac
done <errors
same "$torn" 0 "nor by $tries errors"
same "$hung" 0 "each run ends"
same "$lies" 0 "what is told signed is"
ok "in $some runs one package failed and others were signed" test "$some" -gt 0
ok "a temporary stays only where the error falls on unlink itself" test "$trash" -le 1
same "$unfinished" 0 "the same line with --skip-signed signs the rest, none twice"
finish
