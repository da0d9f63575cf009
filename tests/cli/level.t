#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2086 # words are wanted
# Levels: each kind made at each, raised step by step and renewed; what is
# signed keeps its bytes.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
. "$SRCDIR/tests/pki.sh"
export EDOC_CONF="$PKI/edoc.conf"
printf 'matn\n' >a.txt
printf '1,2\n' >b.csv
echo '<application number="7"><from>Zarina</from></application>' >a.xml

# kept.py OLD NEW: of OLD, all that a signature stands on is in NEW: the entries
# that are no signatures, SignedInfo, SignedProperties, SignatureValue of each
# XAdES signature; of each SignerInfo what is from the signed attributes to the
# value, and the content.
cat >kept.py <<'PY'
import base64, re, sys, zipfile

def parts(der):
    """(tag, where it begins, where its contents do, where it ends)"""
    at, out = 0, []
    while at < len(der):
        n, head = der[at + 1], at + 2
        if n & 0x80:
            head += n & 0x7F
            n = int.from_bytes(der[at + 2:head], "big")
        out.append((der[at], at, head, head + n))
        at = head + n
    return out

def inside(der, i):
    _, _, head, end = parts(der)[i]
    return der[head:end]

def cms(der):
    signed = inside(inside(inside(der, 0), 1), 0)
    fields = parts(signed)
    yield signed[fields[2][1]:fields[2][3]]
    infos = inside(signed, len(fields) - 1)
    for _, _, head, end in parts(infos):
        info = infos[head:end]
        p = parts(info)
        value = next(x for x in p if x[0] == 4)
        yield info[p[3][1]:value[3]]

def xades(raw):
    for name in (b"SignedInfo", b"SignedProperties", b"SignatureValue"):
        yield from (m.group() for m in re.finditer(rb"<(?:\w+:)?%s[ >].*?</(?:\w+:)?%s>" % (name, name), raw, re.S))

def of(name, raw):
    return list(xades(raw) if b"SignedInfo" in raw[:4096] else cms(raw))

def items(path):
    if zipfile.is_zipfile(path):
        z = zipfile.ZipFile(path)
        assert len(set(z.namelist())) == len(z.namelist())
        return {n: z.read(n) for n in z.namelist()}
    raw = open(path, "rb").read()
    return {"": base64.b64decode(raw) if raw.startswith(b"MI") else raw}

old, new, n = items(sys.argv[1]), items(sys.argv[2]), 0
for name, raw in old.items():
    if re.search(r"^$|^META-INF/signature", name):
        for part in of(name, raw):
            assert len(part) > 8 and part in new[name], name
            n += 1
    elif name == "META-INF/ASiCArchiveManifest.xml":
        assert raw in new.values(), name
    elif not name.endswith(".tst"):
        assert raw == new[name], name
        n += 1
assert n > 1, n
PY
kept() { # OLD NEW WHAT
	ok "$3: what is signed keeps its bytes" python3 kept.py "$1" "$2"
}
offline() { # PKG [OPTION...]
	run edoc-verify --offline --json --trust "$PKI/root.pem" "$@"
}
# is PKG LEVEL EXIT WHAT [OPTION...]: intact, of that level, judged so offline
is() {
	pkg=$1 level=$2 exit=$3 what=$4
	shift 4
	offline "$@" "$pkg"
	is_exit "$exit" "$what: offline"
	json "$out" "[.signatures[] | select(.countersigns | not) | .level | sub(\".*-\"; \"\")] | unique == [\"$level\"]" \
		"$what: level $level"
	json "$out" '[.signatures[].intact[], .signatures[].timestamps[].intact] | all' "$what: all is intact"
}
stamps() {
	jq "[.signatures[].timestamps[], .timestamps[]?] | length" "$out"
}
asked="--tsa $URL/tsa"

