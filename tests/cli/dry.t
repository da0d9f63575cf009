#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2086,SC2046 # words are wanted
# -n of each verb of edoc-sign answers what the run itself answers: the same exit
# code and the same words about what is in the way of its output, and 0 where
# nothing is.  It leaves everything as it was.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
. "$SRCDIR/tests/pki.sh"
export EDOC_CONF="$PKI/edoc.conf"
K="--key $PKI/zarina.pem"

# root may write into any folder: not with these taken away.
plain=
if [ "$(id -u)" = 0 ]; then
	plain="setpriv --bounding-set=-dac_override,-dac_read_search"
	$plain true 2>/dev/null || plain=no
fi

printf 'matn\n' >a.txt
printf '<?xml version="1.0"?>\n<a>matn</a>\n' >a.xml
cp a.txt other.txt
openssl x509 -in "$PKI/zarina.pem" -out zarina.crt 2>/dev/null
cat >card.yaml <<'EOY'
kind: order
title: Buyruq
language: uz
created: 2026-11-22
number: "124"
date: 2026-11-22
sender:
  name: Adliya vazirligi
addressee:
  - name: Moliya vazirligi
EOY
edoc-sign new -q -o p.asice --card card.yaml a.txt || exit 1
edoc-sign sign -q $K -o s.asice a.txt || exit 1
edoc-sign sign -q $K --format cades --level LT --tsa "$URL/tsa" -o lt.asice a.txt || exit 1
edoc-sign cms -q $K -o a.p7s a.txt || exit 1
edoc-sign xades -q $K -o a.sig.xml a.txt || exit 1
openssl ecparam -name prime256v1 -genkey -noout -out to.key 2>/dev/null
openssl req -x509 -new -key to.key -subj /CN=To -days 30 -out to.crt -addext basicConstraints=critical,CA:FALSE \
	-addext keyUsage=critical,keyAgreement 2>/dev/null || exit 1
echo '# nobody is trusted' >none.conf
cat to.crt to.key >to.pem
chmod 600 to.pem
EDOC_CONF=none.conf edoc-sign encrypt -q --to to.crt p.asice -o e.p7m || exit 1

