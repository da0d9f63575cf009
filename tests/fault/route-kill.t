#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2046,SC2317
# Death and errors of the disk at every call by which a verb changes something:
# what was acknowledged is there, and the same line again finishes the rest,
# once.  Between two such calls a desk is as it was before the second, so this
# is death at every system call.
# EDOC_FAULT=all (make fault) takes each of them, otherwise some of each verb.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/strace.sh"
. "$SRCDIR/tests/desks.sh"
umask 077

# ---- desks with something to do for each verb ----

cat >"$W/kill.yaml" <<'END'
format: edoc-route/1
route: test.kill
version: 1
title: {en: Something for every verb}
basis: made for tests
issued-by: the tests
date: 2026-01-05
calendar: test
zone: Asia/Dushanbe
roles:
  author:   {party: initiator, agency: adliya}
  head:     {agency: adliya, post: head}
  clerk:    {agency: adliya, post: clerk}
  executor: {agency: adliya, set-by: resolve}
  there:    {agency: moliya}
withdraw: {by: author, reason: [mistake]}
steps:
  - {id: resolve, do: resolve, by: head, within: 5wd}
  - id: work
    do: execute
    by: executor
    within: 10d
    extend: {by: head, more: 5wd, reason: required}
    stop-on: [court]
    delegate: {depth: 2, keep: responsible}
    reassign: {by: head}
  - {id: reply, do: sign, by: head, document: reply}
  - {id: sign, do: sign, by: head}
  - {id: register, do: register, by: clerk, book: {name: kills, number: "{seq}/{year}"}}
  - {id: hand-over, do: send, by: clerk, to: there, needs: receipt}
  - {id: arrive, do: receive, by: there}
  - {id: archive, do: archive, by: there, end: executed}
END
cat >"$W/silent.yaml" <<'END'
format: edoc-route/1
route: test.silent
version: 1
title: {en: No word is a word}
basis: made for tests
issued-by: the tests
date: 2026-01-05
calendar: test
zone: Asia/Dushanbe
roles:
  author: {party: initiator, agency: adliya}
  head:   {agency: adliya, post: head}
  there:  {agency: moliya}
steps:
  - {id: agree, do: agree, by: head, within: 1wd, silent: agree}
  - {id: ask, do: send, by: author, to: there, needs: receipt}
  - {id: arrive, do: receive, by: there}
  - {id: archive, do: archive, by: there, end: executed}
