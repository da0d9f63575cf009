#!/bin/sh
# SPDX-License-Identifier: ISC
# The frame of the four tools: options, help, items, messages, exits.
. "$SRCDIR/tests/lib.sh"
PATH="$BUILDDIR:$PATH"
unset LANGUAGE LC_MESSAGES LANG EDOC_CONF EDOC_DESK
export LC_ALL=C
cd "$W" || exit 1
T=edoc-frame

# ---- the command line ----

usage() { # WORD ARGS...: is 64 and says WORD
	word=$1
	shift
	run "$T" "$@"
	is_exit 64 "64: $T $*"
	has "$err" "$word" "... says: $word"
	same "$(wc -c <"$out")" 0 "... and nothing on stdout"
}
usage 'verb is missing'
usage 'verb is missing' -v
usage 'unknown verb "lok"' lok
usage 'unknown verb "lok"' help lok
usage 'help takes one verb' help look act
usage 'unknown option --no' look --no x
usage 'unknown option --quie' look --quie x
usage 'unknown option -Z' look -Z x
usage 'unknown option -o' look -o x
usage 'takes no value' look --json=1 x
usage 'wants a value' act x --set
usage 'wants a value' act x -o
usage 'given twice' look -q -q x
usage 'given twice' look --json x --json
usage 'given twice' act -o a --output b x
usage 'contradict' look -q -v x
usage 'nobody backdates' act --at 2026-03-05T04:11:09Z x
usage 'nobody backdates' act x --at=2026-03-05T04:11:09Z
usage 'not "yesterday"' look --at yesterday x
usage 'not "de"' look --lang de x
usage 'auto, always or never' look --color red x
usage 'auto, always or never' look --progress red x
usage 'one word too many' place x
usage 'nothing is named' look
usage 'nothing is named' act --
usage '-0 goes with' look -0 x
usage 'contradict' key --key k --pass-file f --pass-env V
usage 'no key' key
usage 'not an empty one' act --set '' x
usage 'not an empty one' act --set= x
usage 'an empty name' look ''
usage 'an empty name' look -- a ''
usage './-' act -o - x

run "$T" look -vv --at 2026-03-05T09:11:09+05:00 x
is_exit 0 "an instant with an offset"
has "$err" "at 2026-03-05 04:11:09 +0000" "is shown in the local zone"
run env TZ=Asia/Dushanbe "$T" look -v --at 2026-03-05T04:11:09Z x
has "$err" "at 2026-03-05 09:11:09 +0500" "which may be another"
run "$T" act --set a=1 x --set=b=2 -nf -- -y --set
is_exit 0 "lists, clusters, operands between and after --"
same "$(tr '\n' ' ' <"$out")" "set a=1 set b=2 item x dry force item -y dry force item --set dry force " \
	"all as given"

# ---- help ----

for h in --help -h help "help look" "look --help" "look -h"; do
	# shellcheck disable=SC2086 # words are wanted
	run $T $h
	is_exit 0 "$T $h"
	has "$out" "usage: edoc-frame" "... shows the usage"
	same "$(awk 'length > 80' "$out" | wc -l)" 0 "... in 80 columns"
	same "$(wc -c <"$err")" 0 "... on stdout"
done
has "$out" "--files-from FILE" "an option of the frame is there"
hasnt "$out" "--key" "one that the verb does not take is not"
run $T --version
same "$(cat "$out")" "edoc-frame $VERSION" "--version"
run $T --version -v
has "$out" "OpenSSL 3" "--version -v names the libraries"
run $T look --version
is_exit 0 "--version after a verb"

# ---- items ----

mkdir -p tree/b tree/a empty
touch tree/.edoc-0123456789abcdef.tmp tree/b/1 tree/a/z tree/a/.hidden tree/c "tree/e$(printf '\033')[2J"
ln -s / tree/root && ln -s c tree/link && mkfifo tree/fifo
run $T look -v tree
is_exit 0 "a folder is walked"
printf 'SEEN  tree/%s\n' a/.hidden a/z b/1 c 'e\x1b[2J' >want
ok "in byte order, no links, no FIFO, nothing unfinished, names made safe" cmp want "$out"
has "$err" "tree/fifo: passed over" "-v says what was passed over"
printf 'a\n\nb' >list
printf 'a\0b\n\0' >list0
run sh -c "$T look - <list"
same "$(tr '\n' ' ' <"$out")" "SEEN  a SEEN  b " "a list of lines on stdin"
run $T look --files-from list x
same "$(tr '\n' ' ' <"$out")" "SEEN  x SEEN  a SEEN  b " "operands, then the list of a file"
run sh -c "$T look -0 --files-from - <list0"
same "$(tr '\n' ' ' <"$out")" 'SEEN  a SEEN  b\x0a ' "a list of names that end in NUL"
run sh -c "$T look --files-from list0"
is_exit 65 "a NUL in a list of lines is 65"
has "$err" "list0:1: a NUL" "and tells where"
(echo a; head -c 5000000 /dev/zero | tr '\0' b; echo; echo c) >long
run sh -c "[ -n '$SAN' ] || ulimit -v 100000; $T look --files-from long"
is_exit 65 "so is a line that no name can be"
has "$err" "long:2: a name longer" "and tells where"
python3 - <<'PY'
open('most', 'w').write('x' * 4095 + '\n')
PY
run $T look --files-from most
is_exit 0 "one byte less is a name"
if strace -qq -o /dev/null true 2>/dev/null && [ -z "$SAN" ]; then
	seq 3000 >numbers
	run strace -qq -o /dev/null -P numbers -e inject=read:error=EIO:when=2 $T look --files-from numbers
	is_exit 74 "a list that cannot be read on is 74"
	has "$err" "cannot read the list" "and is told"
	same "$(tail -n 1 "$out" | wc -c)" "$(tail -n 2 "$out" | head -n 1 | wc -c)" "the name it broke off in is no item"