# ---- each kind at each level, by steps and at once
while read -r kind ext verb data; do
	[ "$data" = - ] && data='' || data="--data $data"
	make() { # OUT LEVEL [OPTION...]
		o=$1 l=$2
		shift 2
		case $kind in
		*/XAdES) set -- --format xades "$@" ;;
		*/CAdES) set -- --format cades "$@" ;;
		attached) set -- --attached "$@" ;;
		base64) set -- --base64 "$@" ;;
		envelop*) set -- "--$kind" "$@" ;;
		esac
		case $kind in
		ASiC-E/*) set -- "$@" a.txt b.csv ;;
		ASiC-S/*) set -- "$@" --asic-s a.txt ;;
		enveloped) set -- "$@" a.xml ;;
		*) set -- "$@" a.txt ;;
		esac
		run edoc-sign "$verb" --key "$PKI/zarina.pem" --level "$l" $asked -o "$o" "$@"
	}
	make "b.$ext" B
	is_exit 0 "$kind at B"
	is "b.$ext" B 2 "$kind at B" $data
	json "$out" '.signatures[0].subindication == "TRY_LATER"' "nobody says whether it was revoked"
	cp "b.$ext" "p.$ext"
	for level in T LT LTA; do
		exit=0
		[ $level != T ] || exit=2
		cp "p.$ext" was
		run edoc-sign extend --level $level $asked $data "p.$ext"
		is_exit 0 "$kind is raised to $level"
		kept was "p.$ext" "$kind at $level"
		is "p.$ext" $level $exit "$kind raised to $level" $data
		if [ $level != LTA ]; then
			cp "p.$ext" was
			run edoc-sign extend --level $level $asked $data "p.$ext"
			ok "$kind: at $level already, it stays as it is" cmp was "p.$ext"
		fi
		rm -f "new.$ext"
		make "new.$ext" $level
		is_exit 0 "$kind at $level at once"
		is "new.$ext" $level $exit "$kind at $level at once" $data
		if [ $level = T ]; then
			run edoc-verify --online --cache kept $data "p.$ext"
			is_exit 0 "$kind at T: online it passes"
		fi
	done
	is "p.$ext" LTA 0 "$kind at LTA" $data
	before=$(stamps)
	cp "p.$ext" was
	run edoc-sign extend --level LTA --tsa "$URL/tsa2" $data "p.$ext"
	is_exit 0 "$kind: LTA is renewed by another TSA"
	kept was "p.$ext" "$kind renewed"
	is "p.$ext" LTA 0 "$kind renewed" $data
	same "$(stamps)" $((before + 1)) "$kind: one time-stamp more"
	cp "p.$ext" was
	run edoc-sign extend --level LTA $asked $data "p.$ext"
	is_exit 0 "$kind: and once more by the first"
	is "p.$ext" LTA 0 "$kind renewed twice" $data
done <<'END'
ASiC-E/XAdES xe.asice sign -
ASiC-E/CAdES ce.asice sign -
ASiC-S/XAdES xs.asics sign -
ASiC-S/CAdES cs.asics sign -
detached p7s cms a.txt
attached p7m cms -
base64 b64 cms a.txt
beside xml xades a.txt
enveloped signed.xml xades -
enveloping around.xml xades -
END

# ---- one of two
sign() { # KEY [OPTION...] FILE...
	who=$1
	shift
	run edoc-sign sign --key "$PKI/$who.pem" "$@"
}
shown() { # ID PKG: an entry's name where that is enough
	case $2 in *xe.asice) edoc-verify --json --offline "$2" | jq -r --arg id "$1" '.signatures[] | select(.id == $id).where' ;;
	*) printf '%s\n' "$1" ;; esac
}
for kind in xe.asice ce.asice xs.asics cs.asics; do
	pkg=two-$kind
	cp "b.$kind" "$pkg"
	sign rsa "$pkg"
	is_exit 0 "$kind: a second signature"
	offline "$pkg"
	jq -r '.signatures[] | [(.signer.subject | sub(",.*"; "")), (.id // .where)] | @tsv' "$out" >ids
	id=$(sed -n 's/^CN=Rustam	//p' ids)
	other=$(sed -n 's/^CN=Zarina	//p' ids)
	cp "$pkg" was
	run edoc-verify --offline --trust "$PKI/root.pem" -v "$pkg"
	for named in "$id" "$other"; do
		has "$out" "signature $(shown "$named" "$pkg"): " "$kind: it is shown as it is to be named"
	done
	case $kind in ?s.asics)
		file=$(unzip -Z1 "$pkg" | grep 'META-INF/signature')
		for verb in "extend --level LT $asked" "countersign --key $PKI/rsa.pem"; do
			run edoc-sign $verb --signature "$file" "$pkg"
			is_exit 64 "$kind, ${verb%% *}: the name of both is none's"
			has "$err" "$id" "$kind, ${verb%% *}: the one is listed"
			has "$err" "$other" "$kind, ${verb%% *}: and the other"
			ok "$kind, ${verb%% *}: nothing has changed" cmp was "$pkg"
		done
		run edoc-sign extend --level LT --signature "$file#1" $asked "$pkg"
		is_exit 66 "$kind: an ordinal, which moves, is no name"
		cp "$pkg" third.asics
		sign crl third.asics
		offline third.asics
		json "$out" ".signatures | length == 3 and ([.[].id] | contains([\"$id\", \"$other\"]))" \
			"$kind: a third signs, and the names stay"
		;;
	esac
	run edoc-sign extend --level LT --signature "$id" $asked "$pkg"
	is_exit 0 "$kind: the one of RSA is raised alone"
	offline "$pkg"
	json "$out" '[.signatures[] | {(.signer.subject | sub(",.*"; "")): .level[-2:]}] | add == {"CN=Rustam": "LT", "CN=Zarina": "-B"}' \
		"$kind: the other stays at B"
	kept was "$pkg" "$kind, one of two"
	python3 - was "$pkg" "$other" <<'PY'
import re, sys, zipfile
old, new = (zipfile.ZipFile(p) for p in sys.argv[1:3])
same = [n for n in old.namelist() if old.read(n) == new.read(n)]
rest = [n for n in old.namelist() if n not in same]
assert len(rest) == 1, rest
if rest[0] == "META-INF/signatures.xml":  # all in one: the other's element
    sigs = re.findall(rb"<ds:Signature [^>]*>.*?</ds:Signature>", old.read(rest[0]), re.S)
    kept = [s for s in sigs if s in new.read(rest[0])]
    assert len(sigs) == 2 and len(kept) == 1 and sys.argv[3].encode() in kept[0]
PY
	result $? "$kind: the other's bytes are the same"
	cp "$pkg" was
	run edoc-sign extend --level LT --signature nobody $asked "$pkg"
	is_exit 66 "$kind: no such signature"
	ok "$kind: nothing has changed" cmp was "$pkg"
	run edoc-sign extend --level LTA $asked "$pkg"
	is_exit 0 "$kind: both are raised"
	is "$pkg" LTA 0 "$kind: both"
done

# ---- who else has signed, by which key, and when the content was there
for who in rsa p384 ed25519 crl mute; do
	for form in xades cades; do
		sign $who --format $form --level LTA $asked -o "$who-$form.asice" a.txt
		is_exit 0 "$who, $form at LTA"
		is "$who-$form.asice" LTA 0 "$who, $form"
	done
done
for kind in xe.asice ce.asice xs.asics cs.asics p7s beside.xml; do
	data='' single=''
	case $kind in ?s.*) single=--asic-s ;; esac
	case $kind in
	p7s) run edoc-sign cms --key "$PKI/zarina.pem" --content-timestamp $asked -o said.$kind a.txt ;;
	beside.xml) run edoc-sign xades --key "$PKI/zarina.pem" --content-timestamp $asked -o said.$kind a.txt ;;
	c?.*) sign zarina --format cades --content-timestamp $asked $single -o said.$kind a.txt ;;
	*) sign zarina --content-timestamp $asked $single -o said.$kind a.txt ;;
	esac
	is_exit 0 "$kind: with a content time-stamp"
	case $kind in p7s | beside.xml) data="--data a.txt" ;; esac
	run edoc-sign countersign --key "$PKI/rsa.pem" $data said.$kind
	is_exit 0 "$kind: countersigned"
	cp said.$kind was
	for level in LT LTA LTA; do
		run edoc-sign extend --level $level $asked $data said.$kind
		is_exit 0 "$kind: then raised to $level"
		is said.$kind $level 0 "$kind: said and countersigned" $data
		kept was said.$kind "$kind: said and countersigned"
	done
	json "$out" '[.signatures[].timestamps[] | select(.kind == "content" and .indication == "PASSED")] | length == 1' \
		"$kind: the content time-stamp holds"
	json "$out" '[.signatures[] | select(.countersigns) | .indication == "TOTAL-PASSED"] == [true]' \
		"$kind: so does the counter-signature, offline"
done
cp new.ce.asice was
cp was p.asice
run edoc-sign countersign --key "$PKI/rsa.pem" p.asice
is_exit 65 "what an archive manifest protects is not countersigned"
has "$err" "countersign before level LTA" "and says when it could be"
ok "nothing has changed" cmp was p.asice

# ---- a value put in at B, and again at a level: raised, once
openssl x509 -in "$PKI/zarina.pem" -out h.crt
openssl pkey -in "$PKI/zarina.pem" -out h.key
for format in xades cades; do
	rm -f h.asice req raw value
	edoc-sign new -q -o h.asice a.txt b.csv
	edoc-sign prepare -q h.asice --cert h.crt --format $format -o req --raw raw
	openssl dgst -sha256 -sign h.key -out value raw
	run edoc-sign attach h.asice --request req --value value
	is_exit 0 "$format: put in"
	cp h.asice h1.asice
	run edoc-sign attach --json h.asice --request req --value value --level T $asked
	is_exit 0 "$format: again, at T"
	json "$out" '.attached == "raised"' "$format: it is raised, and says so"
	kept h1.asice h.asice "$format: attached and raised"
	run edoc-verify --online --json --trust "$PKI/root.pem" h.asice
	is_exit 0 "$format: it passes"
	json "$out" '.signatures | length == 1 and (.[0].level | endswith("-T"))' "$format: one signature, of level T"
	cp h.asice h2.asice
	run edoc-sign attach h.asice --request req --value value --level T $asked
	is_exit 0 "$format: and again"
	has "$out" "already" "$format: it is said"
	ok "$format: nothing was changed" cmp -s h.asice h2.asice
	cp h1.asice h.asice
	run edoc-sign attach h.asice --request req --value value --level T --tsa "$URL/tsa-500"
	nok "$format: a TSA that fails" test "$status" = 0
	ok "$format: leaves it as it was" cmp -s h.asice h1.asice
done
finish
