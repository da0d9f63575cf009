#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Times commands in turn (A B A B ...) and prints medians, peak memory, ratios:
of the medians, and of the best of each, which a busy machine blurs less.  What
replaces a package stands beside a copy that replaces it, from the same start:
memory that the kernel frees and gives anew costs as much as the copying."""
import os
import shlex
import shutil
import statistics
import time

W, KEY, TRUST = os.environ["W"], os.environ["KEY"], os.environ["TRUST"]


def run(cmd, before=None):
    """One run: wall seconds, peak resident KiB of the process itself."""
    if before:
        before()
    argv = shlex.split(cmd)
    start = time.monotonic()
    pid = os.fork()
    if pid == 0:
        null = os.open("/dev/null", os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        os.execvp(argv[0], argv)
    _, status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - start
    if status:
        raise SystemExit(f"bench: {cmd}: status {status}")
    return wall, usage.ru_maxrss


def gone(path):
    return lambda: os.path.exists(path) and os.unlink(path)


def fresh(src, dst):
    return lambda: (shutil.copy(src, dst), os.sync())


def replaced(src, dst):
    """What is beside a package that grows: the floor's name, command, set-up."""
    return "cp, sync, mv", f"sh -c 'cp {dst} {W}/c && sync {W}/c && mv {W}/c {dst}'", fresh(src, dst)


VERIFY = f"edoc-verify --trust {TRUST}"
ROWS = [
    # name, runs, command, set-up, floor's name, floor's command, floor's set-up, goal
    ("start of a process", 31, "edoc-verify --version", None, "/bin/true", "/bin/true", None, ""),
    ("verify 100 KB", 31, f"{VERIFY} {W}/100k.asice", None,
     "openssl dgst", f"openssl dgst -sha256 {W}/100k.bin", None, "<= 8 ms, <= 12 MiB"),
    ("verify 100 MB", 11, f"{VERIFY} {W}/100m.asice", None,
     "openssl dgst", f"openssl dgst -sha256 {W}/100m.bin", None, "<= 1.5 x digest, <= 16 MiB"),
    ("sign 100 KB", 21, f"edoc-sign sign {KEY} -o {W}/o.asice {W}/100k.bin", gone(f"{W}/o.asice"),
     "openssl dgst", f"openssl dgst -sha256 {W}/100k.bin", None, ""),
    ("sign 100 MB", 7, f"edoc-sign sign {KEY} -o {W}/o.asice {W}/100m.bin", gone(f"{W}/o.asice"),
     "cp + sync", f"sh -c 'cp {W}/100m.bin {W}/c && sync {W}/c'", gone(f"{W}/c"), ""),
    ("add a signature to 100 MB", 7, f"edoc-sign sign {KEY} {W}/a.asice",
     fresh(f"{W}/100m.asice", f"{W}/a.asice"),
     *replaced(f"{W}/100m.asice", f"{W}/a.asice"), "<= 1.5 x that"),
]


def table(rows):
    print(f"{'what':27} {'median':>9} {'peak':>9}   {'beside':14} {'median':>9}  {'ratio':>6} {'best':>6}  goal")
    for name, runs, cmd, setup, floor_name, floor, floor_setup, goal in rows:
        run(cmd, setup)
        ours, theirs, peak = [], [], 0
        for _ in range(runs):
            wall, rss = run(cmd, setup)
            ours.append(wall)
            peak = max(peak, rss)
            theirs.append(run(floor, floor_setup)[0])
        a, b = statistics.median(ours), statistics.median(theirs)
        print(f"{name:27} {a * 1000:6.1f} ms {peak / 1024:5.1f} MiB   {floor_name:14} {b * 1000:6.1f} ms"
              f"  {a / b:5.2f}x {min(ours) / min(theirs):5.2f}x  {goal}", flush=True)


if __name__ == "__main__":
    table(ROWS)
