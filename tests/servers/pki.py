#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A certification authority on loopback, for tests: pki.py DIR [NAME=DAYS ...]

Makes keys and certificates in DIR, then serves them, their CRLs, an OCSP
responder and three TSAs on one port of 127.0.0.1 until whoever started it ends.
DIR/port appears once all is ready, DIR/pid before; DIR/hits gets a line for each request.
The same is served by https on a second port, DIR/tls-port.
DAYS: how long the certificate of NAME is valid (3650).  With DIR/port.before it
serves what is there, at that port; NAME=DAYS gives NAME a new certificate then.

  root.pem      the anchor            ca.pem       the CA below it
  zarina.pem    signs; P-256, OCSP and CRL         rsa.pem    the same, RSA 2048
  p384.pem, ed25519.pem, ed448.pem, brainpool.pem: the same with such keys
  crl.pem       signs; CRL only                    mute.pem   names no source
  still.pem     another anchor; under it nobody names a source, nor brings its
                certificate along: quiet.pem signs, tsa3 time-stamps
  tsa, tsa2     time-stamps, by the CA (OCSP and CRL) and the root (CRL)
  web.pem       vouches for the https server and for nothing else
  (each .pem of a person: key, certificate, CA; X.crt is the certificate alone)

POST /tsa, /tsa2, /tsa3 and, under each name, what goes wrong:
  -timeout -slow -500 -500-once -429 -429-once -503-later -cut -truncated -html -garbage
  -empty -redirect -nonce -imprint -policy -reject -nocert -behind -alone (no chain)
  -then-html (each second time)   -away301 -away302 ... (to the same TSA over http)
  -auth (Basic) -digest (Digest): clerk, password "se:cret"
POST /ocsp; GET /crl/root.crl, /crl/ca.crl, /ca/root.der, /ca/ca.der

DIR/control, words that are looked at on each request:
  ocsp=unknown|trylater|slow|other|500|html     crl=absent|expired|old|html
  issuer=absent|html|other
  responder=ocsp2   whose certificate has a CRL instead of id-pkix-ocsp-nocheck
  revoked=NAME,...  since=YYMMDDhhmmssZ (else: since the server started)
  tsa=WHAT          /tsa does what /tsa-WHAT does
  tls=wrong         the https server's certificate is somebody else's
