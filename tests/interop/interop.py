#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Who accepts whose signatures: a table on stdout, 1 if a cell of it fails (run.sh starts this).

DIR/made/ and DIR/dss-made/ keep the signatures, DIR/log/ what each side said of each.
A "-" is a cell that the other side has nothing for; why stands where it is left out.
"""
import glob, json, os, re, shutil, subprocess, sys, time, urllib.parse, zipfile
import xml.etree.ElementTree as ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
DIR, ONLY = sys.argv[1], sys.argv[2]
LEVELS = ("B", "T", "LT", "LTA")
STAMPS = {"B": 0, "T": 1, "LT": 1, "LTA": 2, "LTA2": 3, "LTA3": 4}
JUDGES = ("DSS", "hanko", "ossl", "xmlsec", "unzip", "edoc")


def at(*names):
    return os.path.join(DIR, *names)


def run(log, *args, cwd=None, env=None):
    """Its standard output, or None when it fails; the log has all."""
    p = subprocess.run(args, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True)
    with open(at("log", log), "ab") as f:
        f.write((" ".join(args) + "\n").encode() + p.stdout + p.stderr)
        f.write(b"exit %d\n\n" % p.returncode)
    return None if p.returncode else p.stdout.decode()


# ---- what is made

KINDS = {
    "asice-xades": "ASiC-E XAdES", "asics-xades": "ASiC-S XAdES", "asice-cades": "ASiC-E CAdES",
    "asics-cades": "ASiC-S CAdES", "cades-attached": "CAdES attached",
    "cades-detached": "CAdES detached", "xades-enveloped": "XAdES enveloped",
    "xades-enveloping": "XAdES enveloping", "xades-detached": "XAdES detached",
}
OURS = list(KINDS)
POLICY = "urn:oid:1.3.6.1.4.1.99999.9"
# Refused by all who see the document: whoever passes everything is no judge.
CHANGED = "one byte changed"
# name: (key, options of the first signing, what follows)
WAYS = {
    "": ("zarina", [], []),
    "raised from B": ("zarina", ["--level", "B"], ["T", "LT", "LTA"]),
    "CRL only": ("crl", [], []),
    "role, place, meaning": ("zarina", [
        "--role", "head of department", "--place", "city=Khujand", "--place", "country=TJ",
        "--commitment", "approval"], []),
    "policy": ("zarina", ["--signature-policy", POLICY + "=policy.txt"], []),
    "content time-stamp": ("zarina", ["--content-timestamp"], []),
    "co-signed": ("zarina", [], ["cosign"]),
    "countersigned, raised": ("zarina", ["--level", "B"], ["countersign", "LTA"]),
    "raised, countersigned": ("zarina", [], ["countersign"]),
    "another TSA": ("zarina", [], []),
    "responder's CRL": ("zarina", [], []),
    "RSA": ("rsa", [], []),
    "RSA-PSS": ("rsa", ["--pss"], []),
    "P-384": ("p384", [], []),
    "Ed25519": ("ed25519", [], []),
    "Ed448": ("ed448", [], []),
    "brainpool": ("brainpool", [], []),
    "token": ("zarina", [], []),
    "prepared": ("zarina", [], []),
    "names": ("zarina", [], []),
    "several documents": ("zarina", [], []),
    CHANGED: ("zarina", [], []),
}
# What DSS and edoc read of them; approval is a URI in XAdES, an OID in CAdES.
APPROVAL = {"xades": "http://uri.etsi.org/01903/v1.2.2#ProofOfApproval",
            "cades": "1.2.840.113549.1.9.16.6.5"}
DSS_SAYS = {
    "role, place, meaning": "role head of department, city Khujand, country TJ, commitment ",
    "policy": "policy 1.3.6.1.4.1.99999.9 null",
}
EDOC_SAYS = {
    "role, place, meaning": ("head of department", "approval", None),
    "policy": (None, None, "1.3.6.1.4.1.99999.9"),
}
class Case:
    """A row: one signed thing, made by us or by DSS."""
    def __init__(self, kind, level, way=""):
        self.kind, self.level, self.way = kind, level, way
        self.name = "-".join([kind, level] + re.findall(r"\w+", way))
        self.least = level.rstrip("23")  # for --require
        self.signers = 2 if way.startswith("co-signed") else 1
        self.counters = 1 if "countersign" in way else 0
        self.hostile = way == CHANGED or (way, level) == (REVOKED, "B")
        self.path, self.cells, self.why = None, {}, {}
        self.pki, self.trust, self.env = "pki", [at("pki", "root.crt")], None

    def document(self):
        if self.way == "names":
            return at("in", "Шартнома № 1.txt")
        return at("in", "letter.xml" if "envelop" in self.kind else "contract.txt")

    def detached(self):
        if not self.kind.endswith("detached"):
            return "-"
        return at("in", "annex.bin") if self.way == CHANGED and self.path else self.document()

    def network(self):
        """LT and LTA have all that is needed inside; a later counter-signature has not."""
        later = self.way in ("raised, countersigned", REVOKED, OLD)
        return "offline" if self.level.startswith("LT") and not later else "online"

    def said(self, judge, good, why=""):
        if self.hostile and judge != "unzip":
            good, why = not good, "accepts it"
        self.cells[judge] = "pass" if good else "FAIL"
        if not good:
            self.why[judge] = why


def config(case, tsa=None):
    args = ["--config", at("pki", "edoc.conf")] + (["--tsa", tsa] if tsa else [])
    return args + [w for path in case.trust for w in ("--trust", path)]


def key_of(case, key):
    """A file; or, by PKCS#11, the same key in a token."""
    if case.way != "token":
        return ["--key", at(case.pki, key + ".pem")]
    return ["--key", "pkcs11:token=interop;object=zarina?module-path=" + softhsm(), "--pass-file",
            at("pki", "pin"), "--chain", at("pki", "ca.crt")]


