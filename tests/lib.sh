# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# TAP for CLI tests.  A test starts with:  . "$SRCDIR/tests/lib.sh"
# and works in $W, a folder of its own that is removed at the end.
#
#   run CMD ...          runs; leaves $status, $W/out, $W/err (paths $out $err)
#   is_exit N "what"     the status is N
#   has FILE WORD "what" / hasnt   FILE contains the fixed string
#   json FILE FILTER "what"  the file has a value and jq's filter is true
#   same A B "what"      two strings are equal
#   ok "what" CMD ...    CMD succeeds;   nok "what" CMD ... fails
#   skip "why" [N]       counts N skipped tests
#   finish               prints the plan; last line of every test

: "${SRCDIR:?run me through make check}" "${BUILDDIR:?}"
W=$(mktemp -d "${TMPDIR:-/tmp}/edoc.XXXXXX") || exit 1
trap 'chmod -R u+rwx "$W" 2>/dev/null; rm -rf "$W"' EXIT
trap 'exit 129' HUP INT TERM
export HOME="$W/home"
mkdir -p "$HOME"
export D="$SRCDIR/testdata"
if [ -z "${EDOC_FAKETIME-}" ] && EDOC_FAKETIME=$(command -v faketime); then
	export EDOC_FAKETIME PATH="$SRCDIR/tests/bin:$PATH" # which cleans up before it
fi
out=$W/out err=$W/err n=0 bad=0 status=0

result() { # GOOD WHAT
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		bad=$((bad + 1))
		echo "not ok $n - $2"
	fi
	[ "$1" = 0 ]
}
run() {
	"$@" >"$out" 2>"$err" </dev/null
	status=$?
}
is_exit() {
	[ "$status" = "$1" ]
	result $? "$2" || {
		echo "# exit $status, expected $1"
		sed 's/^/# out: /' "$out" | cut -c1-300 | head -n 10
		sed 's/^/# err: /' "$err" | cut -c1-300 | head -n 10
	}
}
has() {
	grep -qF -e "$2" "$1"
	result $? "$3" || {
		echo "# $1 lacks: $2"
		sed 's/^/# /' "$1" | head -n 10
	}
}
hasnt() {
	! grep -qF -e "$2" "$1"
	result $? "$3"
}
json() { # jq -e alone is content with no input at all
	[ -s "$1" ] && jq -e "$2" "$1" >/dev/null
	result $? "$3" || sed 's/^/# /' "$1" | cut -c1-300 | head -n 5
}
same() {
	[ "$1" = "$2" ]
	result $? "$3" || printf '#      got: %s\n# expected: %s\n' "$1" "$2"
}
ok() {
	what=$1
	shift
	"$@" >"$W/ok.out" 2>&1 </dev/null
	result $? "$what" || sed 's/^/# /' "$W/ok.out" | head -n 10
}
nok() {
	what=$1
	shift
	! "$@" >/dev/null 2>&1 </dev/null
	result $? "$what"
}
skip() {
	k=${2:-1}
	while [ "$k" -gt 0 ]; do
		n=$((n + 1)) k=$((k - 1))
		echo "ok $n # SKIP $1"
	done
}
finish() {
	echo "1..$n"
	[ "$bad" = 0 ]
	exit $?
}
