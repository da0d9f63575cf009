#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Makes the attacks of testdata/attacks anew: files that must never read as
valid, each named by the id of its attack (tests/attacks.tsv says what each is
and which finding must answer it), beside sound neighbours named good-*.

    python3 testdata/attacks/mk.py          the files that are checked in
    python3 testdata/attacks/mk.py DIR      all of them, there, the large ones too

Everything is judged as of 2026-06-01; root.pem is the only anchor."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import hashlib

from forge import *  # noqa: F401,F403  one vocabulary

BIG = len(sys.argv) > 1
HERE = sys.argv[1] if BIG else os.path.dirname(os.path.abspath(__file__))
DOC, OTHER = b"Order No. 12: let it be done.\n", b"Order No. 12: let it NOT be done.\n"


def put(name_, data):
    with open(os.path.join(HERE, name_), "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())


def put_big(name_, make):
    """Too large to be checked in: made for a test, in the folder it names."""
    if BIG:
        put(name_, make())


# ---- the cast ---------------------------------------------------------------

root = Cert("Root", Key(), exts=CA_EXTS)
ca = Cert("CA", Key(), root, 2, exts=CA_EXTS)
signer = Cert("Signer", Key(), ca, 10, exts=EE_EXTS)
watched = Cert("Watched Signer", Key(), ca, 11, exts=EE_EXTS + [ocsp_at(), crl_at()])
short = Cert("Short Signer", Key(), ca, 12, until="2026-04-01", exts=EE_EXTS)
tsa = Cert("TSA", Key(), ca, 20, exts=[usage("digitalSignature"), eku(EKU_TSA, critical=True)])
ended_tsa = Cert("Ended TSA", Key(), ca, 25, until="2026-04-01", exts=[usage("digitalSignature"), eku(EKU_TSA, critical=True)])
responder = Cert("Responder", Key(), ca, 30, exts=[usage("digitalSignature"), eku(EKU_OCSP), NOCHECK])
evil_root = Cert("Evil Root", Key(), exts=CA_EXTS)
evil_ca = Cert("CA", Key(), evil_root, 2, exts=CA_EXTS)
evil = Cert("Signer", Key(), evil_ca, 10, exts=EE_EXTS)
evil_tsa = Cert("TSA", Key(), evil_ca, 20, exts=[usage("digitalSignature"), eku(EKU_TSA, critical=True)])
evil_responder = Cert("Responder", Key(), evil_ca, 30, exts=[usage("digitalSignature"), eku(EKU_OCSP), NOCHECK])


def doc_ref(data=DOC, uri_="doc.txt", sid="S1", n=0):
    return reference(uri_, digest(data), id_=f"{sid}-r{n}")


def xades(cert=signer, chain=(ca,), refs=None, **kw):
    return Xades(cert, chain, [doc_ref()] if refs is None else refs, formats=kw.pop("formats", ["text/plain"]), **kw)


def asice(x, data=DOC, name_="doc.txt", more=(), manifest=True):
    body = x if isinstance(x, bytes) else x.entry() if isinstance(x, Xades) else x.encode()
    names = [name_] + [n for n, _ in more if not n.startswith("META-INF/")]
    return package([(name_, data), *more]
                   + ([("META-INF/manifest.xml", odf_manifest(names))] if manifest else [])
                   + [("META-INF/signatures1.xml", body)])


def stamped(cert=signer, at="2026-03-05 04:12:00", by=tsa, **kw):
    x = xades(cert, **kw)
    x.stamp(tst(by, x.value_xml.encode(), at, chain=[ca]))
    return x


def long_term(cert=watched, answers=None, crls=(), at="2026-03-05 04:12:00", **kw):
    x = stamped(cert, at, **kw)
    x.values([ca, root], crls, [ocsp(responder, [single(cert, ca, this="2026-03-05 05:00", next_="2026-03-12")],
                                     "2026-03-05 05:00")] if answers is None else answers)
    return x


def detached(attrs=None, cert=signer, certs=None, content=DOC, **kw):
    si, _ = signer_info(cert, signed_attrs(content, cert) if attrs is None else attrs, content, **kw)
    return cms([si], [cert, ca] if certs is None else certs)


def attached(attrs=None, cert=signer, certs=None, content=DOC, shown=None, **kw):
    si, _ = signer_info(cert, signed_attrs(content, cert) if attrs is None else attrs, content, **kw)
    return cms([si], [cert, ca] if certs is None else certs, content if shown is None else shown)


def cades_asice(objects=((("doc.txt"), DOC),), data=DOC, manifest=None, sig=None, more=()):
    m = asic_manifest("META-INF/signature1.p7s", objects) if manifest is None else manifest
    si, _ = signer_info(signer, signed_attrs(m, signer))
    return package([("doc.txt", data), *more, ("META-INF/ASiCManifest1.xml", m),
                    ("META-INF/signature1.p7s", sig or cms([si], [signer, ca]))])


# ---- the sound ones ---------------------------------------------------------

def sound():
    put("root.pem", root.pem())
    put("doc.txt", DOC)
    put("good-xades-b.asice", asice(xades()))
    put("good-xades-t.asice", asice(stamped()))
    put("good-xades-t-expired.asice", asice(stamped(short)))
    put("good-xades-lt.asice", asice(long_term()))
    put("good-xades-lt-crl.asice", asice(long_term(answers=[], crls=[crl(ca, this="2026-03-06", next_="2026-12-01")])))
    put("good-cades-b.p7m", attached())
    put("good-cades-t.p7m", cades_stamped())
    put("good-xades-lta.asice", archived((tsa, "2026-03-15"), (tsa, "2026-03-25"), first=ended_tsa))
    put("good-detached.p7s", detached())
    put("good-cades.asice", cades_asice())
    put("good-cades.asics", package([("doc.txt", DOC), ("META-INF/signature.p7s", detached())], ASICS))
    put("good-tst.asics", package([("doc.txt", DOC), ("META-INF/timestamp.tst", tst(tsa, DOC, chain=[ca]))], ASICS))
    put("good-enveloped.xml", enveloped())
    put("good-record.asics", package([("doc.txt", DOC), ("META-INF/evidencerecord.ers", record([DOC]))], ASICS))


def cades_stamped(by=tsa, over=None, at="2026-03-05 04:12:00", cert=signer, **kw):
    a = signed_attrs(DOC, cert)
    _, value = signer_info(cert, a)
    si, _ = signer_info(cert, a, value=value,
                        unsigned=[attr(A_STAMP, tst(by, value if over is None else over, at, chain=[ca], **kw))])
    return cms([si], [cert, ca], DOC)


# ---- X: XML and XAdES -------------------------------------------------------

def body_xml(inner, sig=""):
    return f'<order xmlns="urn:test">{inner}{sig}</order>'


ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"


def enveloped(text="let it be done", shown=None, wrap=None):
    plain = body_xml(f"<text>{text}</text>")
    x = xades(refs=[reference("", digest(plain.encode()), id_="S1-r0", transforms=[ENVELOPED, EXC])], formats=[])
    out = body_xml(f"<text>{shown or text}</text>", x.signature())
    return wrap(x, plain) if wrap else out


def by_id(victim='<text xmlns="urn:test" Id="T">let it be done</text>'):
    """An enveloped signature over the element with that Id."""
    return xades(refs=[reference("#T", digest(victim.encode()), id_="S1-r0", transforms=[EXC])], formats=[]), victim


def xml_attacks():
    x = xades()
    false = x.props.replace("2026-03-05", "2020-01-01")
    qp = f'<xades:QualifyingProperties xmlns:xades="{XA}" Target="#S1">'
    entry = x.entry().decode()

    def wrapped(text):
        return asice(text.encode())

    obj = f"<ds:Object>{x.props}</ds:Object>"
    shown = entry.replace(x.props, false.replace('Id="S1-p"', 'Id="S1-q"'), 1)
    put("X01-properties-in-object-after.asice", wrapped(shown.replace("</ds:Signature>", obj + "</ds:Signature>")))
    put("X02-properties-in-object-before.asice", wrapped(shown.replace("<ds:Object>", obj + "<ds:Object>", 1)))
    put("X03-properties-before-signature.asice", wrapped(shown.replace("<ds:Signature ", f"<w>{x.props}</w><ds:Signature ", 1)))
    put("X04-properties-after-signature.asice", wrapped(shown.replace("</ds:Signature>", f"</ds:Signature><w>{x.props}</w>")))
    put("X05-properties-beside.asice", wrapped(shown.replace("</xades:QualifyingProperties>", x.props + "</xades:QualifyingProperties>")))
    put("X06-properties-in-unsigned.asice", wrapped(shown.replace(
        "</xades:QualifyingProperties>", "<xades:UnsignedProperties><xades:UnsignedSignatureProperties>" + x.props
        + "</xades:UnsignedSignatureProperties></xades:UnsignedProperties></xades:QualifyingProperties>")))
    put("X07-properties-inside-false.asice", wrapped(shown.replace("</xades:SignedProperties>", x.props + "</xades:SignedProperties>", 1)))
    put("X08-properties-in-keyinfo.asice", wrapped(shown.replace("</ds:KeyInfo>", f"<ds:KeyValue>{x.props}</ds:KeyValue></ds:KeyInfo>")))
    put("X09-two-qualifying-properties.asice", wrapped(entry.replace(
        "<ds:Object>", f'<ds:Object>{qp}{false.replace("S1-p", "S1-q")}</xades:QualifyingProperties></ds:Object><ds:Object>', 1)))
    put("X10-manifest-as-data.asice", wrapped(xades(refs=[doc_ref(), reference(
        "#M", digest(b"<m></m>"), "http://www.w3.org/2000/09/xmldsig#Manifest", [EXC])]).entry("<ds:Object><m Id=\"M\"></m></ds:Object>").decode()))
    y, victim = by_id()
    put("X11-wrapped-by-id.xml", body_xml('<text Id="E">let it NOT be done</text>' + f"<w>{victim}</w>", y.signature()))
    put("X12-victim-moved-into-object.xml", body_xml('<text Id="E">let it NOT be done</text>', y.signature(f"<ds:Object>{victim}</ds:Object>")))
    put("X13-false-root.xml", f'<order xmlns="urn:test"><text>let it NOT be done</text>{enveloped()}</order>')
    put("X14-two-same-id.xml", body_xml(victim + '<text Id="T">let it NOT be done</text>', y.signature()))
    put("X15-properties-not-referenced.asice", asice(xades(props_ref=False)))
    put("X16-properties-removed.asice", wrapped(entry.replace(x.props, "")))
    put("X17-reference-type-wrong.asice", asice(xades(ref_type="http://uri.etsi.org/01903#Signed")))
    put("X17-target-of-another.asice", asice(xades(target="#S2")))
    put("X18-two-signed-properties.asice", wrapped(entry.replace(x.props, x.props + false.replace("S1-p", "S1-q"))))
    put("X19-duplicate-id-spelled.asice", wrapped(entry.replace("<asic:XAdESSignatures ", '<asic:XAdESSignatures ID="S1-p" ', 1)))
    put("X20-doctype-id.asice", wrapped(entry.replace("?>\n", '?>\n<!DOCTYPE x [<!ATTLIST x y ID "S1-p">]>\n', 1)))
    put("X21-two-signed-info.asice", wrapped(entry.replace("<ds:SignatureValue", x.info.replace(
        b64(digest(DOC)), b64(digest(OTHER))).replace(' Id="S1-r0"', "") + "<ds:SignatureValue", 1)))
    put("X22-wrapped-signed-info.asice", wrapped(entry.replace(x.info, f"<w>{x.info}</w>")))
    put("X23-comment-in-digest.asice", wrapped(entry.replace(b64(digest(DOC)), b64(digest(DOC))[:9] + "<!-- -->" + b64(digest(DOC))[9:], 1)))
    put("X23-comment-in-value.asice", wrapped(entry.replace(b64(x.value), b64(x.value)[:9] + "<!-- -->" + b64(x.value)[9:])))
    put("X24-time-split-by-pi.asice", wrapped(entry.replace("2026-03-05T", "2026-03-<?x?>05T")))
    put("X25-hmac-with-public-key.asice", asice(xades(method="http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")))
    put("X26-hmac-truncated.asice", wrapped(xades(method="http://www.w3.org/2000/09/xmldsig#hmac-sha1").entry().decode().replace(
        '#hmac-sha1"></ds:SignatureMethod>', '#hmac-sha1"><ds:HMACOutputLength>8</ds:HMACOutputLength></ds:SignatureMethod>')))
    for id_, t in [("X27-xslt", '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet '
                    'xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"></xsl:stylesheet></ds:Transform>'),
                   ("X28-xpath", '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>'
                    'not(self::text)</ds:XPath></ds:Transform>'),
                   ("X28-xpath-filter2", '<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2">'
                    '<f:XPath xmlns:f="http://www.w3.org/2002/06/xmldsig-filter2" Filter="intersect">/none</f:XPath></ds:Transform>'),
                   ("X28-decrypt", '<ds:Transform Algorithm="http://www.w3.org/2002/07/decrypt#XML"></ds:Transform>')]:
        put(f"{id_}.xml", body_xml("<text>let it NOT be done</text>", xades(
            refs=[reference("", digest(b""), id_="S1-r0", transforms=[ENVELOPED, t, EXC])], formats=[]).signature()))
    put("X29-base64-of-base64.asice", asice(xades(refs=[reference("doc.txt", digest(DOC), id_="S1-r0", transforms=[
        "http://www.w3.org/2000/09/xmldsig#base64"] * 2)]), b64(b64(DOC).encode()).encode()))
    many = "".join(f' xmlns:n{i}="urn:{i}"' for i in range(3000))
    put("X30-namespace-bomb.asice", wrapped(entry.replace("<asic:XAdESSignatures ", f"<asic:XAdESSignatures{many} ", 1)))
    put_big("X31-attribute-bomb.asice", lambda: wrapped(entry.replace("<asic:XAdESSignatures ", "<asic:XAdESSignatures" + "".join(
        f' a{i}=""' for i in range(20000)) + " ", 1)))
    put("X32-billion-laughs.asice", wrapped(entry.replace("?>\n", '?>\n<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "' + "&a;" * 50
                                                           + '"><!ENTITY c "' + "&b;" * 50 + '">]>\n', 1)))
    put("X33-external-entity.asice", wrapped(entry.replace("?>\n", '?>\n<!DOCTYPE x SYSTEM "file:///etc/passwd">\n', 1)))
    put("X33-xinclude.asice", wrapped(entry.replace(b64(digest(DOC)), '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" '
                                                    'href="file:///etc/hostname" parse="text"/>', 1)))
    for id_, u in [("http", "http://example.tj/doc.txt"), ("file", "file:///etc/passwd"), ("dotdot", "../doc.txt"),
                   ("manifest", "META-INF/manifest.xml"), ("fragment", "doc.txt#x")]:
        put(f"X34-uri-{id_}.asice", asice(xades(refs=[doc_ref(uri_=u)])))
    for id_, u, n in [("slash", "a%2Fdoc.txt", "a/doc.txt"), ("dot", "%2e/doc.txt", "doc.txt"), ("plus", "my+doc.txt", "my doc.txt"),
                      ("case", "Doc.txt", "doc.txt"), ("nfd", "%D0%B8%CC%86.txt", "\u0439.txt")]:
        put(f"X35-name-{id_}.asice", asice(xades(refs=[doc_ref(uri_=u)]), name_=n))
    put("X36-document-not-covered.asice", asice(xades(), more=[("annex.txt", OTHER)]))
    put("X37-certificate-swapped.asice", wrapped(entry.replace(signer.b64(), evil.b64())))
    put("X37-key-info-of-another.asice", asice(Xades(evil, [ca], [doc_ref()], ["text/plain"], cert_digest=digest(signer.der))))
    put("X38-no-signing-certificate.asice", asice(xades(no_cert_ref=True)))
    z = xades(sid="C1", refs=[reference("#S1-v", digest(b"another value"), "http://uri.etsi.org/01903#CountersignedSignature", [EXC])], formats=[])
    w = xades(refs=[doc_ref(OTHER)])
    w.unsigned = f'<x:CounterSignature xmlns:x="{XA}">{z.signature()}</x:CounterSignature>'
    put("X39-counter-signature-mends-nothing.asice", asice(w))
    put("X40-retrieval-method.asice", asice(xades(key_info='<ds:KeyInfo><ds:RetrievalMethod URI="#S1"></ds:RetrievalMethod></ds:KeyInfo>')))
    put("X41-unknown-c14n.asice", asice(xades(c14n="http://example.tj/c14n")))
    put("X41-unknown-method.asice", asice(xades(method="http://example.tj/sign")))
    put("X42-amp-twice.asice", asice(xades(refs=[doc_ref(uri_="a&amp;amp;b.txt")]), name_="a&b.txt"))
    put("X43-utf16.asice", asice(
        entry.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")))
    put("X43-utf7.asice", wrapped(entry.replace('encoding="UTF-8"', 'encoding="UTF-7"')))
    bad = xades(refs=[doc_ref(OTHER, sid="S2")], sid="S2")
    put("X44-one-good-one-bad.asice", wrapped(entry.replace("</asic:XAdESSignatures>", bad.signature() + "</asic:XAdESSignatures>")))


# ---- M: containers ----------------------------------------------------------

def container_attacks():
    x = xades()
    e = x.entry()
    put("M01-manifest-omits-file.asice", package([("doc.txt", DOC), ("META-INF/manifest.xml", odf_manifest([])),
                                                  ("META-INF/signatures1.xml", xades(refs=[doc_ref(OTHER)]).entry())]))
    put("M02-manifest-names-missing.asice", package([("doc.txt", DOC), ("META-INF/manifest.xml", odf_manifest(["doc.txt", "gone.txt"])),
                                                     ("META-INF/signatures1.xml", xades(refs=[doc_ref(), doc_ref(OTHER, "gone.txt", n=1)]).entry())]))
    put("M03-two-signatures-of-a-name.asice", twice("META-INF/signatures1.xml", e))
    put("M03-two-mimetypes.asice", twice("mimetype", ASICE.encode()))
    put("M04-media-type-differs.asice", package([("doc.txt", OTHER), ("META-INF/manifest.xml", odf_manifest(["doc.txt"], types={"doc.txt": "text/html"})),
                                                 ("META-INF/signatures1.xml", e)]))
    put("M05-asics-two-documents.asics", package([("doc.txt", DOC), ("doc2.txt", OTHER), ("META-INF/signature.p7s", detached())], ASICS))
    put("M05-asics-no-document.asics", package([("META-INF/signature.p7s", detached())], ASICS))
    put("M06-forms-mixed.asics", package([("doc.txt", DOC), ("META-INF/signature.p7s", detached(content=OTHER)), ("META-INF/signatures.xml", e)], ASICS))
    put("M07-manifest-of-another-signature.asice", cades_asice(manifest=asic_manifest("META-INF/signature9.p7s", [("doc.txt", DOC)])))
    m = asic_manifest("META-INF/signature1.p7s", [("doc.txt", DOC)])
    put("M08-two-manifests.asice", cades_asice(data=OTHER, more=[("META-INF/ASiCManifest2.xml", asic_manifest("META-INF/signature1.p7s", [("doc.txt", OTHER)]))], manifest=m))
    inner = asice(xades())
    put("M09-nested-not-covered.asice", asice(xades(refs=[doc_ref()]), more=[("inner.asice", inner)]))
    put("M10-mimetype-newline.asice", package([("doc.txt", OTHER), ("META-INF/manifest.xml", odf_manifest(["doc.txt"])), ("META-INF/signatures1.xml", e)], ASICE + "\n"))
    put("M11-leading-byte.asice", b"\n" + asice(x))
    put("M11-trailing-data.asice", asice(x) + b"tail")
    put("M12-case-twin.asice", asice(x, more=[("DOC.TXT", OTHER)]))
    put("M12-rtlo-name.asice", asice(x, more=[("doc\u202etxt.exe", OTHER)]))
    put("M12-homoglyph-name.asice", asice(x, OTHER, name_="d\u043ec.txt"))
    put_big("M13-1100-signatures.asice", lambda: asice(b'<?xml version="1.0"?>\n<asic:XAdESSignatures xmlns:asic="http://uri.etsi.org/02918/v1.2.1#">'
                                           + "".join(x.signature().replace("S1", f"S{i}") for i in range(1100)).encode()
                                           + b"</asic:XAdESSignatures>"))
    a = asic_manifest("META-INF/timestamp2.tst", [("doc.txt", DOC), ("META-INF/ASiCManifest1.xml", m), ("META-INF/ASiCArchiveManifest9.xml", b"gone")],
                      "application/vnd.etsi.timestamp-token")
    put("M14-archive-manifest-predecessor-gone.asice", cades_asice(data=DOC, manifest=m, more=[
        ("META-INF/ASiCArchiveManifest.xml", a), ("META-INF/timestamp2.tst", tst(tsa, a, chain=[ca]))]))
    put("M14-archive-manifest-digest.asice", cades_asice(data=DOC, manifest=m, more=[
        ("META-INF/ASiCArchiveManifest.xml", b := asic_manifest("META-INF/timestamp2.tst", [("doc.txt", OTHER), ("META-INF/signature1.p7s", b"x")],
                                                              "application/vnd.etsi.timestamp-token")), ("META-INF/timestamp2.tst", tst(tsa, b, chain=[ca]))]))
    put("M15-manifest-entry-changed.asice", cades_asice(data=OTHER))
    put("M15-manifest-entry-missing.asice", cades_asice(objects=[("doc.txt", DOC), ("annex.txt", OTHER)]))


def twice(name_, data):
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x = xades()
        return package([("doc.txt", DOC), ("META-INF/manifest.xml", odf_manifest(["doc.txt"])),
                        ("META-INF/signatures1.xml", x.entry()), (name_, data)])


# ---- C: CMS and CAdES -------------------------------------------------------

def cms_attacks():
    attrs = signed_attrs(DOC, signer)
    _, value = signer_info(signer, attrs)
    as_content = tlv(0x31, b"".join(sorted(attrs)))
    si, _ = signer_info(signer, None, as_content, value=value)
    put("C01-attributes-as-content.p7m", cms([si], [signer, ca], as_content))
    put("C02-no-signed-attributes.p7m", cms([signer_info(signer, None, DOC)[0]], [signer, ca], DOC))
    put("C03-duplicate-attribute.p7m", attached(attrs + [attr(A_DIGEST, octets(digest(OTHER)))]))
    put("C03-two-signing-times.p7m", attached(attrs + [attr(A_TIME, time("2020-01-01"))]))
    put("C04-content-type-wrong.p7m", attached(signed_attrs(DOC, signer, type_=TSTINFO)))
    put("C04-content-type-missing.p7m", attached(attrs[1:]))
    put("C05-message-digest-wrong.p7m", attached(signed_attrs(OTHER, signer)))
    put("C05-message-digest-missing.p7m", attached([attrs[0], *attrs[2:]]))
    put("C05-message-digest-two-values.p7m", attached([attrs[0], seq(oid(A_DIGEST), set_(octets(digest(DOC)), octets(digest(OTHER)))), *attrs[2:]]))
    put("C06-attributes-unsorted-changed.p7m", attached(list(reversed(sorted(attrs))), sort=False, value=value, shown=OTHER))
    put("C07-no-signing-certificate.p7m", attached(attrs[:3]))
    put("C08-signing-certificate-wrong.p7m", attached([*attrs[:3], ess2(signer, wrong=True)]))
    put("C09-two-signing-certificates.p7m", attached([*attrs, ess2(evil)]))
    put("C10-identifier-of-two-certificates.p7m", attached(cert=evil, certs=[signer, evil, ca]))
    other_value = signer_info(signer, signed_attrs(OTHER, signer))[1]
    put("C11-time-stamp-copied.p7m", cades_stamped(over=other_value))
    put("C12-attached-and-detached-differ.p7m", attached(content=OTHER))
    put("C13-algorithms-disagree.p7m", attached(sig_alg=signer.key.algorithm(SHA512)))
    put("C13-digest-algorithm-lies.p7m", attached(digest_alg=alg(SHA1)))
    whole = attached()
    put("C14-bare-indefinite-bomb.p7m", b"\x30\x80" * 5000)
    put("C14-nested-octets.p7m", cms([signer_info(signer, attrs)[0]], [signer, ca]).replace(
        seq(oid(DATA)), seq(oid(DATA), explicit(0, nested(60)))))
    put("C15-trailing-bytes.p7m", whole + b"\0")
    put("C16-enveloped-data.p7m", seq(oid("1.2.840.113549.1.7.3"), explicit(0, seq(integer(0), set_(), seq(oid(DATA))))))
    put("C16-compressed-data.p7m", seq(oid("1.2.840.113549.1.9.16.1.9"), explicit(0, seq(integer(0)))))
    put("C17-no-signer.p7m", cms([], [signer, ca], DOC))
    put_big("C18-many-attributes.p7m", lambda: attached(attrs + [attr(f"1.3.6.1.4.1.99999.{i}", null()) for i in range(12000)]))
    put("C19-md5-only.p7m", md5_only())
    put("C20-index-names-nothing.p7m", ats_v3())


def nested(depth):
    b = octets(DOC)
    for _ in range(depth):
        b = tlv(0x24, b)
    return b


def md5_only():
    weak = Cert("Weak", Key("RSA-2048"), ca, 40, exts=EE_EXTS)
    si, _ = signer_info(weak, signed_attrs(DOC, weak, hash_=MD5), hash_=MD5)
    return cms([si], [weak, ca], DOC, hash_=MD5)


def ats_v3():
    """An archive time-stamp whose index names a certificate that is not there."""
    a = signed_attrs(DOC, signer)
    si0, value = signer_info(signer, a)
    index = seq(alg(SHA256), seq(octets(digest(b"no such certificate"))), seq(), seq())
    atshash = attr("0.4.0.19122.1.5", index)
    fields = si0[si0.index(b"\x02\x01\x01"):]
    data = oid(DATA) + digest(DOC) + fields + index
    info = seq(integer(1), oid("1.3.6.1.4.1.99999.1"), seq(alg(SHA256), octets(digest(data))), integer(9), gentime("2026-03-06"))
    attrs = [attr(A_TYPE, oid(TSTINFO)), attr(A_DIGEST, octets(digest(info))), ess2(tsa)]
    t, _ = signer_info(tsa, attrs, unsigned=[atshash])
    token = cms([t], [tsa, ca], info, TSTINFO)
    si, _ = signer_info(signer, a, value=value, unsigned=[attr("0.4.0.1733.2.4", token)])
    return cms([si], [signer, ca], DOC)


# ---- P: certificates and paths ----------------------------------------------

def path_attacks():
    def by(cert, chain):
        return asice(xades(cert, chain))

    put("P02-usage-of-key-encipherment.asice", by(Cert("S", Key(), ca, 50, exts=[usage("keyEncipherment")]), [ca]))
    put("P02-not-a-ca.asice", by(Cert("S", Key(), signer, 51, exts=EE_EXTS), [signer, ca]))
    limited = Cert("Limited", Key(), root, 52, exts=[basic(True, 0), CA_EXTS[1]])
    sub = Cert("Sub", Key(), limited, 53, exts=CA_EXTS)
    put("P02-path-too-long.asice", by(Cert("S", Key(), sub, 54, exts=EE_EXTS), [sub, limited]))
    nosign = Cert("No Sign", Key(), root, 55, exts=[basic(True), usage("cRLSign")])
    put("P02-ca-may-not-sign.asice", by(Cert("S", Key(), nosign, 56, exts=EE_EXTS), [nosign]))
    put("P03-self-signed-in-chain.asice", by(evil, [evil_ca, evil_root]))
    put("P03-same-names-as-trusted.asice", by(evil, [ca]))
    put("P04-unknown-critical-extension.asice", by(Cert("S", Key(), ca, 57, exts=EE_EXTS + [ext("1.3.6.1.4.1.99999.7", null(), True)]), [ca]))
    names = Cert("Names", Key(), root, 58, exts=CA_EXTS + [ext("2.5.29.30", seq(tlv(0xa0, seq(implicit(2, b"tj")))), True)])
    put("P04-name-constraints.asice", by(Cert("S", Key(), names, 59, exts=EE_EXTS + [ext("2.5.29.17", seq(implicit(2, b"example.uz")))]), [names]))
    a, b = Key(), Key()
    one = Cert("One", a, Cert("Two", b), 60, exts=CA_EXTS)
    two = Cert("Two", b, one, 61, exts=CA_EXTS)
    put("P04-circle.asice", by(Cert("S", Key(), one, 62, exts=EE_EXTS), [one, two]))
    put("P05-exponent-one.asice", exponent_one())
    put("P05-authority-exponent-one.asice", sham_ca())
    huge = (1 << 17000) | 1
    giant = Cert("S", Key(), ca, 64, exts=EE_EXTS, spki=rsa_spki(huge, 65537))
    put("P05-modulus-huge.asice", asice(Xades(giant, [ca], [doc_ref()], ["text/plain"], method=RSA256)))
    put("P06-sixteen-of-one-name.asice", by(evil, [Cert("CA", Key(), evil_root, i, exts=CA_EXTS) for i in range(70, 86)]))
    put("P06-expired.asice", asice(xades(short)))
    put("P06-not-yet-valid.asice", by(Cert("S", Key(), ca, 87, since="2030-01-01", exts=EE_EXTS), [ca]))
    broken = Cert("S", Key(), ca, 88, exts=EE_EXTS)
    broken.der = broken.der[:-4] + b"\1\2\3\4"
    put("P06-certificate-signature.asice", by(broken, [ca]))


RSA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


def rsa_spki(n, e):
    return seq(alg("1.2.840.113549.1.1.1", null()), bits(seq(integer(n), integer(e))))


SHAM = int.from_bytes(hashlib.sha512(b"n").digest() * 4, "big") | 1 << 2047 | 1


def exponent_one():
    """With e = 1 the padded digest is its own signature: anybody can make it."""
    x = Xades(Cert("S", Key(), ca, 65, exts=EE_EXTS, spki=rsa_spki(SHAM, 1)), [ca], [doc_ref()], ["text/plain"], method=RSA256)
    return asice(x.entry().replace(b64(x.value).encode(), b64(padded(x.info.encode())).encode()))


def sham_ca():
    c = Cert("Sham CA", Key(), root, 66, exts=CA_EXTS, spki=rsa_spki(SHAM, 1))
    c.sham = True
    return asice(xades(Cert("S", Key(), c, 67, exts=EE_EXTS), [c]))


def weak_rsa():
    c = Cert("Weak", Key("RSA-1024"), ca, 63, exts=EE_EXTS)
    return asice(Xades(c, [ca], [doc_ref()], ["text/plain"], method=RSA256))


# ---- R: revocation ----------------------------------------------------------

def revocation_attacks():
    def lt(answers=(), crls=(), cert=watched, **kw):
        return asice(long_term(cert, list(answers), list(crls), **kw))

    def answer(status=GOOD, cert=watched, by=responder, issuer=ca, this="2026-03-05 05:00", next_="2026-03-12", produced=None, **kw):
        return ocsp(by, [single(cert, issuer, status, this, next_)], produced or this, **kw)

    put("R01-answer-for-another-certificate.asice", lt([answer(cert=signer)]))
    put("R01-answer-of-another-issuer.asice", lt([answer(issuer=evil_ca)]))
    plain = Cert("Not A Responder", Key(), ca, 31, exts=[usage("digitalSignature")])
    put("R02-responder-without-eku.asice", lt([answer(by=plain)]))
    put("R02-signer-as-responder.asice", lt([answer(by=watched)]))
    old = Cert("Old Responder", Key(), ca, 32, until="2026-02-01", exts=[usage("digitalSignature"), eku(EKU_OCSP), NOCHECK])
    put("R03-responder-expired.asice", lt([answer(by=old)]))
    put("R04-stale-answer.asice", lt([answer(this="2025-01-01", next_="2025-01-08")]))
    put("R04-answer-from-the-future.asice", lt([answer(this="2027-01-01", next_="2027-01-08")]))
    put("R05-unknown.asice", lt([answer(UNKNOWN)]))
    put("R06-revoked-behind-good.asice", lt([ocsp(responder, [
        single(watched, ca, this="2026-03-05 05:00", next_="2026-03-12"),
        single(watched, ca, revoked("2025-06-01", 1), "2026-03-05 05:00", "2026-03-12")], "2026-03-05 05:00")]))
    put("R06-revoked.asice", lt([answer(revoked("2025-06-01", 1))]))
    put("R06-revoked-crl.asice", lt(crls=[crl(ca, [(11, "2025-06-01", 1)], "2026-03-06", "2026-12-01")]))
    put("R06-hold.asice", lt(crls=[crl(ca, [(11, "2026-01-01", 6)], "2026-03-06", "2026-12-01")]))
    put("R07-critical-extension.asice", lt([ocsp(responder, [single(watched, ca, this="2026-03-05 05:00", next_="2026-03-12")], "2026-03-05 05:00",
                                                 exts=[ext("1.3.6.1.4.1.99999.8", null(), True)])]))
    put("R07-crl-critical-extension.asice", lt(crls=[crl(ca, this="2026-03-06", next_="2026-12-01", exts=[ext("1.3.6.1.4.1.99999.8", null(), True)])]))
    put("R08-responder-of-another-ca.asice", lt([answer(by=evil_responder)]))
    put("R08-answer-signature.asice", lt([answer(key=Key())]))
    put("R10-crl-of-another-key.asice", lt(crls=[crl(ca, this="2026-03-06", next_="2026-12-01", key=evil_ca.key)]))
    put("R10-crl-stale.asice", lt(crls=[crl(ca, this="2025-01-01", next_="2025-02-01")]))
    idp = lambda *p: ext("2.5.29.28", seq(*p), True)
    put("R11-crl-of-authorities-only.asice", lt(crls=[crl(ca, this="2026-03-06", next_="2026-12-01", exts=[idp(implicit(2, b"\xff"))])]))
    put("R11-crl-of-another-point.asice", lt(crls=[crl(ca, this="2026-03-06", next_="2026-12-01", exts=[
        idp(explicit(0, explicit(0, uri("http://crl.example.tj/other.crl"))))])]))
    put("R11-crl-some-reasons.asice", lt(crls=[crl(ca, this="2026-03-06", next_="2026-12-01", exts=[idp(implicit(3, b"\6\x40"))])]))
    put("R12-delta-without-base.asice", lt(crls=[crl(ca, this="2026-03-06", next_="2026-12-01", exts=[ext("2.5.29.27", integer(1), True)])]))
    put("R13-no-evidence.asice", lt())
    put("R13-crl-without-next-update.asice", lt(crls=[crl(evil_ca, this="2026-03-06", next_="2026-12-01")]))


# ---- T: time-stamps ---------------------------------------------------------

def stamp_attacks():
    def t(**kw):
        """The signer's certificate has ended: only a sound time-stamp could save it."""
        by, at, over = kw.pop("by", tsa), kw.pop("at", "2026-03-05 04:12:00"), kw.pop("over", None)
        x = xades(short)
        x.stamp(tst(by, x.value_xml.encode() if over is None else over, at, chain=[ca], **kw), twice=kw.pop("second", None))
        return asice(x)

    no_eku = Cert("TSA", Key(), ca, 21, exts=[usage("digitalSignature")])
    soft = Cert("TSA", Key(), ca, 22, exts=[usage("digitalSignature"), eku(EKU_TSA)])
    two = Cert("TSA", Key(), ca, 23, exts=[usage("digitalSignature"), eku(EKU_TSA, EKU_TLS, critical=True)])
    put("T01-tsa-without-eku.asice", t(by=no_eku))
    put("T01-tsa-eku-not-critical.asice", t(by=soft))
    put("T01-tsa-two-ekus.asice", t(by=two))
    put("T02-imprint-of-other-data.asice", t(over=b"other data"))
    put("T02-imprint-of-other-data.p7m", cades_stamped(cert=short, over=b"other data"))
    put("T03-no-ess-certificate.asice", t(ess=False))
    put("T03-ess-certificate-wrong.asice", t(ess_wrong=True))
    put("T03-key-identifier-no-ess.asice", t(ess=False, sid=tlv(0x80, tsa.key.key_hash())))
    put("T04-before-the-certificate.asice", asice(stamped(Cert("S", Key(), ca, 91, since="2026-04-01", exts=EE_EXTS))))
    put("T04-after-the-certificate.asice", t(at="2026-04-15 00:00"))
    put("T04-from-the-future.asice", t(at="2030-01-01 00:00"))
    put("T05-tsa-not-valid-then.asice", t(by=Cert("TSA", Key(), ca, 24, since="2026-05-01", exts=[usage("digitalSignature"), eku(EKU_TSA, critical=True)])))
    put("T06-tsa-untrusted.asice", t(by=evil_tsa))
    put("T08-sha1-imprint.asice", t(hash_=SHA1))
    put("T08-imprint-length.asice", t(imprint=b"\0" * 20))
    put("T09-token-signature.asice", t(key=Key()))
    put("T09-two-signers.asice", t(twice=True))
    put("T09-content-type.asice", t(type_=DATA))
    put("T09-version.asice", t(version=2))
    x = xades(short)
    x.stamp(tst(tsa, b"other", chain=[ca]), twice=tst(tsa, b"another", chain=[ca]))
    put("T07-two-tokens-in-one.asice", asice(x))
    put("T05-archive-before-stamp.asice", archived((tsa, "2026-03-01")))
    put("T05-archive-before-stamp-of-ended-tsa.asice", archived((tsa, "2026-03-01"), first=ended_tsa))
    put("T05-archive-before-archive.asice", archived((tsa, "2026-03-25"), (tsa, "2026-03-20")))
    put("T05-archive-before-crl.asice", archived((tsa, "2026-03-15"), crls=[crl(ca, this="2026-03-18", next_="2026-12-01")]))
    put("T10-tst-over-other-document.asics", package([("doc.txt", OTHER), ("META-INF/timestamp.tst", tst(tsa, DOC, chain=[ca]))], ASICS))


def archived(*stamps, first=tsa, cert=short, crls=()):
    """Time-stamped on 5 March, then by archive time-stamps (EN 319 132-1 5.5.2)."""
    x = stamped(cert, by=first)
    x.values([ca, root], crls)
    for by, at in stamps:
        info = x.key_info.replace("<ds:KeyInfo>", f'<ds:KeyInfo xmlns:ds="{DS}">', 1)
        over = x.props + x.info + x.value_xml + info + x.unsigned
        x.stamp(tst(by, DOC + over.encode(), at, chain=[ca]), "ArchiveTimeStamp", XA141)
    return asice(x)


# ---- E: evidence records ----------------------------------------------------

def ats(hash_value, groups=(), at="2026-03-05 04:12:00", by=tsa, alg_=SHA256, data=None):
    """groups: lists of other hashes, level by level."""
    levels, h = [], hash_value
    for i, g in enumerate(groups):
        members = sorted([h, *g])
        levels.append(seq(*(octets(m) for m in (members if i == 0 else sorted(g)))))
        h = digest(b"".join(members), alg_) if len(members) > 1 else members[0]
    if data is not None:
        h = data
    token = tst(by, b"", at, alg_, chain=[ca], imprint=h)
    return seq(implicit_seq(0, alg(alg_)), *([tlv(0xa2, *levels)] if levels else []), token), token


def implicit_seq(n, s):
    return bytes([0xa0 + n]) + s[1:]


def er(chains, algs=(SHA256,)):
    return seq(integer(1), seq(*(alg(a) for a in algs)), seq(*(seq(*c) for c in chains)))


def record(objects, others=(b"x", b"y"), **kw):
    h = [digest(o) for o in objects]
    first, _ = ats(h[0], [[*h[1:], *(digest(o) for o in others[:0])], [digest(o) for o in others]], **kw)
    return er([[first]])


def record_attacks():
    def held(r, name_="doc.txt", data=DOC):
        return package([(name_, data), ("META-INF/evidencerecord.ers", r)], ASICS)

    h = digest(DOC)
    put("E01-tree-does-not-reach.asics", held(er([[ats(h, [[], [digest(b"x")]], data=digest(b"another"))[0]]])))
    first, token = ats(h, [[], [digest(b"x")]])
    wrong, _ = ats(digest(b"another token"), [[]], at="2026-04-05 00:00")
    put("E02-renewal-of-another.asics", held(er([[first, wrong]])))
    chain2, _ = ats(digest(h + digest(b"another chain")), [[]], at="2026-04-05 00:00")
    put("E03-chain-of-another.asics", held(er([[first], [chain2]])))
    put("E04-tree-omits-document.asics", held(er([[ats(digest(OTHER), [[digest(b"z")], [digest(b"x")]])[0]]])))
    inner = digest(b"".join(sorted([h, digest(b"x")])))
    put("E05-leaf-is-an-inner-node.asics", held(er([[ats(inner, [[], [digest(b"y")]])[0]]])))
    right, _ = ats(digest(token), [[]], at="2026-01-01 00:00")
    put("E06-renewal-is-older.asics", held(er([[first, right]])))
    sha1, _ = ats(h, [[], [digest(b"x")]])
    put("E07-algorithm-differs.asics", held(er([[seq(implicit_seq(0, alg(SHA512)), *split(sha1)[1:])]], (SHA512,))))
    put("E08-sha1-tree.asics", held(er([[ats(digest(DOC, SHA1), [[], [digest(b"x", SHA1)]], alg_=SHA1)[0]]], (SHA1,))))
    put("E09-no-link-to-a-file.asics", held(record([OTHER])))
    put("E09-record-of-another-beside-signature.asics", package([("doc.txt", OTHER), ("META-INF/signature.p7s", detached(content=OTHER)),
                                                                ("META-INF/evidencerecord.ers", record([DOC]))], ASICS))
    put_big("E10-many-hashes.asics", lambda: held(er([[seq(implicit_seq(0, alg(SHA256)), tlv(0xa2, seq(*(octets(i.to_bytes(32, "big")) for i in range(120000)))), token)]])))


def split(s):
    """The elements of a SEQUENCE."""
    at = 2 if s[1] < 128 else 2 + (s[1] & 127)
    out = []
    while at < len(s):
        n, size = s[at + 1], 0
        if n > 127:
            size = n & 127
            n = int.from_bytes(s[at + 2:at + 2 + size], "big")
        end = at + 2 + size + n
        out.append(s[at:end])
        at = end
    return out


# ---- K: algorithms ----------------------------------------------------------

def algorithm_attacks():
    sha1 = xades(method="http://www.w3.org/2000/09/xmldsig#ecdsa-sha1".replace("2000/09/xmldsig", "2001/04/xmldsig-more"))
    sha1.value = signer.key.sign_xml(sha1.info.encode(), SHA1)
    sha1.value_xml = f'<ds:SignatureValue xmlns:ds="{DS}" Id="S1-v">{b64(sha1.value)}</ds:SignatureValue>'
    put("K01-sha1-signature.asice", asice(sha1))
    put("K01-sha1-reference.asice", asice(xades(refs=[reference("doc.txt", digest(DOC, SHA1), id_="S1-r0", hash_uri=DS + "sha1")])))
    put("K02-md5-reference.asice", asice(xades(refs=[reference("doc.txt", digest(DOC, MD5), id_="S1-r0", hash_uri="http://www.w3.org/2001/04/xmldsig-more#md5")])))
    put("K03-rsa-1024.asice", weak_rsa())
    k1 = Cert("K1", Key("secp256k1"), ca, 95, exts=EE_EXTS)
    put("K05-secp256k1.asice", asice(xades(k1)))
    x = xades()
    for id_, v in [("zero", b"\0" * 64), ("short", x.value[:-1]), ("long", x.value + b"\0"), ("der", signer.key.sign(x.info.encode()))]:
        put(f"K07-value-{id_}.asice", asice(x.entry().replace(b64(x.value).encode(), b64(v).encode())))
    put("K01-sha1-certificate.asice", asice(xades(Cert("S", Key(), ca, 96, exts=EE_EXTS, hash_=SHA1))))


def main():
    for n in os.listdir(HERE):
        if not n.endswith(".py"):
            os.unlink(os.path.join(HERE, n))
    sound()
    for part in (xml_attacks, container_attacks, cms_attacks, path_attacks, revocation_attacks, stamp_attacks,
                 record_attacks, algorithm_attacks):
        part()
    print(len(os.listdir(HERE)), "files")


if __name__ == "__main__":
    main()
