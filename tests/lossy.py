# SPDX-License-Identifier: ISC
"""A bad post between three desks.

usage: lossy.py FOLDER PKI MESSAGES SEED

FOLDER holds the desks a, b and c.  Cases are submitted at a and go from desk
to desk until about MESSAGES files were carried; every draw is of the seed.
One of the desks is lost in the middle, and comes back from a backup that is
some rounds old.  0 messages: only the last check.
"""
import collections
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time

folder, pki, messages, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
desks = {"adliya": folder + "/a", "moliya": folder + "/b", "soliq": folder + "/c"}
draw = random.Random(seed)
LOST, DOUBLED, LATE, DAMAGED = 0.12, 0.12, 0.20, 0.08
count = collections.Counter()
damaged = set()  # digests of what the post spoilt
lost = collections.defaultdict(int)  # files that never arrived whole
wire = []  # [rounds to wait, agency, name, bytes]


def route(verb, desk, *more, good=(0,), env=None):
    p = subprocess.run(["edoc-route", verb, "-C", desk, *more], capture_output=True, text=True,
                       env=dict(os.environ, **(env or {})))
    if p.returncode not in good:
        sys.exit(f"lossy: {verb} at {desk}: exit {p.returncode}: {p.stdout[-500:]}{p.stderr[-2000:]}")
    return p.stdout


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def submit(n):
    packages = []
    for i in range(n):
        document, package = f"{folder}/order.txt", f"{folder}/p{i}.asice"
        with open(document, "w", encoding="ascii") as f:
            f.write(f"Order {seed} {i}\n")
        subprocess.run(["edoc-sign", "sign", "--key", pki + "/dilnoza.p12", "--pass-file", pki + "/pass",
                        "-o", package, document], check=True, capture_output=True)
        packages.append(package)
    out = route("submit", desks["adliya"], "--route", "test.round", "--key", pki + "/dilnoza.p12",
                "--pass-file", pki + "/pass", *packages)
    for package in packages:
        os.unlink(package)
    return out.split()


def collect():
    """What the transport took goes on the wire, by the seed's will."""
    for agency in desks:
        place = f"{folder}/wire/{agency}"
        for name in sorted(os.listdir(place)):
            with open(f"{place}/{name}", "rb") as f:
                data = f.read()
            os.unlink(f"{place}/{name}")
            count["carried"] += 1
            digest = hashlib.sha256(data).hexdigest()
            for copy in range(2 if draw.random() < DOUBLED else 1):
                count["doubled"] += copy
                if draw.random() < LOST:
                    count["lost"] += 1
                    lost[digest] += 1
                    continue
                delay = draw.randrange(1, 4) if draw.random() < LATE else 0
                count["late"] += delay > 0
                body = data
                if draw.random() < DAMAGED:
                    count["damaged"] += 1
                    body = spoil(data)
                    damaged.add(hashlib.sha256(body).hexdigest())
                wire.append([delay, agency, name if not copy else f"again-{name}", body])


def spoil(data):
    kind, at = draw.randrange(3), draw.randrange(len(data))
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + bytes([data[at] ^ 1 << draw.randrange(8)]) + data[at + 1:]
    return data[:at] + data[min(len(data), at + draw.randrange(1, 200)):]


def deliver():
    draw.shuffle(wire)
    for message in wire[:]:
        if message[0]:
            message[0] -= 1
            continue
        wire.remove(message)
        _, agency, name, body = message
        place = f"{desks[agency]}/in/new"
        with open(f"{place}/.{name}", "wb") as f:
            f.write(body)
        os.rename(f"{place}/.{name}", f"{place}/{name}")


def log_of(desk):
    """case -> its entries"""
    ids = [e["case"] for e in lines(route("inbox", desk, "--json"))]
    ids += [name for shelf in os.listdir(desk + "/case") for name in os.listdir(f"{desk}/case/{shelf}")]
    cases = collections.defaultdict(list)
    if ids:
        for e in lines(route("log", desk, "--json", *sorted(set(ids)))):
            cases[e["case"]].append(e)
    return cases


def notices():
    """Whoever waits for a receipt must say so: the log says who that is."""
    again = []
    for agency, desk in desks.items():
        waits = {case for case, entries in log_of(desk).items()
                 if entries[-1]["event"] == "case.sent" and entries[-1]["actor"]["agency"] == agency}
        told = {o["case"] for o in lines(route("outbox", desk, "--json", good=(0, 1)))}
        if waits != told:
            sys.exit(f"lossy: {desk} waits for {sorted(waits)} and tells {sorted(told)}")
        again += [(desk, case) for case in sorted(told)]
    return again


