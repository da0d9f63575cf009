#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Makes the evidence records of testdata/records/good and bad (RFC 4998 as
NAME.ers, RFC 6283 as NAME.xml), with openssl from PATH.  What is checked in
stays as it was made; what is absent is made.  Objects: one.txt two.txt
note.xml, and node.bin, which is an inner node of a tree.  The E numbers are
those of the attack catalogue."""
import base64
import hashlib
import os
import subprocess
import sys
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
OID = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1", "sha512": "2.16.840.1.101.3.4.2.3"}
URI = {"sha1": "http://www.w3.org/2000/09/xmldsig#sha1", "sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
       "sha512": "http://www.w3.org/2001/04/xmlenc#sha512"}
NS = "urn:ietf:params:xml:ns:ers"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"


def H(alg, data):
    return hashlib.new(alg, data).digest()


# ---- DER

def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    if n < 0x80:
        return bytes([tag, n]) + body
    size = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def seq(*parts):
    return tlv(0x30, *parts)


def integer(n):
    return tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def oid(text):
    arcs = [int(a) for a in text.split(".")]
    out = b""
    for arc in [40 * arcs[0] + arcs[1]] + arcs[2:]:
        piece = bytes([arc & 0x7F])
        while arc > 0x7F:
            arc >>= 7
            piece = bytes([0x80 | arc & 0x7F]) + piece
        out += piece
    return tlv(6, out)


def octets(data):
    return tlv(4, data)


def algorithm(alg):
    return oid(OID.get(alg, alg)) + tlv(5)


# ---- time-stamps: a TSTInfo at any time, signed by openssl cms

def openssl(*args, **more):
    return subprocess.run(["openssl", *args], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more).stdout


def tsa():
    """The authority and its certificate, once."""
    if os.path.exists(os.path.join(here, "tsa.key")):
        return
    with tempfile.TemporaryDirectory() as w:
        def at(name):
            return os.path.join(w, name)
        with open(at("ext"), "w") as f:
            f.write("basicConstraints = critical, CA:FALSE\nkeyUsage = critical, digitalSignature\n"
                    "extendedKeyUsage = critical, timeStamping\n")
        for name in ("ca", "tsa"):
            openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", at(name + ".key"))
        with open(at("cnf"), "w") as f:
            f.write("[ca]\ndefault_ca = us\n[us]\ndatabase = index\nnew_certs_dir = .\nrand_serial = yes\n"
                    "unique_subject = no\ndefault_md = sha256\npolicy = any\n[any]\ncommonName = supplied\n"
                    "[req]\ndistinguished_name = dn\n[dn]\n[root]\nbasicConstraints = critical, CA:TRUE\n"
                    "keyUsage = critical, keyCertSign, cRLSign\nsubjectKeyIdentifier = hash\n")
        open(at("index"), "w").close()

        def issue(name, subject, more):
            openssl("req", "-config", "cnf", "-new", "-key", name + ".key", "-subj", subject, "-out", name + ".csr", cwd=w)
            openssl("ca", "-config", "cnf", "-batch", "-notext", "-preserveDN", "-in", name + ".csr", "-startdate",
                    "20100101000000Z", "-enddate", "20700101000000Z", "-keyfile", "ca.key", *more, "-out", name + ".crt", cwd=w)
        issue("ca", "/O=Test/CN=Record CA", ["-selfsign", "-extensions", "root"])
        issue("tsa", "/O=Test/CN=Record TSA", ["-cert", "ca.crt", "-extfile", "ext"])
        for source, name in (("tsa.key", "tsa.key"), ("tsa.crt", "tsa.crt"), ("ca.crt", "ca.pem")):
            with open(at(source), "rb") as f, open(os.path.join(here, name), "wb") as g:
                g.write(f.read())


serial = [int.from_bytes(os.urandom(4), "big")]


def token(alg, imprint, when, certs=True):
    serial[0] += 1
    info = seq(integer(1), oid("1.2.3.4.1"), seq(seq(algorithm(alg)), octets(imprint)), integer(serial[0]),
               tlv(0x18, when.encode() + b"Z"))
    return openssl("cms", "-sign", "-binary", "-cades", "-nodetach", "-nosmimecap", "-md", "sha256", "-outform", "DER",
                   "-econtent_type", "1.2.840.113549.1.9.16.1.4", "-signer", os.path.join(here, "tsa.crt"), "-inkey",
                   os.path.join(here, "tsa.key"), *([] if certs else ["-nocerts"]), input=info)


# ---- trees

def root(alg, lists):
    """Of a reduced tree (RFC 6283 3.2.1)."""
    above = []
    for i, values in enumerate(lists):
        values = sorted(list(values) + above)
        above = [values[0] if i == 0 and len(values) == 1 else H(alg, b"".join(values))]
    return above[0]


def stamp(alg, lists, when, field=True, imprint=None, imprint_alg=None, certs=True):
    """One ArchiveTimeStamp as a dict; lists [[value]] with tree=False: none."""
    imprint_alg = imprint_alg or alg
    return {"alg": alg, "lists": lists, "field": field, "token": token(imprint_alg, imprint or root(alg, lists), when, certs)}


def bare(alg, value, when):
    return {**stamp(alg, [[value]], when), "lists": None}


# ---- RFC 4998

def ats(s):
    out = b""
    if s["field"]:
        out += tlv(0xA0, algorithm(s["alg"]))
    if s["lists"]:
        out += tlv(0xA2, *[seq(*[octets(v) for v in l]) for l in s["lists"]])
    return seq(out, s["token"])


def chain(stamps):
    return seq(*[ats(s) for s in stamps])


def ers(chains, version=1, algorithms=("sha256",), encrypted=False):
    return seq(integer(version), seq(*[seq(algorithm(a)) for a in algorithms]),
               tlv(0xA1, oid("1.2.3"), tlv(5)) if encrypted else b"", seq(*[chain(c) for c in chains]))


def indefinite(der):
    """The same in BER: every constructed element of indefinite length."""
    out = b""
    while der:
        n, head = der[1], 2
        if n > 0x80:
            head += n & 0x7F
            n = int.from_bytes(der[2:head], "big")
        body, whole = der[head:head + n], der[:head + n]
        der = der[head + n:]
        out += bytes([whole[0], 0x80]) + indefinite(body) + b"\0\0" if whole[0] & 0x20 else whole
    return out


# ---- RFC 6283, written in canonical form, so that a digest is over the text

def xml_stamp(s, order, crypto=""):
    tree = ""
    if s["lists"]:
        tree = "<HashTree>%s</HashTree>" % "".join(
            '<Sequence Order="%d">%s</Sequence>' % (i + 1, "".join("<DigestValue>%s</DigestValue>" % b64(v) for v in l))
            for i, l in enumerate(s["lists"]))
    return '<ArchiveTimeStamp Order="%d">%s%s</ArchiveTimeStamp>' % (order, tree, time_stamp(s, crypto))


def b64(data):
    return base64.b64encode(data).decode()


def time_stamp(s, crypto=""):
    return '<TimeStamp><TimeStampToken Type="%s">%s</TimeStampToken>%s</TimeStamp>' % (
        s.get("type", "RFC3161"), b64(s["token"]), s.get("crypto", crypto))


def canonical_stamp(s):
    return time_stamp(s).replace("<TimeStamp>", '<TimeStamp xmlns="%s">' % NS, 1).encode()


def xml_chain(stamps, order, orders=None, c14n=EXC):
    return ('<ArchiveTimeStampChain Order="%d"><DigestMethod Algorithm="%s"></DigestMethod>'
            '<CanonicalizationMethod Algorithm="%s"></CanonicalizationMethod>%s</ArchiveTimeStampChain>') % (
        order, URI.get(stamps[0]["alg"], stamps[0]["alg"]), c14n,
        "".join(xml_stamp(s, orders[i] if orders else i + 1) for i, s in enumerate(stamps)))


def canonical_sequence(chains):
    return ('<ArchiveTimeStampSequence xmlns="%s">%s</ArchiveTimeStampSequence>' % (
        NS, "".join(xml_chain(c, i + 1) for i, c in enumerate(chains)))).encode()


def xmlers(chains, version="1.0", encrypted=False, **more):
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<EvidenceRecord xmlns="%s" Version="%s">%s'
            '<ArchiveTimeStampSequence>%s</ArchiveTimeStampSequence></EvidenceRecord>\n' % (
                NS, version, "<EncryptionInformation></EncryptionInformation>" if encrypted else "",
                "".join(xml_chain(c, i + 1, **more) for i, c in enumerate(chains)))).encode()


# ---- what is made

ONE = b"Fermer xo'jaligi, 1-son\n"
TWO = b"\xd0\xa4\xd0\xb0\xd1\x80\xd0\xbc\xd0\xbe\xd0\xb8\xd1\x88 2\n"
NOTE = b"<?xml version='1.0'?>\n<note  b='2'  a='1'><x/></note>\n"
NOTE_CANONICAL = b'<note a="1" b="2"><x></x></note>'
STRANGER = H("sha256", b"something else")
NODE = b"".join(sorted([H("sha256", b"a real document"), H("sha256", b"another one")]))
T1, T2, T3, T4 = "20150601120000", "20190601120000", "20230601120000", "20260601120000"


def both(alg="sha256"):
    return [[H(alg, ONE), H(alg, TWO)], [H(alg, b"stranger")], [H(alg, b"and another")]]


def lone(alg="sha256"):
    return [[H(alg, ONE)], [H(alg, b"stranger")]]


def renew(s, when, alg="sha256", xml=False, over=None, **more):
    """A time-stamp renewal of s, with a tree of strangers about it."""
    value = over or H(alg, canonical_stamp(s) if xml else s["token"])
    return stamp(alg, [[value], [H(alg, b"another archive's")]], when, **more)


def rehash(chains, when, alg="sha512", xml=False, objects=(ONE, TWO), over=None, sort=False):
    """A hash-tree renewal of the chains."""
    if xml:
        values = [H(alg, o) for o in objects] + [H(alg, over or canonical_sequence(chains))]
    else:
        before = H(alg, over or seq(*[chain(c) for c in chains]))
        values = [H(alg, b"".join(sorted([H(alg, o), before]) if sort else [H(alg, o), before])) for o in objects]
    return stamp(alg, [values, [H(alg, b"stranger")]], when)


def pair(name, make):
    """The same defect in both syntaxes."""
    file(name + ".ers", lambda: make(False))
    file(name + ".xml", lambda: make(True))


def file(name, make):
    path = os.path.join(here, name)
    if os.path.exists(path):
        return
    data = make()
    print(name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def record(xml, chains, **more):
    if not xml:
        more.setdefault("algorithms", tuple(dict.fromkeys(s["alg"] for c in chains for s in c)))
    return xmlers(chains, **more) if xml else ers(chains, **more)


def renewed(xml):
    first = stamp("sha256", both(), T1)
    return [first, renew(first, T2, xml=xml)]


def full(xml):
    chains = [renewed(xml)]
    new = rehash(chains, T3, xml=xml)
    return chains + [[new, renew(new, T4, "sha512", xml)]]


def good():
    pair("good/one", lambda x: record(x, [[bare("sha256", H("sha256", ONE), T1)]]))
    pair("good/alone", lambda x: record(x, [[stamp("sha256", lone(), T1)]]))
    pair("good/group", lambda x: record(x, [[stamp("sha256", both(), T1)]]))
    pair("good/renewed", lambda x: record(x, [renewed(x)]))
    pair("good/full", lambda x: record(x, full(x)))
    pair("good/E08-sha1", lambda x: (lambda c: record(x, [c, [rehash([c], T4, "sha256", x, (ONE,))]]))(
        [stamp("sha1", lone("sha1"), T1)]))
    pair("good/same-second", lambda x: (lambda s: record(x, [[s, renew(s, T1, xml=x)]]))(stamp("sha256", lone(), T1)))
    file("good/repeats.ers", lambda: ers([[stamp("sha256", [[H("sha256", ONE)] * 2], T1)]]))
    file("good/literal.ers", lambda: ers([[stamp("sha256", lone(), T1, imprint=root("sha256", [
        [H("sha256", H("sha256", ONE))], lone()[1]]))]]))
    file("good/no-field.ers", lambda: ers([[stamp("sha256", lone(), T1, field=False)]]))
    file("good/unlisted.ers", lambda: ers([[stamp("sha256", lone(), T1)]], algorithms=("sha512",)))
    file("good/ber.ers", lambda: indefinite(record(False, full(False))))
    file("good/sorted.ers", lambda: (lambda c: record(False, [c, [rehash([c], T3, objects=(TWO,), sort=True)]]))(
        [stamp("sha256", [[H("sha256", TWO)]], T1)]))
    file("good/canonical.xml", lambda: xmlers([[stamp("sha256", [[H("sha256", NOTE_CANONICAL)]], T1)]]))
    file("good/material.xml", lambda: xmlers([[{**stamp("sha256", lone(), T1, certs=False), "crypto": material()}]]))
    file("good/spaced.xml", lambda: spaced())
    file("good/unordered.xml", lambda: unordered())


def material():
    der = openssl("x509", "-in", os.path.join(here, "tsa.crt"), "-outform", "DER")
    return ('<CryptographicInformationList><CryptographicInformation Order="1" Type="CERT">%s'
            '</CryptographicInformation></CryptographicInformationList>') % b64(der)


def spaced():
    """White space between chains, added with each of them."""
    first = [stamp("sha256", lone(), T1)]
    before = canonical_sequence([first]).replace(b"<ArchiveTimeStampChain ", b"\n <ArchiveTimeStampChain ").replace(
        b"</ArchiveTimeStampSequence>", b"\n</ArchiveTimeStampSequence>")
    new = [rehash(None, T3, xml=True, objects=(ONE,), over=before)]
    return xmlers([first, new]).replace(b"<ArchiveTimeStampChain ", b"\n <ArchiveTimeStampChain ").replace(
        b"</ArchiveTimeStampSequence>", b"\n</ArchiveTimeStampSequence>")


def unordered():
    """Elements in another order than their Order says (RFC 6283 2.1)."""
    c = renewed(True)
    return xmlers([[c[1], c[0]]], orders=[2, 1])


def bad():
    H256 = lambda d: H("sha256", d)
    pair("bad/E01-init", lambda x: record(x, [[stamp("sha256", both(), T1, imprint=H256(b"x"))]]))
    pair("bad/E02-renewed", lambda x: (lambda s: record(x, [[s, renew(s, T2, xml=x, imprint=H256(b"x"))]]))(
        stamp("sha256", lone(), T1)))
    pair("bad/E03-chain", lambda x: (lambda c: record(x, [c, [{**rehash([c], T3, xml=x), "token": token(
        "sha512", H("sha512", b"x"), T3)}]]))([stamp("sha256", both(), T1)]))
    pair("bad/E04-omits", lambda x: record(x, [[stamp("sha256", lone()[1:] + lone()[:1], T1)]]))
    pair("bad/E05-leaf", lambda x: record(x, [[stamp("sha256", [[H256(NODE)], [STRANGER]], T1)]]))
    pair("bad/E05-length", lambda x: record(x, [[stamp("sha256", [[H256(ONE)[:31], H256(ONE)[31:] + STRANGER]], T1)]]))
    pair("bad/E06-renewal", lambda x: (lambda s: record(x, [[s, renew(s, T2, over=STRANGER)]]))(stamp("sha256", lone(), T1)))
    pair("bad/E06-chain", lambda x: (lambda c: record(x, [c, [rehash([c], T3, xml=x, over=b"nothing")]]))(
        [stamp("sha256", both(), T1)]))
    pair("bad/E06-omits", lambda x: (lambda c: record(x, [c, [rehash([c], T3, xml=x, objects=(ONE,))]]))(
        [stamp("sha256", both(), T1)]))
    pair("bad/E06-first", lambda x: (lambda c: record(x, c[:1] + [[rehash([c[0][:1]], T3, xml=x)]]))([renewed(x)]))
    pair("bad/E07-algorithm", lambda x: record(x, [[stamp("sha256", [[H256(ONE)]], T1, imprint=H("sha1", H256(ONE)),
                                                          imprint_alg="sha1")]]))
    pair("bad/E09-stranger", lambda x: record(x, [[stamp("sha256", [[STRANGER, H256(b"more")]], T1)]]))
    pair("bad/changed", lambda x: record(x, [[bare("sha256", STRANGER, T1)]]))
    pair("bad/time-order", lambda x: (lambda s: record(x, [[s, renew(s, T1, xml=x)]]))(stamp("sha256", lone(), T2)))
    pair("bad/encrypted", lambda x: record(x, [[stamp("sha256", lone(), T1)]], encrypted=True))
    pair("bad/malformed-token", lambda x: record(x, [[{**stamp("sha256", lone(), T1), "token": seq(oid("1.2.3"))}]]))
    file("bad/version.ers", lambda: ers([[stamp("sha256", lone(), T1)]], version=2))
    file("bad/version.xml", lambda: xmlers([[stamp("sha256", lone(), T1)]], version="2.0"))
    file("bad/mixed.ers", lambda: (lambda s: ers([[s, {**renew(s, T2, "sha512", over=H("sha512", s["token"]))}]],
                                                 algorithms=("sha256", "sha512")))(stamp("sha256", lone(), T1)))
    file("bad/unknown.ers", lambda: ers([[{**stamp("sha256", lone(), T1), "alg": "1.2.3.4"}]]))
    file("bad/unknown.xml", lambda: xmlers([[{**stamp("sha256", lone(), T1), "alg": "urn:no"}]]))
    file("bad/c14n.xml", lambda: xmlers([[stamp("sha256", lone(), T1)]], c14n="http://www.w3.org/TR/1999/REC-xslt-19991116"))
    file("bad/order-twice.xml", lambda: xmlers([renewed(True)], orders=[1, 1]))
    file("bad/token-type.xml", lambda: xmlers([[{**stamp("sha256", lone(), T1), "type": "XMLENTRUST"}]]))


tsa()
for name, data in (("one.txt", ONE), ("two.txt", TWO), ("note.xml", NOTE), ("node.bin", NODE)):
    file(name, lambda d=data: d)
good()
bad()
sys.exit(0)
