#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Makes testdata/bad/zip (one defect each, with expected.tsv) and
testdata/good/zip (their sound neighbours), from raw bytes, always the same.

    python3 testdata/bad/mk-zip.py        from anywhere
"""
import os
import struct
import unicodedata
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
BAD = os.path.join(HERE, "zip")
GOOD = os.path.join(HERE, "..", "good", "zip")
MIME = b"application/vnd.etsi.asic-e+zip"
FULL = 0xFFFFFFFF


def deflate(data, level=9):
    z = zlib.compressobj(level, zlib.DEFLATED, -15)
    return z.compress(data) + z.flush()


class Entry:
    """One entry; every field of both headers can be set apart."""

    def __init__(self, name, data=b"", method=0, flags=0, extra=b"", cextra=None, comment=b"",
                 raw=None, descriptor=None, gap=b"", mode=0o100644, made=0x031E, **over):
        self.name = name if isinstance(name, bytes) else name.encode()
        self.data, self.method, self.flags = data, method, flags
        self.raw = raw if raw is not None else (deflate(data) if method == 8 else data)
        self.extra, self.comment, self.gap = extra, comment, gap
        self.cextra = b"" if cextra is None else cextra
        self.descriptor = descriptor  # None, or a function (crc, csize, usize) -> bytes
        self.mode, self.made = mode, made
        self.crc = zlib.crc32(data)
        self.over = over

    def local(self):
        o = self.over
        f = dict(sig=0x04034B50, need=20, flags=self.flags, method=self.method, crc=self.crc,
                 csize=len(self.raw), usize=len(self.data), name=self.name, extra=self.extra)
        if self.descriptor:
            f["flags"] |= 8
            f["crc"] = f["csize"] = f["usize"] = 0
        f.update({k[2:]: v for k, v in o.items() if k.startswith("l_")})
        out = struct.pack("<IHHHHHIIIHH", f["sig"], f["need"], f["flags"], f["method"], 0, 0x21,
                          f["crc"], f["csize"], f["usize"], len(f["name"]), len(f["extra"]))
        out += f["name"] + f["extra"] + self.raw
        if self.descriptor:
            out += self.descriptor(self.crc, len(self.raw), len(self.data))
        return out + self.gap

    def central(self, offset):
        o = self.over
        f = dict(flags=self.flags | (8 if self.descriptor else 0), method=self.method, crc=self.crc,
                 csize=len(self.raw), usize=len(self.data), name=self.name, disk=0, attr=self.mode << 16,
                 offset=offset, extra=self.cextra, comment=self.comment, sig=0x02014B50)
        f.update({k[2:]: v for k, v in o.items() if k.startswith("c_")})
        clen = f.get("clen", len(f["comment"]))
        return struct.pack("<IHHHHHHIIIHHHHHII", f["sig"], self.made, 20, f["flags"], f["method"], 0,
                           0x21, f["crc"], f["csize"], f["usize"], len(f["name"]), len(f["extra"]),
                           clen, f["disk"], 0, f["attr"], f["offset"]
                           ) + f["name"] + f["extra"] + f["comment"]


def end(n, length, begin, comment=b"", **o):
    return struct.pack("<IHHHHIIH", 0x06054B50, o.get("disk", 0), o.get("cdisk", 0),
                       o.get("here", n), o.get("count", n), o.get("size", length),
                       o.get("start", begin), o.get("clen", len(comment))) + comment


def end64(n, dirsize, begin, where, **o):
    return struct.pack("<IQHHIIQQQQ", o.get("sig", 0x06064B50), o.get("length", 44), 45, 45,
                       o.get("disk", 0), 0, o.get("here", n), o.get("count", n), o.get("size", dirsize),
                       o.get("start", begin)
                       ) + o.get("between", b"") + struct.pack(
                           "<IIQI", o.get("lsig", 0x07064B50), o.get("ldisk", 0), o.get("at", where),
                           o.get("disks", 1))


def pack(entries, prefix=b"", before_dir=b"", after_dir=b"", suffix=b"", comment=b"", zip64=None,
         order=None, shift=0, **o):
    body, offsets = prefix, []
    for e in entries:
        offsets.append(len(body) - shift)
        body += e.local()
    body += before_dir
    start = len(body)
    which = order or list(range(len(entries)))
    directory = b"".join(entries[i].central(offsets[i]) for i in which)
    body += directory + after_dir
    n = len(which)
    if zip64 is not None:
        body += end64(n, len(directory), start, len(body), **zip64)
    return body + end(n, len(directory), start - shift, comment, **o) + suffix


def mime(**k):
    return Entry("mimetype", MIME, **k)


def doc(name="doc.txt", data=b"Hello, signed world.\n" * 3, **k):
    return Entry(name, data, **k)


def dd32(crc, c, u):
    return struct.pack("<III", crc, c, u)


def dd32s(crc, c, u):
    return struct.pack("<IIII", 0x08074B50, crc, c, u)


def dd64(crc, c, u):
    return struct.pack("<IQQ", crc, c, u)


def dd64s(crc, c, u):
    return struct.pack("<IIQQ", 0x08074B50, crc, c, u)


def x(kind, data):
    return struct.pack("<HH", kind, len(data)) + data


def upath(raw, name):
    return x(0x7075, b"\x01" + struct.pack("<I", zlib.crc32(raw)) + name)


def z64(*v):
    return x(1, b"".join(struct.pack("<Q", i) for i in v))


D = b"Hello, signed world.\n" * 3
N = len(D)
INNER = pack([doc("inner.txt")])
FAKE = end(0, 0, 0)

good = {
    "plain": pack([mime(), doc()]),
    "empty": pack([]),
    "deflated": pack([mime(), doc(method=8)]),
    "deflate-level-flags": pack([mime(), doc(method=8, flags=2)]),
    "empty-file": pack([mime(), doc(data=b"")]),
    "empty-file-deflated": pack([mime(), doc(data=b"", method=8)]),
    "dd32": pack([mime(), doc(method=8, descriptor=dd32), doc("b")]),
    "dd32-signed": pack([mime(), doc(method=8, descriptor=dd32s), doc("b")]),
    "dd64": pack([mime(), doc(method=8, descriptor=dd64), doc("b")]),
    "dd64-signed": pack([mime(), doc(method=8, descriptor=dd64s)]),
    "dd-sizes-in-local": pack([mime(), doc(descriptor=dd32s, l_crc=zlib.crc32(D), l_csize=N, l_usize=N)]),
    "dd-zip64-local": pack([mime(), doc(descriptor=dd64s, l_csize=FULL, l_usize=FULL, extra=z64(0, 0))]),
    "zip64-local": pack([mime(), doc(l_csize=FULL, l_usize=FULL, extra=z64(N, N))]),
    "zip64-local-and-plain": pack([mime(), doc(extra=z64(N, N))]),
    "zip64-both": pack([mime(), doc(l_csize=FULL, l_usize=FULL, extra=z64(N, N), c_csize=FULL,
                                    c_usize=FULL, cextra=z64(N, N))]),
    "zip64-offset": pack([mime(), doc(c_offset=FULL, cextra=z64(30 + 8 + len(MIME)))]),
    "zip64-disk": pack([mime(), doc(c_disk=0xFFFF, cextra=x(1, b"\0\0\0\0"))]),
    "zip64-end": pack([mime(), doc()], zip64={}),
    "zip64-end-full": pack([mime(), doc()], zip64={}, here=0xFFFF, count=0xFFFF, size=FULL, start=FULL),
    "archive-comment": pack([mime(), doc()], comment=b"mimetype=" + MIME),
    "entry-comment": pack([mime(), doc(comment=b"by hand")]),
    "extra-unknown": pack([mime(), doc(extra=x(0xCAFE, b""), cextra=x(0xCAFE, b""))]),
    "unicode-path-same": pack([mime(), doc("ҳуҷҷат.txt", extra=upath("ҳуҷҷат.txt".encode(), "ҳуҷҷат.txt".encode()))]),
    "folder": pack([mime(), Entry("META-INF/", mode=0o40755), doc("META-INF/x"), doc()]),
    "folder-deflated": pack([mime(), Entry("a/", method=8, mode=0o40755), doc("a/b")]),
    "utf8-flag": pack([mime(), doc("фармон.txt", flags=0x800)]),
    "utf8-flag-ascii-name": pack([mime(flags=0x800), doc(flags=0x800)]),
    "utf8-without-flag": pack([mime(), doc("фармон.txt")]),
    "cp437-name": pack([mime(), doc(b"r\x82sum\x82.txt")]),
    "nested-zip-stored": pack([mime(), doc("inner.zip", INNER)]),
    "directory-in-other-order": pack([mime(), doc(), doc("b")], order=[2, 0, 1]),
    "mimetype-last": pack([doc(), mime()]),
    "mimetype-deflated": pack([mime(method=8), doc()]),
    "mimetype-extra": pack([mime(extra=x(0xCAFE, b"")), doc()]),
    "comment-only-type": pack([doc(), Entry("META-INF/manifest.xml", b"<x/>")],
                              comment=b"mimetype=application/vnd.etsi.asic-s+zip"),
    "empty-folder": pack([mime(), doc(), Entry("a/", mode=0o40755)]),
    "near-names": pack([mime(), doc("a"), doc("a.b"), doc("ab"), doc("b/a"), doc("b/a b"), doc("b-")]),
    "fat-host": pack([mime(made=0, mode=0), doc(made=0, mode=0)]),
    "ratio-below-a-mebibyte": pack([mime(), doc(data=b"\0" * 150000, method=8)]),
}

NFD = unicodedata.normalize("NFD", "й.txt")
GOOD_START = 30 + 8 + len(MIME)
# name: (bytes, a word of the message)
bad = {
    "truncated": (pack([mime(), doc()])[:-30], "cut off"),
    "not-a-zip": (b"%PDF-1.7 and no package at all, whatever its name says\n", "no ZIP"),
    "no-bytes": (b"", "no ZIP"),
    "end-only-21-bytes": (end(0, 0, 0)[:21], "no ZIP"),
    # local header against central directory
    "name-differs": (pack([mime(), doc(l_name=b"d0c.txt")]), "name"),
    "name-length-differs": (pack([mime(), doc(l_name=b"doc.tx", extra=b"")]), "name"),
    "method-differs": (pack([mime(), doc(l_method=8)]), "method"),
    "flags-differ": (pack([mime(), doc(l_flags=0x800)]), "flags"),
    "crc-differs": (pack([mime(), doc(l_crc=1)]), "CRC-32"),
    "csize-differs": (pack([mime(), doc(method=8, l_csize=1)]), "size"),
    "usize-differs": (pack([mime(), doc(method=8, l_usize=1)]), "size"),
    "crc-zero-without-dd": (pack([mime(), doc(l_crc=0)]), "CRC-32"),
    "no-local-header": (pack([mime(), doc(l_sig=0x04034B51)]), "no local header"),
    "offset-differs": (pack([mime(), doc(c_offset=GOOD_START + 1)]), "belong to nothing"),
    "offset-past-end": (pack([mime(), doc(c_offset=1 << 30)]), "no local header"),
    # data descriptors
    "dd32-crc": (pack([mime(), doc(descriptor=lambda a, b, c: dd32(a ^ 1, b, c))]), "descriptor"),
    "dd32-csize": (pack([mime(), doc(descriptor=lambda a, b, c: dd32(a, b + 1, c))]), "descriptor"),
    "dd32-usize": (pack([mime(), doc(descriptor=lambda a, b, c: dd32(a, b, c + 1))]), "descriptor"),
    "dd32-signed-crc": (pack([mime(), doc(descriptor=lambda a, b, c: dd32s(a ^ 1, b, c))]), "descriptor"),
    "dd32-signed-csize": (pack([mime(), doc(descriptor=lambda a, b, c: dd32s(a, b + 1, c))]), "descriptor"),
    "dd32-signed-usize": (pack([mime(), doc(descriptor=lambda a, b, c: dd32s(a, b, c + 1))]), "descriptor"),
    "dd32-bad-signature": (pack([mime(), doc(descriptor=lambda a, b, c: b"PK\7\7" + dd32(a, b, c))]), "descriptor"),
    "dd64-crc": (pack([mime(), doc(descriptor=lambda a, b, c: dd64(a ^ 1, b, c))]), "descriptor"),
    "dd64-csize": (pack([mime(), doc(descriptor=lambda a, b, c: dd64(a, b + 1, c))]), "descriptor"),
    "dd64-usize": (pack([mime(), doc(descriptor=lambda a, b, c: dd64(a, b, c + (1 << 32)))]), "descriptor"),
    "dd64-signed-crc": (pack([mime(), doc(descriptor=lambda a, b, c: dd64s(a ^ 1, b, c))]), "descriptor"),
    "dd64-signed-csize": (pack([mime(), doc(descriptor=lambda a, b, c: dd64s(a, b + (1 << 32), c))]), "descriptor"),
    "dd64-signed-usize": (pack([mime(), doc(descriptor=lambda a, b, c: dd64s(a, b, c + 1))]), "descriptor"),
    "dd-missing": (pack([mime(), doc(descriptor=lambda a, b, c: b"")]), "descriptor"),
    "dd-and-gap": (pack([mime(), doc(descriptor=dd32s, gap=b"12345678901"), doc("b")]), "descriptor"),
    "dd-local-size": (pack([mime(), doc(descriptor=dd32s, l_usize=1)]), "size"),
    "dd-without-flag": (pack([mime(), doc(gap=dd32s(1, 2, 3)), doc("b")]), "belong to nothing"),
    # names
    "duplicate-name": (pack([mime(), doc(), doc()]), "duplicate name"),
    "duplicate-case": (pack([mime(), doc(), doc("DOC.txt")]), "duplicate name"),
    "duplicate-cyrillic-case": (pack([mime(), doc("фармон.txt"), doc("Фармон.txt")]), "duplicate name"),
    "duplicate-nfc-nfd": (pack([mime(), doc("й.txt"), doc(NFD)]), "duplicate name"),
    "duplicate-cp437": (pack([mime(), doc("é.txt"), doc(b"\x82.txt")]), "duplicate name"),
    "duplicate-mimetype": (pack([mime(), doc(), mime()]), "duplicate name"),
    "duplicate-folder": (pack([mime(), Entry("a/"), Entry("a/")]), "duplicate name"),
    "file-and-folder": (pack([mime(), doc("a"), doc("a.b"), doc("a/b")]), "duplicate name"),
    "file-and-folder-entry": (pack([mime(), doc("a"), Entry("a/")]), "duplicate name"),
    "name-empty": (pack([mime(), doc("")]), "acceptable name"),
    "name-absolute": (pack([mime(), doc("/etc/passwd")]), "acceptable name"),
    "name-dotdot": (pack([mime(), doc("../doc.txt")]), "acceptable name"),
    "name-dotdot-inside": (pack([mime(), doc("a/../../doc.txt")]), "acceptable name"),
    "name-dot": (pack([mime(), doc("./doc.txt")]), "acceptable name"),
    "name-backslash": (pack([mime(), doc("a\\doc.txt")]), "acceptable name"),
    "name-drive": (pack([mime(), doc("C:doc.txt")]), "acceptable name"),
    "name-nul": (pack([mime(), doc(b"doc.txt\0.exe")]), "acceptable name"),
    "name-escape": (pack([mime(), doc("\x1b[2Jdoc.txt")]), "acceptable name"),
    "name-newline": (pack([mime(), doc("doc\n.txt")]), "acceptable name"),
    "name-rtl-override": (pack([mime(), doc("doc\u202etxt.exe")]), "acceptable name"),
    "name-not-utf8": (pack([mime(), doc(b"r\x82sum\x82.txt", flags=0x800)]), "acceptable name"),
    "name-overlong-utf8": (pack([mime(), doc(b"\xc0\xaf.txt", flags=0x800)]), "acceptable name"),
    "name-too-long": (pack([mime(), doc("n" * 1025)])[:], "acceptable name"),
    "name-double-slash": (pack([mime(), doc("a//b")]), "acceptable name"),
    "unicode-path-local": (pack([mime(), doc(extra=upath(b"doc.txt", b"evil.txt"))]), "Unicode path"),
    "unicode-path-central": (pack([mime(), doc(cextra=upath(b"doc.txt", b"evil.txt"))]), "Unicode path"),
    "unicode-path-short": (pack([mime(), doc(cextra=x(0x7075, b"\x01"))]), "Unicode path"),
    # methods, flags, kinds
    "encrypted": (pack([mime(), doc(flags=1)]), "encrypted"),
    "encrypted-central-only": (pack([mime(), doc(c_flags=1)]), "encrypted"),
    "encrypted-local-only": (pack([mime(), doc(l_flags=1)]), "flags"),
    "strong-encryption": (pack([mime(), doc(flags=0x40)]), "encrypted"),
    "masked-header": (pack([mime(), doc(flags=0x2000)]), "encrypted"),
    "patch-data": (pack([mime(), doc(flags=0x20)]), "reserved"),
    "reserved-flag": (pack([mime(), doc(flags=0x8000)]), "reserved"),
    "method-bzip2": (pack([mime(), doc(method=12)]), "method 12"),
    "method-aes": (pack([mime(), doc(method=99)]), "method 99"),
    "stored-sizes-differ": (pack([mime(), doc(c_usize=N - 1, l_usize=N - 1)]), "two sizes differ"),
    "symlink": (pack([mime(), doc(mode=0o120777)]), "symbolic link"),
    "symlink-other-host": (pack([mime(), doc(mode=0o120777, made=20)]), "symbolic link"),
    "fifo": (pack([mime(), doc(mode=0o010644)]), "symbolic link"),
    "device": (pack([mime(), doc(mode=0o060644)]), "symbolic link"),
    "folder-with-bytes": (pack([mime(), Entry("a/", b"hidden")]), "folder"),
    "folder-with-hidden-bytes": (pack([mime(), Entry("a/", b"", method=8, raw=deflate(b"hidden bytes"))]), "folder"),
    # every byte belongs to one thing
    "prefix": (pack([mime(), doc()], prefix=b"#!/bin/sh\n"), "before the first entry"),
    "prefix-shifted": (pack([mime(), doc()], prefix=b"#!/bin/sh\n", shift=10), "belong to nothing"),
    "gap-between": (pack([mime(), doc(gap=b"hidden"), doc("b")]), "belong to nothing"),
    "gap-before-directory": (pack([mime(), doc()], before_dir=b"hidden"), "belong to nothing"),
    "gap-after-directory": (pack([mime(), doc()], after_dir=b"hidden"), "belong to nothing"),
    "hidden-local-entry": (pack([mime(), doc(), doc("evil.txt")], order=[0, 1]), "belong to nothing"),
    "hidden-first-entry": (pack([doc("evil.txt"), mime(), doc()], order=[1, 2]), "before the first entry"),
    "trailing": (pack([mime(), doc()], suffix=b"after the end"), "comment length"),
    "empty-with-prefix": (b"hidden" + end(0, 0, 6), "before the first entry"),
    "overlap": (pack([mime(), doc(data=D, l_csize=N + 20, c_csize=N + 20, l_usize=N + 20, c_usize=N + 20), doc("b")]), "overlap"),
    "overlap-same-header": (pack([mime(), doc(), doc("b", c_offset=GOOD_START, c_name=b"b")]), "overlap"),
    "overlap-directory": (pack([mime(), doc(l_csize=90000, c_csize=90000, l_usize=90000, c_usize=90000)]), "overlap"),
    # end records
    "comment-too-short": (pack([mime(), doc()], comment=b"a comment", clen=3), "comment length"),
    "comment-too-long": (pack([mime(), doc()], comment=b"a comment", clen=30), "comment length"),
    "count-too-large": (pack([mime(), doc()], here=3, count=3), "counts"),
    "count-too-small": (pack([mime(), doc()], here=1, count=1), "counts"),
    "count-too-small-dd": (pack([mime(), doc()], here=0, count=0), "counts"),
    "count-huge": (pack([mime(), doc()], here=9999, count=9999), "counts"),
    "directory-size": (pack([mime(), doc()], size=60), "belong to nothing"),
    "directory-size-large": (pack([mime(), doc()], size=6000), "overlap"),
    "directory-offset": (pack([mime(), doc()], start=30), "belong to nothing"),
    "directory-signature": (pack([mime(), doc(c_sig=0x02014B51)]), "counts"),
    "directory-entry-cut": (pack([mime(), doc(c_clen=50)]), "runs into the end record"),
    "multi-disk": (pack([mime(), doc()], disk=1), "disks"),
    "multi-disk-directory": (pack([mime(), doc()], cdisk=1), "disks"),
    "multi-disk-count": (pack([mime(), doc()], here=1), "disks"),
    "multi-disk-entry": (pack([mime(), doc(c_disk=1)]), "disk 1"),
    "second-end-in-comment": (pack([mime(), doc()], comment=FAKE), "second end record"),
    "second-archive-in-comment": (pack([mime(), doc()], comment=pack([mime(), doc("evil.txt")])), "second end record"),
    "second-end-short-in-comment": (pack([mime(), doc()], comment=b"PK\5\6" + b"x" * 10), "second end record"),
    "second-end-in-entry-comment": (pack([mime(), doc(comment=FAKE)]), "second end record"),
    "second-end-in-central-extra": (pack([mime(), doc(cextra=x(0xCAFE, FAKE))]), "second end record"),
    "two-ends": (pack([mime(), doc()], after_dir=end(0, 0, 0)), "belong to nothing"),
    # ZIP64
    "zip64-count": (pack([mime(), doc()], zip64=dict(count=1, here=1)), "disagree"),
    "zip64-size": (pack([mime(), doc()], zip64=dict(size=46)), "disagree"),
    "zip64-start": (pack([mime(), doc()], zip64=dict(start=0)), "disagree"),
    "zip64-disk": (pack([mime(), doc()], zip64=dict(disk=1), disk=0xFFFF), "disks"),
    "zip64-disks": (pack([mime(), doc()], zip64=dict(disks=2)), "disks"),
    "zip64-locator-disk": (pack([mime(), doc()], zip64=dict(ldisk=1)), "disks"),
    "zip64-locator-offset": (pack([mime(), doc()], zip64=dict(at=0)), "locator"),
    "zip64-locator-far": (pack([mime(), doc()], zip64=dict(at=1 << 63)), "locator"),
    "zip64-record-signature": (pack([mime(), doc()], zip64=dict(sig=0x06064B51)), "ZIP64 end record"),
    "zip64-record-length": (pack([mime(), doc()], zip64=dict(length=45)), "ZIP64 end record"),
    "zip64-record-gap": (pack([mime(), doc()], zip64=dict(between=b"hidden")), "locator"),
    "zip64-no-locator": (pack([mime(), doc()], start=FULL), "ZIP64 end record"),
    "zip64-locator-unsigned": (pack([mime(), doc()], zip64=dict(lsig=0x07064B51), count=0xFFFF, here=0xFFFF), "ZIP64 end record"),
    "zip64-extra-missing": (pack([mime(), doc(c_csize=FULL)]), "ZIP64 extra field is missing"),
    "zip64-extra-local-missing": (pack([mime(), doc(l_csize=FULL, l_usize=FULL)]), "ZIP64 extra field is missing"),
    "zip64-extra-short": (pack([mime(), doc(c_csize=FULL, c_usize=FULL, cextra=z64(N))]), "ZIP64 extra field"),
    "zip64-extra-long": (pack([mime(), doc(c_usize=FULL, cextra=z64(N, N))]), "ZIP64 extra field"),
    "zip64-extra-needless": (pack([mime(), doc(cextra=z64(N, N))]), "ZIP64 extra field"),
    "zip64-extra-twice": (pack([mime(), doc(c_usize=FULL, cextra=z64(N) + z64(N + 1))]), "ZIP64 extra field"),
    "zip64-local-differs": (pack([mime(), doc(l_csize=FULL, l_usize=FULL, extra=z64(N + 1, N + 1))]), "size"),
    "zip64-local-contradicts": (pack([mime(), doc(extra=z64(N + 1, N))]), "ZIP64 extra field"),
    "zip64-local-half": (pack([mime(), doc(l_csize=FULL, extra=z64(N, N))]), "ZIP64 extra field"),
    "zip64-central-differs": (pack([mime(), doc(c_csize=FULL, c_usize=FULL, cextra=z64(N + 1, N + 1))]), "size"),
    "zip64-wraps": (pack([mime(), doc(c_csize=FULL, c_usize=FULL, cextra=z64((1 << 64) - 1, (1 << 64) - 1))]), "limit"),
    "zip64-disk-entry": (pack([mime(), doc(c_disk=0xFFFF, cextra=x(1, b"\1\0\0\0"))]), "disk 1"),
    # extra fields
    "extra-cut": (pack([mime(), doc(cextra=struct.pack("<HH", 0xCAFE, 9) + b"12345678")]), "extra field is cut off"),
    "extra-odd": (pack([mime(), doc(extra=b"\0\0\0")]), "extra field is cut off"),
    # limits, declared ones
    "bomb-ratio": (pack([mime(), doc(data=b"\0" * (1 << 20) + b"\0", method=8)]), "limit"),
    "bomb-declared-total": (pack([mime(), doc(method=8, c_usize=FULL, l_usize=FULL, c_csize=FULL, l_csize=FULL,
                                              cextra=z64(17 << 30, len(deflate(D))),
                                              extra=z64(17 << 30, len(deflate(D))))]), "limit"),
    # found while the bytes are read
    "read-crc": (pack([mime(), doc(c_crc=1, l_crc=1)]), "CRC-32"),
    "read-crc-deflated": (pack([mime(), doc(method=8, c_crc=1, l_crc=1)]), "CRC-32"),
    "read-yields-more": (pack([mime(), doc(method=8, c_usize=10, l_usize=10)]), "unpacks to more"),
    "read-yields-less": (pack([mime(), doc(method=8, c_usize=N + 1, l_usize=N + 1)]), "instead of"),
    "read-bytes-after-stream": (pack([mime(), doc(method=8, raw=deflate(D) + b"hidden")]), "do not end"),
    "read-stream-cut": (pack([mime(), doc(method=8, raw=deflate(D)[:-3])]), "damaged"),
    "read-no-deflate": (pack([mime(), doc(method=8, raw=b"\xff" * 20)]), "damaged"),
    "read-bomb-liar": (pack([mime(), doc(data=D, method=8, raw=deflate(b"\0" * 1500000))]), "unpacks to more"),
    "read-empty-liar": (pack([mime(), doc(data=b"", method=8, raw=deflate(D))]), "unpacks to more"),
}


def write(folder, files):
    os.makedirs(folder, exist_ok=True)
    for old in os.listdir(folder):
        os.unlink(os.path.join(folder, old))
    for name, data in files.items():
        assert len(data) < 4096, (name, len(data))
        with open(os.path.join(folder, name + ".zip"), "wb") as f:
            f.write(data)


write(GOOD, good)
write(BAD, {k: v[0] for k, v in bad.items()})
with open(os.path.join(BAD, "expected.tsv"), "w", encoding="utf-8") as f:
    for k, v in bad.items():
        f.write(f"{k}.zip\t{v[1]}\n")
