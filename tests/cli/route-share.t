#!/bin/sh
# SPDX-License-Identifier: ISC
# Two people of one office share a desk's folder, as edoc-route(5) says, each
# under a name of his own; a third may not write there.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"
umask 022

ok "two desks" desks
office=65100
chmod 755 "$W"
# shellcheck disable=SC2016 # of the inner shell
if [ "$(id -u)" != 0 ] || ! setpriv --reuid 65101 --regid $office --clear-groups \
	sh -c 'test -r "$1" && edoc-route --version' sh "$W/route.asice" >/dev/null 2>&1; then
	skip "only root can be two people, where they may look" 45
	finish
fi
# ann keeps the desk and its key; bob and ann act; eve is of another office.
chgrp -R $office "$A" && chown -R 65101 "$A" && chmod -R g+rwX "$A" &&
	find "$A" -type d -exec chmod g+s {} + && chmod 600 "$A/conf/desk.key"
mkdir -m 777 "$W/drop"
for who in 65101 65102 65103; do
	cp -R "$K" "$W/keys-$who" && chown -R $who "$W/keys-$who"
done
person() { # UID GID UMASK VERB ...
	uid=$1 gid=$2 mask=$3
	shift 3
	setpriv --reuid "$uid" --regid "$gid" --clear-groups sh -c "umask $mask"' && exec "$@"' sh edoc-route "$@" -C "$A"
}
ann() { # VERB ...; her umask is the usual one
	person 65101 $office 022 "$@"
}
bob() { # his lets nobody look
	person 65102 $office 077 "$@"
}
# shellcheck disable=SC2317
eve() {
	person 65103 65103 022 "$@"
}
key() { # UID WHO
	echo "--key $W/keys-$1/$2.p12 --pass-file $W/keys-$1/pass"
}

# shellcheck disable=SC2046 # words
work() {
	pack "$W/$1.asice" "$1"
	id=$(bob submit $(key 65102 dilnoza) --route test.order "$W/$1.asice") &&
		ann "do" $(key 65101 zarina) agreed "$id" >/dev/null &&
		bob "do" $(key 65102 madina) signed "$id" >/dev/null &&
		ann "do" $(key 65101 zarina) registered "$id" >/dev/null
}
ok "a case that both work on" work one
work two
pack "$W/three.asice" three
# shellcheck disable=SC2046 # words
three=$(ann submit $(key 65101 dilnoza) --route test.order "$W/three.asice")
# shellcheck disable=SC2046 # words
{
	ann "do" $(key 65101 zarina) agreed "$three"
	bob "do" $(key 65102 madina) signed "$three"
	bob "do" $(key 65102 zarina) registered "$three"
} >/dev/null
same "$(find "$A"/reg/orders/* -type f | wc -l)" 3 "numbers that either of them took"
same "$(find "$A" -type d ! -perm -2070)" "" "every folder stays the group's"
same "$(find "$A" -type f ! -perm -060)" "$A/conf/desk.key" "every file too, but for the desk's key"
same "$(find "$A" -group $office | wc -l)" "$(find "$A" | wc -l)" "and of that group"
run bob send "$id"
ok "who does not hold the desk's key does not send" test "$status" -ge 66
has "$err" "desk.key" "and is told which file he may not read"
same "$(find "$A/case" -path "*$id/log/*" | wc -l)" 4 "nothing is changed by that"
run ann tick
is_exit 0 "who keeps it does"
same "$(find "$A/out/moliya/new" -type f | wc -l)" 3 "all that is due"
run bob verify "$id"
is_exit 2 "either of them verifies it"
run bob inbox
is_exit 0 "and sees what there is"
cp "$A"/out/moliya/new/*.asice "$W/drop/"
edoc-route receive -C "$B" "$W/drop/"*.asice >/dev/null
setpriv --reuid 65102 --regid $office --clear-groups cp "$B"/out/adliya/new/*.asice "$A/in/new/"
run ann receive
is_exit 0 "receipts that another brought are received"
same "$(find "$A/in/new" -type f | wc -l)" 0 "and put away"

# ---- an index that one of them made ----
lists() { # WHO WORDS: the same with the index and without
	for list in inbox "due --at 2099-01-01T00:00:00Z" "find e"; do
		# shellcheck disable=SC2086 # words are wanted
		"$1" $list >"$W/with" 2>&1
		# shellcheck disable=SC2086
		"$1" $list --no-index >"$W/without" 2>&1
		ok "$2: $list" cmp "$W/with" "$W/without"
	done
}
run ann index
is_exit 0 "one of them makes an index"
pack "$W/six.asice" six
# shellcheck disable=SC2046 # words
six=$(bob submit $(key 65102 dilnoza) --route test.order "$W/six.asice")
ok "the other acts" [ -n "$six" ]
ok "and marks the case" [ -e "$A/index/touched/$six.1" ]
lists bob "to who wrote the case"
lists ann "to who made the index"
# shellcheck disable=SC2046 # words
run ann "do" $(key 65101 zarina) agreed "$six"
is_exit 0 "the one who made it acts"
lists bob "after that"
run bob index
is_exit 0 "the other brings it up to date"
run bob index --rebuild
is_exit 0 "and makes it anew"
lists ann "to who made the one before"
# shellcheck disable=SC2046 # words
run ann "do" $(key 65101 madina) signed "$six"
is_exit 0 "and marks a case in it"
lists bob "to who made this one"
run ann index --check
is_exit 0 "which is right"

# ---- sticky, too ----
find "$A" -type d -exec chmod +t {} +
ok "a case in folders that are sticky" work four
run ann tick
is_exit 0 "is sent"
nok "who did not write it cannot take an entry of ann's folder away" \
	setpriv --reuid 65102 --regid $office --clear-groups rm "$(find "$A/case" -path "*$three/log/000001")"
nok "nor a number" setpriv --reuid 65102 --regid $office --clear-groups \
	rm -f "$(find "$A"/reg/orders/* -name 000001)"
ok "which is still there" test -e "$(find "$A"/reg/orders/* -name 000001)"

# ---- another office ----
pack "$W/five.asice" five
# shellcheck disable=SC2046 # words
run eve submit $(key 65103 dilnoza) --route test.order "$W/five.asice"
is_exit 73 "who is not of the group writes nothing"
has "$err" "Permission denied" "and is told why"
run eve show "$id"
is_exit 66 "nor sees he what those wrote who let nobody look"
finish