def sign(case, tsa, key, *options):
    """By edoc-sign."""
    ending = {"xades": "xml", "cades": "p7s"}.get(case.kind[:5], case.kind[:5])
    case.path = at("made", case.name + "." + ending)
    if case.kind.startswith("cades"):
        args = ["edoc-sign", "cms"] + (["--attached"] if case.kind == "cades-attached" else [])
    elif case.kind.startswith("xades"):
        args = ["edoc-sign", "xades"] + (["--" + case.kind[6:]] if "envelop" in case.kind else [])
    else:
        args = ["edoc-sign", "sign", "--format", case.kind[6:]]
        args += ["--asic-s"] if case.kind.startswith("asics") else []
    documents = [case.document()]
    if case.way == "several documents":
        documents += [at("in", "letter.xml"), at("in", "annex.bin")]
    if run("made-" + case.name + ".txt", *args, *config(case, tsa), *key_of(case, key), *options,
           "-o", case.path, *documents, env=case.env) is None:
        case.path = None


def sign_in_two_steps(case, tsa, key):
    """With openssl in between, which has the key."""
    log, path = "made-" + case.name + ".txt", at("made", case.name + ".asice")
    request, octets, value = (at("made", case.name + end) for end in (".req", ".raw", ".value"))
    steps = [
        ("edoc-sign", "new", "-o", path, case.document()),
        ("edoc-sign", "prepare", path, "--format", case.kind[6:], "--cert", at("pki", key + ".crt"),
         "--chain", at("pki", "ca.crt"), "-o", request, "--raw", octets),
        ("openssl", "dgst", "-sha256", "-sign", at("pki", key + ".key"), "-out", value, octets),
        ("edoc-sign", "attach", path, *config(case, tsa), "--request", request, "--value", value,
         "--level", case.least),
    ]
    case.path = path if all(run(log, *step) is not None for step in steps) else None


def go_on(case, tsa, step):
    """STEP is cosign, countersign or a level, by edoc-sign, on what case.path is."""
    data = ["--data", case.document()] if case.detached() != "-" else []
    if step == "cosign" and not case.kind.startswith("asic"):
        verb, ending = ("cms", "-2.p7s") if case.kind.startswith("cades") else ("xades", "-2.xml")
        there, case.path = case.path, at("made", case.name + ending)
        args = [verb, *config(case, tsa), "--key", at("pki", "rsa.pem"), "--level", case.least,
                "--beside", there or "", "-o", case.path, case.document()]
        if there is None or run("made-" + case.name + ".txt", "edoc-sign", *args,
                                env=case.env) is None:
            case.path = None
        return
    if step == "cosign":
        args = ["sign", *config(case, tsa), "--key", at("pki", "rsa.pem"), "--level", case.least]
    elif step == "countersign":
        args = ["countersign", *config(case)[:2], "--key", at("pki", "rsa.pem"), *data]
    else:
        args = ["extend", *config(case, tsa), "--level", step, *data]
    if case.path and run("made-" + case.name + ".txt", "edoc-sign", *args, case.path,
                         env=case.env) is None:
        case.path = None


