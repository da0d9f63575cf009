#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""soak.py N FEW [hang]: N items in one run of edoc-verify -j2, the same few
hundred files again and again: good packages, broken ones, what is no package.
Workers are killed on the way; with `hang` two are stopped too and run into the
limit of a minute.  No item may be lost, and the peaks of the parent's memory
and of a worker's are at N what they were at FEW, but for a little slack."""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

SRC = pathlib.Path(os.environ["SRCDIR"])
N, FEW = int(sys.argv[1]), int(sys.argv[2])
HANG = sys.argv[3:] == ["hang"]
SLACK = 512  # KiB; a worker settles within 250
KILLS = 10    # between FEW and N; as many before
LAST = 0.8    # no more harm after that part of the run: what is left is quiet
RUNS = (("json", ["--json"], b"\n"), ("ordered", ["--json", "--ordered"], b"\n"), ("html", ["--report", "html"], b"</article>"))


def damaged(good, i):
    """A neighbour of a good package: a byte turned, an end cut off, or more behind it."""
    b = bytearray(good)
    at = i * 7919 % len(b)
    if i % 5 == 3:
        return b[:at]
    if i % 5 == 4:
        return b + b"\0" * (i % 100 + 1)
    b[at] ^= 1 << i % 8
    return b


def make_items(folder):
    """Of five packages two are good; then every seed of the fuzz targets."""
    good = [p.read_bytes() for p in sorted(SRC.glob("testdata/good/*.asice"))]
    made = []
    for i in range(1000):
        path = folder / f"{i:04}.asice"
        base = good[i % len(good)]
        path.write_bytes(base if i % 5 < 2 else damaged(base, i))
        made.append(str(path))
        if len(made) >= FEW // 2:
            break
    seeds = [str(p) for p in sorted(SRC.glob("testdata/fuzz/*/*")) if p.is_file()]
    return made + seeds[:FEW // 4]


def feed(pipe, items, gate):
    try:
        for i in range(N):
            gate.wait()
            pipe.write(items[i % len(items)].encode() + b"\n")
        pipe.close()
    except BrokenPipeError:
        pass


def workers(pid):
    """The oldest first."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append((int(fields[19]), int(stat.parent.name)))
    return [p for _, p in sorted(found)]


def peak(pid):
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)


def peaks(pid):
    return peak(pid), max(map(peak, workers(pid)), default=0)


def harm(pid, number, gate):
    """To the youngest, so that the oldest sees all of the run.  While one is stopped no names come,
    else the other would be through with all before the minute is over."""
    try:
        victim = workers(pid)[-1]
        os.kill(victim, number)
    except (IndexError, ProcessLookupError):
        return
    if number == signal.SIGSTOP:
        gate.clear()
        threading.Thread(target=outlast, args=(pid, victim, gate)).start()


def outlast(pid, victim, gate):
    deadline = time.monotonic() + 100
    while victim in workers(pid) and time.monotonic() < deadline:
        time.sleep(0.2)
    gate.set()


def plan():
    """What is done after how many answers: at FEW and at N nothing is under way."""
    at = [FEW * i // (KILLS + 3) for i in range(1, KILLS + 1)]
    at += [FEW + int((N * LAST - FEW) * i / KILLS) for i in range(1, KILLS + 1)]
    stops = [FEW * (KILLS + 1) // (KILLS + 3), int(N * LAST / 2)] if HANG else []
    return sorted([(n, signal.SIGKILL) for n in at] + [(n, signal.SIGSTOP) for n in stops])


def run(name, options, mark, items, folder):
    todo, seen, first, last = plan(), 0, None, None
    argv = ["edoc-verify", "-j2", "--offline", "--trust", str(SRC / "testdata/pki/root.pem"), *options, "--files-from", "-"]
    with open(folder / "err", "w+b") as err:
        tool = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err)
        gate = threading.Event()
        gate.set()
        feeder = threading.Thread(target=feed, args=(tool.stdin, items, gate))
        feeder.start()
        rest = b""
        while chunk := tool.stdout.read1(1 << 16):
            seen += (rest + chunk).count(mark)
            rest = (rest + chunk)[-len(mark) + 1:] if len(mark) > 1 else b""
            while todo and seen >= todo[0][0] and gate.is_set():
                harm(tool.pid, todo.pop(0)[1], gate)
            if seen >= FEW and not first:
                first = peaks(tool.pid)
            if seen >= N - 500 and not last:  # more than pipes hold: it is still there
                last = peaks(tool.pid)
        status = tool.wait()
        feeder.join()
        err.seek(0)
        told = err.read().decode("utf8", "replace").splitlines()
    died = sum("the worker died on it" in line for line in told)
    hung = sum("takes longer than" in line for line in told)
    if not first or not last:
        first = last = (0, 0)
    grown = [b - a for a, b in zip(first, last)]
    lost = N - seen - (0 if "--json" in options else died + hung)
    good = min(first + last) > 0 and max(grown) <= SLACK and not lost and died and (hung == 2 or not HANG) and status == 70
    print(f"{name}: {seen} judged, {died} killed and {hung} stopped of {N}, {lost} lost; KiB at {FEW} and at {N}: "
          f"parent {first[0]} {last[0]}, worker {first[1]} {last[1]}; exit {status}{'' if good else ': BAD'}", flush=True)
    if not good:
        print("\n".join(line for line in told[:5]))
    return good


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "items").mkdir()
        items = make_items(folder / "items")
        sys.exit(0 if all([run(*r, items, folder) for r in RUNS]) else 1)


main()
