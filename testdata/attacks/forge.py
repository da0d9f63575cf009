# SPDX-License-Identifier: ISC
"""What the forger of testdata/attacks needs: DER, certificates, CRLs, OCSP
answers, time-stamps, CMS and XAdES, each written out by hand so that any part
of it can be wrong.  Standard library and openssl(1) only."""
import base64
import hashlib
import os
import struct
import subprocess
import tempfile
import zipfile
import io

# ---- DER --------------------------------------------------------------------


def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    if n < 128:
        return bytes([tag, n]) + body
    size = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 + len(size)]) + size + body


def seq(*p): return tlv(0x30, *p)
def set_(*p): return tlv(0x31, *p)
def set_of(*p): return tlv(0x31, *sorted(p))
def octets(b): return tlv(4, b)
def bits(b): return tlv(3, b"\0", b)
def null(): return b"\5\0"
def utf8(s): return tlv(12, s.encode())
def printable(s): return tlv(19, s.encode())
def boolean(v): return tlv(1, b"\xff" if v else b"\0")
def enum(v): return tlv(10, bytes([v]))
def explicit(n, *p): return tlv(0xa0 + n, *p)
def implicit(n, b): return tlv(0x80 + n, b)


def integer(v):
    return tlv(2, v.to_bytes(v.bit_length() // 8 + 1, "big", signed=True))


def oid(dotted):
    a = [int(x) for x in dotted.split(".")]
    out = bytes([a[0] * 40 + a[1]])
    for v in a[2:]:
        part = [v & 127]
        while v > 127:
            v >>= 7
            part.append(128 | v & 127)
        out += bytes(reversed(part))
    return tlv(6, out)


def time(t):
    """'2026-01-31 10:00' -> UTCTime before 2050, else GeneralizedTime."""
    d = "".join(c for c in t if c.isdigit()).ljust(14, "0")
    return tlv(23, (d[2:] + "Z").encode()) if "1950" <= d[:4] < "2050" else gentime(t)


def gentime(t):
    return tlv(24, ("".join(c for c in t if c.isdigit()).ljust(14, "0") + "Z").encode())


def tag_of(b, tag):
    """The same element under another (implicit) tag."""
    return bytes([tag]) + b[1:]


SHA1, SHA256, SHA512 = ("1.3.14.3.2.26", "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.3")
MD5 = "1.2.840.113549.2.5"
HASH = {SHA1: "sha1", SHA256: "sha256", SHA512: "sha512", MD5: "md5"}


def digest(b, alg=SHA256):
    return hashlib.new(HASH[alg], b).digest()


def alg(o, *params):
    return seq(oid(o), *params)


# ---- keys -------------------------------------------------------------------


class Key:
    """A private key in a file of its own."""
    folder = tempfile.mkdtemp()

    def __init__(self, kind="P-256"):
        self.kind = kind
        self.path = os.path.join(self.folder, f"{len(os.listdir(self.folder))}.pem")
        what = (["EC", "-pkeyopt", f"ec_paramgen_curve:{kind}"] if not kind.startswith("RSA") else
                ["RSA", "-pkeyopt", f"rsa_keygen_bits:{kind[4:]}"])
        subprocess.run(["openssl", "genpkey", "-algorithm", *what, "-out", self.path], check=True,
                       stderr=subprocess.DEVNULL)
        self.spki = self.out("pkey", "-pubout", "-outform", "DER", "-in", self.path)

    @staticmethod
    def out(*args, data=None):
        return subprocess.run(["openssl", *args], input=data, check=True, capture_output=True).stdout

    def algorithm(self, hash_=SHA256):
        if self.kind.startswith("RSA"):
            return alg({SHA256: "1.2.840.113549.1.1.11", SHA1: "1.2.840.113549.1.1.5",
                        MD5: "1.2.840.113549.1.1.4"}[hash_], null())
        return alg({SHA256: "1.2.840.10045.4.3.2", SHA1: "1.2.840.10045.4.1",
                    SHA512: "1.2.840.10045.4.3.4"}[hash_])

    def sign(self, data, hash_=SHA256):
        with tempfile.NamedTemporaryFile(dir=self.folder) as f:
            f.write(data)
            f.flush()
            return self.out("dgst", "-" + HASH[hash_], "-sign", self.path, f.name)

    def sign_xml(self, data, hash_=SHA256):
        """r || s (RFC 4050's successor, RFC 6931 2.3.6)."""
        der = self.sign(data, hash_)
        if self.kind.startswith("RSA"):
            return der
        r_len = der[3]
        r, s = der[4:4 + r_len], der[6 + r_len:]
        return int.from_bytes(r, "big").to_bytes(32, "big") + int.from_bytes(s, "big").to_bytes(32, "big")

    def key_hash(self):
        # the BIT STRING's value: after SEQUENCE, AlgorithmIdentifier, tag, length, unused bits
        at = 2 if self.spki[1] < 128 else 2 + (self.spki[1] & 127)
        at += 2 + self.spki[at + 1]
        at += 2 if self.spki[at + 1] < 128 else 2 + (self.spki[at + 1] & 127)
        return hashlib.sha1(self.spki[at + 1:]).digest()


def name(cn, **more):
    parts = [set_(seq(oid("2.5.4.6"), printable("TJ")))]
    if "o" in more:
        parts.append(set_(seq(oid("2.5.4.10"), utf8(more["o"]))))
    return seq(*parts, set_(seq(oid("2.5.4.3"), utf8(cn))))


# ---- certificates -----------------------------------------------------------


def ext(o, value, critical=False):
    return seq(oid(o), *([boolean(True)] if critical else []), octets(value))


def usage(*named):
    order = ["digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment",
             "keyAgreement", "keyCertSign", "cRLSign"]
    v = 0
    for n in named:
        v |= 0x80 >> order.index(n)
    unused = 0
    while v and not v >> unused & 1:
        unused += 1
    return ext("2.5.29.15", tlv(3, bytes([unused, v])), True)


def basic(ca, length=None):
    return ext("2.5.29.19", seq(*([boolean(True)] if ca else []),
                                *([integer(length)] if length is not None else [])), True)


def eku(*oids, critical=False):
    return ext("2.5.29.37", seq(*(oid(o) for o in oids)), critical)


EKU_TSA, EKU_OCSP, EKU_TLS = "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9", "1.3.6.1.5.5.7.3.1"


def uri(s): return implicit(6, s.encode())


def ocsp_at(url="http://ocsp.example.tj/"):
    return ext("1.3.6.1.5.5.7.1.1", seq(seq(oid("1.3.6.1.5.5.7.48.1"), uri(url))))


def crl_at(url="http://crl.example.tj/ca.crl"):
    return ext("2.5.29.31", seq(seq(explicit(0, explicit(0, uri(url))))))


NOCHECK = ext("1.3.6.1.5.5.7.48.1.5", null())
CA_EXTS = [basic(True), usage("keyCertSign", "cRLSign")]
EE_EXTS = [usage("digitalSignature", "nonRepudiation")]


def padded(data, size=256):
    """EMSA-PKCS1-v1_5 (RFC 8017 9.2): the signature itself when e is 1."""
    t = seq(alg(SHA256, null()), octets(digest(data)))
    return b"\0\1" + b"\xff" * (size - 3 - len(t)) + b"\0" + t


class Cert:
    sham = False  # its public exponent is 1: whoever likes signs for it

    def __init__(self, subject, key, by=None, serial=1, since="2024-01-01", until="2040-01-01",
                 exts=(), hash_=SHA256, spki=None, version=2):
        self.key, self.subject, self.serial = key, name(subject) if isinstance(subject, str) else subject, serial
        self.by = by or self
        signer = self.by.key
        self.issuer = self.by.subject
        how = alg("1.2.840.113549.1.1.11", null()) if self.by.sham else signer.algorithm(hash_)
        tbs = seq(explicit(0, integer(version)), integer(serial), how, self.issuer,
                  seq(time(since), time(until)), self.subject, spki or key.spki,
                  *([explicit(3, seq(*exts))] if exts else []))
        self.der = seq(tbs, how, bits(padded(tbs) if self.by.sham else signer.sign(tbs, hash_)))

    def pem(self):
        b = base64.encodebytes(self.der).decode()
        return f"-----BEGIN CERTIFICATE-----\n{b}-----END CERTIFICATE-----\n"

    def b64(self):
        return base64.b64encode(self.der).decode()


# ---- revocation -------------------------------------------------------------


def crl(by, revoked=(), this="2026-01-01", next_="2027-01-01", exts=(), key=None, issuer=None):
    """revoked: (serial, time[, reason])"""
    entries = [seq(integer(r[0]), time(r[1]),
                   *([seq(ext("2.5.29.21", enum(r[2])))] if len(r) > 2 else [])) for r in revoked]
    key = key or by.key
    tbs = seq(integer(1), key.algorithm(), issuer or by.subject, time(this), time(next_),
              *([seq(*entries)] if entries else []),
              *([explicit(0, seq(*exts))] if exts else []))
    return seq(tbs, key.algorithm(), bits(key.sign(tbs)))


def cert_id(cert, issuer, hash_=SHA1):
    return seq(alg(hash_, null()), octets(digest(issuer.subject, hash_)),
               octets(issuer.key.key_hash() if hash_ == SHA1 else digest(b"?", hash_)),
               integer(cert.serial))


GOOD = implicit(0, b"")
UNKNOWN = implicit(2, b"")


def revoked(t, reason=None):
    return tlv(0xa1, gentime(t), *([explicit(0, enum(reason))] if reason is not None else []))


def single(cert, issuer, status=GOOD, this="2026-02-01", next_="2026-12-01", exts=()):
    return seq(cert_id(cert, issuer), status, gentime(this),
               *([explicit(0, gentime(next_))] if next_ else []),
               *([explicit(1, seq(*exts))] if exts else []))


def ocsp(responder, singles, produced="2026-02-01", certs=None, key=None, exts=()):
    key = key or responder.key
    data = seq(explicit(1, responder.subject), gentime(produced), seq(*singles),
               *([explicit(1, seq(*exts))] if exts else []))
    certs = [responder] if certs is None else certs
    basic_ = seq(data, key.algorithm(), bits(key.sign(data)),
                 *([explicit(0, seq(*(c.der for c in certs)))] if certs else []))
    return seq(enum(0), explicit(0, seq(oid("1.3.6.1.5.5.7.48.1.1"), octets(basic_))))


# ---- CMS --------------------------------------------------------------------

DATA, SIGNED, TSTINFO = ("1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4")
A_TYPE, A_DIGEST, A_TIME = ("1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5")
A_ESS, A_ESS2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
A_STAMP, A_COUNTER = "1.2.840.113549.1.9.16.2.14", "1.2.840.113549.1.9.6"


def attr(o, *values):
    return seq(oid(o), set_(*values))


def ess2(cert, hash_=SHA256, wrong=False):
    d = digest(b"another" if wrong else cert.der, hash_)
    return attr(A_ESS2, seq(seq(seq(*([] if hash_ == SHA256 else [alg(hash_)]), octets(d)))))


def signed_attrs(content, cert, type_=DATA, at="2026-03-05 04:11:09", hash_=SHA256):
    return [attr(A_TYPE, oid(type_)), attr(A_DIGEST, octets(digest(content, hash_))),
            *([attr(A_TIME, time(at))] if at else []), ess2(cert)]


def signer_info(cert, attrs, content=b"", key=None, hash_=SHA256, unsigned=(), sid=None, sig_alg=None,
                value=None, sort=True, digest_alg=None):
    """attrs None: a SignerInfo without signed attributes."""
    key = key or cert.key
    body = (b"".join(sorted(attrs)) if sort else b"".join(attrs)) if attrs is not None else None
    what = tlv(0x31, body) if attrs is not None else content
    value = key.sign(what, hash_) if value is None else value
    return seq(integer(1), sid or seq(cert.issuer, integer(cert.serial)), digest_alg or alg(hash_),
               *([tlv(0xa0, body)] if attrs is not None else []),
               sig_alg or key.algorithm(hash_), octets(value),
               *([tlv(0xa1, *unsigned)] if unsigned else [])), value


def cms(signers, certs, content=None, type_=DATA, crls=(), outer=SIGNED, hash_=SHA256):
    body = seq(integer(3 if type_ != DATA else 1), set_(alg(hash_)),
               seq(oid(type_), *([explicit(0, octets(content))] if content is not None else [])),
               *([tlv(0xa0, *(c.der for c in certs))] if certs else []),
               *([tlv(0xa1, *crls)] if crls else []), set_(*signers))
    return seq(oid(outer), explicit(0, body))


def tst(cert, data, at="2026-03-05 04:12:00", hash_=SHA256, chain=(), serial=7, imprint=None, ess=True,
        key=None, ess_wrong=False, type_=TSTINFO, version=1, twice=False, sid=None):
    info = seq(integer(version), oid("1.3.6.1.4.1.99999.1"),
               seq(alg(hash_), octets(imprint if imprint is not None else digest(data, hash_))),
               integer(serial), gentime(at))
    attrs = [attr(A_TYPE, oid(TSTINFO)), attr(A_DIGEST, octets(digest(info)))]
    if ess:
        attrs.append(ess2(cert, wrong=ess_wrong))
    si, _ = signer_info(cert, attrs, key=key, sid=sid)
    return cms([si, si] if twice else [si], [cert, *chain], info, type_)


# ---- XAdES ------------------------------------------------------------------

DS = "http://www.w3.org/2000/09/xmldsig#"
XA, XA141 = "http://uri.etsi.org/01903/v1.3.2#", "http://uri.etsi.org/01903/v1.4.1#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
XSHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
ECDSA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
PROPS = "http://uri.etsi.org/01903#SignedProperties"


def b64(b): return base64.b64encode(b).decode()


def reference(uri_, value, type_=None, transforms=(), hash_uri=XSHA256, id_=None):
    t = "".join(f'<ds:Transform Algorithm="{x}"></ds:Transform>' if not x.startswith("<") else x for x in transforms)
    return (f'<ds:Reference{f" Id={chr(34)}{id_}{chr(34)}" if id_ else ""}'
            f'{f" Type={chr(34)}{type_}{chr(34)}" if type_ else ""}'
            f'{f" URI={chr(34)}{uri_}{chr(34)}" if uri_ is not None else ""}>'
            f'{f"<ds:Transforms>{t}</ds:Transforms>" if t else ""}'
            f'<ds:DigestMethod Algorithm="{hash_uri}"></ds:DigestMethod>'
            f'<ds:DigestValue>{b64(value)}</ds:DigestValue></ds:Reference>')


class Xades:
    """Exclusive C14N throughout, and every canonical form is written as it
    stands: what is signed can be seen."""

    def __init__(self, cert, chain=(), refs=(), formats=(), at="2026-03-05T04:11:09Z", key=None,
                 cert_digest=None, no_cert_ref=False, sid="S1", ref_type=PROPS, target=None,
                 props_extra="", method=ECDSA256, c14n=EXC, key_info=None, props_ref=True):
        self.key, self.sid = key or cert.key, sid
        d = cert_digest or digest(cert.der)
        sc = "" if no_cert_ref else (
            '<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>'
            f'<ds:DigestMethod xmlns:ds="{DS}" Algorithm="{XSHA256}"></ds:DigestMethod>'
            f'<ds:DigestValue xmlns:ds="{DS}">{b64(d)}</ds:DigestValue>'
            '</xades:CertDigest></xades:Cert></xades:SigningCertificateV2>')
        fm = "".join(f'<xades:DataObjectFormat ObjectReference="#{sid}-r{i}"><xades:MimeType>{m}</xades:MimeType>'
                     '</xades:DataObjectFormat>' for i, m in enumerate(formats))
        self.props = (f'<xades:SignedProperties xmlns:xades="{XA}" Id="{sid}-p">'
                      f'<xades:SignedSignatureProperties><xades:SigningTime>{at}</xades:SigningTime>{sc}{props_extra}'
                      '</xades:SignedSignatureProperties>'
                      + (f'<xades:SignedDataObjectProperties>{fm}</xades:SignedDataObjectProperties>' if fm else "")
                      + '</xades:SignedProperties>')
        body = "".join(refs)
        if props_ref:
            body += reference(f"#{sid}-p", digest(self.props.encode()), ref_type, [EXC])
        self.info = (f'<ds:SignedInfo xmlns:ds="{DS}"><ds:CanonicalizationMethod Algorithm="{c14n}">'
                     f'</ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="{method}"></ds:SignatureMethod>'
                     f'{body}</ds:SignedInfo>')
        self.value = self.key.sign_xml(self.info.encode())
        self.value_xml = f'<ds:SignatureValue xmlns:ds="{DS}" Id="{sid}-v">{b64(self.value)}</ds:SignatureValue>'
        self.key_info = key_info or ("<ds:KeyInfo><ds:X509Data>" + "".join(
            f"<ds:X509Certificate>{c.b64()}</ds:X509Certificate>" for c in (cert, *chain)) + "</ds:X509Data></ds:KeyInfo>")
        self.target = target or f"#{sid}"
        self.unsigned = ""

    def stamp(self, token, element="SignatureTimeStamp", ns=XA, twice=None):
        inner = "".join(f'<xades:EncapsulatedTimeStamp xmlns:xades="{XA}">{b64(t)}</xades:EncapsulatedTimeStamp>'
                        for t in ([token] if twice is None else [token, twice]))
        self.unsigned += (f'<x:{element} xmlns:x="{ns}"><ds:CanonicalizationMethod xmlns:ds="{DS}" Algorithm="{EXC}">'
                          f'</ds:CanonicalizationMethod>{inner}</x:{element}>')

    def values(self, certs=(), crls=(), ocsps=()):
        if certs:
            self.unsigned += (f'<x:CertificateValues xmlns:x="{XA}">' + "".join(
                f"<x:EncapsulatedX509Certificate>{c.b64()}</x:EncapsulatedX509Certificate>" for c in certs)
                + "</x:CertificateValues>")
        if crls or ocsps:
            self.unsigned += (f'<x:RevocationValues xmlns:x="{XA}">'
                              + ("<x:CRLValues>" + "".join(
                                  f"<x:EncapsulatedCRLValue>{b64(c)}</x:EncapsulatedCRLValue>" for c in crls)
                                  + "</x:CRLValues>" if crls else "")
                              + ("<x:OCSPValues>" + "".join(
                                  f"<x:EncapsulatedOCSPValue>{b64(o)}</x:EncapsulatedOCSPValue>" for o in ocsps)
                                  + "</x:OCSPValues>" if ocsps else "") + "</x:RevocationValues>")

    def signature(self, objects=""):
        u = (f"<xades:UnsignedProperties><xades:UnsignedSignatureProperties>{self.unsigned}"
             "</xades:UnsignedSignatureProperties></xades:UnsignedProperties>") if self.unsigned else ""
        return (f'<ds:Signature xmlns:ds="{DS}" Id="{self.sid}">{self.info}{self.value_xml}{self.key_info}'
                f'<ds:Object><xades:QualifyingProperties xmlns:xades="{XA}" Target="{self.target}">{self.props}{u}'
                f'</xades:QualifyingProperties></ds:Object>{objects}</ds:Signature>')

    def entry(self, objects=""):
        return ('<?xml version="1.0" encoding="UTF-8"?>\n<asic:XAdESSignatures '
                f'xmlns:asic="http://uri.etsi.org/02918/v1.2.1#">{self.signature(objects)}</asic:XAdESSignatures>').encode()


# ---- containers -------------------------------------------------------------

ASICE, ASICS = "application/vnd.etsi.asic-e+zip", "application/vnd.etsi.asic-s+zip"


def package(entries, mimetype=ASICE):
    """entries: (name, bytes) in order; stored, dated 1980."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as z:
        for n, b in ([("mimetype", mimetype.encode())] if mimetype else []) + list(entries):
            z.writestr(zipfile.ZipInfo(n, (1980, 1, 1, 0, 0, 0)), b)
    return out.getvalue()


def odf_manifest(names, mimetype=ASICE, types=None):
    lines = "".join(f'<manifest:file-entry manifest:full-path="{n.replace("&", "&amp;")}" manifest:media-type="{(types or {}).get(n, "text/plain")}"/>'
                    for n in names)
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<manifest:manifest '
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mimetype}"/>{lines}'
            '</manifest:manifest>').encode()


def asic_manifest(signature, objects, mime="application/pkcs7-signature", root=None):
    """objects: (name, bytes[, digest])"""
    ns = "http://uri.etsi.org/02918/v1.2.1#"
    o = "".join(f'<asic:DataObjectReference URI="{x[0]}" MimeType="text/plain"'
                f'{" Rootfile=" + chr(34) + "true" + chr(34) if root == x[0] else ""}>'
                f'<ds:DigestMethod Algorithm="{XSHA256}"/><ds:DigestValue>'
                f'{b64(x[2] if len(x) > 2 else digest(x[1]))}</ds:DigestValue></asic:DataObjectReference>' for x in objects)
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<asic:ASiCManifest xmlns:asic="{ns}" xmlns:ds="{DS}">'
            f'<asic:SigReference URI="{signature}" MimeType="{mime}"/>{o}</asic:ASiCManifest>').encode()
