#!/bin/sh
# SPDX-License-Identifier: ISC
# Three desks and a bad post: messages are lost, doubled, late, out of order
# and damaged, and one of the desks comes back from an old backup.  Every loss
# is noticed, and in the end all have one ledger.
# EDOC_LOSSY=N messages (make lossy: 10,000), EDOC_SEED=S.
# Syncing is what takes time; a file system in memory has none to wait for.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

C=$W/c
mkdir -p "$W/trust/sign" "$W/trust/directory" "$W/trust/route"
cp "$K/root.pem" "$K/ca.pem" "$W/trust/sign/"
issuer directory-issuer && issuer route-issuer
cp "$W/directory-issuer.crt" "$W/trust/directory/"
cp "$W/route-issuer.crt" "$W/trust/route/"
edoc-route init -C "$A" --agency adliya --trust "$W/trust" >/dev/null
edoc-route init -C "$B" --agency moliya --trust "$W/trust" >/dev/null
edoc-route init -C "$C" --agency soliq --trust "$W/trust" >/dev/null
directory 1 | sed "/^people:/i\\
  - {id: soliq, title: Tax Committee, desk-keys: [{sha256: $(digest "$C/conf/desk.crt")}]}" >"$W/directory.yaml"
cat >"$W/round.yaml" <<'END'
format: edoc-route/1
route: test.round
version: 1
title: {en: From desk to desk and home again}
basis: made for tests
issued-by: the tests
date: 2026-01-05
calendar: test
zone: Asia/Dushanbe

roles:
  author: {party: initiator, agency: adliya}
  clerk:  {agency: adliya, post: clerk}
  home:   {agency: adliya}
  second: {agency: moliya}
  third:  {agency: soliq}

steps:
  - {id: ask, do: send, by: author, to: second, within: 1wd, needs: receipt}
  - {id: arrive, do: receive, by: second, within: 3wd}
  - {id: pass, do: send, by: second, to: third, within: 1wd, needs: receipt}
  - {id: look, do: receive, by: third, within: 3wd}
  - {id: return, do: send, by: third, to: home, within: 1wd, needs: receipt}
  - {id: archive, do: archive, by: clerk, within: 10wd, end: answered}
END
sealed "$W/route-issuer.pem" "$W/round.yaml" "$W/round.asice"
sealed "$W/route-issuer.pem" "$D/route/calendar.yaml" "$W/calendar.asice"
sealed "$W/directory-issuer.pem" "$W/directory.yaml" "$W/directory.asice"
ok "three desks" edoc-route install -C "$A" "$W/round.asice" "$W/calendar.asice" "$W/directory.asice"
for desk in "$B" "$C"; do
	edoc-route install -C "$desk" "$W/directory.asice" >/dev/null
done

messages=${EDOC_LOSSY:-200}
run python3 -B "$SRCDIR/tests/lossy.py" "$W" "$K" "$messages" "${EDOC_SEED:-1}"
is_exit 0 "$messages messages through a bad post"
sed 's/^/# /' "$out" "$err"
has "$out" "every loss was noticed" "every loss was noticed"
has "$out" "one ledger of each case" "and all desks have one ledger of each case"

# The judge of this test sees what is wrong: a desk that forgot a receipt.
victim=$(find "$A/case" -path '*/log/000003' | head -n 1)
mv "$victim" "$W/victim"
rm -f "$(dirname "$victim")"/0000*[4-9]
run python3 -B "$SRCDIR/tests/lossy.py" "$W" "$K" 0 1
is_exit 1 "a desk that forgot is found"
finish
