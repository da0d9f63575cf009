#!/bin/sh
# SPDX-License-Identifier: ISC
# Trusted lists: whom they make believed, when, and by whose signature.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1

L=$D/lists
signers="--list-signers $D/pki/zarina.crt"
at=2026-11-25T10:00:00Z
item=$D/good/zarina.asice
export TZ=UTC
# shellcheck disable=SC2086 # words
verify() { run edoc-verify --at $at $signers "$@"; }

# ---- a package under an authority of the list
run edoc-verify --at $at "$item"
is_exit 2 "nobody is believed without a list"
verify --trusted-list "$L/uz.xml" "$item"
is_exit 0 "the list's authority is believed"
verify --json --trusted-list "$L/uz.xml" "$item"
json "$out" '[.signatures[].findings[].code] | index("chain.list-overdue")' "the list is past its day"
verify --json --trusted-list "$L/closed.xml" "$item"
json "$out" '[.signatures[].findings[].code] | index("chain.list-overdue") == null' "a closed one has none"
verify --json --trusted-list "$L/T10-withdrawn.xml" "$item"
is_exit 2 "T10: not one whose status was withdrawn"
has "$out" chain.not-granted "and says so"
run edoc-verify --at 2026-11-26T10:00:00Z --list-signers "$D/pki/zarina.crt" \
	--trusted-list "$L/T10-interrupted.xml" "$item"
is_exit 0 "granted again the next day"
verify --trusted-list "$L/T10-interrupted.xml" "$item"
is_exit 2 "T10: withdrawn the day before"
for i in later same order twice; do
	verify --json --trusted-list "$L/T10-history-$i.xml" "$item"
	is_exit 2 "T10: no history grants again: $i"
	has "$out" chain.service-unusable "and why: $i"
	has "$out" "5.5.10" "by the clause: $i"
done
verify --json --trusted-list "$L/begins-later.xml" "$item"
is_exit 2 "granted only from the next day"
has "$out" chain.granted-later "and says so"

# ---- extensions
for i in known false zero; do
	verify --trusted-list "$L/critical-$i.xml" "$item"
	is_exit 0 "extensions that do not stand in the way: $i"
done
for i in true one absent second empty text twice uri more other namespace provider history; do
	verify --json --trusted-list "$L/critical-$i.xml" "$item"
	is_exit 2 "a critical extension is not passed over: $i"
	has "$out" chain.service-unusable "and is told: $i"
done
verify --trusted-list "$L/critical-true.xml" "$item"
has "$out" Unheard "which extension"
has "$out" "Service" "of which service"
run edoc-verify --at 2026-11-26T10:00:00Z --list-signers "$D/pki/zarina.crt" \
	--trusted-list "$L/critical-history.xml" "$item"
is_exit 0 "what is critical in the past ends with it"
verify --trusted-list "$L/bad/critical-scheme.xml" "$item"
is_exit 65 "one of the scheme ends the list"
has "$err" Unheard "and is named"
verify --trust-list --trusted-list "$L/critical-true.xml"
is_exit 1 "a list that makes nobody believed"
same "$(grep -c 'not believed as Service: .*Unheard' "$out")" 2 "shows which and why, of both keys"
verify --trusted-list "$L/T10-withdrawn.xml" --trusted-list "$L/uz.xml" "$item"
is_exit 0 "one of two lists is enough"

# ---- whose list it is
run edoc-verify --at $at --trusted-list "$L/uz.xml" "$item"
is_exit 64 "a list cannot say who may sign it"
run edoc-verify --at $at --trusted-list "$L/uz.xml" --list-signers "$D/pki/ca.pem" "$item"
is_exit 77 "the issuer of its signer's certificate is not its signer"
verify --trusted-list "$L/bad/stranger.xml" "$item"
is_exit 77 "a list by a stranger"
has "$err" "desk justice" "who is named"
for i in unsigned T10-changed value wrapped properties-only twice; do
	verify --trusted-list "$L/bad/$i.xml" "$item"
	is_exit 65 "a list that is $i"
done
verify --trusted-list "$L/none.xml" "$item"
is_exit 66 "no list"
run edoc-verify --list-signers "$D/pki/zarina.crt" "$item"
is_exit 64 "signers without a list"

# ---- compiled
verify --compile-list --trusted-list "$L/uz.xml"
is_exit 0 "compiled"
cp "$out" uz.edoc-tsl
has uz.edoc-tsl "edoc-tsl/2" "to text"
run edoc-verify --at $at --trusted-list uz.edoc-tsl "$item"
is_exit 0 "which is believed as it lies there"
verify --compile-list --trusted-list uz.edoc-tsl
same "$(cat "$out")" "$(cat uz.edoc-tsl)" "compiled again it is the same"
run edoc-verify --at $at --list-signers "$D/pki/ca.pem" --trusted-list uz.edoc-tsl "$item"
is_exit 77 "its signer is held against those that are named"
sed 's/^end.*/end 1/' uz.edoc-tsl >cut.edoc-tsl
run edoc-verify --at $at --trusted-list cut.edoc-tsl "$item"
is_exit 65 "a compiled list that somebody edited"
sed "s/\$/$(printf '\r')/" uz.edoc-tsl >crlf.edoc-tsl
run edoc-verify --at $at --trusted-list crlf.edoc-tsl "$item"
is_exit 65 "a compiled list with the line ends of another system"
has "$err" "crlf.edoc-tsl:1" "where it is"
has "$err" "CR LF" "is told as such"
has "$err" "compile" "with what to do"
(printf '\357\273\277' && cat uz.edoc-tsl) >bom.edoc-tsl
run edoc-verify --at $at --trusted-list bom.edoc-tsl "$item"
is_exit 65 "a compiled list with a byte order mark"
has "$err" "byte order mark" "is told as such"
verify --compile-list
is_exit 64 "nothing to compile"
verify --compile-list --trusted-list "$L/uz.xml" "$item"
is_exit 64 "compiling judges nothing"

# ---- shown
verify --trust-list --trusted-list "$L/uz.xml"
is_exit 0 "shown"
has "$out" "trusted list UZ 7 of The Agency of tests" "the list"
has "$out" "which is past" "whose next issue is overdue"
has "$out" "1 cannot be read" "and what cannot be read of it"
has "$out" "granted since 2012-01-01" "a service in force"
hasnt "$out" "2018-01-01" "T10: not one that was withdrawn"
run edoc-verify --trust-list --at 2021-01-01T00:00:00Z --list-signers "$D/pki/zarina.crt" \
	--trusted-list "$L/uz.xml"
has "$out" "granted since 2018-01-01 00:00:00 +0000 until 2022-01-01" "which was in force then"
hasnt "$out" "which is past" "as the list was"
run edoc-verify --trust-list --at 2000-01-01T00:00:00Z --trusted-list uz.edoc-tsl
is_exit 1 "before all of it nobody was believed"

# ---- edoc.conf
cp "$L/uz.xml" "$D/pki/zarina.crt" .
printf 'trust:\n  list: uz.xml\n  list-signers: zarina.crt\n' >edoc.conf
run edoc-verify --config edoc.conf --at $at "$item"
is_exit 0 "edoc.conf names the list and its signers"
printf 'trust:\n  list: uz.xml\n' >edoc.conf
run edoc-verify --config edoc.conf --at $at "$item"
is_exit 64 "and must name them"
finish