def change(case):
    """A byte of the document; where it lies beside the signature, that is another."""
    if case.kind == "cades-attached":
        with open(case.path, "rb") as f:
            old = f.read()
        with open(case.path, "wb") as f:
            f.write(old.replace(b"A contract", b"B contract"))
    elif case.kind.startswith("asic"):
        with zipfile.ZipFile(case.path) as z:
            entries = [(i, z.read(i)) for i in z.infolist()]
        with zipfile.ZipFile(case.path, "w") as z:
            for i, data in entries:
                z.writestr(i, data.replace(b"A contract", b"B contract"), i.compress_type)


def pki_says(words):
    with open(at("pki", "control"), "w") as f:
        f.write(words)


def make(case, tsa):
    key, options, then = WAYS[case.way]
    # /tsa2 is the root's and has CRLs only; ocsp2 has a CRL where ocsp has nocheck.
    if case.way == "another TSA":
        tsa += "2"
    pki_says("responder=ocsp2" if case.way == "responder's CRL" else "")
    options = [w.replace("=policy.txt", "=" + at("in", "policy.txt")) for w in options]
    if case.way == "prepared":
        return sign_in_two_steps(case, tsa, key)
    sign(case, tsa, key, *([] if "--level" in options else ["--level", case.least]), *options)
    for step in then + (["LTA"] if case.level == "LTA2" else []):
        go_on(case, tsa, step)
    pki_says("")
    if case.hostile and case.path:
        change(case)


def made_by_us():
    cases = [Case(kind, level) for kind in OURS for level in LEVELS + ("LTA2",)]
    for way in list(WAYS)[1:]:
        for kind in OURS:
            # Its document is inside, in XML: a name and a byte are of the others.
            if way in ("names", CHANGED) and "envelop" in kind:
                continue
            # ASiC-S has one document, a bare signature too.
            if way == "several documents" and not kind.startswith("asice"):
                continue
            # edoc-sign prepare takes packages, and new makes ASiC-E.
            if way == "prepared" and not kind.startswith("asice"):
                continue
            # What an archive manifest covers must not change any more (EN 319 162-1 4.4.5).
            if way == "raised, countersigned" and kind == "asice-cades":
                continue
            cases.append(Case(kind, "LTA", way))
    return [c for c in cases if ONLY in c.name]


# name: WORDS of Dss.java; the countersigner comes before the archive time-stamp.
DSS_WAYS = {"": "-", "role, place, meaning": "role,place,commitment", "policy": "policy",
            "content time-stamp": "content-timestamp", "co-signed": "cosign",
            "countersigned": "countersign"}


def made_by_dss():
    cases = [Case(kind, level) for kind in KINDS for level in LEVELS + ("LTA2",)]
    for way in list(DSS_WAYS)[1:]:
        for kind in KINDS:
            # DSS envelops or replaces a bare XML signature instead of adding another.
            if way != "co-signed" or kind not in ("xades-enveloping", "xades-detached"):
                cases.append(Case(kind, "LTA", way))
    return [c for c in cases if ONLY in c.name]


EDDSA = ("Ed25519", "Ed448")
REVOKED = "revoked afterwards"
OLD = "24 years ago"


def revoked_later():
    """Level B proves no time at which the certificate was good: all refuse it."""
    cases = [Case(kind, level, REVOKED) for kind in OURS for level in LEVELS]
    return [c for c in cases if ONLY in c.name]


def aged():
    return [c for c in (Case(kind, "LTA3", OLD) for kind in OURS) if ONLY in c.name]


def live_through(cases, servers):
    """Signed 24 years ago, raised 15 and 6 years ago by the CAs that there were: each certificate
    lasts 10 years, so all that was there at first has ended long since."""
    def clock(words):
        with open(at("clock"), "w") as f:
            f.write(words + "\n")

    env = dict(os.environ, LD_PRELOAD="/usr/$LIB/faketime/libfaketime.so.1", FAKETIME_NO_CACHE="1",
               FAKETIME_TIMESTAMP_FILE=at("clock"), FAKETIME_DONT_FAKE_MONOTONIC="1")
    trust = []
    for i, then in enumerate(("-24y", "-15y", "-6y") if cases else ()):
        clock(then)
        tsa = start_pki("pki-of" + then, servers, env)
        trust.append(at("pki-of" + then, "root.crt"))
        for case in cases:
            case.pki, case.trust, case.env = "pki-of" + then, trust, env
            if i:
                go_on(case, tsa, "LTA")
            else:
                sign(case, tsa, "zarina", "--level", "LTA")
    clock("+0")


