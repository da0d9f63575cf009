#!/bin/sh
# SPDX-License-Identifier: ISC
# A 2 GiB document (and one past 4 GiB where the disk allows: ZIP64) signs and
# verifies in memory that does not grow with it; at LTA 150 MiB show it as well,
# and "make big" (EDOC_BIG=2048, in MiB) has 2 GiB there too.
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

# ---- at LTA: an archive time-stamp of XAdES is over the document once more
rm -f big.asice big.bin
. "$SRCDIR/tests/pki.sh"
export EDOC_CONF="$PKI/edoc.conf"
size=${EDOC_BIG:-150}
truncate -s "${size}M" big.bin
head -c 1000000 /dev/urandom >>big.bin
lean() { # WHAT CMD...
	what=$1
	shift
	start=$(date +%s%N)
	run python3 peak.py "$@"
	is_exit 0 "$what"
	peak=$(tail -n 1 "$out")
	echo "# peak $peak MiB, $((($(date +%s%N) - start) / 1000000)) ms"
	ok "$what: in under 64 MiB" test "$peak" -lt 64
}
while read -r kind options; do
	data=''
	[ "$kind" = sign ] || data="--data big.bin"
	# shellcheck disable=SC2086 # words
	{
		lean "$kind${options:+ $options}, $size MiB at LTA" edoc-sign "$kind" -q --key "$PKI/zarina.pem" \
			--level LTA --tsa "$URL/tsa" $options -o big.out big.bin
		lean "renewed" edoc-sign extend -q --level LTA --tsa "$URL/tsa2" $data big.out
		lean "verified" edoc-verify -q --offline --require LTA $data big.out
	}
	rm -f big.out
done <<'END'
sign --format xades
sign --format cades
sign --format cades --asic-s
cms
END
finish
