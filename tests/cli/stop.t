#!/bin/sh
# SPDX-License-Identifier: ISC
# A batch that a signal ends: what was printed is whole, a page says that it is
# not all, and the exit is the signal's.
. "$SRCDIR/tests/lib.sh"
good=$D/good
cd "$W" || exit 1

# Names for ever, as many as are taken.
names() {
	yes "$good/zarina.asice"
}
# sh has what it puts into the background ignore SIGINT, nohup SIGHUP.
start() { # OUT OPTION...
	to=$1
	shift
	[ -p "$to" ] || rm -f "$to"
	names | perl -e '$SIG{$_} = "DEFAULT" for qw(INT HUP TERM); exec @ARGV' edoc-verify --trust "$D/pki/root.pem" \
		-j2 --files-from - "$@" >"$to" 2>"$err" &
	tool=$!
}
until_there() { # FILE: it has something
	i=0
	while [ ! -s "$1" ] && [ $i -lt 300 ]; do
		sleep 0.1
		i=$((i + 1))
	done
}
said() { # how many items were done, says stderr
	sed -n 's/.*stopped after \([0-9]*\) items.*/\1/p' "$err"
}
stop() { # SIGNAL STATUS WHAT
	kill "-$1" $tool
	wait $tool
	same $? "$2" "$3: ends by SIG$1"
}

start page --report html
until_there page
sleep 0.5
stop INT 130 html
same "$(tail -n 1 page)" '</html>' "html: to its end"
same "$(grep -c '<article>' page)" "$(grep -c '</article>' page)" "html: its articles are whole"
same "$(grep -c '<h1>' page)" "$(said)" "html: as many items as are said"
has page "stopped after $(said) items; the others are not on this page" "html: says that it is cut"
xmllint --html --noout page 2>html.err
same "$(grep -cE 'Unexpected end tag|mismatch' html.err)" 0 "html: its elements are closed"

start page --report copy --ordered
until_there page
stop TERM 143 copy
same "$(tail -n 1 page)" '</html>' "copy: to its end"
has page "the others are not on this page" "copy: says that it is cut"

start lines --json
until_there lines
stop HUP 129 json
ok "json: each line is a report" jq -es 'all(.indication == "TOTAL-PASSED")' lines
same "$(grep -c . lines)" "$(said)" "json: as many as are said"

start lines --ordered
until_there lines
stop INT 130 text
same "$(grep -c '^PASSED  *.*zarina.asice' lines)" "$(said)" "text: as many lines as are said"
same "$(grep -cv '^PASSED' lines)" 0 "text: and nothing else"

run edoc-verify --trust "$D/pki/root.pem" --report html "$good/zarina.asice"
is_exit 0 "a page that is not cut"
hasnt "$out" "not on this page" "does not say so"
run edoc-verify --report html -j none "$good/zarina.asice"
is_exit 64 "a page that cannot begin"
same "$(cat "$out")" "" "is none"

# A reader that comes late: the pipe is full when the signal comes.
mkfifo slow
start slow --report html
exec 5<slow
sleep 1.5
kill -TERM $tool
sleep 0.3
cat <&5 >page
exec 5<&-
wait $tool
same $? 143 "a slow reader: ends by SIGTERM"
same "$(tail -n 1 page)" '</html>' "a slow reader: gets the page to its end"
same "$(grep -c '<h1>' page)" "$(said)" "a slow reader: gets every item"

# One that does not read at all is not waited for, when told twice.
start slow --report html
exec 5<slow
sleep 1.5
kill -TERM $tool
sleep 0.3
ok "no reader: it waits" kill -0 $tool
kill -TERM $tool
wait $tool
same $? 143 "no reader: a second signal ends it"
exec 5<&-
finish
