#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""PKCS#12 files (RFC 7292) as openssl(1) does not write them.

p12.py [OPTION...] OUT PASS IN.p12...

Joins the safes of files that have the same passphrase, and makes the MAC anew.
  --ber N        as Java programs write it: indefinite lengths all the way down, and
                 OCTET STRINGs of more than N bytes in pieces
  --sha1 N       the MAC by SHA-1 with N iterations (without it: SHA-256, 2048)
  --claim N      the MAC says N iterations, whatever it was made with
  --bad-mac      a MAC that is not of the contents
  --no-mac       none
  --bags FILE    one more safe, not encrypted, of these bags' DER
  --nest N       the last safe's bags stand in N safes of safes
  --repeat N     the last safe N times
  --oid OLD=NEW  an OID's DER (hex) by one of the same length, in what is not encrypted
"""
import argparse
import hashlib
import hmac
import sys

OCTETS, OID, SEQUENCE = 4, 6, 0x30
DATA = bytes.fromhex("06092a864886f70d010701")
SAFES = bytes.fromhex("060b2a864886f70d010c0a0106")
SHA1, SHA256 = bytes.fromhex("06052b0e03021a"), bytes.fromhex("0609608648016503040201")


def tlv(tag, body):
    n = len(body)
    if n < 0x80:
        return bytes([tag, n]) + body
    size = (n.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + n.to_bytes(size, "big") + body


def element(der, at):
    """The contents of the element there, and where it ends."""
    n, at = der[at + 1], at + 2
    if n & 0x80:
        size = n & 0x7F
        n, at = int.from_bytes(der[at:at + size], "big"), at + size
    return der[at:at + n], at + n


def parts(body):
    """The elements in some contents, as (tag, contents)."""
    found, at = [], 0
    while at < len(body):
        tag = body[at]
        contents, at = element(body, at)
        found.append((tag, contents))
    return found


def integer(n):
    return tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))


class Ber:
    """Other octets that mean the same; N 0: DER again."""

    def __init__(self, piece):
        self.piece = piece

    def one(self, tag, body):
        if not self.piece:
            return tlv(tag, body)
        return bytes([tag, 0x80]) + body + b"\0\0"

    def octets(self, body, tag=OCTETS):
        if not self.piece or len(body) <= self.piece:
            return tlv(tag, body)
        split = [tlv(OCTETS, body[i:i + self.piece]) for i in range(0, len(body), self.piece)]
        return self.one(tag | 0x20, b"".join(split))

    def again(self, tag, body):
        if tag in (OCTETS, 0x80):  # encryptedContent is an OCTET STRING under [0]
            return self.octets(body, tag)
        if not tag & 0x20:
            return tlv(tag, body)
        return self.one(tag, b"".join(self.again(*p) for p in parts(body)))

    def content_info(self, body):
        if not self.piece:
            return tlv(SEQUENCE, body)
        (_, oid), (_, content) = parts(body)
        if tlv(OID, oid) != DATA:
            return self.again(SEQUENCE, body)
        safe = self.again(SEQUENCE, parts(parts(content)[0][1])[0][1])
        return self.one(SEQUENCE, DATA + self.one(0xA0, self.octets(safe)))


def stretched(x, block):
    size = block * -(-len(x) // block)
    return (x * size)[:size]


def derive(password, salt, rounds, name, size):
    """RFC 7292 appendix B, of ID 3 (a MAC's key)."""
    block = 64
    text = stretched(salt, block) + stretched((password + "\0").encode("utf-16-be"), block)
    out = hashlib.new(name, b"\3" * block + text).digest()
    for _ in range(rounds - 1):
        out = hashlib.new(name, out).digest()
    return out[:size]


def mac(content, password, oid, rounds, claim, bad):
    name = "sha1" if oid == SHA1 else "sha256"
    salt = hashlib.sha256(content).digest()[:8]
    size = hashlib.new(name).digest_size
    digest = hmac.new(derive(password, salt, rounds, name, size), content, name).digest()
    if bad:
        digest = digest[::-1]
    info = tlv(SEQUENCE, tlv(SEQUENCE, oid + b"\5\0") + tlv(OCTETS, digest))
    return info + tlv(OCTETS, salt) + integer(claim or rounds)


def nested(bags, depth):
    for _ in range(depth):
        bags = tlv(SEQUENCE, SAFES + tlv(0xA0, tlv(SEQUENCE, bags)))
    return bags


def safes_of(path):
    pfx = parts(open(path, "rb").read())[0][1]
    content = parts(parts(pfx)[1][1])[1][1]  # [0] of the authSafe's ContentInfo
    octets = parts(content)[0][1]
    return [body for _, body in parts(parts(octets)[0][1])]


def plain_safe(bags):
    return DATA + tlv(0xA0, tlv(OCTETS, tlv(SEQUENCE, bags)))


def bags_of(safe):
    octets = parts(parts(safe)[1][1])[0][1]
    return parts(octets)[0][1]


def options():
    p = argparse.ArgumentParser()
    p.add_argument("out")
    p.add_argument("password")
    p.add_argument("files", nargs="*")
    for name in ("ber", "sha1", "claim", "nest", "repeat"):
        p.add_argument("--" + name, type=int, default=0)
    p.add_argument("--bad-mac", action="store_true")
    p.add_argument("--no-mac", action="store_true")
    p.add_argument("--bags")
    p.add_argument("--oid")
    return p.parse_args()


def main():
    o = options()
    safes = [safe for path in o.files for safe in safes_of(path)]
    if o.bags:
        safes.append(plain_safe(open(o.bags, "rb").read()))
    if o.nest:
        safes[-1] = plain_safe(nested(bags_of(safes[-1]), o.nest))
    safes += [safes[-1]] * (o.repeat - 1)
    ber = Ber(o.ber)
    content = ber.one(SEQUENCE, b"".join(ber.content_info(s) for s in safes))
    if o.oid:
        content = content.replace(*(bytes.fromhex(x) for x in o.oid.split("=")))
    pfx = integer(3) + ber.one(SEQUENCE, DATA + ber.one(0xA0, ber.octets(content)))
    if not o.no_mac:
        kind = (SHA1, o.sha1) if o.sha1 else (SHA256, 2048)
        pfx += ber.one(SEQUENCE, mac(content, o.password, *kind, o.claim, o.bad_mac))
    with open(o.out, "wb") as f:
        f.write(ber.one(SEQUENCE, pfx))


main()