END
export EDOC_CONF="$W/edoc.conf"
mkdir "$W/wire"
printf 'transport: [cp, -t, %s]\nnotice: en\n' "$W/wire" >"$EDOC_CONF"
printf 'transport: [/bin/false]\nnotice: en\n' >"$W/fails.conf"
library=
for l in /usr/lib/*/faketime/libfaketime.so.1; do
	[ ! -e "$l" ] || library=$l
done
long_ago() { # what a month has passed since, where clocks can be moved
	(
		export LD_PRELOAD="$library" FAKETIME=-30d
		"$@"
	)
}
setup() {
	desks && sealed "$W/route-issuer.pem" "$W/kill.yaml" "$W/kill.asice" &&
		sealed "$W/route-issuer.pem" "$W/silent.yaml" "$W/silent.asice" &&
		cp -a "$A" "$W/at-install" &&
		edoc-route install -C "$A" "$W/kill.asice" "$W/silent.asice"
}
ok "two desks" long_ago setup
echo reply >"$W/reply.txt"
edoc-sign sign --key "$K/madina.p12" --pass-file "$K/pass" -o "$W/reply.asice" "$W/reply.txt" >/dev/null
pack "$W/p.asice"
long_ago pack "$W/q.asice" silence
snap() { # NAME: as it is before the verb
	cp -a "$A" "$W/at-$1"
}
snap submit
id=$(as dilnoza submit -C "$A" --route test.kill "$W/p.asice")
snap resolve
does madina resolved -C "$A" --to zarina "$id" >/dev/null
snap work
as zarina stop -C "$A" --reason court "$id" >/dev/null
snap resume
as zarina resume -C "$A" "$id" >/dev/null
does zarina executed -C "$A" "$id" >/dev/null
snap reply
does madina signed -C "$A" --step reply --attach "$W/reply.asice" "$id" >/dev/null
snap sign
does madina signed -C "$A" --step sign "$id" >/dev/null
snap register
does zarina registered -C "$A" "$id" >/dev/null
snap send
EDOC_CONF=$W/fails.conf edoc-route send -C "$A" >/dev/null 2>&1
snap again
cp -a "$B" "$W/at-receive"
carry "$A" moliya "$W/at-receive"
cp -a "$W/at-receive" "$W/b2"
EDOC_CONF=$W/fails.conf edoc-route receive -C "$W/b2" >/dev/null 2>&1
snap receipt
carry "$W/b2" adliya "$W/at-receipt"
edoc-route receive -C "$A" "$W/b2/out/adliya/new/"*.asice >/dev/null
same "$(edoc-route log --json -C "$A" "$id" | jq -r .event | tr '\n' ' ')" \
	"case.submitted step.done clock.stopped clock.resumed step.done step.done step.done step.done case.sent case.received " \
	"a case that saw all of it"
cp -a "$W/at-submit" "$W/at-silence"
silent=$(long_ago edoc-route submit --key "$K/dilnoza.p12" --pass-file "$K/pass" -C "$W/at-silence" \
	--route test.silent "$W/q.asice" 2>"$W/silent.err")
edoc-route backup -C "$A" "$W/kept" >/dev/null
edoc-route restore -C "$W/at-confirm" "$W/kept" >/dev/null
cp -a "$W/kept" "$W/at-restore"

# ---- the sweep ----

T=$W/t
changes="mkdir mkdirat link linkat symlink unlink unlinkat rename renameat renameat2 rmdir fsync fdatasync write \
pwrite64 writev ftruncate fallocate copy_file_range chmod fchmod fchmodat openat"
traced=$(echo "$changes" | tr ' ' ,)
reset() { # DESK
	rm -rf "$T" "$T".* "$W/wire"
	mkdir "$W/wire"
	[ "$1" = none ] || cp -a "$1" "$T"
}
# What is there, but for what nobody names: objects and receipts of entries that never were,
# how often mail was given to a transport, and files in the making.
tree() {
	(cd "$W" && find t t.* wire -type f ! -path 't/tmp/*' ! -path '*/obj/*' ! -path '*/sig/*' ! -path '*/rcpt/*' \
		! -path '*/try/*' ! -name '.edoc-*.tmp' 2>/dev/null |
		sed 's/[0-9a-f]\{8,\}/H/g' | sort)
}
# "call n" of each call that changes something, from where the desk is touched.
points_of() { # TRACE
	awk -v desk="$T" '{
		if ($0 !~ /^[a-z0-9_]+\(/) next
		call = $0
		sub(/\(.*/, "", call)
		k = ++count[call]
		if (index($0, desk)) seen = 1
		if (seen && (call != "openat" || /O_CREAT|O_TMPFILE/)) print call, k
	}' "$1"
}
said() {
	printf '%s: %s\n' "$1" "$2"
	sed 's/^/  /' "$W/first" "$W/again"
}
# The same line again; and then all is as if nothing had happened.
finished() { # WHAT STATUS CMD...
	what=$1 good=$2
	shift 2
	"$@" >"$W/again" 2>&1
	s=$?
	[ "$s" = "$good" ] || [ "$s" = "$also" ] || {
		said "$what" "the same line again: exit $s"
		return 1
	}
	tree >"$W/tree"
	cmp -s "$W/whole" "$W/tree" || {
		said "$what" "it ends otherwise: $(diff "$W/whole" "$W/tree" | grep '^[<>]' | tr '\n' ' ')"
		return 1
	}
	[ -e "$T/conf/desk.yaml" ] || return 0
	edoc-route status -C "$T" >"$W/again" 2>&1
	s=$?
	if [ "$s" -gt 1 ] || grep -q broken "$W/again"; then
		said "$what" "status: $s"
		return 1
	fi
	for c in "$T"/case/*/*; do
		[ ! -e "$c/log/000001" ] || edoc-route verify -C "$T" "${c##*/}" >"$W/again" 2>&1
		s=$?
		[ "$s" = 0 ] || [ "$s" = 2 ] || {
			said "$what" "verify: $s"
			return 1
		}
	done
}
# Before the line is given again: what it told is there, but for mail and
# notices, which are on their way when it is told.
acknowledged() { # WHAT
	[ "$s" = "$good" ] || { [ -s "$W/told" ] && [ "$(wc -l <"$W/first")" -ge "$(wc -l <"$W/told")" ]; } ||
		return 0
	unsaid=$mail
	[ "$s" = "$good" ] || unsaid="$mail\\|/head/" # nothing tells of a checkpoint but the exit
	tree | grep -v "$unsaid" >"$W/tree"
	grep -v "$unsaid" "$W/whole" >"$W/should"
	cmp -s "$W/should" "$W/tree" || {
		said "$1" "acknowledged, and not there: $(diff "$W/should" "$W/tree" | grep '^[<>]' | tr '\n' ' ')"
		return 1
	}
}
mail='/note/\|/notice/\|/out/\|^wire/'
some=3
[ "${EDOC_FAULT-}" != all ] || some=100000
turn=0
# The line is given with the desk FROM at $T, and ends with STATUS, or ALSO
# when it was done already.
sweep() { # VERB FROM STATUS ALSO CMD...
	verb=$1 from=$2 good=$3 also=$4
	shift 4
	reset "$from"
	strace -qq -o "$W/trace" -e trace="$traced" "$@" >"$W/first" 2>"$W/err"
	s=$?
	tree >"$W/whole"
	cp "$W/first" "$W/told"
	[ "$s" = "$good" ] || {
		result 1 "$verb by itself: exit $s"
		sed 's/^/# /' "$W/first" "$W/err"
		return
	}
	points_of "$W/trace" >"$W/points"
	total=$(wc -l <"$W/points") at=0 tried=0 wrong=0
	turn=$((turn + 1)) every=$((total / some + 1))
	while read -r call k; do
		at=$((at + 1))
		[ $(((at + turn) % every)) = 0 ] || continue
		tried=$((tried + 1))
		reset "$from"
		strace -qq -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$k" "$@" >"$W/first" 2>/dev/null
		s=$?
		acknowledged "killed at $call $k" >>"$W/wrong" &&
			finished "killed at $call $k" "$good" "$@" >>"$W/wrong" || wrong=$((wrong + 1))
		for error in ENOSPC EIO; do
			# A full disk can be synced, and names be taken away.
			case $error-$call in
			ENOSPC-fsync | ENOSPC-fdatasync | ENOSPC-unlink* | ENOSPC-*chmod*) continue ;;
			EIO-*) [ "${EDOC_FAULT-}" = all ] || [ "$call" = fsync ] || continue ;;
			esac
			tried=$((tried + 1))
			reset "$from"
			strace -qq -o /dev/null -e trace="$call" -e inject="$call:error=$error:when=$k" "$@" \
				>"$W/first" 2>"$W/err"
			s=$?
			case $s in
			"$good" | 70 | 73 | 74 | 75) ;;
			*)
				said "$error at $call $k" "exit $s: $(cat "$W/err")" >>"$W/wrong"
				wrong=$((wrong + 1))
				continue
				;;
			esac
			acknowledged "$error at $call $k" >>"$W/wrong" &&
				finished "$error at $call $k" "$good" "$@" >>"$W/wrong" || wrong=$((wrong + 1))
		done
	done <"$W/points"
	echo "# $verb: $tried of $total calls"
	result "$((wrong != 0 || tried < 2))" "$verb: the same line again finishes it once"
	[ ! -s "$W/wrong" ] || sed 's/^/# /' "$W/wrong" | head -n 40
	: >"$W/wrong"
}
: >"$W/wrong"
key() { # WHO
	echo "--key $K/$1.p12 --pass-file $K/pass -C $T"
}