def check(expected):
    logs = {agency: log_of(desk) for agency, desk in desks.items()}
    bad = 0
    for case in sorted(set().union(*logs.values()) | set(expected)):
        chains = {tuple(e["entry"] for e in log.get(case, [])) for log in logs.values()}
        last = [log[case][-1] for log in logs.values() if case in log]
        # Who is out of the case when it goes on has a beginning of it.
        longest = max(chains, key=len)
        for chain in chains:
            if chain != longest[:len(chain)]:
                bad += 1
                print(f"{case}: two ledgers")
        home = logs["adliya"].get(case, [])
        if len(home) != 7 or home[-1]["event"] != "case.received" or not last:
            bad += 1
            print(f"{case}: {len(home)} entries at home")
        if len(logs["soliq"].get(case, [])) != 7 or len(logs["moliya"].get(case, [])) < 5:
            bad += 1
            print(f"{case}: a receipt is missing somewhere")
    for desk in desks.values():
        if os.listdir(desk + "/in/new"):
            bad += 1
            print(f"{desk}: in/new is not empty")
        for name in os.listdir(desk + "/in/bad"):
            if name.endswith((".reason", ".rejection.asice")):
                continue
            with open(f"{desk}/in/bad/{name}", "rb") as f:
                if hashlib.sha256(f.read()).hexdigest() not in damaged and messages:
                    bad += 1
                    print(f"{desk}: {name} was refused")
                    with open(f"{desk}/in/bad/{name}.reason", encoding="utf-8") as why:
                        print(why.read().strip())
    return bad


def back_up(agency):
    route("backup", desks[agency], desks[agency] + ".backup")
    count["backed up at"] = count["carried"]


def come_back(agency, env):
    """The keeper's work: what is under way arrives, then all copies are asked for."""
    desk, others = desks[agency], [d for a, d in desks.items() if a != agency]
    shutil.rmtree(desk)
    route("restore", desk, desk + ".backup")
    time.sleep(1.1)  # what is of the second of the restoration is held
    while wire:
        for other in others:
            route("tick", other, good=(0, 65, 66, 75, 77), env=env)
        collect()
        deliver()
    copy = folder + "/copy.asice"
    for other in others:
        known = log_of(desk)
        for case, entries in sorted(log_of(other).items()):
            mine = case in known or agency in [e["actor"]["agency"] for e in entries]
            if mine and len(entries) > len(known.get(case, [])):
                route("export", other, "-f", "-o", copy, case)
                # 75: what waits for our receipt, which we may have given, waits on
                route("receive", desk, copy, good=(0, 75))
                count["asked for"] += 1
    route("confirm", desk, "--all")
    count["restored at"] = count["carried"]


def main():
    conf = {}
    for agency in desks:
        os.makedirs(f"{folder}/wire/{agency}", exist_ok=True)
    transports = ", ".join(f"{a}: [cp, -t, {folder}/wire/{a}]" for a in desks)
    with open(folder + "/lossy.conf", "w", encoding="utf-8") as f:
        f.write(f"transport: {{{transports}}}\n")
    conf["EDOC_CONF"] = folder + "/lossy.conf"
    cases = submit(max(1, messages // 6)) if messages else []
    rounds = silent = 0
    lost_desk = "adliya"  # knows every case from its submission on
    while messages and silent < 2:
        for desk in draw.sample(sorted(desks.values()), 3):
            route("tick", desk, good=(0, 65, 66, 77), env=conf)
        collect()
        deliver()
        rounds += 1
        if "backed up at" not in count and count["carried"] > messages // 5:
            back_up(lost_desk)
        elif "backed up at" in count and "restored at" not in count and count["carried"] > messages // 2:
            come_back(lost_desk, conf)
        busy = wire or any(os.listdir(d + "/in/new") for d in desks.values())
        if busy:
            silent = 0
            continue
        again = notices()
        silent = 0 if again else silent + 1
        for desk, case in again:
            count["sent again"] += 1
            route("send", desk, "--again", case, env=conf)
        collect()
        deliver()
        if rounds > 500:
            sys.exit("lossy: it does not come to an end")
    bad = check(cases)
    print(", ".join(f"{k} {v}" for k, v in sorted(count.items())), f"in {rounds} rounds, {len(cases)} cases, {lost_desk} restored")
    if bad:
        return 1
    if messages and "restored at" not in count:
        sys.exit("lossy: no desk was restored")
    print("every loss was noticed")
    print("one ledger of each case")
    shutil.rmtree(folder + "/wire")
    return 0


sys.exit(main())