"""
import base64, concurrent.futures, hashlib, http.server, os, re, ssl, subprocess, sys, threading
import time

DIR = os.path.abspath(sys.argv[1])
LOCK = threading.Lock()
ONCE = set()
STARTED = time.strftime("%y%m%d%H%M%SZ", time.gmtime())
POLICY, OTHER_POLICY = "1.3.6.1.4.1.99999.7", "1.3.6.1.4.1.99999.8"
LOGIN = "clerk:se:cret"


def at(name):
    return os.path.join(DIR, name)


def read(name):
    with open(at(name), "rb") as f:
        return f.read()


def write(name, data):
    with open(at(name), "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())


def openssl(*args):
    subprocess.run(("openssl",) + args, cwd=DIR, check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


# ---- keys and certificates

CA = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
PERSON = "keyUsage=critical,digitalSignature,nonRepudiation\n"
STAMPER = "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n"
SERVER = "keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nsubjectAltName="
RESPONDER = "keyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning\n"
SOURCES = {
    "ocsp": "authorityInfoAccess=OCSP;URI:{url}/ocsp,caIssuers;URI:{url}/ca/{by}.der\n",
    "crl": "crlDistributionPoints=URI:{url}/crl/{by}.crl\n",
    "nocheck": "noCheck=ignored\n",
}
EC = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
# name: (common name, issuer, extensions, sources, key)
WHO = {
    "root": ("Test Root", None, CA, "", EC),
    "ca": ("Test CA", "root", CA, "crl", EC),
    "zarina": ("Zarina", "ca", PERSON, "ocsp crl", EC),
    "rsa": ("Rustam", "ca", PERSON, "ocsp crl", ("rsa:2048",)),
    "p384": ("Parviz", "ca", PERSON, "ocsp crl", ("ec", "-pkeyopt", "ec_paramgen_curve:P-384")),
    "ed25519": ("Edgor", "ca", PERSON, "ocsp crl", ("ed25519",)),
    "crl": ("Kamila", "ca", PERSON, "crl", EC),
    "mute": ("Mukim", "ca", PERSON, "", EC),
    "tsa": ("Test TSA", "ca", STAMPER, "ocsp crl", EC),
    "tsa2": ("Second TSA", "root", STAMPER, "crl", EC),
    "ocsp": ("Test Responder", "ca", RESPONDER, "nocheck", EC),
    "ocsp2": ("Second Responder", "ca", RESPONDER, "crl", EC),
    "still": ("Still Root", None, CA, "", EC),
    "quiet": ("Quvvat", "still", PERSON, "", EC),
    "tsa3": ("Still TSA", "still", STAMPER, "", EC),
    "web": ("Web Root", None, CA, "", EC),
    "tls": ("127.0.0.1", "web", SERVER + "IP:127.0.0.1\n", "", EC),
    "wrong": ("tsa.example", "web", SERVER + "DNS:tsa.example\n", "", EC),
    "ed448": ("Edvard", "ca", PERSON, "ocsp crl", ("ed448",)),
    "brainpool": ("Bahrom", "ca", PERSON, "ocsp crl",
                  ("ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1")),
}
AUTHORITIES = ("root", "ca", "still", "web")
DAYS = dict(word.split("=") for word in sys.argv[2:])
SERIAL = {name: "%04X" % (0x1001 + i) for i, name in enumerate(WHO)}


def make(name, url, serial=None):
    cn, by, extensions, sources, key = WHO[name]
    text = ("[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=ext\n[dn]\nC=TJ\nO=Test\nCN="
            + cn + "\n[ext]\nsubjectKeyIdentifier=hash\n" + extensions)
    for source in sources.split():
        text += SOURCES[source].format(url=url, by=by)
    if by:
        text += "authorityKeyIdentifier=keyid\n"
    write(name + ".cnf", text)
    args = ["req", "-x509", "-newkey", *key, "-nodes", "-sha256", "-days", DAYS.get(name, "3650"),
            "-config", name + ".cnf", "-set_serial", "0x" + (serial or SERIAL[name]), "-keyout", name + ".key", "-out",
            name + ".crt"]
    if by:
        args += ["-CA", by + ".crt", "-CAkey", by + ".key"]
    openssl(*args)
    chain = b"" if name in AUTHORITIES or by != "ca" and by != "root" else read("ca.crt")
    key = b"" if name in AUTHORITIES else read(name + ".key")
    write(name + ".pem", key + read(name + ".crt") + chain)
    os.chmod(at(name + ".pem"), 0o600)


def make_all(url):
    for name in AUTHORITIES:
        make(name, url)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: make(name, url), [n for n in WHO if n not in AUTHORITIES]))
    for name in ("root", "ca"):
        openssl("x509", "-in", name + ".crt", "-outform", "DER", "-out", name + ".der")
        write(name + ".ca", "[ca]\ndefault_ca=x\n[x]\ndatabase={0}.idx\ndefault_md=sha256\n"
              "certificate={0}.crt\nprivate_key={0}.key\ncrl_extensions=e\ndefault_crl_days=30\n"
              "crlnumber={0}.number\n[e]\nauthorityKeyIdentifier=keyid\n".format(name))
        write(name + ".number", "01\n")
        write(name + ".idx.attr", "unique_subject = no\n")
        write(name + ".old.crl", crl(name))
        write(name + ".expired.crl", crl(name, "-crl_lastupdate", "20200101000000Z",
                                         "-crl_nextupdate", "20200201000000Z"))
    write("serial", "01\n")
    for name, digests in (("ts", "sha256,sha384,sha512"), ("reject", "sha1")):
        write(name + ".cnf", "[tsa]\ndefault_tsa=x\n[x]\nserial=serial\nsigner_digest=sha256\n"
              "default_policy=%s\nother_policies=%s\ndigests=%s\naccuracy=secs:1\nordering=no\n"
              "tsa_name=no\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n"
              % (POLICY, OTHER_POLICY, digests))


# ---- revocation

def control():
    try:
        words = read("control").decode().split()
    except FileNotFoundError:
        words = []
    return dict(w.split("=", 1) for w in words if "=" in w)


def index(by, empty=False):
    """The database of openssl ca and ocsp."""
    said = control()
    revoked = said.get("revoked", "").split(",")
    since = said.get("since", STARTED)
    lines = []
    for name, who in WHO.items():
        if who[1] == by and not empty:
            bad = name in revoked
            lines.append("\t".join(["R" if bad else "V", "400101000000Z", since if bad else "",
                                    SERIAL[name], "unknown", "/CN=" + name]))
    write(by + ".idx", "".join(line + "\n" for line in lines))


def crl(by, *more):
    with LOCK:
        index(by)
        openssl("ca", "-config", by + ".ca", "-gencrl", *more, "-out", by + ".crl.pem")
        openssl("crl", "-in", by + ".crl.pem", "-outform", "DER", "-out", by + ".crl")
        return read(by + ".crl")


def ocsp(request):
    said = control()
    signer = said.get("responder", "ocsp")
    with LOCK:
        index("ca", empty=said.get("ocsp") == "unknown")
        write("ocsp.req", request)
        if said.get("ocsp") == "other":  # about somebody else
            openssl("ocsp", "-issuer", "ca.crt", "-cert", "mute.crt", "-no_nonce", "-reqout",
                    "ocsp.req")
        openssl("ocsp", "-index", "ca.idx", "-CA", "ca.crt", "-rsigner", signer + ".crt", "-rkey",
                signer + ".key", "-reqin", "ocsp.req", "-respout", "ocsp.resp", "-ndays", "3")
        return read("ocsp.resp")


# ---- time-stamps

def split(der):
    """The elements of DER contents: (tag, contents)."""
    parts = []
    while der:
        n, head = der[1], 2
        if n & 0x80:
            head += n & 0x7f
            n = int.from_bytes(der[2:head], "big")
        parts.append((der[0], der[head:head + n]))
        der = der[head + n:]
    return parts


def tlv(tag, value):
    n = len(value)
    head = bytes([n]) if n < 0x80 else bytes([0x82, n >> 8, n & 0xff])
    return bytes([tag]) + head + value


def flip(value):
    return value[:-1] + bytes([value[-1] ^ 1])


def change(request, how):
    """The request that would have given another answer."""
    parts = split(split(request)[0][1])
    for i, (tag, value) in enumerate(parts):
        if how == "nonce" and i and tag == 2:
            parts[i] = (tag, flip(value))
        elif how == "imprint" and tag == 0x30:
            alg, octets = split(value)
            parts[i] = (tag, tlv(*alg) + tlv(4, flip(octets[1])))
        elif (how == "policy" and tag == 6) or (how == "nocert" and tag == 1):
            parts[i] = None
    return tlv(0x30, b"".join(tlv(*p) for p in parts if p))


def stamp(signer, request, how):
    with LOCK:
        write("ts.req", change(request, how))
        args = ["ts", "-reply", "-config", "reject.cnf" if how == "reject" else "ts.cnf",
                "-queryfile", "ts.req", "-signer", signer + ".crt", "-inkey", signer + ".key",
                "-out", "ts.resp"]
        if signer == "tsa" and how != "alone":
            args += ["-chain", "ca.crt"]
        if how == "policy":
            args += ["-tspolicy", OTHER_POLICY]
        openssl(*args)
        return read("ts.resp")


def login_is_right(header, digest, path):
    if not digest:
        return header == "Basic " + base64.b64encode(LOGIN.encode()).decode()
    said = {k: quoted or bare for k, quoted, bare in
            re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', header)}
    md5 = lambda text: hashlib.md5(text.encode()).hexdigest()
    user, password = LOGIN.split(":", 1)
    one, two = md5("%s:test:%s" % (user, password)), md5("POST:" + path)
    return header.startswith("Digest ") and said.get("username") == user and said.get(
        "response") == md5(":".join([one, said.get("nonce", ""), said.get("nc", ""),
                                     said.get("cnonce", ""), "auth", two]))


# ---- HTTP

class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def answer(self, status, kind="text/plain", body=b"", **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def hit(self):
        with LOCK, open(at("hits"), "a") as f:
            f.write(self.command + " " + self.path + "\n")

    def do_GET(self):
        self.hit()
        how = control().get("crl")
        name = os.path.basename(self.path)
        by = name.split(".")[0]
        if by not in ("root", "ca") or self.path not in ("/crl/%s.crl" % by, "/ca/%s.der" % by):
            return self.answer(404)
        if self.path.startswith("/ca/"):
            how = control().get("issuer")
            if how == "absent":
                return self.answer(404)
            if how == "html":
                return self.answer(200, "text/html", b"<html>please log in</html>")
            if how == "other":
                name = "root.der" if by == "ca" else "ca.der"
            return self.answer(200, "application/pkix-cert", read(name))
        if how == "absent":
            return self.answer(404)
        if how == "html":
            return self.answer(200, "text/html", b"<html>please log in</html>")
        body = read("%s.%s.crl" % (by, how)) if how in ("old", "expired") else crl(by)
        return self.answer(200, "application/pkix-crl", body)

    def do_POST(self):
        self.hit()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/ocsp":
            return self.do_ocsp(body)
        name, _, how = self.path[1:].partition("-")
        if name not in ("tsa", "tsa2", "tsa3"):
            return self.answer(404)
        if self.headers.get("Content-Type") != "application/timestamp-query":
            return self.answer(415)
        if self.path == "/tsa":
            how = control().get("tsa", "")
        return self.do_stamp(name, how, body)

    def do_ocsp(self, body):
        how = control().get("ocsp")
        kind = "application/ocsp-response"
        if how == "500":
            return self.answer(500)
        if how == "html":
            return self.answer(200, "text/html", b"<html>please log in</html>")
        if how == "trylater":
            return self.answer(200, kind, bytes([0x30, 3, 10, 1, 3]))
        if how == "slow":
            time.sleep(3)
        return self.answer(200, kind, ocsp(body))

    def first(self, how):
        """Of requests for that path."""
        with LOCK:
            was = self.path + how in ONCE
            ONCE.add(self.path + how)
        return not was

    def second(self, how):
        """Each second request for that path."""
        with LOCK:
            ONCE.symmetric_difference_update({self.path + how})
            return self.path + how not in ONCE

    def do_stamp(self, name, how, body):
        kind = "application/timestamp-reply"
        if how in ("auth", "digest"):
            ask = 'Digest realm="test", nonce="n", qop="auth"' if how == "digest" else \
                'Basic realm="test"'
            if not login_is_right(self.headers.get("Authorization", ""), how == "digest",
                                  self.path):
                return self.answer(401, WWW_Authenticate=ask)
        if how == "timeout":
            time.sleep(60)
            return None
        if how == "slow":
            time.sleep(1.5)
        if how == "500" or (how == "500-once" and self.first(how)):
            return self.answer(500)
        if how == "429" or (how == "429-once" and self.first(how)):
            return self.answer(429, Retry_After="1")
        if how == "503-later":
            return self.answer(503, Retry_After="3600")
        if how.startswith("away"):
            return self.answer(int(how[4:]), Location="http://127.0.0.1:%s/%s" %
                               (read("port").decode().strip(), name))
        if how == "redirect":
            return self.answer(307, Location="/" + name)
        if how == "html" or (how == "then-html" and self.second(how)):
            return self.answer(200, "text/html", b"<html>please log in</html>")
        if how == "garbage":
            return self.answer(200, kind, b"these are not the bytes of a time-stamp")
        if how == "empty":
            return self.answer(200, kind)
        reply = stamp(name, body, how)
        if how == "truncated":
            reply = reply[:-10]
        if how == "behind":
            reply += b"\0"
        if how == "cut":  # half of what was announced
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply[:len(reply) // 2])
            return None
        return self.answer(200, kind, reply)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        kind, value, _ = sys.exc_info()
        if not issubclass(kind, (ConnectionError, ssl.SSLError)):
            said = getattr(value, "stderr", b"") or b""
            print("pki.py:", value, said.decode(errors="replace"), file=sys.stderr, flush=True)


class TlsServer(Server):
    def get_request(self):
        sock, address = super().get_request()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(at("wrong.pem" if control().get("tls") == "wrong" else "tls.pem"))
        return context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), address


def watch(parent):
    while os.getppid() == parent and os.path.isdir(DIR):
        time.sleep(0.2)
    os._exit(0)


def listen(port, kind=Server):
    for left in range(100, -1, -1):  # who had it before may be dying yet
        try:
            return kind(("127.0.0.1", port), Handler)
        except OSError:
            if not left:
                raise
        time.sleep(0.05)


def main():
    os.makedirs(DIR, exist_ok=True)
    threading.Thread(target=watch, args=(os.getppid(),), daemon=True).start()
    again = os.path.exists(at("port.before"))
    server = listen(int(read("port.before")) if again else 0)
    url = "http://127.0.0.1:%d" % server.server_port
    if again:
        for name in DAYS:  # the serial is the time: one more certificate of the same issuer
            make(name, url, "%X" % int(time.time()))
    else:
        make_all(url)
    tls = listen(0, TlsServer)
    threading.Thread(target=tls.serve_forever, daemon=True).start()
    write("tls-port", "%d\n" % tls.server_port)
    write("pid", "%d\n" % os.getpid())
    write("port.tmp", "%d\n" % server.server_port)
    os.rename(at("port.tmp"), at("port"))
    server.serve_forever()


main()
