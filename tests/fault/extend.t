#!/bin/sh
# SPDX-License-Identifier: ISC
# kill -9 and errors (EIO, ENOSPC) at the system calls of signing at a level,
# raising, countersigning, by a TSA and an OCSP responder: afterwards the file
# is the old one or the new one, whole, and the same line run again succeeds.
# Here at some of the calls of each line; "make fault" (EDOC_FAULT=all) has each
# call from where the file is opened first, but those about memory alone.
# shellcheck disable=SC2086 # words are wanted
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
. "$SRCDIR/tests/strace.sh"
. "$SRCDIR/tests/pki.sh"
changing='openat|write|pwrite64|copy_file_range|sync_file_range|fsync|rename|renameat2|linkat|unlink|fchmod|ftruncate|flock|socket|connect|sendto|recvfrom'
always='rename|renameat2|linkat' # the moments between old and new
step=30
[ "${EDOC_FAULT-}" != all ] || step=1
lines=0

conf="--config $PKI/edoc.conf --tsa $URL/tsa"
key="--key $PKI/zarina.pem"
printf 'first\n' >a.txt
printf 'second\n' >b.txt
make() {
	edoc-sign "$@" >/dev/null || exit 1
}
make sign $key -o b-xades a.txt b.txt
make sign $key --format cades -o b-cades a.txt b.txt
make sign $conf $key --level LT -o e-xades a.txt b.txt
make sign $conf $key --level LT --asic-s --format cades -o s-cades a.txt
make cms $key -o bare a.txt

# dir/p: old, new (passes offline, and is what $filter says), torn or lost.
state() {
	if [ ! -e dir/p ]; then
		[ "$old" = none ] && echo old || echo lost
	elif [ "$old" != none ] && cmp -s dir/p "$old"; then
		echo old
	elif edoc-verify --offline --json --trust "$PKI/root.pem" --data a.txt dir/p >v.json 2>/dev/null &&
		jq -e "$filter" v.json >/dev/null; then
		echo new
	else
		echo torn
	fi
}
fresh() {
	rm -rf dir && mkdir dir
	[ "$old" = none ] || cp "$old" dir/p
}

# Which of them are tried: each, or one in $step, elsewhere for each line.
some() { # SHIFT
	awk -v step="$step" -v from=$((lines + $1)) -v always="^($always)\$" \
		'(NR + from) % step == 0 || $1 ~ always'
}

# sabotage WHAT INJECTION LINE...
sabotage() {
	what=$1 inject=$2
	shift 2
	fresh
	tries=$((tries + 1))
	strace -f --seccomp-bpf -o /dev/null -e "trace=${inject%%:*}" -e "inject=$inject" "$@" >/dev/null 2>&1
	status=$?
	was=$(state)
	case $was in
	old) [ "$status" != 0 ] || { lies=$((lies + 1)) && echo "# success told of the old one: $what"; } ;;
	new) new=$((new + 1)) ;;
	*) torn=$((torn + 1)) && echo "# $was after $what" ;;
	esac
	[ "$(find dir -type f ! -name p | wc -l)" = 0 ] || {
		trash=$((trash + 1))
		echo "# left behind after $what: $(ls -A dir)"
	}
	[ "$was" = old ] || return 0
	[ "$step" = 1 ] || [ $((tries % 4)) = 0 ] || return 0
	repeated=$((repeated + 1))
	if ! "$@" >out2 2>&1 || [ "$(state)" != new ]; then
		unfinished=$((unfinished + 1))
		echo "# after $what the same line: $(head -n 1 out2)"
	fi
}

# sweep NAME OLD FILTER LINE...: LINE makes dir/p of the file OLD, or of none.
sweep() {
	name=$1 old=$2 filter=$3
	shift 3
	lines=$((lines + 1))
	fresh
	strace -f -o trace "$@" >/dev/null 2>"$err"
	same "$(state)" new "$name: it works undisturbed" || {
		sed 's/^/# /' "$err"
		return
	}
	points trace >all
	grep -E "^($changing) " all >changes
	[ "$step" != 1 ] || cp all changes
	some 0 <changes >kills
	tries=0 torn=0 lies=0 new=0 trash=0 unfinished=0 repeated=0
	while read -r call k; do
		sabotage "kill at $call $k" "$call:signal=KILL:when=$k" "$@"
	done <kills
	kills=$tries
	same "$torn" 0 "$name: never torn by $kills kills"
	ok "$name: a temporary stays only where a kill falls between link and rename" test "$trash" -le 1
	tries=0 torn=0 trash=0
	grep -E "^($changing|read|pread64) " all | some 3 >errors
	while read -r call k; do
		sabotage "EIO at $call $k" "$call:error=EIO:when=$k" "$@"
		case $call in
		*write* | copy_file_range | *sync* | ftruncate | openat | linkat | rename*)
			sabotage "ENOSPC at $call $k" "$call:error=ENOSPC:when=$k" "$@"
			;;
		esac
	done <errors
	same "$torn" 0 "$name: nor by $tries errors"
	same "$lies" 0 "$name: success is never told of the old one"
	ok "$name: and where an error falls on unlink itself" test "$trash" -le 1
	same "$unfinished" 0 "$name: the same line again succeeds, $repeated times"
}

sweep "a second signature at LTA, XAdES" e-xades '(.signatures | length) == 2' \
	edoc-sign sign $conf $key --level LTA dir/p
sweep "B to LT, XAdES" b-xades '.signatures[0].level == "XAdES-BASELINE-LT"' \
	edoc-sign extend $conf --level LT dir/p
sweep "B to LTA, CAdES and its manifests" b-cades '.signatures[0].level == "CAdES-BASELINE-LTA"' \
	edoc-sign extend $conf --level LTA dir/p
sweep "ASiC-S/CAdES from LT to LTA" s-cades '.signatures[0].level == "CAdES-BASELINE-LTA"' \
	edoc-sign extend $conf --level LTA dir/p
sweep "a new package at LTA" none '.signatures[0].level == "CAdES-BASELINE-LTA"' \
	edoc-sign sign $conf $key --level LTA --format cades -o dir/p a.txt b.txt
sweep "bare CAdES made at LTA" none '.signatures[0].level == "CAdES-BASELINE-LTA"' \
	edoc-sign cms $conf $key --level LTA -o dir/p a.txt
sweep "bare CAdES from B to LTA" bare '.signatures[0].level == "CAdES-BASELINE-LTA"' \
	edoc-sign extend $conf --level LTA --data a.txt dir/p
sweep "a counter-signature" e-xades '[.signatures[] | select(.countersigns)] | length == 1' \
	edoc-sign countersign --key "$PKI/mute.pem" dir/p
finish