# The sweep sees a line that is not repeatable.
(sweep control "$W/at-submit" 0 0 mktemp -p "$T/reg") >"$W/control"
: >"$W/wrong"
has "$W/control" "not ok" "a line that makes another file each time is found"
has "$W/control" "it ends otherwise" "by what it left"

sweep init none 0 73 edoc-route init -C "$T" --agency adliya --trust "$W/trust"
sweep install "$W/at-install" 0 0 edoc-route install -C "$T" "$W/kill.asice" "$W/silent.asice"
sweep submit "$W/at-submit" 0 0 edoc-route submit $(key dilnoza) --route test.kill "$W/p.asice"
sweep resolve "$W/at-resolve" 0 0 edoc-route "do" $(key madina) --to zarina resolved "$id"
sweep execute "$W/at-work" 0 0 edoc-route "do" $(key zarina) --text report executed "$id"
sweep extend "$W/at-work" 0 0 edoc-route extend $(key madina) --reason study "$id"
sweep stop "$W/at-work" 0 0 edoc-route stop $(key zarina) --reason court "$id"
sweep resume "$W/at-resume" 0 0 edoc-route resume $(key zarina) "$id"
sweep delegate "$W/at-work" 0 0 edoc-route delegate $(key zarina) --to dilnoza "$id"
sweep reassign "$W/at-work" 0 0 edoc-route reassign $(key madina) --to dilnoza --reason ill "$id"
sweep withdraw "$W/at-work" 0 0 edoc-route withdraw $(key dilnoza) --reason mistake "$id"
sweep attach "$W/at-reply" 0 0 edoc-route "do" $(key madina) --step reply --attach "$W/reply.asice" signed "$id"
sweep sign "$W/at-sign" 0 0 edoc-route "do" $(key madina) --step sign signed "$id"
sweep register "$W/at-register" 0 0 edoc-route "do" $(key zarina) registered "$id"
sweep send "$W/at-send" 0 0 edoc-route send -C "$T" "$id"
sweep "send --again" "$W/at-again" 0 0 edoc-route send -C "$T" --again "$id"
sweep receive "$W/at-receive" 0 0 edoc-route receive -C "$T"
sweep "receive (receipt)" "$W/at-receipt" 0 0 edoc-route receive -C "$T"
sweep tick "$W/at-again" 0 0 edoc-route tick -C "$T"
if [ -n "$library" ] && [ -n "$silent" ]; then
	sweep "tick (silence)" "$W/at-silence" 0 0 edoc-route tick -C "$T"
else
	skip "no faketime here"
fi
sweep "tick (no transport)" "$W/at-send" 75 0 env EDOC_CONF="$W/fails.conf" edoc-route tick -C "$T"
sweep backup "$W/at-again" 0 73 edoc-route backup -C "$T" "$T.copy"
sweep restore "$W/at-restore" 0 73 edoc-route restore -C "$T.back" "$T"
sweep confirm "$W/at-confirm" 0 0 edoc-route confirm -C "$T" --all
sweep rotate "$W/at-again" 0 0 edoc-route directory rotate -C "$T" -o "$T.asice"
finish
