#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Many packages signed in one run of edoc-sign: packages a second, beside one
process, one run a package, and `openssl dgst -sign` of each file."""
import os
import pathlib
import shutil
import subprocess
import sys
import time

W = pathlib.Path(os.environ["W"])
N = int(os.environ.get("EDOC_BENCH_SIGN", "2000"))
SRC = pathlib.Path(os.environ["SRCDIR"])
KEY = ["--key", str(SRC / "testdata/pki/zarina.p12"), "--pass-file", str(SRC / "testdata/pki/pass")]
LOOPS = max(1, N // 20)  # what starts a program a file is slow enough to be counted in part


def fresh():
    folder = W / "many"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    first = folder / "0.asice"
    subprocess.run(["edoc-sign", "new", "-q", "-o", str(first), str(W / "many.txt")], check=True)
    for i in range(1, N):
        shutil.copyfile(first, folder / f"{i}.asice")
    return sorted(str(p) for p in folder.iterdir())


def rate(what, n, run, beside=None):
    start = time.monotonic()
    run()
    per = n / (time.monotonic() - start)
    print(f"{what:44} {per:9.1f} a second" + (f"  {per / beside:6.2f} x -j1" if beside else ""), flush=True)
    return per


def sign(names, *more):
    subprocess.run(["edoc-sign", "sign", "-q", *KEY, *more, "--files-from", "-"], check=True,
                   input="\n".join(names).encode())


def loop(argv, names):
    for name in names:
        subprocess.run([*argv, name], check=True, stdout=subprocess.DEVNULL)


(W / "many.txt").write_bytes(os.urandom(10240))
(W / "pem").write_bytes(subprocess.run(
    ["openssl", "pkcs12", "-in", KEY[1], "-passin", f"file:{KEY[3]}", "-nodes", "-nocerts"],
    check=True, capture_output=True).stdout)
names = fresh()
one = rate(f"edoc-sign sign -j1, {N} packages of 10 KiB", N, lambda: sign(names, "-j1"))
names = fresh()
rate(f"edoc-sign sign, {os.cpu_count()} processors", N, lambda: sign(names), one)
rate("the same again, --skip-signed", N, lambda: sign(names, "--skip-signed"), one)
names = fresh()[:LOOPS]
rate("edoc-sign sign, one run a package", LOOPS, lambda: loop(["edoc-sign", "sign", "-q", *KEY], names), one)
rate("openssl dgst -sign, one run a file", LOOPS,
     lambda: loop(["openssl", "dgst", "-sha256", "-sign", str(W / "pem")], names), one)
