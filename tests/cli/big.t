#!/bin/sh
# SPDX-License-Identifier: ISC
# A 2 GiB document (and one past 4 GiB where the disk allows: ZIP64) signs and
# verifies in memory that does not grow with it.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
[ -z "$SAN" ] || {
	echo "1..0 # SKIP memory is not measured under sanitizers"
	exit 0
}
free=$(df -Pk "$W" | awk 'NR == 2 {print int($4 / 1048576)}')
[ "$free" -ge 6 ] || {
	echo "1..0 # SKIP only $free GiB free"
	exit 0
}
P=$D/pki
cat >peak.py <<'PY'
import os, sys
pid = os.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss // 1024)
sys.exit(os.waitstatus_to_exitcode(status))
PY
truncate -s 2G big.bin
run python3 peak.py edoc-sign sign -q --key "$P/zarina.p12" --pass-file "$P/pass" -o big.asice big.bin
is_exit 0 "2 GiB sign"
peak=$(cat "$out")
echo "# peak $peak MiB"
ok "in under 64 MiB" test "$peak" -lt 64
run python3 peak.py edoc-verify -q --trust "$P/root.pem" big.asice
is_exit 0 "and verify"
peak=$(cat "$out")
echo "# peak $peak MiB"
ok "in under 64 MiB" test "$peak" -lt 64
rm -f big.asice
if [ "$free" -ge 12 ]; then
	truncate -s 4300M big.bin
	run edoc-sign sign --key "$P/zarina.p12" --pass-file "$P/pass" -o big.asice big.bin
	is_exit 0 "past 4 GiB signs"
	run edoc-verify --trust "$P/root.pem" big.asice
	is_exit 0 "and verifies"
	ok "unzip reads it too" sh -c "unzip -p big.asice big.bin | cmp - big.bin"
else
	skip "only $free GiB free" 3
fi
finish