else
	skip "no strace here" 3
fi
run sh -c "$T look - </dev/null"
is_exit 66 "an empty list is 66"
run $T look empty
is_exit 66 "an empty folder is 66"
run $T act -n --files-from /dev/null
is_exit 66 "and so it is for a verb that wants all at once"
run $T look --files-from absent
is_exit 66 "an absent list is 66"
run $T look --files-from tree
is_exit 65 "a folder as a list is 65"

exits() { # WANT ITEM...
	want=$1
	shift
	run $T look "$@"
	is_exit "$want" "$* folds to $want"
}
exits 0 a b
exits 2 a exit2
exits 75 exit2 exit75
exits 78 exit75 exit78 exit2
exits 73 exit78 exit73
exits 77 exit73 exit77
exits 66 exit77 exit66
exits 65 exit66 exit65 a
exits 1 exit65 exit1 exit2
exits 74 exit1 exit74
exits 70 exit74 exit70 a
run $T look --json fail a
is_exit 65 "a failed item does not end the batch"
has "$out" '{"v":1,"path":"fail","exit":65,"error":{"where":"META-INF/x.xml:4","msg":"is bad"}}' \
	"it has its own line of JSON"
has "$out" "SEEN  a" "the next one is seen"
same "$(cat "$err")" "edoc-frame: fail: META-INF/x.xml:4: is bad" "and the message names both"

# ---- stdout and stderr ----

run sh -c "$T look a >/dev/full"
is_exit 74 "a report lost on a full disk is 74"
has "$err" "cannot write the result" "and is told"
run sh -c "$T --help >/dev/full"
is_exit 74 "so is a lost help"
run sh -c "$T look a >&-"
is_exit 74 "a closed stdout is 74"
run sh -c "$T look a 2>&-"
is_exit 0 "a closed stderr loses nothing"
run sh -c "$T look - <&-"
is_exit 74 "a closed stdin is 74"
run sh -c '{ seq 100000 | edoc-frame look -; echo $? >status; } | head -n 1'
same "$(cat status)" 74 "a reader that went away is 74"
same "$(cat "$err")" "" "without a word"
run $T look --color always --progress never a
has "$out" "$(printf '\033[32mSEEN\033[0m')" "--color always"
run $T look a
hasnt "$out" "$(printf '\033')" "no colour in a file"

# ---- languages: the C locale of cron has them too ----

says() { # LANG WORD
	run $T look --lang "$1"
	has "$err" "$2" "--lang $1"
}
says tg 'чизе номбар нашудааст'
says uz 'hech narsa koʻrsatilmagan'
says uz-Cyrl 'ҳеч нарса кўрсатилмаган'
says ru 'ничего не указано'
says en 'nothing is named'
run $T look --lang tg ''
has "$err" "номи холӣ" "an empty name, in Tajik"
run $T --lang=tg --no
has "$err" "имкони номаълум" "--lang works for a complaint about the line itself"
run env LC_ALL=C.UTF-8 LANGUAGE=tg $T look
has "$err" "чизе номбар" "the environment's language"
run env LC_ALL=C.UTF-8 LANGUAGE=tg $T look --lang en
has "$err" "nothing is named" "--lang en wins over it"
run $T help look --lang tg
has "$out" "истифода: edoc-frame look" "help in Tajik"
same "$(LC_ALL=C.UTF-8 awk '{ gsub(/[\200-\277]/, "") } length > 80' "$out" | wc -l)" 0 "in 80 columns"

# ---- edoc.conf ----

mkdir -p "$HOME/.config/edoc"
printf 'lang: tg\ndesk: ~/desk\nkey: me\nkeys: {me: k.p12, other: {file: /o, cert: /c}}\n' \
	>"$HOME/.config/edoc/edoc.conf"
