#!/bin/sh
# SPDX-License-Identifier: ISC
# Makes the test PKI in DIR (default: beside this script).  README says who is who.
set -eu
cd "$(dirname "$0")"
p12_py=$PWD/../../tests/p12.py
dir=${1:-.}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
w=$(mktemp -d)
trap 'rm -rf "$w"' EXIT
trap 'exit 129' HUP INT TERM
cd "$w"
printf 'edoc\n' >"$dir/pass"
: >index.txt

cat >cnf <<'END'
oid_section = oids
[oids]
inn = 1.2.860.3.16.1.1
pinfl = 1.2.860.3.16.1.2
[req]
distinguished_name = dn
string_mask = utf8only
[dn]
[ca]
default_ca = us
[us]
database = index.txt
new_certs_dir = .
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
commonName = supplied
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[ca_ext]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[signer]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[unfit]
basicConstraints = critical, CA:FALSE
keyUsage = critical, keyEncipherment
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[noca]
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[crl]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://crl.example/ca.crl
END

key() { # NAME KIND
	case $2 in
	rsa*) openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:${2#rsa}" -out "$1.key" ;;
	explicit) openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
		-pkeyopt ec_param_enc:explicit -out "$1.key" ;;
	*) openssl genpkey -quiet -algorithm EC -pkeyopt "ec_paramgen_curve:$2" -out "$1.key" ;;
	esac
}
# NAME KIND SUBJECT ISSUER EXTENSIONS [FROM TO]: a key and a certificate; issuer "-" is itself
cert() {
	key "$1" "$2"
	openssl req -config cnf -new -utf8 -key "$1.key" -subj "$3" -out "$1.csr"
	if [ "$4" = - ]; then
		set -- "$1" "$1" "$5" "${6:-20200101000000Z}" "${7:-20700101000000Z}" -selfsign
	else
		set -- "$1" "$4" "$5" "${6:-20260101000000Z}" "${7:-20660101000000Z}" -cert "$4.crt"
	fi
	n=$1 issuer=$2 ext=$3 from=$4 to=$5
	shift 5
	openssl ca -config cnf -batch -notext -utf8 -preserveDN -in "$n.csr" -keyfile "$issuer.key" \
		"$@" -extensions "$ext" -startdate "$from" -enddate "$to" -out "$n.crt" 2>"$n.log" || {
		cat "$n.log" >&2
		exit 1
	}
}
p12() { # NAME CHAIN: PKCS#12 with the passphrase
	openssl pkcs12 -export -inkey "$1.key" -in "$1.crt" -certfile "$2" -name "$1" \
		-passout "file:$dir/pass" -out "$dir/$1.p12"
}
signer() { # NAME KIND SUBJECT EXTENSIONS [FROM TO]
	cert "$1" "$2" "$3" ca "$4" "${5:-20260101000000Z}" "${6:-20660101000000Z}"
	p12 "$1" ca.crt
}

# Authorities
cert root rsa3072 "/C=TJ/O=Озмоиш/CN=Маркази аслии калидҳо" - root
cert ca P-256 "/C=TJ/O=Озмоиш/CN=Маркази сертификатсия" root ca_ext 20200101000000Z 20700101000000Z
cert other-root P-384 "/C=UZ/O=Sinov/CN=Boshqa ildiz markazi" - root
cp root.crt "$dir/root.pem"
cp ca.crt "$dir/ca.pem"
cp other-root.crt "$dir/other-root.pem"

# People who may sign
signer zarina P-256 "/C=TJ/O=Вазорати адлия/CN=Раҳимова Зарина" signer
signer farrukh rsa2048 "/C=TJ/O=Вазорати молия/CN=Ғафуров Фаррух" signer
signer madina rsa3072 "/C=TJ/O=Вазорати адлия/CN=Ҳақназарова Мадина" signer
signer anvar P-384 "/C=TJ/O=Вазорати молия/CN=Ӯлҷабоев Анвар" signer
signer dilnoza P-256 "/C=UZ/O=Adliya vazirligi/CN=Karimova Dilnoza/UID=201234567/serialNumber=UZ-77/pinfl=31502861230017/inn=201122919" signer

