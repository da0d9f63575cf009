#!/bin/sh
# SPDX-License-Identifier: ISC
# The pages say what the tools take, and the tools take what the pages say.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
M=$SRCDIR/man

options() { # of a help text, long names
	sed -n 's/^  \(-., \|    \)--\([a-z0-9-]*\).*/\2/p' "$1" | LC_ALL=C sort -u
}
listed() { # in a page: .It Fl a , -bcd Ar X , Fl -efg
	sed -n '/^\.It Fl /p' "$1" | tr ' ' '\n' | sed -n 's/^-\([a-z][a-z0-9-]*\)$/\1/p' | LC_ALL=C sort -u
}
section() { # PAGE VERB: its .Ss and the OPTIONS of all
	sed -n -e "/^\\.Ss $2\$/,/^\\.S[hs] /p" "$1"
	sed -n -e '/^\.Sh OPTIONS/,/^\.Sh /{p}' "$1"
}

run edoc-verify --help
is_exit 0 "edoc-verify --help"
options "$out" >have
ok "edoc-verify has options" test -s have
listed "$M/edoc-verify.1" >said
ok "edoc-verify(1) lists just these" diff have said

for tool in edoc-sign edoc-route edoc-archive; do
	page=$M/$tool.1
	run "$tool" --help
	is_exit 0 "$tool --help"
	verbs=$(sed -n 's/^  \([a-z]*\( [a-z][a-z]*\)\{0,1\}\)  .*/\1/p' "$out" | tr ' ' _) # "calendar due"
	same "$(sed -n 's/^\.Ss //p' "$page" | tr ' ' _ | LC_ALL=C sort | xargs)" \
		"$(echo "$verbs" | LC_ALL=C sort | xargs)" "$tool(1) has these verbs"
	: >all
	for name in $verbs; do
		verb=$(echo "$name" | tr _ ' ')
		# shellcheck disable=SC2086 # one word or two
		run "$tool" $verb --help
		is_exit 0 "$tool $verb --help"
		options "$out" >have
		cat have >>all
		section "$page" "$verb" >part
		listed part >said
		same "$(LC_ALL=C comm -23 have said | xargs)" "" "its options stand in $tool(1)"
		sed '/^\.Sh OPTIONS/,$d' part >own
		listed own >said
		same "$(LC_ALL=C comm -13 have said | xargs)" "" "and its section has no others"
	done
	# Verbs in parentheses under OPTIONS: these take it, but for what has its own.
	sed -n '/^\.Sh OPTIONS/,/^\.Sh [^O]/p' "$page" | awk '
		/^\.It Fl / { opt = ""; for (i = NF; i > 1; i--) if ($i ~ /^-[a-z]/) opt = substr($i, 2) }
		/^\.Pq Cm / { sub(/^\.Pq Cm +/, ""); gsub(/[,.;]/, ""); named[opt] = named[opt] " " $0 }
		END { for (opt in named) print opt named[opt] }' | LC_ALL=C sort >takers
	ok "$tool(1) names verbs" test -s takers
	while read -r opt named; do
		takes='' says=''
		for name in $verbs; do
			verb=$(echo "$name" | tr _ ' ')
			sed -n "/^\\.Ss $verb\$/,/^\\.S[hs] /p" "$page" >own
			listed own | grep -qxe "$opt" && continue
			# shellcheck disable=SC2086
			"$tool" $verb --help </dev/null | grep -qe "^ .*--$opt\( \|\$\)" && takes="$takes $name"
			case " $named " in *" $name "*) says="$says $name" ;; esac
		done
		same "$says" "$takes" "$tool(1): --$opt is of these verbs"
	done <takers
	LC_ALL=C sort -u all >have
	listed "$page" >said
	ok "$tool(1) lists no option that nobody takes" diff have said
done

for page in "$M"/*.[1-8]; do
	name=$(basename "$page")
	ok "$name has no fault" mandoc -Tlint -W warning "$page"
	ok "$name has a date" grep -q '^\.Dd [A-Z][a-z]* [0-9]*, 20[0-9][0-9]$' "$page"
	missing=$(sed -n 's/^\.Xr \(edoc[a-z.-]*\|libedoc\) \([1-8]\).*/\1.\2/p' "$page" | sort -u |
		while read -r x; do [ -e "$M/$x" ] || echo "$x"; done)
	same "$missing" "" "and names no page that is not there"
done
ok "the findings of edoc-report(5) are those of the rules" sh "$M/mk-findings.sh" --check
finish