# name: (what is there, what the other then makes of it by that word, its level then)
CROSS = {
    "raised by": ("B", "raise", "LTA"),
    "raised again by": ("LTA", "raise", "LTA2"),
    "co-signed by": ("LTA", "cosign", "LTA"),
    "countersigned by": ("B", "countersign", "B"),
}


def continued(by, kinds):
    cases = [Case(kind, level, way + " " + by) for way, (_, _, level) in CROSS.items()
             for kind in kinds
             # As above: DSS adds no second signer to a bare signature.
             if way != "co-signed by" or by == "edoc" or kind.startswith("asic")]
    return [c for c in cases if ONLY in c.name]


def cross(case):
    return CROSS[case.way.rsplit(" ", 1)[0]]


# ---- judges

class Program:
    """A judge that takes jobs from stdin and answers each with a line."""
    def __init__(self, name, *args):
        self.name, self.args, self.jobs = name, args, []

    def ask(self, *words):
        self.jobs.append("\t".join(words))

    def answers(self):
        with open(at("log", self.name + "-jobs.tsv"), "w") as f:
            f.write("".join(j + "\n" for j in self.jobs))
        with open(at("log", self.name + "-jobs.tsv")) as f, \
                open(at("log", self.name + "-errors.txt"), "w") as e:
            p = subprocess.run(self.args, stdin=f, stdout=subprocess.PIPE, stderr=e)
        lines = p.stdout.decode().splitlines()
        if p.returncode or len(lines) != len(self.jobs):
            sys.exit("interop: %s broke: see %s" % (self.name, e.name))
        return [line.split("\t") for line in lines]


def dss(name):
    return Program(name, "java", "-cp", at("classes") + ":" + at("dss", "*"), "Dss")


def dss_agrees(case, answer):
    if answer[0] != "ok":
        return case.said("DSS", False, answer[1])
    form = ("XAdES" if "xades" in case.kind else "CAdES") + "-BASELINE-"
    signatures = counters = 0
    wrong = []
    says = DSS_SAYS.get(case.way, "")
    if case.way == "role, place, meaning":
        says += APPROVAL["xades" if "xades" in case.kind else "cades"]
    for told in answer[1:]:
        level, verdict, intact, stamps, counter, words = told.split("|")
        good, there = map(int, stamps.split("/"))
        least = 0 if counter else STAMPS[case.level] + case.way.startswith("content")
        if (level, verdict, intact) != (form + ("B" if counter else case.least),
                                        "TOTAL_PASSED/null", "true/true") or \
                good != there or there < least or words != says:
            wrong.append(told)
        counters += bool(counter)
        signatures += not counter
    if signatures != case.signers or counters != case.counters:
        wrong.append("%d signatures, %d counter-signatures" % (signatures, counters))
    case.said("DSS", not wrong, "; ".join(wrong))


def dss_makes(program, case, tsa, level, words, given, out):
    program.ask("sign", case.kind, level, words, case.document(), given or "-", out,
                at("pki", "zarina.p12") + "," + at("pki", "rsa.p12"), at("pki", "root.crt"), tsa)


def dss_made(case, answer, out):
    case.path = out if answer[0] == "ok" else None
    if not case.path:
        case.said("DSS", False, "not made: " + answer[1])


def unpack(case):
    if not case.kind.startswith("asic"):
        return None
    folder = at("unpacked", case.name)
    with zipfile.ZipFile(case.path) as z:
        z.extractall(folder)
    return folder


def cms_parts(case, folder):
    """The CAdES signatures of a case: (file, what it is over or "-")."""
    if not folder:
        return [(case.path, case.detached())]
    parts = []
    for path in sorted(glob.glob(folder + "/META-INF/*signature*.p7s")):
        data = os.path.join(folder, os.path.basename(case.document()))
        for manifest in glob.glob(folder + "/META-INF/ASiCManifest*.xml"):
            for ref in ElementTree.parse(manifest).getroot().iter():
                uri = urllib.parse.unquote(ref.get("URI", ""))
                if ref.tag.endswith("}SigReference") and uri == os.path.relpath(path, folder):
                    data = manifest
        parts.append((path, data))
    return parts


