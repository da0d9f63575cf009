#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Makes the trusted lists of testdata/lists (TS 119 612, enveloped XAdES), with
openssl from PATH and the keys of testdata/pki: Zarina signs.  What is checked
in stays as it was made; what is absent is made.  T10 is the attack
catalogue's: what was granted once, or never."""
import base64
import hashlib
import os
import re
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
pki = os.path.join(here, "..", "pki")
NS = "http://uri.etsi.org/02231/v2#"
DS = "http://www.w3.org/2000/09/xmldsig#"
XA = "http://uri.etsi.org/01903/v1.3.2#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA = "http://www.w3.org/2001/04/xmlenc#sha256"
STATUS = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
OLD = "http://uri.etsi.org/TrstSvc/Svcstatus/"
TYPE = "http://uri.etsi.org/TrstSvc/Svctype/"
ASI = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"


def openssl(*args, data=None):
    return subprocess.run(["openssl", *args], check=True, stdout=subprocess.PIPE, input=data).stdout


def cert(name):
    return base64.b64encode(openssl("x509", "-in", os.path.join(pki, name), "-outform", "DER")).decode()


def digest(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


# Everything is written in exclusive canonical form, so that a digest is over the text.

def names(tag, *pairs):
    return "<%s>%s</%s>" % (tag, "".join('<Name xml:lang="%s">%s</Name>' % p for p in pairs), tag)


def instance(kind, status, since, identity, name, web=False, extension=""):
    """What ServiceInformation and ServiceHistoryInstance have in common."""
    if web:
        extension = ('<ServiceInformationExtensions><Extension Critical="true"><AdditionalServiceInformation>'
                     '<URI xml:lang="en">%sForWebSiteAuthentication</URI></AdditionalServiceInformation></Extension>'
                     '</ServiceInformationExtensions>' % ASI)
    return ("<ServiceTypeIdentifier>%s%s</ServiceTypeIdentifier>%s<ServiceDigitalIdentity>%s</ServiceDigitalIdentity>"
            "<ServiceStatus>%s</ServiceStatus><StatusStartingTime>%s</StatusStartingTime>%s") % (
        TYPE, kind, names("ServiceName", ("uz", name + " xizmati"), ("en", name)), identity, status, since, extension)


def service(kind, who, status, since, history=(), name="Service", **more):
    """history: (status, since) or (status, since, kind[, extension]), the newest first."""
    identity = "".join("<DigitalId><X509Certificate>%s</X509Certificate></DigitalId>" % w for w in who)
    past = "".join("<ServiceHistoryInstance>%s</ServiceHistoryInstance>" % instance(
        h[2] if len(h) > 2 else kind, h[0], h[1], "<DigitalId><X509SKI>AAAA</X509SKI></DigitalId>", name,
        extension=h[3] if len(h) > 3 else "") for h in history)
    return "<TSPService><ServiceInformation>%s</ServiceInformation>%s</TSPService>" % (
        instance(kind, status, since, identity, name, **more), "<ServiceHistory>%s</ServiceHistory>" % past if past else "")


def critical(content, value=' Critical="true"', tag="ServiceInformationExtensions"):
    return "<%s><Extension%s>%s</Extension></%s>" % (tag, value, content, tag)


def tsl(services, territory="UZ", version="5", sequence="7", type="EUgeneric", issued="2026-03-01T00:00:00Z",
        next="<dateTime>2026-09-01T00:00:00Z</dateTime>", tag="http://uri.etsi.org/19612/TSLTag", id=' Id="list"',
        scheme="", provider=""):
    return ('<TrustServiceStatusList xmlns="%s"%s TSLTag="%s"><SchemeInformation><TSLVersionIdentifier>%s'
            '</TSLVersionIdentifier><TSLSequenceNumber>%s</TSLSequenceNumber>'
            '<TSLType>http://uri.etsi.org/TrstSvc/TrustedList/TSLType/%s</TSLType>%s'
            '<SchemeTerritory>%s</SchemeTerritory><ListIssueDateTime>%s</ListIssueDateTime><NextUpdate>%s</NextUpdate>%s'
            '</SchemeInformation><TrustServiceProviderList><TrustServiceProvider><TSPInformation>%s%s</TSPInformation>'
            '<TSPServices>%s</TSPServices></TrustServiceProvider></TrustServiceProviderList></TrustServiceStatusList>') % (
        NS, id, tag, version, sequence, type, names("SchemeOperatorName", ("uz", "Agentlik"), ("en", "The   Agency\n of tests")),
        territory, issued, next, scheme, names("TSPName", ("en", "Provider &amp; Co")), provider, "".join(services))


def raw(der):
    """ECDSA-Sig-Value as r || s (RFC 4050)."""
    at, out = 2, b""
    for _ in range(2):
        n = der[at + 1]
        out += der[at + 2:at + 2 + n].lstrip(b"\0").rjust(32, b"\0")
        at += 2 + n
    return out


def sign(text, who="zarina.pem", uri="", body=None, transforms=(DS + "enveloped-signature", EXC), weak=False):
    """text with a signature as the last child of its root."""
    der = openssl("x509", "-in", os.path.join(pki, who), "-outform", "DER")
    properties = ('<xades:SignedProperties xmlns:xades="%s" Id="props"><xades:SignedSignatureProperties>'
                  '<xades:SigningTime>2026-03-01T00:00:00Z</xades:SigningTime><xades:SigningCertificateV2><xades:Cert>'
                  '<xades:CertDigest><ds:DigestMethod xmlns:ds="%s" Algorithm="%s"></ds:DigestMethod>'
                  '<ds:DigestValue xmlns:ds="%s">%s</ds:DigestValue></xades:CertDigest></xades:Cert>'
                  '</xades:SigningCertificateV2></xades:SignedSignatureProperties></xades:SignedProperties>') % (
        XA, DS, SHA, DS, base64.b64encode(hashlib.sha256(der).digest()).decode())

    def reference(more, methods, value):
        return ('<ds:Reference%s><ds:Transforms>%s</ds:Transforms><ds:DigestMethod Algorithm="%s"></ds:DigestMethod>'
                '<ds:DigestValue>%s</ds:DigestValue></ds:Reference>') % (
            more, "".join('<ds:Transform Algorithm="%s"></ds:Transform>' % m for m in methods), SHA, value)
    info = ('<ds:SignedInfo xmlns:ds="%s"><ds:CanonicalizationMethod Algorithm="%s"></ds:CanonicalizationMethod>'
            '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha%s"></ds:SignatureMethod>'
            '%s%s</ds:SignedInfo>') % (
        DS, EXC, "1" if weak else "256", "" if uri is None else reference(' URI="%s"' % uri, transforms, digest(body or text)),
        reference(' Type="http://uri.etsi.org/01903#SignedProperties" URI="#props"', (EXC,), digest(properties)))
    value = raw(openssl("dgst", "-sha1" if weak else "-sha256", "-sign", os.path.join(pki, who), data=info.encode()))
    signature = ('<ds:Signature xmlns:ds="%s" Id="sig">%s<ds:SignatureValue>%s</ds:SignatureValue><ds:KeyInfo><ds:X509Data>'
                 '<ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object>'
                 '<xades:QualifyingProperties xmlns:xades="%s" Target="#sig">%s</xades:QualifyingProperties></ds:Object>'
                 '</ds:Signature>') % (DS, info, base64.b64encode(value).decode(), base64.b64encode(der).decode(), XA, properties)
    end = text.rindex("</TrustServiceStatusList>")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + text[:end] + signature + text[end:] + "\n"


def file(name, make):
    path = os.path.join(here, name)
    if os.path.exists(path):
        return
    text = make()
    print(name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


CA, ROOT, OTHER, TSA = cert("ca.pem"), cert("root.pem"), cert("other-root.pem"), cert("../records/tsa.crt")
granted, withdrawn = STATUS + "granted", STATUS + "withdrawn"

services = [
    service("CA/QC", [CA, ROOT], granted, "2016-07-01T00:00:00Z",
            [(OLD + "accredited", "2014-01-01T00:00:00Z"), (OLD + "undersupervision", "2012-01-01T00:00:00Z")], "Issuing"),
    service("CA/QC", [OTHER], withdrawn, "2022-01-01T00:00:00Z", [(granted, "2018-01-01T00:00:00Z")], "T10 withdrawn"),
    service("TSA/QTST", [TSA], granted, "2024-01-01T00:00:00Z",
            [(withdrawn, "2022-01-01T00:00:00Z"), (granted, "2017-01-01T00:00:00Z", "TSA"),
             (STATUS + "supervisionceased", "2016-01-01T00:00:00Z")], "T10 interrupted"),
    service("Certstatus/OCSP/QC", [CA], STATUS + "recognisedatnationallevel", "2019-01-01T00:00:00Z", name="Answers"),
    service("CA/QC", [OTHER], granted, "2020-01-01T00:00:00Z", web=True, name="T10 web servers"),
    service("CA/PKC", [OTHER], STATUS + "deprecatedatnationallevel", "2020-01-01T00:00:00Z", name="T10 deprecated"),
    service("CA/PKC", [OTHER], "urn:granted", "2020-01-01T00:00:00Z", name="T10 unknown word"),
    service("TSA", [OTHER], granted, "2020-01-01T00:00:00Z", [(withdrawn, "2020-01-01T00:00:00Z")], name="T10 both at once"),
    service("PSES/Q", [OTHER], granted, "2020-01-01T00:00:00Z", name="Preservation"),
    service("CA/PKC", ["AAAA"], granted, "2020-01-01T00:00:00Z", name="Unreadable"),
]
good = tsl(services)
one = [services[0]]

file("uz.xml", lambda: sign(good))
file("by-id.xml", lambda: sign(tsl(one), uri="#list"))
file("closed.xml", lambda: sign(tsl(one, next="")))
file("v6.xml", lambda: sign(tsl(one, version="6")))
file("T10-withdrawn.xml", lambda: sign(tsl([service("CA/QC", [CA, ROOT], withdrawn, "2020-01-01T00:00:00Z", [
    (granted, "2018-01-01T00:00:00Z")])])))
file("T10-interrupted.xml", lambda: sign(tsl([service("CA/QC", [CA], granted, "2026-11-26T00:00:00Z", [
    (withdrawn, "2026-01-01T00:00:00Z"), (granted, "2018-01-01T00:00:00Z")])])))
# The status rules since its own moment, whatever its history says of later.
late = (withdrawn, "2020-01-01T00:00:00Z")
file("T10-history-later.xml", lambda: sign(tsl([service("CA/QC", [CA, ROOT], *late, [
    (granted, "2022-01-01T00:00:00Z"), (granted, "2018-01-01T00:00:00Z")])])))
file("T10-history-same.xml", lambda: sign(tsl([service("CA/QC", [CA, ROOT], granted, late[1], [late])])))
file("T10-history-order.xml", lambda: sign(tsl([service("CA/QC", [CA, ROOT], granted, "2024-01-01T00:00:00Z", [
    (granted, "2018-01-01T00:00:00Z"), late])])))
file("T10-history-twice.xml", lambda: sign(tsl([service("CA/QC", [CA, ROOT], granted, "2024-01-01T00:00:00Z", [
    late, (granted, late[1])])])))
file("begins-later.xml", lambda: sign(tsl([service("CA/QC", [CA, ROOT], granted, "2026-11-26T00:00:00Z")])))
# What is critical and not known is not passed over (5.5.9); beside it what is known.
UNKNOWN = '<Unheard xmlns="urn:made:up"></Unheard>'
SIE = "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#"
INFORMATION = '<AdditionalServiceInformation><URI xml:lang="en">%s%s</URI>%s</AdditionalServiceInformation>'
KNOWN = (INFORMATION % (ASI, "RootCA-QC", ""), INFORMATION % (ASI, "ForeSignatures", ""),
         '<Qualifications xmlns="%s"></Qualifications>' % SIE,
         '<TakenOverBy xmlns="http://uri.etsi.org/02231/v2/additionaltypes#"></TakenOverBy>',
         "<ExpiredCertsRevocationInfo>2016-07-01T00:00:00Z</ExpiredCertsRevocationInfo>")


def one_with(extension, since="2016-07-01T00:00:00Z", history=(), **more):
    return sign(tsl([service("CA/QC", [CA, ROOT], granted, since, history, extension=extension)], **more))


EXTENSIONS = "ServiceInformationExtensions"
file("critical-known.xml", lambda: one_with(critical('</Extension> <Extension Critical="true">'.join(KNOWN))))
file("critical-false.xml", lambda: one_with(critical(UNKNOWN, ' Critical="false"')))
file("critical-zero.xml", lambda: one_with(critical(UNKNOWN, ' Critical="0"')))
for name, extension in (
        ("true", critical(UNKNOWN)), ("one", critical(UNKNOWN, ' Critical="1"')), ("absent", critical(UNKNOWN, "")),
        ("second", critical(KNOWN[0] + UNKNOWN)), ("empty", critical("")), ("text", critical(KNOWN[0] + "but not now")),
        ("twice", critical(UNKNOWN) + critical(KNOWN[0])), ("uri", critical(INFORMATION % ("urn:made:up/", "ForeSignatures", ""))),
        ("more", critical(INFORMATION % (ASI, "ForeSignatures", "<OtherInformation>but not now</OtherInformation>"))),
        ("other", "<%s>%s</%s>" % (EXTENSIONS, UNKNOWN, EXTENSIONS)),
        ("namespace", critical("<Qualifications></Qualifications>"))):
    file("critical-%s.xml" % name, lambda: one_with(extension))
file("web-more.xml", lambda: one_with(critical(
    INFORMATION % (ASI, "ForWebSiteAuthentication", "<OtherInformation>since 2016</OtherInformation>"), ' Critical="false"')))
file("critical-history.xml", lambda: one_with("", "2026-11-26T00:00:00Z", [
    (granted, "2018-01-01T00:00:00Z", "CA/QC", critical(UNKNOWN))]))
file("critical-provider.xml", lambda: one_with("", provider=critical(UNKNOWN, tag="TSPInformationExtensions")))
file("bad/critical-scheme.xml", lambda: one_with("", scheme=critical(UNKNOWN, tag="SchemeExtensions")))
file("bad/unsigned.xml", lambda: good)
file("bad/T10-changed.xml", lambda: sign(good).replace(withdrawn, granted, 1))
file("bad/stranger.xml", lambda: sign(tsl(one), who="desk-justice.pem"))
file("bad/value.xml", lambda: re.sub("(<ds:SignatureValue>.)(.)", lambda m: m[1] + ("B" if m[2] == "A" else "A"), sign(good)))
file("bad/weak.xml", lambda: sign(tsl(one), weak=True))
file("bad/twice.xml", lambda: sign(sign(tsl(one)).split("\n", 1)[1].rstrip("\n")))
# The signature is over a list that stands within another (attack X01).
inner = tsl(one, id=' Id="inner"')
wrapped = tsl(services).replace("</SchemeInformation>", "<SchemeExtensions>%s</SchemeExtensions></SchemeInformation>" % inner)
file("bad/wrapped.xml", lambda: sign(wrapped, uri="#inner", body=inner, transforms=(EXC,)))
file("bad/properties-only.xml", lambda: sign(good, uri=None))
for name, make in (("version", lambda: tsl(one, version="9")), ("lists", lambda: tsl(one, type="EUlistofthelists")),
                   ("no-tag", lambda: tsl(one, tag="urn:no")), ("no-issue", lambda: tsl(one, issued="yesterday")),
                   ("no-status", lambda: tsl([re.sub("<ServiceStatus>.*?</ServiceStatus>", "", services[0])])),
                   ("no-since", lambda: tsl([re.sub("<StatusStartingTime>.*?<", "<StatusStartingTime>2020<", services[0])])),
                   ("next-text", lambda: tsl(one, next="2026-09-01T00:00:00Z")),
                   ("next-mixed", lambda: tsl(one, next="2026<dateTime>2026-09-01T00:00:00Z</dateTime>")),
                   ("next-two", lambda: tsl(one, next="<dateTime>2026-09-01T00:00:00Z</dateTime>" * 2)),
                   ("next-other", lambda: tsl(one, next="<date>2026-09-01T00:00:00Z</date>")),
                   ("next-more", lambda: tsl(one, next="<dateTime>2026-09-01T00:00:00Z</dateTime><date></date>")),
                   ("next-zoneless", lambda: tsl(one, next="<dateTime>2026-09-01T00:00:00</dateTime>")),
                   ("issue-nested", lambda: tsl(one, issued="<dateTime>2026-03-01T00:00:00Z</dateTime>")),
                   ("since-nested", lambda: tsl([re.sub("(<StatusStartingTime>)(.*?)<", r"\1<dateTime>\2</dateTime><", services[0])])),
                   ("version-nested", lambda: tsl(one, version="<v>5</v>")),
                   ("version-more", lambda: tsl(one, version="5.1")),
                   ("number-nested", lambda: tsl(one, sequence="<n>7</n>")),
                   ("number-more", lambda: tsl(one, sequence="7 8")),
                   ("number-none", lambda: tsl(one, sequence="0")),
                   ("no-provider", lambda: tsl(one).replace("TSPInformation>", "TSPInfo>")),
                   ("other-root", lambda: "<TrustedList xmlns='urn:no'></TrustedList>")):
    file("bad/%s.xml" % name, make)
sys.exit(0)
