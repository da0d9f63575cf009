# SPDX-License-Identifier: ISC
"""Sixteen clerks at once, some of whom are killed.

usage: rush.py DESK KEYS case N | DESK KEYS book N | DESK KEYS look RECORD

case  each takes N numbers at one case, in a branch of their own
book  each takes the numbers of N cases; a fourth of them two people want
look  only the judgement, of what an earlier run has written down

Every line is given until it is acknowledged, with 75 as with death by kill -9;
some are given once more after that.  In the end the ledgers and the book must
hold what was acknowledged, once each, and the numbers from 1 without a gap.
"""
import collections
import json
import os
import random
import subprocess
import sys
import threading
import time

desk, keys, mode = sys.argv[1:4]
WORKERS, TRIES = 16, 500
count = collections.Counter()
acknowledged = []  # [case, step, text, number]
mistakes = []
guard = threading.Lock()


def route(verb, *more):
    p = subprocess.run(["edoc-route", verb, "-C", desk, *more], capture_output=True, text=True, check=False)
    if p.returncode not in (0, 2):
        sys.exit(f"rush: {verb}: exit {p.returncode}: {p.stdout[-500:]}{p.stderr[-2000:]}")
    return p.stdout


def fail(what):
    with guard:
        mistakes.append(what)


def act(draw, case, step, text):
    """A line until it is acknowledged; what it said."""
    line = ["edoc-route", "do", "--json", "-C", desk, "--key", keys + "/zarina.p12", "--pass-file",
            keys + "/pass", "--step", step, "--text", text, "registered", case]
    for _ in range(TRIES):
        p = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        kill = draw.random() < 0.1
        if kill:
            time.sleep(draw.random() * 0.06)
            p.kill()
        out, err = p.communicate()
        with guard:
            count["lines"] += 1
            count["killed"] += p.returncode == -9
            count["told to try again"] += p.returncode == 75
        if p.returncode == 0:
            return json.loads(out)
        if p.returncode not in (75, -9):
            fail(f"{step} {text}: exit {p.returncode}: {err.strip()}")
            return None
    fail(f"{step} {text}: not in {TRIES} tries")
    return None


def done(draw, case, step, text):
    said = act(draw, case, step, text)
    if not said:
        return
    with guard:
        acknowledged.append([case, step, text, said["register"]["seq"]])
    if draw.random() < 0.2:
        again = act(draw, case, step, text)
        if again and not (again["already"] and again["seq"] == said["seq"]):
            fail(f"{step} {text}: the same line again was entry {again['seq']}, not {said['seq']}")


def submit(name):
    document, package = f"{desk}.{name}.txt", f"{desk}.{name}.asice"
    with open(document, "w", encoding="ascii") as f:
        f.write(f"Order {name}\n")
    key = ["--key", keys + "/dilnoza.p12", "--pass-file", keys + "/pass"]
    subprocess.run(["edoc-sign", "sign", *key, "-o", package, document], check=True, capture_output=True)
    case = route("submit", "--route", "test.rush", *key, package).strip()
    os.unlink(document)
    os.unlink(package)
    return case


def at_once(work):
    threads = [threading.Thread(target=work, args=(w, random.Random(w))) for w in range(1, WORKERS + 1)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def one_case(n):
    case = submit("case")

    def work(w, draw):
        for i in range(n):
            done(draw, case, f"rush/w{w}/work", f"{w}-{i}")

    at_once(work)
    return {case}


def one_book(n):
    cases = [[] for _ in range(WORKERS)]

    def bring(w, _):
        cases[w - 1] = [submit(f"{w}-{i}") for i in range(n)]

    def work(w, draw):
        for i in range(n):
            done(draw, cases[w - 1][i], "rush/w1/work", "once")
            if i % 4 == 0:  # the neighbour's, as he does it
                done(draw, cases[w % WORKERS][i], "rush/w1/work", "once")

    at_once(bring)
    at_once(work)
    return set(sum(cases, []))


def judge(cases, told):
    """told: what was acknowledged, once each"""
    entries = collections.defaultdict(list)
    numbers = collections.Counter()
    for start in range(0, len(cases), 500):
        for line in route("log", "--json", *sorted(cases)[start:start + 500]).splitlines():
            e = json.loads(line)
            entries[e["case"]].append(e)
    stored = set()
    for case, log in entries.items():
        if [e["seq"] for e in log] != list(range(1, len(log) + 1)):
            fail(f"{case}: entries are missing")
        for e in log[1:]:
            key = (case, e["step"], e["text"], e["register"]["seq"])
            numbers[e["register"]["seq"]] += 1
            if key in stored:
                fail(f"{key}: twice")
            stored.add(key)
    for key in sorted(told - stored):
        fail(f"{key}: was acknowledged, and is not there")
    for key in sorted(stored - told):
        fail(f"{key}: nobody was told of it, or it was done twice")
    if sorted(numbers) != list(range(1, len(told) + 1)) or set(numbers.values()) - {1}:
        fail(f"{len(told)} acts have the numbers {sorted(numbers.elements())}")
    years = [f"{desk}/reg/rush/{year}" for year in os.listdir(desk + "/reg/rush")]
    claims = sorted(int(name) for year in years for name in os.listdir(year))
    if claims != list(range(1, len(told) + 1)):
        fail(f"the book has {claims}")


def main():
    began = time.monotonic()
    if mode == "look":
        with open(sys.argv[4], encoding="ascii") as f:
            acknowledged.extend(json.load(f))
        cases = {a[0] for a in acknowledged}
    else:
        cases = (one_case if mode == "case" else one_book)(int(sys.argv[4]))
        with open(f"{desk}.{mode}.record", "w", encoding="ascii") as f:
            json.dump(acknowledged, f)
    took = time.monotonic() - began
    told = {tuple(a) for a in acknowledged}
    judge(cases, told)
    print(f"{mode}: {len(told)} acts, {len(cases)} cases, {took:.0f} s;",
          ", ".join(f"{k} {v}" for k, v in sorted(count.items())))
    for m in mistakes[:20]:
        print(m)
    return 1 if mistakes else 0


sys.exit(main())
