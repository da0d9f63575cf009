#!/bin/sh
# SPDX-License-Identifier: ISC
# A desk that nobody can write to, for want of right or of room, and one whose
# clock goes back: every act says so and changes nothing, and looking works.
. "$SRCDIR/tests/lib.sh"
. "$SRCDIR/tests/desks.sh"
umask 022

ok "two desks" desks
pack "$W/p.asice"
pack "$W/q.asice" two
id=$(as dilnoza submit -C "$A" --route test.order "$W/p.asice")
sealed "$W/route-issuer.pem" "$D/route/answer.yaml" "$W/answer.asice"
edoc-route install -C "$A" "$W/answer.asice" >/dev/null
ask=$(as dilnoza submit -C "$A" --route test.answer "$W/q.asice")
pack "$W/r.asice" three
cp -a "$A" "$W/sends"
edoc-route send -C "$W/sends" "$ask" >/dev/null
edoc-route receive -C "$B" "$W/sends/out/moliya/new/"*.asice >/dev/null
cp "$W"/order.txt "$A/in/new/"
cp "$B"/out/adliya/new/*.asice "$A/in/new/"
edoc-route backup -C "$A" "$W/backup" >/dev/null
edoc-route restore -C "$W/restored" "$W/backup" >/dev/null
cp -a "$A" "$W/keep"

look() { # "what it is": every verb that only looks
	for verb in inbox due outbox services status; do
		run "$@" edoc-route $verb -C "$A"
		ok "$verb" test "$status" -le 1
		same "$(cat "$err")" "" "without complaint"
	done
	for verb in show log verify; do
		run "$@" edoc-route $verb -C "$A" "$id"
		ok "$verb" test "$status" = 0 -o "$status" = 2
	done
	run "$@" edoc-route find -C "$A" order
	is_exit 0 "find"
	run "$@" edoc-route directory show -C "$A"
	is_exit 0 "directory show"
	run "$@" edoc-route directory who -C "$A" adliya/head
	is_exit 0 "directory who"
	run "$@" edoc-route lint "$D/route/order.yaml"
	ok "lint" test "$status" -le 1
	rm -rf "$W/open" && mkdir -m 777 "$W/open"
	run "$@" edoc-route export -C "$A" -o "$W/open/case.asice" "$id"
	is_exit 0 "export to elsewhere"
	run edoc-verify --trust "$W/trust" "$W/open/case.asice"
	is_exit 2 "which is the case, unfinished"
}
verdict() { # "status" of the last verb: it said why, with the word
	case $status in
	73 | 74 | 77) ;;
	*) status="$status, no refusal" ;;
	esac
	grep -qi "$1" "$err" || status="$status, and not why: $(cat "$err")"
	echo "$status"
}
state() {
	(cd "$A" && find . -type f ! -path './tmp/*' | sort | xargs sha256sum | sha256sum)
}
key() { # WHO
	echo "--key $K/$1.p12 --pass-file $K/pass"
}
acts() { # WORD [RUNNER...]: every verb that writes refuses, by the word
	why=$1 before=$(state)
	shift
	# shellcheck disable=SC2046 # words
	while read -r verb rest; do
		eval "run \"\$@\" edoc-route $verb $rest -C \"\$A\""
		case $(verdict "$why") in
		7[347]) result 0 "$verb ${rest%% *} says why" ;;
		*) same "$(verdict "$why")" "73, 74 or 77" "$verb ${rest%% *} says why" ;;
		esac
	done <<END
submit $(key dilnoza) --route test.order $W/r.asice
do $(key zarina) agreed $id
do $(key zarina) --reason unclear returned $id
send $ask
receive $W/p.asice
receive
tick
install $W/route.asice $W/directory.asice $W/calendar.asice
directory rotate -o $W/rotate.asice
END
	same "$(state)" "$before" "nothing was changed"
	run "$@" edoc-route init -C "$A/new" --agency adliya
	ok "init there" test "$status" = 73 -o "$status" = 74
	run "$@" edoc-route restore -C "$A/other" "$W/backup"
	ok "restore there" test "$status" = 73 -o "$status" = 74
	run "$@" edoc-route backup -C "$A" "$A/other"
	ok "backup there" test "$status" = 64
	ok "leave nothing" test ! -e "$A/other"
}

# ---- no right ----

nobody=
if [ "$(id -u)" = 0 ]; then
	nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
	chmod 711 "$W"
	chown -R 65534 "$K" "$A/conf/desk.key"
fi
chmod -R a+rX,a-w "$A" "$W/trust"
chmod 400 "$A/conf/desk.key"
# shellcheck disable=SC2086 # words
if [ -z "$nobody" ] || $nobody sh -c "test -r $W/p.asice && edoc-route --version >/dev/null" 2>/dev/null; then
	look $nobody
	acts "permission denied" $nobody
else
	skip "the tests lie where nobody may look" 40
fi

# ---- no writing at all, no room ----

mkdir "$W/disk"
if mount -t tmpfs -o size=2m none "$W/disk" 2>/dev/null; then
	mount=$W/disk
	trap 'umount "$W/disk" 2>/dev/null; chmod -R u+rwx "$W" 2>/dev/null; rm -rf "$W"' EXIT
	[ -z "$nobody" ] || chown -R 0 "$K"
	cp -a "$W/keep" "$W/disk/desk"
	A=$W/disk/desk
	mount -o remount,ro "$mount"
	look
	acts "read-only"
	mount -o remount,rw "$mount"
	dd if=/dev/zero of="$mount/fill" bs=1k 2>/dev/null
	acts "no space left"
	rm "$mount/fill"
	ok "with room again the same line does it" does zarina -C "$A" agreed "$id"
	run edoc-route verify -C "$A" "$id"
	is_exit 2 "and the ledger is sound"
	run edoc-route confirm --all -C "$W/restored"
	is_exit 0 "(a restored desk can be confirmed)"
	cp -a "$W/keep" "$W/lost"
	umount "$mount"
else
	skip "no tmpfs can be mounted here" 60
fi

# ---- the clock ----

A=$W/keep
if [ -z "$SAN" ] && faketime '2020-01-01 10:00:00' true 2>/dev/null; then
	before=$(state)
	# shellcheck disable=SC2046 # words
	run faketime -f -2h edoc-route "do" $(key zarina) -C "$A" agreed "$id"
	is_exit 78 "a clock that was set back by hours"
	has "$err" "set this machine's clock" "is told, and what to do"
	same "$(state)" "$before" "and nothing is changed"
	rm "$A"/in/new/*
	run faketime -f -20d edoc-route tick -C "$A"
	same "$(find "$A/case" -path '*/log/*' | wc -l) $(find "$A/out" -type f | wc -l)" "2 0" "tick does nothing by it"
	touch "$A/tmp/.edoc-0123456789abcdef.tmp"
	run edoc-route tick -C "$A"
	same "$(find "$A/case" -path '*/log/*' | wc -l)" 3 "with the right clock it sends what is due"
	ok "what is in the making is left alone" test -e "$A/tmp/.edoc-0123456789abcdef.tmp"
	run faketime -f +10y edoc-route tick -C "$A" -n
	same "$(find "$A/case" -path '*/log/*' | wc -l)" 3 "a look from ten years on changes nothing"
	# shellcheck disable=SC2046 # words
	run faketime -f -60s edoc-route "do" $(key zarina) -C "$A" agreed "$id"
	is_exit 0 "a clock that differs by a minute is no matter"
	same "$(edoc-route log --json -C "$A" "$id" | jq -r .time | sort -c && echo sorted)" sorted "and entries follow each other"
	touch -d '37 hours ago' "$A/tmp/.edoc-0123456789abcdef.tmp"
	touch -d '37 hours ago' "$A/tmp/mine"
	edoc-route tick -C "$A" -n >/dev/null
	ok "a trial takes nothing away" test -e "$A/tmp/.edoc-0123456789abcdef.tmp"
	edoc-route tick -C "$A" >/dev/null
	ok "what is nobody's after 36 hours is taken away" test ! -e "$A/tmp/.edoc-0123456789abcdef.tmp"
	ok "but only what is ours" test -e "$A/tmp/mine"
else
	skip "no faketime here, or a sanitizer that does not bear it" 12
fi
finish