# People who may not, each for one reason
signer expired P-256 "/C=TJ/O=Озмоиш/CN=Гузашта" signer 20240101000000Z 20251231000000Z
signer future P-256 "/C=TJ/O=Озмоиш/CN=Оянда" signer 20600101000000Z 20660101000000Z
signer unfit P-256 "/C=TJ/O=Озмоиш/CN=Танҳо барои рамз" unfit
signer crl P-256 "/C=TJ/O=Озмоиш/CN=Бо рӯйхати бозхонд" crl
signer weak rsa1024 "/C=TJ/O=Озмоиш/CN=Калиди суст" signer
signer explicit explicit "/C=TJ/O=Озмоиш/CN=Хами рақамӣ" signer
cert stranger P-256 "/C=UZ/O=Sinov/CN=Begona" other-root signer
p12 stranger other-root.crt
cert notca-issuer P-256 "/C=TJ/O=Озмоиш/CN=Имзокунанда" ca signer
cert notca P-256 "/C=TJ/O=Озмоиш/CN=Аз имзокунанда" notca-issuer signer
cat notca-issuer.crt ca.crt >notca.chain
p12 notca notca.chain
cert noca-issuer P-256 "/C=TJ/O=Озмоиш/CN=Бе нишони марказ" ca noca
cert noca P-256 "/C=TJ/O=Озмоиш/CN=Аз бенишон" noca-issuer signer
cat noca-issuer.crt ca.crt >noca.chain
p12 noca noca.chain

# A chain of ten certificates, the most that is accepted, and one of eleven
above=root
: >deep.chain
for i in 1 2 3 4 5 6 7 8; do
	cert "deep$i" P-256 "/C=TJ/O=Озмоиш/CN=Зина $i" "$above" ca_ext
	cat "deep$i.crt" >>deep.chain
	above=deep$i
done
cert deep P-256 "/C=TJ/O=Озмоиш/CN=Чуқур" deep8 signer
p12 deep deep.chain
cert deep9 P-256 "/C=TJ/O=Озмоиш/CN=Зина 9" deep8 ca_ext
cert toodeep P-256 "/C=TJ/O=Озмоиш/CN=Аз ҳад чуқур" deep9 signer
cat deep9.crt >>deep.chain
p12 toodeep deep.chain

# Other forms of the same keys
cp zarina.crt "$dir/zarina.crt"
openssl x509 -in zarina.crt -outform DER -out "$dir/zarina.der"
cat zarina.key zarina.crt ca.crt >"$dir/zarina.pem"
openssl pkcs8 -topk8 -in zarina.key -passout "file:$dir/pass" -out enc.key
cat enc.key zarina.crt ca.crt >"$dir/zarina-enc.pem"
openssl rsa -in farrukh.key -traditional -aes128 -passout "file:$dir/pass" -out "$dir/farrukh-enc.key" 2>/dev/null
openssl ec -in anvar.key -out "$dir/anvar.key" 2>/dev/null
cp farrukh.crt anvar.crt "$dir"
# RC2 as old programs write it; a machine without the legacy provider makes none.
openssl pkcs12 -export -legacy -inkey zarina.key -in zarina.crt -certfile ca.crt \
	-passout "file:$dir/pass" -out "$dir/legacy.p12" 2>/dev/null || rm -f "$dir/legacy.p12"

# Two keys in one file; and one as Java programs write them: BER, 3DES, an old MAC
python3 "$p12_py" "$dir/several.p12" "$(cat "$dir/pass")" "$dir/zarina.p12" "$dir/farrukh.p12"
openssl pkcs12 -export -inkey farrukh.key -in farrukh.crt -certfile ca.crt -name "Ғафуров Фаррух" \
	-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -iter 1024 -passout "file:$dir/pass" -out java.p12
python3 "$p12_py" --ber 1000 --sha1 1024 "$dir/ber.p12" "$(cat "$dir/pass")" java.p12

# Desks: self-signed, key and certificate in one file, not encrypted
for i in justice finance; do
	cert "desk-$i" P-256 "/CN=desk $i" - signer 20260101000000Z 20660101000000Z
	cat "desk-$i.key" "desk-$i.crt" >"$dir/desk-$i.pem"
	cp "desk-$i.crt" "$dir/desk-$i.crt"
done
chmod 600 "$dir"/desk-*.pem "$dir"/*.key "$dir"/zarina.pem "$dir"/zarina-enc.pem "$dir"/*.p12
