#!/bin/sh
# SPDX-License-Identifier: ISC
# fmt: the canonical form of routes, printed, asked for, or written.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1

cat >wild.yaml <<'END'
# A route as somebody typed it.
route: 'test.fmt'
format: edoc-route/1
version: 1
title: {en: "Test"}
calendar: tj
zone: UTC
roles: {head: {post: head, agency: adliya}} # who signs
steps:
  - {do: sign, by: head, id: sign}   # the only one
END
cat >tidy.yaml <<'END'
# A route as somebody typed it.
format: edoc-route/1
route: test.fmt
version: 1
title: {en: Test}
calendar: tj
zone: UTC

roles:  # who signs
  head: {agency: adliya, post: head}

steps:
  # the only one
  - id: sign
    do: sign
    by: head
END
cp wild.yaml kept.yaml

# ---- printed
run edoc-route fmt wild.yaml
is_exit 0 "a form is printed"
ok "as it should be" cmp "$out" tidy.yaml
ok "and the file stays" cmp wild.yaml kept.yaml
run edoc-route fmt tidy.yaml
ok "the form of the form is itself" cmp "$out" tidy.yaml
run edoc-route fmt tidy.yaml wild.yaml
cat tidy.yaml tidy.yaml >twice.yaml
ok "several, one after the other" cmp "$out" twice.yaml
run edoc-route fmt --json wild.yaml
json "$out" '.v == 1 and .cmd == "fmt" and .path == "wild.yaml" and .canonical == false and has("written") == false' \
	"as JSON"
same "$(jq -r .text "$out")" "$(cat tidy.yaml)" "with the text"
printf 'tidy.yaml\n' >list
run edoc-route fmt --files-from list
ok "of a list" cmp "$out" tidy.yaml

# ---- asked
run edoc-route fmt --check tidy.yaml
is_exit 0 "--check: it is written so"
same "$(cat "$out")" "" "nothing to say"
run edoc-route fmt --check wild.yaml tidy.yaml
is_exit 1 "--check: one is not"
same "$(cat "$out")" "wild.yaml" "its name"
ok "and stays" cmp wild.yaml kept.yaml
run edoc-route fmt --check --json wild.yaml tidy.yaml
is_exit 1 "--check --json"
same "$(jq -r '[.path, .canonical, .written] | map(tostring) | join(" ")' "$out")" "wild.yaml false false
tidy.yaml true false" "a line for each"

# ---- written
run edoc-route fmt -w -n wild.yaml
is_exit 0 "-w -n: what it would do"
same "$(cat "$out")" "wild.yaml" "the name"
ok "nothing was written" cmp wild.yaml kept.yaml
chmod 640 wild.yaml
touch -d 2001-02-03 tidy.yaml
run edoc-route fmt -w wild.yaml tidy.yaml
is_exit 0 "-w"
same "$(cat "$out")" "wild.yaml" "what was replaced"
ok "by the form" cmp wild.yaml tidy.yaml
same "$(stat -c %a wild.yaml)" 640 "with its mode"
same "$(date -r tidy.yaml +%F)" 2001-02-03 "what is in the form is not touched"
run edoc-route fmt --write --json wild.yaml
json "$out" '.canonical and .written == false' "a second time there is nothing to do"
cp kept.yaml wild.yaml
ln -s wild.yaml link.yaml
run edoc-route fmt -w link.yaml
is_exit 73 "a link is not replaced"
ok "nor what it leads to" cmp wild.yaml kept.yaml
mkdir ro && cp kept.yaml ro/r.yaml && chmod 555 ro
if [ "$(id -u)" = 0 ]; then
	skip "root writes anywhere" 2
else
	run edoc-route fmt -w ro/r.yaml
	is_exit 73 "a folder that nobody writes to"
	ok "the file is as it was" cmp ro/r.yaml kept.yaml
fi

# ---- refused
sed 's/do: sign/do: sing/' kept.yaml >bad.yaml
cp bad.yaml bad2.yaml
for how in "" --check -w; do
	# shellcheck disable=SC2086 # none or one
	run edoc-route fmt $how bad.yaml
	is_exit 65 "fmt $how: a route that cannot be read"
	has "$err" "bad.yaml:10:10" "where"
	same "$(cat "$out")" "" "nothing is printed"
	ok "nor written" cmp bad.yaml bad2.yaml
done
run edoc-route fmt --check bad.yaml wild.yaml absent.yaml
is_exit 1 "the heaviest of several"
has "$err" absent.yaml "what is not there"
run edoc-route fmt --check --write wild.yaml
is_exit 64 "--check and --write"
run edoc-route fmt -n wild.yaml
is_exit 64 "-n without --write"
run edoc-route fmt
is_exit 64 "no files"

# ---- all routes that ship: the form means the same to lint and to a desk
for r in "$SRCDIR"/profiles/routes/*.yaml "$D"/route/o*.yaml "$D"/route/answer.yaml; do
	name=${r##*/}
	edoc-route fmt "$r" >form.yaml
	same "$(edoc-route lint form.yaml | sed 's/^[^ ]* //')" "$(edoc-route lint "$r" | sed 's/^[^ ]* //')" \
		"$name: its form has the same findings"
	ok "$name: is its own form" edoc-route fmt --check form.yaml
done
finish
