#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Many packages in one run of edoc-verify -j2: microseconds a package, beside
what the same machine does for bare arithmetic and for per-file loops."""
import os
import pathlib
import re
import resource
import subprocess
import time
import zipfile

W = pathlib.Path(os.environ["W"])
N = int(os.environ.get("EDOC_BENCH_N", "10000"))
PKI = W / "pki"
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def timed(argv, runs=1, **how):
    """Wall and CPU microseconds of `runs` runs."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    for _ in range(runs):
        subprocess.run([str(a) for a in argv], check=True, **how)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall * 1e6, cpu * 1e6


def row(what, wall, cpu, goal=""):
    print(f"{what:44} {wall:9.1f} us wall {cpu:9.1f} us CPU  {goal}", flush=True)


def make(level):
    folder = W / level
    folder.mkdir()
    subprocess.run(["bench-make", PKI / f"sign-{level}.pem", folder, str(N)], check=True)
    if level == "lt":
        names = sorted(str(p) for p in folder.iterdir())
        for i in range(0, len(names), 1000):
            subprocess.run(["bench-lt", PKI, *names[i:i + 1000]], check=True)
    return folder


def verify(level, goal):
    folder = make(level)
    argv = ["edoc-verify", "-j2", "--json", "--trust", PKI / "ca.pem", folder]
    with open(W / "out", "wb") as out:
        subprocess.run([str(a) for a in argv], check=False, stdout=out)  # warms the files
    results = [line for line in open(W / "out", encoding="utf-8")]
    passed = sum('"indication":"TOTAL-PASSED"' in line for line in results)
    wanted = sum(f'"level":"XAdES-BASELINE-{level.upper()}"' in line for line in results)
    if len(results) != N or passed != N or wanted != N:
        raise SystemExit(f"bench: of {N} packages {len(results)} judged, {passed} passed, {wanted} of level {level}")
    best = min(timed(argv, **QUIET) for _ in range(3))
    row(f"edoc-verify -j2, XAdES-{level.upper()}, {N} packages", best[0] / N, best[1] / N, goal)
    return folder


def speed():
    """What openssl(1) says of itself."""
    out = subprocess.run(["openssl", "speed", "-seconds", "1", "ecdsap256"], check=True, text=True,
                         capture_output=True).stdout
    us = 1e6 / float(re.search(r"nistp256\).*\s([\d.]+)$", out, re.M).group(1))
    row("openssl speed: one P-256 verification", us, us)
    out = subprocess.run(["openssl", "speed", "-seconds", "1", "-bytes", "102400", "-evp", "sha256"], check=True,
                         text=True, capture_output=True).stdout
    rate = re.search(r"^SHA256\s+([\d.]+)k", out, re.M | re.I)
    us = 102400 / (float(rate.group(1)) * 1000) * 1e6
    row("openssl speed: SHA-256 of 100 KB", us, us)


def loops(folder):
    """One process a file, as a shell's loop has it."""
    box = W / "loop"
    box.mkdir()
    with zipfile.ZipFile(sorted(folder.iterdir())[0]) as z:
        z.extractall(box)
    xml = next((box / "META-INF").glob("signatures*.xml"))
    sign = ["openssl", "cms", "-sign", "-binary", "-in", box / "document.bin", "-signer", PKI / "plain.crt", "-inkey",
            PKI / "plain.key", "-outform", "DER", "-out", box / "p7s"]
    subprocess.run([str(a) for a in sign], check=True)
    files = sorted(str(p) for p in folder.iterdir())[:1000]
    wall, cpu = timed(["openssl", "dgst", "-sha256", *files], **QUIET)
    row("openssl dgst of the packages, one process", wall / len(files), cpu / len(files))
    wall, cpu = timed(["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", box / "p7s", "-content",
                       box / "document.bin", "-CAfile", PKI / "ca.pem", "-purpose", "any", "-out", "/dev/null"],
                      runs=100, **QUIET)
    row("openssl cms -verify, a process a file", wall / 100, cpu / 100)
    wall, cpu = timed(["xmlsec1", "--verify", "--enabled-key-data", "x509", "--trusted-pem", PKI / "ca.pem",
                       "--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties", xml],
                      runs=100, cwd=box, **QUIET)
    row("xmlsec1 --verify, a process a file", wall / 100, cpu / 100)


def main():
    PKI.mkdir()
    subprocess.run(["sh", str(pathlib.Path(os.environ["SRCDIR"]) / "tests/bench/pki.sh"), str(PKI)], check=True)
    speed()
    folder = verify("b", "goal <= 150 us wall")
    loops(folder)
    verify("lt", "goal <= 260 us wall")


if __name__ == "__main__":
    main()
