#!/bin/sh
# SPDX-License-Identifier: ISC
# Who opens sockets, who opens files, and who does not; -j, --ordered, lists.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
P=$D/pki
printf 'first\n' >a.txt
for k in 1 2 3 4 5 6 7 8; do
	edoc-sign sign --key "$P/zarina.p12" --pass-file "$P/pass" -o "$k.asice" a.txt >/dev/null || exit 1
done
edoc-sign sign --key "$P/crl.p12" --pass-file "$P/pass" -o crl.asice a.txt >/dev/null || exit 1
t="--trust $P/root.pem"

# ---- the command line
# shellcheck disable=SC2086 # words
verify() { run edoc-verify $t "$@"; }
verify --online --offline 1.asice
is_exit 64 "--online and --offline contradict each other"
for j in 0 -1 x 257 ''; do
	verify -j "$j" 1.asice
	is_exit 64 "-j '$j'"
done
for j in 1 2 5; do
	verify --json --ordered -j $j ./*.asice
	is_exit 2 "-j $j"
	same "$(jq -r .path "$out" | xargs)" "$(echo ./*.asice)" "in order"
	verify --json -j $j ./*.asice
	same "$(jq -r .path "$out" | sort | xargs)" "$(echo ./*.asice)" "or as they come: all"
done
verify --progress always 1.asice
is_exit 0 "progress asked for, but done in less than a second"
same "$(cat "$err")" "" "shows nothing"

# ---- what feeds us by a pipe waits for its answers
mkfifo names answers
# shellcheck disable=SC2086
edoc-verify $t --files-from - <names >answers 2>"$err" &
tool=$!
{
	exec 3>names 4<answers
	for k in 1 2 3; do
		echo "$k.asice" >&3
		read -r line <&4 || line=none
		case $line in "PASSED"*"$k.asice"*) result 0 "item $k is answered before the next is given" ;;
		*) result 1 "item $k is answered before the next is given ($line)" ;;
		esac
	done
	exec 3>&- 4<&-
}
wait $tool
same $? 0 "and all passed"

# ---- stopping
mkfifo never
exec 5<>never
# shellcheck disable=SC2086
edoc-verify $t 1.asice --files-from never >stopped 2>"$err" &
tool=$!
i=0
while [ ! -s stopped ] && [ $i -lt 100 ]; do
	sleep 0.1
	i=$((i + 1))
done
kill -TERM $tool
wait $tool
same $? 143 "SIGTERM ends it, as a signal does"
has stopped "PASSED" "what was done is said"
has "$err" "stopped after 1 items" "and how much"
exec 5>&-

# ---- online: one fetch for all, then without the network
. "$SRCDIR/tests/pki.sh"
mkdir on
for k in 1 2 3; do
	edoc-sign sign --key "$PKI/zarina.pem" -o on/$k.asice a.txt >/dev/null 2>&1
done
sleep 1.1 # the answer is to be younger than the signatures
run edoc-verify --trust "$PKI/root.pem" --cache kept --online on
is_exit 2 "a responder on loopback is not asked"
same "$(pki_hits .)" 0 "not at all"
run edoc-verify --cache kept --online --config "$PKI/edoc.conf" -j2 on
is_exit 0 "asked, where edoc.conf says so"
same "$(pki_hits 'POST /ocsp')" 1 "once for three packages in two processes"
run edoc-sign extract --online --cache other --config "$PKI/edoc.conf" -C asked on/1.asice
is_exit 0 "extract asks when told to"
same "$(pki_hits 'POST /ocsp')" 2 "once more, into a cache of its own"
kill "$pki_pid"
run edoc-verify --trust "$PKI/root.pem" --cache kept on
is_exit 0 "offline the cache answers"
extract() { # FOLDER OPTION...
	folder=$1
	shift
	run edoc-sign extract --trust "$PKI/root.pem" -C "$folder" "$@" on/1.asice
}
extract by-option --cache kept
is_exit 0 "extract judges by the cache too"
ok "and writes the document" cmp by-option/a.txt a.txt
printf 'cache: %s/kept\n' "$PWD" >cache.conf
extract by-conf --config cache.conf
is_exit 0 "or by that of edoc.conf"
extract unknown --config cache.conf --cache nowhere
is_exit 2 "a cache that knows nothing does not help"
has "$err" "nothing was written" "so it says that nothing was written"
nok "and nothing was" test -e unknown/a.txt
extract by-conf --online --offline
is_exit 64 "--online and --offline contradict each other"
rm -r kept
run edoc-verify --trust "$PKI/root.pem" --cache kept on
is_exit 2 "without it nobody does"

# ---- offline opens no socket, a worker no file
if [ -n "$SAN" ] || ! strace -f -o /dev/null true 2>/dev/null; then
	skip "strace does not work here" 6
else
	# shellcheck disable=SC2086
	run strace -f -e trace=socket,connect,openat,open,execve,bind -o calls edoc-verify $t crl.asice
	is_exit 2 "a certificate that names a CRL, offline"
	same "$(grep -cE 'socket\(|connect\(|bind\(' calls)" 0 "opens no socket"
	same "$(grep -c libcurl calls)" 0 "loads no libcurl"
	# The worker is the second process; after its box it opens nothing.
	parent=$(head -n 1 calls | cut -d' ' -f1)
	grep -v "^$parent " calls | grep 'open' | grep -v -e EACCES -e /dev/null -e /usr/share/zoneinfo >opened
	same "$(cat opened)" "" "a worker opens no file"
	# shellcheck disable=SC2086
	run strace -f -e trace=seccomp,prctl,landlock_restrict_self -o calls edoc-verify $t 1.asice
	is_exit 0 "once more"
	if edoc-verify --version -v | grep -q '^box: seccomp, Landlock'; then
		ok "the worker is behind Landlock and a filter" sh -c \
			'grep -q "landlock_restrict_self.*= 0" calls && grep -q "PR_SET_SECCOMP.*= 0" calls'
	else
		skip "this kernel has not all fences"
	fi
fi
finish
