# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# A CA with TSAs, an OCSP responder and CRLs on loopback (tests/servers/pki.py):
#
#   . "$SRCDIR/tests/lib.sh"; . "$SRCDIR/tests/pki.sh"
#
# starts it: $PKI is its folder ($PKI/zarina.pem signs, $PKI/root.pem is
# trusted), $URL its address ($URL/tsa).  It ends with the test.
#
#   pki_says WORD...   what goes wrong from now on (see pki.py); none: nothing
#   pki_hits PATTERN   how many requests matched so far
#   pki_later TIME [NAME=DAYS ...]   the same CA at another time, by faketime(1)
#
# PKI_DAYS="NAME=DAYS ..." before: how long certificates are valid.
#
# "$PKI/edoc.conf" lets the tools fetch from it and trust it.

PKI=$W/ca
mkdir "$PKI"
: >"$PKI/hits"
pki_ready() {
	pki_i=0
	while [ ! -s "$PKI/port" ] && [ $pki_i -lt 400 ]; do
		sleep 0.05
		pki_i=$((pki_i + 1))
	done
}
# shellcheck disable=SC2086 # words
python3 "$SRCDIR/tests/servers/pki.py" "$PKI" ${PKI_DAYS-} &
pki_pid=$! pki_wrapper=
trap 'kill $pki_pid 2>/dev/null; chmod -R u+rwx "$W" 2>/dev/null; rm -rf "$W"' EXIT
pki_ready
URL=http://127.0.0.1:$(cat "$PKI/port") || exit 1
export PKI URL
printf 'trust: root.pem\nintranet: [127.0.0.1]\n' >"$PKI/edoc.conf"

pki_says() {
	echo "$@" >"$PKI/control"
}
pki_hits() {
	grep -c -e "$1" "$PKI/hits"
}
pki_later() {
	pki_when=$1
	shift
	kill "$pki_pid"
	wait "${pki_wrapper:-$pki_pid}" 2>/dev/null
	mv "$PKI/port" "$PKI/port.before"
	faketime -f "$pki_when" python3 "$SRCDIR/tests/servers/pki.py" "$PKI" "$@" &
	pki_wrapper=$!
	pki_ready
	pki_pid=$(cat "$PKI/pid") # faketime(1) itself, killed, leaves its semaphore behind
}
