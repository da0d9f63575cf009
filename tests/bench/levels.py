#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A signature added to a package of EDOC_BENCH_MIB MiB (1024), and raised, by a
TSA, an OCSP responder and CRLs on loopback: beside copying that file.  Half of
it deflates badly, half well."""
import os
import subprocess
import sys
import time

from bench import W, fresh, replaced, table

MIB = int(os.environ.get("EDOC_BENCH_MIB", "1024"))
SERVER = os.path.join(os.environ["SRCDIR"], "tests/servers/pki.py")


def document(path):
    with open(path, "wb") as f:
        for i in range(MIB):
            f.write(os.urandom(1 << 20) if i % 2 else b"%d\n" % i * (1 << 18))


def main():
    pki = os.path.join(W, "levels")
    os.mkdir(pki)
    server = subprocess.Popen([sys.executable, SERVER, pki])
    while not os.path.exists(f"{pki}/port"):
        if server.poll() is not None:
            raise SystemExit("bench: the CA on loopback does not start")
        time.sleep(0.05)
    with open(f"{pki}/edoc.conf", "w", encoding="ascii") as f:
        f.write("trust: root.pem\nintranet: [127.0.0.1]\n")
    with open(f"{pki}/port", encoding="ascii") as f:
        url = f"http://127.0.0.1:{f.read().strip()}/tsa"
    how = f"--config {pki}/edoc.conf --tsa {url}"
    big, work = f"{W}/big.bin", f"{W}/work.asice"
    document(big)
    rows = []
    for form in ("xades", "cades"):
        package = f"{W}/{form}.asice"
        subprocess.run(["edoc-sign", "sign", "-q", "--key", f"{pki}/rsa.pem", "--format", form,
                        "-o", package, big], check=True)
        start, copy = fresh(package, work), replaced(package, work)
        rows.append((f"add at B, {form}", 3, f"edoc-sign sign --key {pki}/zarina.pem {work}",
                     start, *copy, "<= 1.5 x that"))
        for level in ("LT", "LTA"):
            rows.append((f"B to {level}, {form}", 3, f"edoc-sign extend {how} --level {level} {work}",
                         start, *copy, "<= 1.5 x that"))
    os.unlink(big)
    print(f"a package of {MIB} MiB")
    try:
        table(rows)
    finally:
        server.kill()


if __name__ == "__main__":
    main()