def openssl_agrees(case, parts):
    """cms -cades: signature values, attributes, chains; no time-stamps."""
    good = bool(parts)
    for path, data in parts:
        over = [] if data == "-" else ["-binary", "-content", data]
        good &= run("openssl-" + case.name + ".txt", "openssl", "cms", "-verify", "-cades",
                    "-inform", "DER", "-in", path, "-CAfile", at("pki", "root.crt"), "-purpose",
                    "any", "-out", os.devnull, *over) is not None
    case.said("ossl", good, "openssl cms -verify refuses it")


def xmlsec1_agrees(case, folder):
    """Each signature of each file, counter-signatures too: references, values, chains."""
    xades = "http://uri.etsi.org/01903/v1.3.2#:"
    dsig = "http://www.w3.org/2000/09/xmldsig#"
    args = ["--id-attr:Id", xades + "SignedProperties"]
    for name in ("Signature", "SignatureValue", "SignedInfo", "Object", "Manifest", "Reference",
                 "KeyInfo"):
        args += ["--id-attr:Id", dsig + ":" + name]
    args += ["--trusted-pem", at("pki", "root.crt"), "--untrusted-pem", at("pki", "ca.crt")]
    good, some = True, False
    for path in glob.glob(folder + "/META-INF/*signatures*.xml") if folder else [case.path]:
        n = sum(1 for e in ElementTree.parse(path).iter("{%s}Signature" % dsig))
        for i in range(1, n + 1):
            some = True
            good &= run("xmlsec1-" + case.name + ".txt", "xmlsec1", "--verify", *args,
                        "--node-xpath", "(//*[local-name()='Signature'])[%d]" % i,
                        path, cwd=folder or at("in")) is not None
    case.said("xmlsec", good and some, "xmlsec1 --verify refuses it")


def edoc_agrees(case, maker=""):
    args = ["edoc-verify", *config(case), "--json", "--require", case.least]
    if case.detached() != "-":
        args += ["--data", case.detached()]
    if case.network() == "online":
        args.append("--online")
    log = "edoc-" + maker + case.name + ".txt"
    good = run(log, *args, case.path) is not None
    with open(at("log", log)) as f:
        report = re.search(r'^\{"v":.*$', f.read(), re.M)
    signatures = json.loads(report[0])["signatures"] if report else []
    wrong = [] if signatures else ["no report" if not report else "no signature"]
    for s in signatures:
        intact = s["intact"]["data"] and s["intact"]["signature"]
        level = "B" if s["countersigns"] else case.least
        # As it stands there: in XAdES an OID may be a URN (EN 319 132-1 5.1.2).
        policy = s["signature_policy"] and s["signature_policy"].replace("urn:oid:", "", 1)
        said = s["role"], s["commitment"], policy
        if said != EDOC_SAYS.get(case.way, (None, None, None)):
            wrong.append("%s says %s" % (s["id"], said))
        if not (intact and s["indication"] == "TOTAL-PASSED" and
                s["level"].endswith("-BASELINE-" + level)):
            codes = " ".join(f["code"] for f in s["findings"])
            wrong.append("%s %s %s %s" % (s["id"], s["level"], s["indication"], codes))
    if sum(1 for s in signatures if s["countersigns"]) != case.counters or \
            len(signatures) != case.signers + case.counters:
        wrong.append("%d signatures in all" % len(signatures))
    case.said("edoc", good and not wrong, "; ".join(wrong) or "edoc-verify refuses it")


