#!/bin/sh
# SPDX-License-Identifier: ISC
# A desk gets another key: a record that both sign, the directory, the turn.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

ok "two desks" desks
cd "$W" || exit 1
mkdir d other
old=$(digest "$A/conf/desk.crt")
was=$(sha256sum <directory.yaml | cut -c1-64)

# ---- the record
run edoc-route directory rotate -C "$A"
is_exit 64 "rotate without a word"
run edoc-route directory rotate -C "$A" -o r.asice --finish
is_exit 64 "or with both"
run edoc-route directory rotate -C "$A" --finish
is_exit 66 "an end without a beginning"
run edoc-route directory rotate -C "$A" -n -o r.asice
is_exit 0 "a dry run"
nok "writes nothing" test -e r.asice -o -e "$A/conf/desk-next.key"
run edoc-route directory rotate -C "$A" -o r.asice
is_exit 0 "a record"
new=$(sed -n 's/.*{sha256: \([0-9a-f]*\),.*/\1/p' "$out")
rot=$(sha256sum <r.asice | cut -c1-64)
has "$out" "rotation: \"sha256:$rot\"" "and the row for the directory"
same "$(stat -c %a "$A/conf/desk-next.key")" 600 "the key is its owner's alone"
run edoc-route directory rotate -C "$A" -o r.asice
is_exit 73 "it is not written twice"
cp r.asice first.asice
run edoc-route directory rotate -C "$A" -f --json -o r.asice
json "$out" ".ok and .old == \"$old\" and .new == \"$new\" and .agency == \"adliya\"" "but with -f, of the same key"
rot=$(sha256sum <r.asice | cut -c1-64)
run edoc-route directory rotate -C "$A" -f -o "$A/conf/desk.key"
is_exit 64 "-f is no leave to write over a key"
run edoc-route directory rotate -C "$A" --new-key "$A/conf/desk.key" -o x.asice
is_exit 65 "the same key is no other"
openssl x509 -in "$A/conf/desk-next.key" >next.crt
run edoc-verify --trust "$A/conf/desk.crt" --trust next.crt r.asice
is_exit 0 "a record verifies"
has "$out" "2 signature(s)" "others can check it: the old key and the new one signed"
run edoc-route directory rotate -C "$A" --finish
is_exit 77 "nobody lists it yet"
has "$err" "does not list the key" "it says so"
same "$(sed -n 's/^key: //p' "$A/conf/desk.yaml")" '"desk.key"' "and the desk keeps its key"

# ---- the directory that lists it
row() { # ROW-OF-NEW-KEY [END-OF-OLD]: version 2, in $W/d/directory.yaml
	sed -e 's/^version: 1/version: 2/' -e "s/^agencies:/previous: sha256:$was\\nagencies:/" \
		-e "s/{sha256: $old}/{sha256: $old${2-}}, {$1}/" directory.yaml >d/directory.yaml
}
issue() { # DOCUMENT...: with the directory, in 2.asice
	rm -f 2.asice
	edoc-sign sign --key directory-issuer.pem -o 2.asice d/directory.yaml "$@" >/dev/null
}
refused() { # EXIT WORD WHAT
	before=$(ls "$A/conf/directory")
	run edoc-route install -C "$A" 2.asice
	is_exit "$1" "$3"
	has "$err" "$2" "it says why"
	same "$(ls "$A/conf/directory")" "$before" "nothing is installed"
}
listed="sha256: $new, rotation: \"sha256:$rot\""
row "sha256: $new"
issue r.asice
refused 77 "the desk key $(echo "$new" | cut -c1-16)... of adliya (line 5) may not follow: it needs a \"rotation\"" "a key that nobody vouches for"
row "$listed"
issue
refused 77 "its record is no document of this package" "a record that stays at home"
issue first.asice
refused 77 "its record is no document of this package" "another one"
row "sha256: $(digest zarina.crt | tr a-f b-fa), rotation: \"sha256:$rot\""
issue r.asice
refused 77 "its record is of another key" "a key that the record does not name"
row "$listed" ", until: $(date -u -d '-2 days' +%F)"
issue r.asice
refused 77 "the old key of its record was not in force on that day" "an old key that had ended"
run edoc-route directory rotate -C "$B" -o b.asice
is_exit 0 "a record of another agency"
bnew=$(sed -n 's/.*{sha256: \([0-9a-f]*\),.*/\1/p' "$out")
row "sha256: $bnew, rotation: \"sha256:$(sha256sum <b.asice | cut -c1-64)\""
issue b.asice
refused 77 "its record is of another agency" "is not taken"

