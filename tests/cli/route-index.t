#!/bin/sh
# SPDX-License-Identifier: ISC
# With an index lists tell what they tell without: whatever was done since,
# whoever was killed, whatever became of the file.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"

I=$A/index
digest_of() {
	sha256sum <"$1" | cut -c1-64
}
ok "two desks" desks
new() { # TEXT: prints the case
	pack "$W/$1.asice" "$1"
	as dilnoza submit -C "$A" --route test.order "$W/$1.asice"
}
untold() { # WORDS: all lists, and nothing of an index in them
	same_lists "$A" "$1"
	ok "$1: the index was used" [ "$(cat "$W"/told.* | grep -c 'cases.sqlite')" = 0 ]
}

# ---- none, and the first ----
run edoc-route index --check -C "$A"
is_exit 66 "there is no index to check"
run edoc-route inbox -C "$A"
ok "nor does a list make one" [ ! -e "$I" ]
one=$(new one)
two=$(new two)
ok "nor an act" [ ! -e "$I" ]
run edoc-route index -C "$A"
is_exit 0 "it is made"
same "$(cat "$out")" "index: 2 cases" "of both cases"
untold "when it was made"
run edoc-route index --check -C "$A"
is_exit 0 "it is right"
same "$(cat "$out")" "index: 2 cases, 0 told otherwise" "and that is said"

# ---- the same bytes ----
run edoc-route index --rebuild --json -C "$A"
is_exit 0 "made anew"
same "$(jq -c '[.cmd, .done, .cases, .broken, .strays]' "$out")" '["index","made",2,0,0]' "told to programs"
first=$(digest_of "$I/cases.sqlite")
edoc-route index --rebuild -C "$A" >/dev/null
same "$(digest_of "$I/cases.sqlite")" "$first" "twice gives the same bytes"
cp -R "$A" "$W/elsewhere" && rm -r "$W/elsewhere/index"
edoc-route index -C "$W/elsewhere" >/dev/null
same "$(digest_of "$W/elsewhere/index/cases.sqlite")" "$first" "so does a copy of the desk"
rm -r "$W/elsewhere"

# ---- acts ----
three=$(new three)
ok "an act marks its case" [ -e "$I/touched/$three.1" ]
untold "after a submission"
ok "who asks next takes it in" [ ! -e "$I/touched/$three.1" ]
does zarina -C "$A" agreed "$one" >/dev/null && does madina -C "$A" signed "$one" >/dev/null
same "$(cd "$I/touched" && echo "$one".*)" "$one.2 $one.3" "acts are marked by number"
does zarina -C "$A" registered "$one" >/dev/null
untold "after some more"
edoc-route tick -C "$A" >/dev/null
untold "after one was sent"
run edoc-route index --check -C "$A"
is_exit 0 "what was brought up to date is right"
same "$(find "$I/touched" -type f | wc -l)" 0 "no mark is left"

# ---- who may only read ----
does zarina -C "$A" agreed "$three" >/dev/null
if [ "$(id -u)" != 0 ]; then
	chmod -R a-w "$I"
	untold "to who may only read"
	ok "the mark stays" [ -e "$I/touched/$three.2" ]
	chmod -R u+w "$I"
else
	skip "root may write everywhere"
fi

# ---- killed between the entry and the index; a mark of an act that never was ----
does madina -C "$A" signed "$three" >/dev/null
: >"$I/touched/$three.9"
untold "with a mark of an entry that never came"
ok "which stays" [ -e "$I/touched/$three.9" ]
rm "$I/touched/$three.9"
edoc-route index -C "$A" >/dev/null

# ---- other hands ----
mkdir -p "$A/case/zz/nonsense" "$A/case/00"
: >"$A/case/00/stray"
untold "with what is no case"
same "$(edoc-route inbox -C "$A" | grep -c 'no case')" 2 "which is told"
rm -r "$A/case/zz" "$A/case/00"
untold "when it is gone"
c=$A/case/$(echo "$two" | cut -c1-2)/$two
mv "$c" "$W/away"
untold "with a case taken away"
mkdir "$c"
untold "with its empty folder"
rmdir "$c"
mv "$W/away" "$c"
untold "with the case back"
cp "$c/log/000001" "$W/hole"
echo >>"$c/log/000001"
run edoc-route index --check -C "$A"
is_exit 1 "a case that other hands broke in its place"
has "$out" "$two: the index tells it otherwise" "is found by --check"
run edoc-route index --check --json -C "$A"
same "$(jq -c 'select(.case) | [.case, .same]' "$out")" "[\"$two\",false]" "told to programs"
edoc-route index --rebuild -C "$A" >"$out"
has "$out" "1 broken" "--rebuild takes it in"
untold "with a broken case"
mv "$W/hole" "$c/log/000001"
untold "once it is mended"
edoc-route index -C "$A" >/dev/null