def judge_all(name, cases):
    program = dss("dss-" + name)
    hanko = Program("pyhanko", at("venv", "bin", "python"), "-B", os.path.join(HERE, "hanko.py"))
    asked, by_dss = [], []
    for case in cases:
        if not case.path:
            continue
        # DSS 6.4 has no SHAKE256 to digest content with, which CMS with Ed448 needs (RFC 8419 3.1).
        if case.way != "Ed448" or "xades" in case.kind:
            by_dss.append(case)
            program.ask("validate", case.path, ",".join(case.trust), case.detached(),
                        case.network(), at("log", "dss-" + case.name + ".txt"))
        folder = unpack(case)
        # They see the ASiCManifest only, which the signature is over.
        # pyHanko knows no archive time-stamps outside PDF, the others no time-stamps at all.
        if case.way == OLD:
            pass
        elif "cades" in case.kind and not (case.way == CHANGED and "asice" in case.kind):
            parts = cms_parts(case, folder)
            # OpenSSL 3.0's CMS does not know EdDSA (RFC 8419), nor asks who is revoked.
            if case.way not in EDDSA and (case.way, case.level) != (REVOKED, "B"):
                openssl_agrees(case, parts)
            # pyHanko takes one SignerInfo; but in ASiC-E each signer has a file.
            for path, data in parts if case.signers < 2 or "asice" in case.kind else []:
                hanko.ask(path, at("pki", "root.crt"), data, case.network())
                asked.append(case)
        # xmlsec1 1.2 does not know EdDSA and PSS (RFC 9231 2.3.12, 2.3.9), nor asks who is
        # revoked; what is beside a signature it finds by name, so no other can be given.
        elif "xades" in case.kind and case.way not in (*EDDSA, "RSA-PSS") and \
                (case.way, case.level) != (REVOKED, "B") and \
                (case.way, case.kind) != (CHANGED, "xades-detached"):
            xmlsec1_agrees(case, folder)
        if folder:
            good = run("unzip-" + case.name + ".txt", "unzip", "-tq", case.path) is not None
            case.said("unzip", good, "unzip -t refuses it")
        edoc_agrees(case)
    for case, answer in zip(asked, hanko.answers() if asked else []):
        if case.cells.get("hanko") != "FAIL":
            case.said("hanko", answer[0] == "ok", answer[1])
    for case, answer in zip(by_dss, program.answers() if by_dss else []):
        dss_agrees(case, answer)


# ---- encryption

ENCRYPTED = "encrypted"
RECIPIENTS = {"RSA": ("rsa:2048",), **{c: ("ec", "-pkeyopt", "ec_paramgen_curve:" + c)
                                       for c in ("P-256", "P-384", "P-521")}}
OAEP = ("-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256")


def encrypted():
    cases = [Case(ENCRYPTED, key, way)
             for way in ("by edoc-sign", "by openssl", "by Bouncy Castle", CHANGED) for key in RECIPIENTS]
    return [c for c in cases if ONLY in c.name]


def envelope(name):
    return Program(name, "java", "-cp", at("classes") + ":" + at("dss", "*"), "Envelope")


def recipient(case, ending):
    return at("pki", "to-" + case.level + ending)


def make_recipients():
    for name, key in RECIPIENTS.items():
        base = at("pki", "to-" + name)
        run("pki.txt", "openssl", "req", "-x509", "-newkey", *key, "-nodes", "-keyout", base + ".key",
            "-out", base + ".crt", "-days", "30", "-subj", "/CN=" + name, "-addext",
            "basicConstraints=critical,CA:FALSE")


def encrypt(cases):
    """The container of a case is for one, whose key is called as its level is."""
    program = envelope("bc-made")
    document = at("in", "annex.bin")
    for case in cases:
        case.path = at("made", case.name + ".p7m")
        log, to = "made-" + case.name + ".txt", recipient(case, ".crt")
        if "Castle" in case.way:
            program.ask("seal", to, document, case.path)
        elif "openssl" in case.way:
            run(log, "openssl", "cms", "-encrypt", "-binary", "-aes-256-gcm", "-outform", "DER",
                "-in", document, "-out", case.path, "-recip", to, *(OAEP if case.level == "RSA" else ()))
        else:
            run(log, "edoc-sign", "encrypt", "--to", to, document, "-o", case.path)
    if program.jobs:
        program.answers()
    for case in cases:
        if not os.path.exists(case.path):
            case.path = None
        elif case.hostile:
            with open(case.path, "r+b") as f:
                f.seek(-100, os.SEEK_END)
                byte = f.read(1)[0]
                f.seek(-100, os.SEEK_END)
                f.write(bytes([byte ^ 1]))