run $T look
has "$err" "чизе номбар" "the language of ~/.config/edoc/edoc.conf"
run $T place
same "$(cat "$out")" "$HOME/desk" "its desk"
run env EDOC_DESK=/env $T place
same "$(cat "$out")" /env "\$EDOC_DESK comes first"
run env EDOC_DESK=/env $T place -C /opt
same "$(cat "$out")" /opt "-C before that"
printf 'desk: here\nlang: en\n' >a.conf
printf 'desk: /no\nkey: other\nlang: ru\n' >b.conf
run env EDOC_CONF=b.conf $T place --config a.conf
same "$(cat "$out")" here "--config comes before \$EDOC_CONF"
printf 'pw \r\nrest\n' >pass
run env EDOC_CONF=b.conf $T key --config a.conf --pass-file pass
same "$(tr '\n' ' ' <"$out")" "file /o cert /c chain - secret <pw > " "later files fill in"
run $T key --key me --pass-file pass
has "$out" "file $HOME/.config/edoc/k.p12" "a key beside its edoc.conf"
run $T key --key ./me --cert x --pass-file pass
has "$out" "file ./me cert x" "a file"
run $T key --key pkcs11:token=x
has "$out" "file pkcs11:token=x" "is left as it is"
run $T key --key pkcs11:token=x --final-try
has "$out" "file pkcs11:token=x?x-final-try=yes" "--final-try goes with it"
printf 'key: card\nkeys: {card: {file: "pkcs11:token=x"}}\n' >card.conf
run $T key --config "$W/card.conf"
has "$out" "file pkcs11:token=x" "and in edoc.conf no file beside it"
printf 'pkcs11-module: /a b/m.so\nkey: card\nkeys: {card: {file: "pkcs11:token=x"}}\n' >card.conf
run $T key --config "$W/card.conf"
has "$out" "file pkcs11:token=x?module-path=/a%20b/m.so" "with edoc.conf's module"
run $T key --config "$W/card.conf" --key 'pkcs11:token=y?module-path=/m.so'
has "$out" "file pkcs11:token=y?module-path=/m.so " "unless it names its own"
run $T key --key ./me --final-try
is_exit 64 "--final-try with a file"
printf 'dessk: x\n' >bad.conf
run $T place --config bad.conf
is_exit 78 "an unknown key is 78"
has "$err" 'bad.conf:1:1: unknown key "dessk"; the nearest known one is "desk"' "with its place"
run $T place --config absent.conf
is_exit 66 "an absent --config is 66"
run env EDOC_CONF=absent.conf $T place
is_exit 66 "so is an absent \$EDOC_CONF"
run $T place --config /dev/null
is_exit 78 "a device is no edoc.conf"
rm "$HOME/.config/edoc/edoc.conf"
run $T place
is_exit 78 "no desk at all is 78"
printf 'key: gone\n' >c.conf
run $T key --config c.conf
is_exit 78 "a default key that is not there is 78"

# ---- passphrases ----

run env 'SECRET=s p' $T key --key k --pass-env SECRET
has "$out" "secret <s p>" "of a variable"
run $T key --key k --pass-env SECRET_THAT_IS_NOT
is_exit 77 "a variable that is not set is 77"
run $T key --key k --pass-file absent
is_exit 77 "an absent file is 77"
printf '12345678901234567' >long
run $T key --key k --pass-file long
is_exit 77 "a passphrase that is too long is 77"
printf '' >none
run $T key --key k --pass-file none
has "$out" "secret <>" "an empty one is one"
printf '\357\273\277s p\r\n' >marked
run $T key --key k --pass-file marked
has "$out" "secret <s p>" "a byte order mark before it is none of it"
run setsid $T key --key k
is_exit 77 "no terminal is 77"
has "$err" "--pass-file, --pass-env, or a terminal" "and says what to do"
type_in() { # BYTES: run under a terminal of its own; prints what it shows
	python3 - "$1" <<'PY'
import os, pty, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execvp('edoc-frame', ['edoc-frame', 'key', '--key', 'k'])
seen = b''
while b': ' not in seen:
    seen += os.read(fd, 100)
time.sleep(0.1)
os.write(fd, sys.argv[1].encode())
try:
    while True:
        more = os.read(fd, 100)
        if not more:
            break
        seen += more
except OSError:
    pass
print(seen.decode().replace('\r\n', '|'), os.waitpid(pid, 0)[1])
PY
}
if python3 -c 'import os; os.openpty()' 2>/dev/null; then
	same "$(type_in 'geheim
')" "file k cert - chain -|Passphrase for k: |secret <geheim>| 0" "typed at a terminal, without echo"
	case $(type_in "$(printf 'ge\003')") in
	*"Passphrase for k: | 2") result 0 "Ctrl-C at the prompt ends it by the signal" ;;
	*) result 1 "Ctrl-C at the prompt ends it by the signal" ;;
	esac
else
	skip "no terminals to be had here" 2
fi
finish