state() { # of all that is there, and when it was made
	find o ./*.* -name '*err' -o -exec stat -c '%n %s %i %y' {} + | sort
}

# both WHAT WANTED COMMAND...: with -n, then without
both() {
	about=$1 wanted=$2
	shift 2
	state >before
	run $wrap "$@" -n
	cp "$err" dry.err
	is_exit "$wanted" "$about, -n"
	state >after
	ok "$about, -n: nothing was made" cmp before after
	run $wrap "$@"
	is_exit "$wanted" "$about"
	[ "$wanted" = 0 ] || ok "$about: and in the same words" cmp dry.err "$err"
}

# ---- a new output, or one that is there
made() { # NAME COMMAND... with OUT where the output stands
	name=$1
	shift
	line=$*
	for case in free:0 taken:73 forced:0 nofolder:73 nofolder-f:73 inafile:73 folder:73 symlink:73 long:73 \
		slash:73 readonly:73 readonly-f:73; do
		wanted=${case#*:} case=${case%:*} wrap=
		rm -rf o
		mkdir o
		target=o/made force=
		case $case in
		taken) : >o/made ;;
		forced) : >o/made && force=-f ;;
		nofolder*) target=o/none/made ;;
		inafile) : >o/file && target=o/file/made ;;
		folder) mkdir o/made && force=-f ;;
		symlink) ln -s ../other.txt o/made && force=-f ;;
		long) target=o/$(printf '%0300d' 1) ;;
		slash) target=o/made/ ;;
		readonly*)
			[ "$plain" != no ] || {
				skip "cannot do without root's rights" 5
				continue
			}
			: >o/other
			[ $case = readonly ] || : >o/made
			wrap=$plain
			chmod 555 o
			;;
		esac
		case $case in *-f) force=-f ;; esac
		both "$name, $case" "$wanted" $(echo "$line" | sed "s|OUT|$target|g") $force
		chmod 755 o
	done
}
made new edoc-sign new -o OUT a.txt
made "new --card" edoc-sign new -o OUT --card card.yaml --set title=x a.txt
for how in "" "--format cades" "--asic-s" "--level T --tsa $URL/tsa" "--content-timestamp --tsa $URL/tsa"; do
	made "sign -o $how" edoc-sign sign $K $how -o OUT a.txt
done
made cms edoc-sign cms $K a.txt -o OUT
made "cms --attached" edoc-sign cms $K --attached --level T --tsa $URL/tsa a.txt -o OUT
made xades edoc-sign xades $K a.txt -o OUT
made "xades --enveloped" edoc-sign xades $K --enveloped a.xml -o OUT
made prepare edoc-sign prepare p.asice --cert zarina.crt -o OUT
made "prepare --raw" edoc-sign prepare p.asice --cert zarina.crt -o o/req.json --raw OUT
made revise edoc-sign revise p.asice -o OUT --set title=x
made encrypt env EDOC_CONF=none.conf edoc-sign encrypt --to to.crt p.asice -o OUT
made decrypt edoc-sign decrypt --key to.pem e.p7m -o OUT

# ---- a secret that the run reads is not written over, wherever it is named
printf '1234\n' >pin
for uri in "pin-source=pin" "pin-source=file:pin" "pin-source=%70in" "module-path=/none&pin-source=$W/pin"; do
	run edoc-sign sign -f --key "pkcs11:token=x?$uri" -o pin a.txt
	is_exit 64 "the PIN's file is no output: $uri"
	same "$(cat pin)" 1234 "and stays"
	printf 'keys: {t: "pkcs11:token=x?%s"}\n' "$uri" >keys.conf
	EDOC_CONF=keys.conf run edoc-sign new -f -o pin a.txt
	is_exit 64 "nor where edoc.conf names it: $uri"
	same "$(cat pin)" 1234 "and stays"
done

# ---- packages and files that change where they are
changed() { # NAME SOURCE COMMAND...
	name=$1 source=$2
	shift 2
	for case in free:0 nofile:66 symlink:73 folder:65 readonly:73; do
		wanted=${case#*:} case=${case%:*} wrap=
		rm -rf o
		mkdir o
		cp "$source" o/it
		case $case in
		nofile) rm o/it ;;
		symlink) mv o/it o/that && ln -s that o/it ;;
		folder) rm o/it && mkdir o/it ;;
		readonly)
			[ "$plain" != no ] || {
				skip "cannot do without root's rights" 5
				continue
			}
			wrap=$plain
			chmod 555 o
			;;
		esac
		both "$name, $case" "$wanted" "$@" o/it
		chmod 755 o
	done
}
T="--tsa $URL/tsa"
changed sign p.asice edoc-sign sign $K
changed "sign --level LTA" p.asice edoc-sign sign $K --level LTA $T
changed "sign --skip-signed, not signed" p.asice edoc-sign sign $K --skip-signed
changed "sign --skip-signed, to be raised" s.asice edoc-sign sign $K --skip-signed --level LT $T
for level in T LT LTA; do
	changed "extend --level $level" s.asice edoc-sign extend --level $level $T
	changed "extend --level $level, CAdES" a.p7s edoc-sign extend --data a.txt --level $level $T
	changed "extend --level $level, XAdES" a.sig.xml edoc-sign extend --data a.txt --level $level $T
done
changed "extend LT to LTA" lt.asice edoc-sign extend --level LTA $T
changed countersign s.asice edoc-sign countersign $K
changed "countersign, CAdES" a.p7s edoc-sign countersign $K --data a.txt
changed "countersign, XAdES" a.sig.xml edoc-sign countersign $K --data a.txt

# ---- what need not change may lie where nothing can
if [ "$plain" != no ]; then
	rm -rf o
	mkdir o
	cp s.asice lt.asice o
	chmod 555 o
	wrap=$plain
	both "sign --skip-signed, signed" 0 edoc-sign sign $K --skip-signed o/s.asice
	both "extend --level LT, is LT" 0 edoc-sign extend --level LT $T o/lt.asice
	both "extend --level T, is LT" 0 edoc-sign extend --level T $T o/lt.asice
	chmod 755 o
else
	skip "cannot do without root's rights" 9
fi

# ---- documents into a folder
printf 'xat\n' >b.txt
edoc-sign new -q -o two.asice a.txt b.txt
edoc-sign sign -q $K --level LT $T two.asice
for case in free:0 new:0 deep:0 taken:73 taken-f:0 afile:73 infile:73 afolder:73 symlink:73 readonly:73 \
	readonly-new:73 readonly-deep:73; do
	wanted=${case#*:} case=${case%:*} wrap='' target=o/to force=''
	rm -rf o
	mkdir o
	case $case in
	new | readonly-new) ;;
	deep | readonly-deep) target=o/to/this/and//that/ ;;
	*) mkdir o/to ;;
	esac
	case $case in
	taken*) : >o/to/b.txt ;;
	afile) rmdir o/to && : >o/to ;;
	infile) : >o/to/x && target=o/to/x/y ;;
	afolder) mkdir o/to/b.txt && force=-f ;;
	symlink) ln -s ../../a.txt o/to/b.txt && force=-f ;;
	readonly) chmod 555 o/to ;;
	readonly-*) chmod 555 o ;;
	esac
	case $case in *-f) force=-f ;; esac
	case $case in readonly*)
		wrap=$plain
		[ "$plain" != no ] || {
			skip "cannot do without root's rights" 5
			continue
		}
		;;
	esac
	both "extract, $case" "$wanted" edoc-sign extract two.asice -C $target $force
	chmod -R u+w o
done
finish