def decrypt(cases):
    """What all open has to be the same bytes."""
    program = envelope("bc-open")
    opened = {}
    for case in cases:
        if not case.path:
            continue
        outs = {j: at("unpacked", case.name + "." + j) for j in ("BC", "ossl", "edoc")}
        log, key, cert = "opened-" + case.name + ".txt", recipient(case, ".key"), recipient(case, ".crt")
        ossl = run(log, "openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", case.path,
                   "-recip", cert, "-inkey", key, "-out", outs["ossl"]) is not None
        edoc = run(log, "edoc-sign", "decrypt", "--key", key, "--cert", cert, case.path, "-o",
                   outs["edoc"]) is not None
        program.ask("open", key, cert, case.path, outs["BC"])
        opened[case] = outs, {"ossl": ossl, "edoc": edoc}
    for case, answer in zip(opened, program.answers() if opened else []):
        outs, good = opened[case]
        good["BC"] = answer[0] == "ok"
        for judge, done in good.items():
            case.said(judge, done and same_file(outs[judge], at("in", "annex.bin")),
                      "does not open it" if not done else "opens it as something else")


def same_file(a, b):
    with open(a, "rb") as f, open(b, "rb") as g:
        return f.read() == g.read()


# ---- the table

def line(*words):
    print(("%-17s%-22s%-7s" % words[:3] + "".join("%-*s" % (max(len(j), 4) + 1, w)
                                                  for j, w in words[3:])).rstrip())


def table(title, cases, judges):
    """(cells that pass, cells that fail, rows that nobody made)"""
    if not cases:
        return 0, 0, 0
    print("\n%s\n" % title)
    line("kind", "with", "level", *[(j, j) for j in judges])
    passed = failed = missing = 0
    for case in cases:
        level = {"LTA2": "2x LTA", "LTA3": "3x LTA"}.get(case.level, case.level)
        if not case.path:
            missing += 1
            line(KINDS.get(case.kind, case.kind), case.way, level, (judges[0], "not made"))
            continue
        line(KINDS.get(case.kind, case.kind), case.way, level, *[(j, case.cells.get(j, "-")) for j in judges])
        passed += sum(v == "pass" for v in case.cells.values())
        failed += sum(v == "FAIL" for v in case.cells.values())
    for case in cases:
        for judge, why in case.why.items():
            print("\n%s, %s:\n  %s" % (case.name, judge, why[:400]))
    return passed, failed, missing


def warned(cases):
    """What DSS said of good signatures all the same."""
    said = {}
    for case in cases:
        path = at("log", "dss-" + case.name + ".txt")
        if os.path.exists(path):
            with open(path) as f:
                for text in set(re.findall(r"^ +warning: (.*)$", f.read(), re.M)):
                    said.setdefault(text, []).append(case.name)
    for text, names in said.items():
        print("\nDSS warns: %s\n  %d times: %s" % (text, len(names), ", ".join(names)[:300]))


def start_pki(name, servers, env=None):
    """The address of its TSA."""
    shutil.rmtree(at(name), ignore_errors=True)
    with open(at("log", name + ".txt"), "w") as log:
        servers.append(subprocess.Popen(
            [sys.executable, "-B", os.path.join(HERE, "../servers/pki.py"), at(name)],
            stdin=subprocess.DEVNULL, stderr=log, env=env))
    for _ in range(600):
        if os.path.exists(at(name, "port")):
            break
        time.sleep(0.05)
    with open(at(name, "port")) as f:
        return "http://127.0.0.1:%s/tsa" % f.read().strip()


def softhsm():
    found = [p for p in ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so",
                         "/usr/local/lib/softhsm/libsofthsm2.so") if os.path.exists(p)]
    return found[0] if found else "/no-softhsm2"


def fill_token():
    """Zarina's key and certificate, by SoftHSM2's and OpenSC's programs."""
    os.makedirs(at("pki", "tokens"))
    os.environ["SOFTHSM2_CONF"] = at("pki", "softhsm2.conf")
    for name, text in (("softhsm2.conf", "directories.tokendir = %s\n" % at("pki", "tokens")),
                       ("pin", "1234\n")):
        with open(at("pki", name), "w") as f:
            f.write(text)
        os.chmod(at("pki", name), 0o600)
    p8, der = at("pki", "zarina.p8"), at("pki", "zarina.der")
    run("pki.txt", "softhsm2-util", "--init-token", "--free", "--label", "interop", "--pin", "1234",
        "--so-pin", "5678")
    run("pki.txt", "openssl", "pkcs8", "-topk8", "-nocrypt", "-in", at("pki", "zarina.key"),
        "-out", p8)
    run("pki.txt", "softhsm2-util", "--import", p8, "--token", "interop", "--label", "zarina",
        "--id", "01", "--pin", "1234")
    run("pki.txt", "openssl", "x509", "-in", at("pki", "zarina.crt"), "-outform", "DER", "-out", der)
    run("pki.txt", "pkcs11-tool", "--module", softhsm(), "--token-label", "interop", "--login",
        "--pin", "1234", "--write-object", der, "--type", "cert", "--id", "01", "--label", "zarina")


