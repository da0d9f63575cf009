#!/bin/sh
# SPDX-License-Identifier: ISC
# Many packages in one run: each has its line, one that fails stops no other, a
# run that was cut is made good by the same line again.
. "$SRCDIR/tests/lib.sh"
P=$D/pki
cd "$W" || exit 1
key="--key $P/zarina.p12 --pass-file $P/pass"
# shellcheck disable=SC2086 # words
zarina() { run edoc-sign sign $key "$@"; }
anvar() { run edoc-sign sign --key "$P/anvar.p12" --pass-file "$P/pass" "$@"; }
count() { unzip -Z1 "$1" | grep -c '^META-INF/signatures'; }
make_some() { # DIR N
	mkdir -p "$1"
	printf 'matn\n' >text.txt
	edoc-sign new -q -o "$1/0.asice" text.txt
	k=1
	while [ $k -lt "$2" ]; do
		cp "$1/0.asice" "$1/$k.asice"
		k=$((k + 1))
	done
}
once() { # DIR: each package holds one signature
	for f in "$1"/*.asice; do
		[ "$(count "$f")" = 1 ] || echo "$f $(count "$f")"
	done
}
left() { # temporaries that nobody removed
	find "$1" -name '.edoc-*' | wc -l
}

# ---- a folder of them, and what is none
make_some a 12
echo nonsense >a/3.asice
rm a/5.asice
zarina -j 3 --ordered a/0.asice a/1.asice a/2.asice a/3.asice a/4.asice a/5.asice a/6.asice
is_exit 65 "one is no package, one is not there: 65 comes before 66"
same "$(tr '\n' ' ' <"$out")" "a/0.asice a/1.asice a/2.asice a/4.asice a/6.asice " \
	"the others are signed, told in order"
same "$(grep -c 'a/[35].asice' "$err")" 2 "the two are told"
zarina -j 2 --json a/7.asice a/3.asice a/8.asice
is_exit 65 "as JSON"
ok "a line an item" jq -es 'length == 3 and all(.v == 1) and ([.[].path] | sort) ==
	["a/3.asice", "a/7.asice", "a/8.asice"] and ([.[] | select(.error)] | length) == 1' "$out"
printf '%s\0' a/9.asice a/10.asice | edoc-sign sign --key "$P/zarina.p12" --pass-file "$P/pass" -0 - \
	>"$out" 2>"$err"
status=$?
is_exit 0 "names from a list"
same "$(sort "$out" | tr '\n' ' ')" "a/10.asice a/9.asice " "both"
rm a/3.asice
run edoc-verify --trust "$P/root.pem" --trust "$P/ca.pem" -q a/0.asice a/6.asice a/7.asice a/9.asice
is_exit 0 "what was signed in another process passes"
zarina -j 1 a/11.asice
is_exit 0 "in this process alone"
zarina -j 2 -v a/0.asice a/1.asice
same "$(grep -c 'signing as' "$err")" 2 "-v tells of each"
ok "and what is told of one stands together" perl -0ne \
	'exit !(/signing as[^\n]*\n[^\n]* (a\/[01])\.asice\n[^\n]* text\.txt\n[^\n]*signing as/)' "$err"

# ---- one file, several names
make_some b 4
ln -s 0.asice b/link.asice
zarina -j 4 b/0.asice b/1.asice b/../b/0.asice b/link.asice b/0.asice
is_exit 0 "one file by four names"
same "$(count b/0.asice)" 1 "is signed once"
same "$(grep -c 'named twice' "$err")" 3 "and that is told"
ok "the symbolic link stays one" test -L b/link.asice
ln b/2.asice b/hard.asice
zarina -j 4 b/2.asice b/hard.asice b/3.asice
is_exit 73 "a hard link is told"
same "$(count b/2.asice) $(count b/hard.asice) $(count b/3.asice)" "1 0 1" \
	"signed by its first name, left under the other"
has "$err" "b/hard.asice: a hard link" "by its name"
make_some l 3
ln -s 1.asice l/link.asice
for jobs in 1 2; do
	zarina -j $jobs l/link.asice l/$jobs.asice l/$jobs.asice
	is_exit 73 "a symbolic link that comes first is refused, -j $jobs"
	has "$err" "l/link.asice: not a regular file" "and why"
	same "$(count l/$jobs.asice)" 1 "the package that comes after it is signed, once"
	ln -sf 2.asice l/link.asice
done
make_some h 3
for i in 0 1 2; do ln h/$i.asice h/hard$i.asice; done
ln -s hard0.asice h/link.asice
zarina -j 1 h/0.asice h/../h/0.asice h/link.asice
is_exit 73 "in one process: a hard link, by a symbolic one"
same "$(count h/0.asice) $(count h/hard0.asice)" "1 0" "is left, though the first has become another file"
has "$err" "h/../h/0.asice: is named twice" "and another spelling is told"
printf '%s\n' h/1.asice h/hard1.asice h/1.asice >list
zarina -j 1 --files-from list
is_exit 73 "from a list"
same "$(count h/1.asice) $(count h/hard1.asice)" "1 0" "the same"
zarina h/hard0.asice
is_exit 0 "alone it is a package like any other"
# shellcheck disable=SC2086 # words
run edoc-sign countersign $key -j 1 h/1.asice h/1.asice
is_exit 0 "countersign, one name twice"
same "$(unzip -p h/1.asice 'META-INF/signatures*' | grep -o '<xades:CounterSignature' | wc -l | tr -d ' ')" 1 \
	"is done once"

# ---- signed already
zarina --skip-signed -j 2 --ordered b/0.asice b/hard.asice b/1.asice
is_exit 0 "again, with one that is new"
printf 'b/0.asice\nb/hard.asice\nb/1.asice\n' >want
ok "each is named" cmp -s want "$out"
same "$(grep -c 'b/[01].asice: already signed' "$err")" 2 "two are told to be signed already"
same "$(grep -c 'already signed' "$err")" 2 "and no other"
same "$(once b)" "" "nobody signed twice"
sum=$(sha256sum b/0.asice)
zarina --skip-signed b/0.asice
same "$(sha256sum b/0.asice)" "$sum" "not a byte is changed"
zarina --skip-signed --json b/0.asice
json "$out" '.done == "already signed" and (has("signature") | not)' "in JSON too"
zarina --skip-signed -n b/0.asice
is_exit 0 "-n says what would be"
has "$err" "already signed" "that it is signed"
anvar --skip-signed b/0.asice
is_exit 0 "somebody else signs"
same "$(count b/0.asice)" 2 "for it is not his"
zarina --skip-signed b/0.asice
same "$(count b/0.asice)" 2 "the first is still found"
zarina b/0.asice
same "$(count b/0.asice)" 3 "without --skip-signed one signs again"

# ---- what is no reason to skip
cp b/1.asice broken.asice
python3 - broken.asice <<'EOF'
import re, sys, zipfile
src = zipfile.ZipFile(sys.argv[1])
parts = [(i, src.read(i)) for i in src.infolist()]
with zipfile.ZipFile(sys.argv[1], 'w') as out:
    for i, data in parts:
        if i.filename.startswith('META-INF/signatures'):
            data = re.sub(rb'(SignatureValue[^>]*>)(.)', lambda m: m[1] + (b'B' if m[2] == b'A' else b'A'), data, count=1)
        out.writestr(i, data)
EOF
zarina --skip-signed broken.asice
is_exit 65 "a broken signature of the same certificate is an error"
hasnt "$err" "already signed" "and not passed over"
cp b/1.asice more.asice
printf 'new\n' >annex.txt
python3 - more.asice annex.txt <<'EOF'
import sys, zipfile
src = zipfile.ZipFile(sys.argv[1])
parts = [(i, src.read(i)) for i in src.infolist()]
with zipfile.ZipFile(sys.argv[1], 'w') as out:
    for i, data in parts:
        if i.filename == 'META-INF/manifest.xml':
            data = data.replace(b'</manifest:manifest>', b'<manifest:file-entry manifest:full-path="annex.txt" manifest:media-type="text/plain"/></manifest:manifest>')
        out.writestr(i, data)
    out.write(sys.argv[2], 'annex.txt')
EOF
zarina --skip-signed more.asice
hasnt "$err" "already signed" "a document that it does not cover: not passed over"

# ---- a worker that dies: tested in tests/unit/batch.c.  A folder that cannot be
# written:
if [ "$(id -u)" != 0 ]; then
	make_some ro 2
	chmod 500 ro
	zarina -j 2 ro/0.asice ro/1.asice
	is_exit 73 "a folder that cannot be written"
	same "$(grep -c 'ro/[01].asice' "$err")" 2 "told for each"
	chmod 700 ro
else
	skip "root writes everywhere" 2
fi
make_some full 3
zarina -j 2 full/0.asice full/1.asice >/dev/full 2>"$err"
run sh -c 'edoc-sign sign '"$key"' -j 2 full/2.asice full/1.asice >/dev/full'
is_exit 74 "results that cannot be told are 74"
make_some told 4
run sh -c 'edoc-sign sign '"$key"' told/0.asice >/dev/full'
is_exit 74 "one whose line cannot be written"
has "$err" "told/0.asice: is signed, and whole" "is said to be signed"
has "$err" "the same line with --skip-signed" "and how to go on"
run edoc-sign show --json told/0.asice
json "$out" '.signatures == 1' "which is true"
run sh -c 'edoc-sign sign '"$key"' -j 2 told/1.asice told/2.asice >/dev/full'
is_exit 74 "by two processes"
has "$err" ".asice: is signed, and whole" "the same"
run sh -c 'edoc-sign sign '"$key"' -n told/3.asice >/dev/full'
is_exit 74 "a dry run"
hasnt "$err" "is signed" "signs nothing, and does not say so"
run sh -c 'edoc-sign sign '"$key"' --json told/none.asice >/dev/full'
is_exit 74 "one that is not there"
hasnt "$err" "is signed" "nor is that said of it"
run sh -c 'edoc-sign countersign '"$key"' told/0.asice >/dev/full'
is_exit 74 "countersigned"
has "$err" "told/0.asice: is countersigned, and whole" "and told"
run sh -c 'edoc-sign sign '"$key"' -o told/new.asice told/3.asice >/dev/full'
is_exit 74 "a new package"
has "$err" "told/new.asice: is made, and whole" "is told, too"
ok "and is there" test -s told/new.asice

# ---- killed in the middle, and again
make_some k 200
find k -name '*.asice' | sort >names
: >done.txt
# shellcheck disable=SC2086
edoc-sign sign $key -j 2 --files-from names >done.txt 2>/dev/null &
tool=$!
i=0
while [ "$(wc -l <done.txt)" -lt 20 ] && [ $i -lt 600 ]; do
	sleep 0.05
	i=$((i + 1))
done
kill -9 $tool
wait $tool 2>/dev/null
n1=$(for f in k/*.asice; do count "$f"; done | grep -c 1)
ok "killed in the middle: $n1 of 200 are signed" test "$n1" -ge 20 -a "$n1" -lt 200
zarina --skip-signed -j 2 --files-from names
is_exit 0 "the same line again"
same "$(once k)" "" "each of 200 has one signature"
same "$(grep -c 'already signed' "$err")" "$n1" "what was signed was passed over"
run edoc-verify --trust "$P/root.pem" --trust "$P/ca.pem" -q k
is_exit 0 "and all pass"

# ---- stopped by a signal: what is under way is finished and told
make_some s 200
find s -name '*.asice' | sort >names
: >done.txt
perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' edoc-sign sign --key "$P/zarina.p12" --pass-file "$P/pass" \
	-j 2 --files-from names >done.txt 2>"$err" &
tool=$!
i=0
while [ "$(wc -l <done.txt)" -lt 10 ] && [ $i -lt 600 ]; do
	sleep 0.05
	i=$((i + 1))
done
kill -INT $tool
wait $tool
same $? 130 "ends by SIGINT"
n1=$(for f in s/*.asice; do count "$f"; done | grep -c 1)
same "$(wc -l <done.txt)" "$n1" "as many are told as are signed"
ok "not all: $n1" test "$n1" -lt 200
has "$err" "stopped after $n1 items" "and it says so"
same "$(left s)" 0 "no temporary is left"

# ---- two programs at one package
make_some r 1
i=0
while [ $i -lt 6 ]; do
	# shellcheck disable=SC2086
	edoc-sign sign $key --skip-signed r/0.asice >>race 2>>race &
	i=$((i + 1))
done
wait
same "$(count r/0.asice)" 1 "six at a time make one signature"

# ---- in one process a signal is the end: the package in work stays as it was
make_some one 100
find one -name '*.asice' | sort >names
: >done.txt
perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' edoc-sign sign --key "$P/zarina.p12" --pass-file "$P/pass" \
	-j 1 --files-from names >done.txt 2>"$err" &
tool=$!
i=0
while [ "$(wc -l <done.txt)" -lt 5 ] && [ $i -lt 600 ]; do
	sleep 0.05
	i=$((i + 1))
done
kill -INT $tool
wait $tool
same $? 130 "-j 1: ends by SIGINT"
zarina --skip-signed -q --files-from names
is_exit 0 "and the same line again"
same "$(once one)" "" "signs the rest, each once"

# ---- levels: what is there is raised, and no second one is made
. "$SRCDIR/tests/pki.sh"
export EDOC_CONF="$PKI/edoc.conf"
mine() { run edoc-sign sign --key "$PKI/zarina.pem" --skip-signed "$@"; }
for form in xades cades; do
	edoc-sign new -q -o $form.asice text.txt
	mine --format $form $form.asice
	is_exit 0 "$form: signed at B"
	cp $form.asice before
	mine --level T --tsa "$URL/tsa-garbage" $form.asice
	is_exit 75 "$form: no TSA that is good"
	ok "$form: nothing is changed" cmp before $form.asice
	mine --level T --tsa "$URL/tsa" -n $form.asice
	has "$err" "$form.asice: already signed, raised" "$form: -n says that it would be raised"
	ok "$form: and does nothing" cmp before $form.asice
	for level in T LTA; do
		mine --level $level --tsa "$URL/tsa" $form.asice
		is_exit 0 "$form: wanted at $level"
		has "$err" "already signed, raised" "it is raised"
		run edoc-verify --online --require $level --json $form.asice
		is_exit 0 "to $level"
		json "$out" '.signatures | length == 1' "and is the only one"
		cp $form.asice before
		mine --level $level --tsa "$URL/tsa" $form.asice
		has "$err" "$form.asice: already signed" "$form: once more at $level"
		ok "not a byte is changed" cmp before $form.asice
	done
	mine $form.asice
	ok "$form: B is less than that" cmp before $form.asice
done
mkdir t
for i in 0 1 2 3; do edoc-sign new -q -o t/$i.asice text.txt; done
mine --level T --tsa "$URL/tsa" -j 3 t/0.asice t/1.asice t/2.asice t/3.asice
is_exit 0 "three processes ask a TSA"
run edoc-verify --online --require T -q t
is_exit 0 "to T"
run edoc-sign extend --level LT --tsa "$URL/tsa" -j 3 --ordered t/0.asice t/1.asice t/nothing t/3.asice
is_exit 66 "extend takes many, too"
printf 't/0.asice\nt/1.asice\nt/3.asice\n' >want
ok "in order, and one that is not there stops no other" cmp -s want "$out"
run edoc-verify --online --require LT -q t/0.asice t/1.asice t/3.asice
is_exit 0 "to LT"

# ---- the command line
zarina -o x.asice -j 2 text.txt
is_exit 64 "-j goes with packages"
zarina -o x.asice --skip-signed text.txt
is_exit 64 "--skip-signed, too"
zarina -j 0 r/0.asice
is_exit 64 "-j 0"
zarina -j 2 r
is_exit 65 "a folder is no package"
finish