# Records that somebody made by hand.
unzip -qo r.asice rotation.json -d other
record() { # KEY...: signed by these, and listed
	rm -f hand.asice
	edoc-sign new -o hand.asice other/rotation.json >/dev/null
	for key in "$@"; do edoc-sign sign --key "$key" hand.asice >/dev/null 2>&1; done
	row "sha256: $new, rotation: \"sha256:$(sha256sum <hand.asice | cut -c1-64)\""
	issue hand.asice
}
record "$A/conf/desk.key"
refused 77 "the new key did not sign it" "the old key alone"
record "$A/conf/desk-next.key"
refused 77 "the old key did not sign it" "the new key alone"
record directory-issuer.pem
refused 77 "neither of the two keys signed it" "somebody else"
record "$A/conf/desk.key" "$A/conf/desk-next.key"
run edoc-route install -C "$A" -n 2.asice
is_exit 0 "both, by hand"
record "$A/conf/desk.key" "$A/conf/desk-next.key" directory-issuer.pem
refused 77 "may not follow: INDETERMINATE" "both, and somebody whom nobody knows"
python3 "$SRCDIR/tests/rezip.py" r.asice hand.asice flip:rotation.json
row "sha256: $new, rotation: \"sha256:$(sha256sum <hand.asice | cut -c1-64)\""
issue hand.asice
refused 65 "rotation.json" "a record that was changed"
sed 's,"edoc-rotation/1","edoc-rotation/2",' other/rotation.json >j && mv j other/rotation.json
record "$A/conf/desk.key" "$A/conf/desk-next.key"
refused 65 "edoc-rotation/2" "a newer one"
sed 's,"edoc-rotation/2","edoc-rotation/1",; s/"adliya"/"moliya"/' other/rotation.json >j && mv j other/rotation.json
record "$A/conf/desk.key" "$A/conf/desk-next.key"
refused 77 "of another agency" "one that names another agency"
sed 's/}$/,"x":"y"}/' other/rotation.json >j && mv j other/rotation.json
record "$A/conf/desk.key" "$A/conf/desk-next.key"
refused 65 "rotation.json" "one with another key in it"

# A key that is lost cannot sign: its end, and a reason.
row "sha256: $new, from: 2026-01-01, basis: act 3 of loss"
issue
refused 77 "when the keys before it have ended" "a lost key that goes on"
row "sha256: $new, basis: act 3 of loss" ", until: 2026-01-01"
issue
refused 77 "has a day \"from\" which on" "without a day"
row "sha256: $new, from: 2026-01-02, basis: act 3 of loss" ", until: 2026-01-02"
issue
refused 77 "when the keys before it have ended" "on the same day"
row "sha256: $new, from: 2026-01-03, basis: act 3 of loss" ", until: 2026-01-02"
issue
run edoc-route install -C "$A" -n 2.asice
is_exit 0 "and on the day after"

# ---- the turn
row "$listed"
issue r.asice
run edoc-route install -C "$A" 2.asice
is_exit 0 "a directory with the key and its record"
run edoc-route install -C "$A" 2.asice
is_exit 0 "again"
run edoc-route directory rotate -C "$A" -n --finish
is_exit 0 "a dry turn"
same "$(sed -n 's/^key: //p' "$A/conf/desk.yaml")" '"desk.key"' "changes nothing"
cp "$A/conf/desk.yaml" desk.yaml
run edoc-route directory rotate -C "$A" --finish
is_exit 0 "the desk turns to it"
has "$out" "the desk's key: $new" "and says so"
key=desk-$(echo "$new" | cut -c1-8).key
same "$(sed -n 's/^key: //p' "$A/conf/desk.yaml")" "\"$key\"" "by its name"
same "$(grep -v '^key:' "$A/conf/desk.yaml")" "$(grep -v '^key:' desk.yaml)" "the other lines are as they were"
same "$(digest "$A/conf/desk.crt")" "$new" "desk.crt is the new one"
ok "the old key is kept" test -s "$A/conf/desk.key"
nok "there is room for a next one" test -e "$A/conf/desk-next.key"
run edoc-route directory rotate -C "$A" --json --finish
json "$out" ".already and .new == \"$new\"" "again: already"

# What the new key signs is believed here and there.
edoc-route install -C "$B" 2.asice >/dev/null
pack p.asice
id=$(as dilnoza submit -C "$A" --route test.order p.asice)
does zarina agreed -C "$A" "$id" >/dev/null
does madina signed -C "$A" "$id" >/dev/null
does zarina registered -C "$A" "$id" >/dev/null
run edoc-route send -C "$A"
is_exit 0 "the desk sends with it"
carry "$A" moliya "$B"
run edoc-route receive -C "$B"
is_exit 0 "which the other desk takes in"
run edoc-route log -C "$B" --json "$id"
ok "signed by the new key" grep -q "\"cert\":\"$new\"" "$out"

# ---- a key that is named
now=$(sha256sum <d/directory.yaml | cut -c1-64)
issuer another
was_b=$(digest "$B/conf/desk.crt")
run edoc-route directory rotate -C "$B" --new-key another.pem -o b2.asice
is_exit 0 "a record of a key that is there"
sed -e 's/^version: 2/version: 3/' -e "s/^previous: .*/previous: sha256:$now/" \
	-e "s/{sha256: $was_b}/{sha256: $was_b}, {sha256: $(digest another.crt), rotation: \"sha256:$(sha256sum <b2.asice | cut -c1-64)\"}/" \
	d/directory.yaml >other/directory.yaml
edoc-sign sign --key directory-issuer.pem -o 3.asice other/directory.yaml b2.asice >/dev/null
run edoc-route install -C "$B" 3.asice
is_exit 0 "is listed"
run edoc-route directory rotate -C "$B" --new-key another.pem --finish
is_exit 0 "and taken"
same "$(sed -n 's/^key: //p' "$B/conf/desk.yaml")" "\"$(realpath another.pem)\"" "where it is"
run edoc-route directory rotate -C "$B" --new-key another.pem --finish
has "$out" "already" "once"
finish
