#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2086 # words are wanted
# How often the bytes of a long document are gone through: copied once and read
# once, whatever is added to its package; read once when it is verified.  Counted
# in system calls, so that it holds on a busy machine too.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
if [ -n "$SAN" ] || ! strace -o /dev/null true 2>/dev/null; then
	echo "1..0 # SKIP strace may not trace here, or a sanitizer that does not bear it"
	exit 0
fi
. "$SRCDIR/tests/pki.sh"
export EDOC_CONF="$PKI/edoc.conf"
long=4194304
head -c $long /dev/urandom >a.bin
head -c $long /dev/urandom >b.bin
zarina="--key $PKI/zarina.pem" rsa="--key $PKI/rsa.pem" tsa="--tsa $URL/tsa"

# passes N WHAT LINE...: it works, and all that it reads and copies is N times a.bin
passes() {
	wanted=$1 what=$2
	shift 2
	run strace -f --seccomp-bpf -o trace -e trace=read,pread64,copy_file_range "$@"
	is_exit 0 "$what"
	same "$(awk -v long=$long 'match($0, / = [0-9]+$/) { sum += substr($0, RSTART + 3) }
		END { printf "%.0f", sum / long }' trace)" "$wanted" "$what: passes"
}
level() {
	run edoc-verify --offline --json p
	is_exit 0 "$1: passes"
	json "$out" "[.signatures[].level[-3:]] | all(. == \"$2\")" "$1: at $2"
}

for form in xades cades; do
	for asic in --asic-e --asic-s; do
		kind="$form $asic"
		[ $asic = --asic-s ] && only=--asic-s || only=
		rm -f b
		edoc-sign sign -q $rsa --format $form $only -o b a.bin || exit 1
		cp b p
		passes 2 "$kind: another signature" edoc-sign sign $zarina p
		cp b p
		passes 2 "$kind: B to T" edoc-sign extend $tsa --level T p
		passes 1 "$kind: T is there: nothing is copied" edoc-sign extend $tsa --level T p
		cp b p
		passes 2 "$kind: B to LT" edoc-sign extend $tsa --level LT p
		passes 2 "$kind: LT to LTA" edoc-sign extend $tsa --level LTA p
		level "$kind" LTA
		passes 1 "$kind: LTA verified" edoc-verify --offline p
		passes 2 "$kind: LTA renewed" edoc-sign extend $tsa --level LTA p
		passes 2 "$kind: another at LTA" edoc-sign sign $zarina $tsa --level LTA p
		level "$kind renewed" LTA
		passes 1 "$kind: two at LTA verified" edoc-verify --offline p
	done
	rm -f b
	edoc-sign new -q -o b a.bin || exit 1
	passes 2 "$form: signed unless it is" \
		edoc-sign sign --skip-signed $zarina --format $form b
	passes 1 "$form: it is" edoc-sign sign --skip-signed $zarina b
	passes 2 "$form: countersigned" edoc-sign countersign $rsa b
done

# Of several, all but the first are read again for archive time-stamps: once.
rm p
edoc-sign sign -q $rsa -o p a.bin b.bin && edoc-sign sign -q $zarina p || exit 1
passes 5 "two documents, two signatures: to LTA" edoc-sign extend $tsa --level LTA p
passes 3 "and verified" edoc-verify --offline p
passes 5 "and renewed" edoc-sign extend $tsa --level LTA p
level "two documents" LTA

# What was not gone through again is looked at all the same: a sound ZIP, and one
# byte of a document another.
another() { # ENTRY
	python3 - "$1" <<'EOF'
import sys, zipfile
with zipfile.ZipFile("p") as p, zipfile.ZipFile("q", "w") as q:
    for entry in p.infolist():
        data = bytearray(p.read(entry))
        if entry.filename == sys.argv[1]:
            data[len(data) // 2] ^= 1
        q.writestr(entry, bytes(data))
EOF
}
for entry in a.bin b.bin; do
	another $entry
	run edoc-verify --offline --json q
	is_exit 1 "a byte of $entry is another"
	json "$out" "[.signatures[].subindication] | all(. == \"HASH_FAILURE\")" "$entry: no signature holds"
	run edoc-sign extend $tsa --level LTA q
	is_exit 65 "$entry: and it is not renewed"
	has "$err" "$entry" "$entry is named"
done
another mimetype.not
run edoc-verify --offline q
is_exit 0 "written anew with all bytes the same it holds"
finish