# ---- a file that is no good ----
unused() { # WORDS
	run edoc-route inbox -C "$A"
	is_exit 0 "$1: the inbox"
	has "$out" "index/cases.sqlite: " "$1: it is said"
	grep -v cases.sqlite "$out" >"$W/some"
	edoc-route inbox --no-index -C "$A" >"$W/all"
	ok "$1: nothing is missing" cmp "$W/some" "$W/all"
	run edoc-route status -C "$A"
	has "$out" "cases.sqlite" "$1: status says it too"
	run edoc-route index -C "$A"
	is_exit 0 "$1: index"
	untold "$1, made anew"
}
cp "$I/cases.sqlite" "$W/good.sqlite"
run edoc-route tick -C "$A"
is_exit 0 "tick with a good one"
same "$(cat "$out")" "" "has nothing to say of it"
echo "no database" >"$I/cases.sqlite"
run edoc-route tick -n -C "$A"
same "$(cat "$I/cases.sqlite")" "no database" "a dry one leaves it"
run edoc-route tick -C "$A"
is_exit 0 "tick with a damaged one"
has "$out" "index: 3 cases" "makes it anew, and says so"
untold "after that tick"
good=$(digest_of "$W/good.sqlite")
echo "no database" >"$I/cases.sqlite"
unused "other bytes"
dd if=/dev/urandom of="$I/cases.sqlite" bs=4096 seek=1 count=40 conv=notrunc 2>/dev/null
unused "damaged pages"
python3 - "$I/cases.sqlite" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("PRAGMA user_version = 99")
END
unused "another schema"
python3 - "$I/cases.sqlite" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE desk SET release = '0.0.1'")
db.commit()
END
unused "another release"
python3 - "$I/cases.sqlite" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("DELETE FROM steps")
db.commit()
END
unused "steps that are gone"
rm "$I/cases.sqlite"
ln -s "$W/good.sqlite" "$I/cases.sqlite"
unused "a link to another file"
same "$(digest_of "$W/good.sqlite")" "$good" "which was not written"
rm "$I/cases.sqlite"
untold "without the file"
edoc-route index -C "$A" >/dev/null

# An edited row hides a case from lists, and no longer than until it is checked.
python3 - "$I/cases.sqlite" "$two" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("DELETE FROM cases WHERE id = ?", (sys.argv[2],))
db.commit()
END
run edoc-route index --check -C "$A"
is_exit 1 "a row that somebody took out"
has "$out" "$two" "is named"
run does zarina -C "$A" agreed "$two"
is_exit 0 "and the case is acted on all the same"
untold "after that act"

# ---- an act goes on without it ----
if [ "$(id -u)" != 0 ]; then
	chmod a-w "$I/touched"
	five=$(new five)
	ok "an act where no mark can be made" [ -n "$five" ]
	ok "takes away the index that would not know of it" [ ! -e "$I/cases.sqlite" ]
	chmod u+w "$I/touched"
	untold "after that"
	edoc-route index -C "$A" >/dev/null
else
	skip "root may write everywhere"
fi
run edoc-route index --rebuild --check -C "$A"
is_exit 64 "both at once"

# ---- another who writes it ----
# shellcheck disable=SC2016
flock "$I/lock" sh -c 'touch "$1/held"; while [ -e "$1/held" ]; do sleep 0.05; done' sh "$W" &
while [ ! -e "$W/held" ]; do sleep 0.05; done
run edoc-route index --rebuild -C "$A"
is_exit 75 "while another writes it"
six=$(new six)
untold "an act meanwhile"
ok "is not taken in" [ -e "$I/touched/$six.1" ]
rm "$W/held"
wait
untold "and later"
ok "is" [ ! -e "$I/touched/$six.1" ]
run edoc-route index --check -C "$A"
is_exit 0 "and in the end it is right"
finish
