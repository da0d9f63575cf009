#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# mkasic.py zip OUT TYPE NAME=FILE...      a container; TYPE: e, s, a mimetype, or - for none; FILE "/" makes a folder
# mkasic.py manifest TARGET NAME=FILE...   an ASiCManifest with the SHA-256 of each file, on stdout
import base64
import hashlib
import sys
import zipfile
from xml.sax.saxutils import quoteattr

ASIC = "http://uri.etsi.org/02918/v1.2.1#"
DS = "http://www.w3.org/2000/09/xmldsig#"
TYPES = {"e": "application/vnd.etsi.asic-e+zip", "s": "application/vnd.etsi.asic-s+zip"}


def read(path):
    with open(path, "rb") as f:
        return f.read()


def put(z, name, data):
    z.writestr(zipfile.ZipInfo(name), data)


def main():
    what, first, *rest = sys.argv[1:]
    if what == "zip":
        kind, *rest = rest
        with zipfile.ZipFile(first, "w", zipfile.ZIP_STORED) as z:
            if kind != "-":
                put(z, "mimetype", TYPES.get(kind, kind))
            for pair in rest:
                name, path = pair.split("=", 1)
                put(z, name + "/" if path == "/" else name, b"" if path == "/" else read(path))
        return
    print(f'<a:ASiCManifest xmlns:a="{ASIC}" xmlns:ds="{DS}"><a:SigReference URI={quoteattr(first)}/>')
    for pair in rest:
        name, path = pair.split("=", 1)
        digest = base64.b64encode(hashlib.sha256(read(path)).digest()).decode()
        print(f'<a:DataObjectReference URI={quoteattr(name)} MimeType="text/plain">'
              f'<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
              f"<ds:DigestValue>{digest}</ds:DigestValue></a:DataObjectReference>")
    print("</a:ASiCManifest>")


main()