def prepare_pki():
    fill_token()
    with open(at("pki", "edoc.conf"), "w") as f:
        f.write("intranet: [127.0.0.1]\n")
    for name in ("zarina", "rsa"):
        run("pki.txt", "openssl", "pkcs12", "-export", "-in", at("pki", name + ".pem"), "-out",
            at("pki", name + ".p12"), "-passout", "pass:pw")


def write_documents():
    os.makedirs(at("in"))
    for name, text in (("contract.txt", "A contract.\n"), ("Шартнома № 1.txt", "Шартнома.\n"),
                       ("letter.xml", '<?xml version="1.0"?>\n<letter><p>Text.</p></letter>\n'),
                       ("policy.txt", "policy"), ("annex.bin", "\0\1\2" * 1000)):
        with open(at("in", name), "w") as f:
            f.write(text)


def main():
    for name in ("made", "dss-made", "unpacked", "log", "in", "pki"):
        shutil.rmtree(at(name), ignore_errors=True)
        if name not in ("in", "pki"):
            os.makedirs(at(name))
    write_documents()
    servers = []
    try:
        tsa = start_pki("pki", servers)
        prepare_pki()
        ours, theirs = made_by_us(), made_by_dss()
        by_dss, by_edoc = continued("DSS", OURS), continued("edoc", KINDS)
        revoked, old, sealed = revoked_later(), aged(), encrypted()
        for case in ours:
            make(case, tsa)
        for case in by_dss:
            sign(case, tsa, "zarina", "--level", cross(case)[0])
        maker = dss("dss-made")
        for case in theirs:
            dss_makes(maker, case, tsa, case.level, DSS_WAYS[case.way], None,
                      at("dss-made", case.name))
        for case in by_dss:
            dss_makes(maker, case, tsa, case.least, cross(case)[1], case.path,
                      at("dss-made", case.name))
        for case in by_edoc:
            dss_makes(maker, case, tsa, cross(case)[0], "-", None, at("made", case.name))
        answers = maker.answers()
        for case in theirs + by_dss + by_edoc:
            folder = "made" if case in by_edoc else "dss-made"
            dss_made(case, answers.pop(0), at(folder, case.name))
        for case in by_edoc:
            step = cross(case)[1]
            go_on(case, tsa, "LTA" if step == "raise" else step)
        judge_all("ours", ours)
        judge_all("continued", by_dss + by_edoc)
        for case in theirs:
            if case.path:
                edoc_agrees(case, "dss-")
        for case in revoked:
            sign(case, tsa, "p384", "--level", case.level)
        time.sleep(2 if revoked else 0)
        pki_says("revoked=p384 since=" + time.strftime("%y%m%d%H%M%SZ", time.gmtime()))
        time.sleep(1 if revoked else 0)
        judge_all("revoked", revoked)
        make_recipients()
        encrypt(sealed)
        decrypt(sealed)
        live_through(old, servers)
        judge_all("old", old)
    finally:
        for server in servers:
            server.terminate()
            server.wait()
    judges = "judges: DSS, pyHanko, openssl, xmlsec1, unzip, edoc"
    counts = [table("Made by edoc-sign; " + judges, ours + revoked + old, JUDGES),
              table("Made by one, then the other; " + judges, by_dss + by_edoc, JUDGES),
              table("Made by EU DSS; judge: edoc", theirs, ("edoc",)),
              table("Encrypted; opened by openssl, Bouncy Castle, edoc", sealed, ("ossl", "BC", "edoc"))]
    warned(ours + revoked + old + by_dss + by_edoc)
    passed, failed, missing = map(sum, zip(*counts))
    print("\ninterop: %d cells pass, %d fail, %d rows not made; what each side said: %s"
          % (passed, failed, missing, os.path.relpath(at("log"))))
    return 1 if failed or missing or not passed else 0


sys.exit(main())
