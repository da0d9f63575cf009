#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# corpora.py SET FOLDER: what others made, judged by edoc-verify (from PATH) and scored by the corpora's own score.py.
# Prints a table by format, every row that differs, and last: AGREED n OF m UNSAFE k.
import csv
import importlib.util
import os
import re
import sys


def load(folder):
    spec = importlib.util.spec_from_file_location("score", os.path.join(folder, "score.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def detached(root, row, tmp):
    """--data of a row.  The table means bytes and several files where it writes \\u0003 and " ; "; score.py takes that as words."""
    args = []
    for name in filter(None, (row.get("detached") or "").replace(";", ",").split(",")):
        args += ["--data", os.path.join(root, name.strip())]
    for part in filter(None, (row.get("detached_inline") or "").split(" ; ")):
        if not part.startswith("text:") or "=" not in part:
            return None  # a digest without its document: edoc-verify takes files
        name, text = part[5:].split("=", 1)
        path = os.path.join(tmp, os.path.basename(name) or "data")
        with open(path, "w", encoding="utf8") as f:
            f.write(re.sub(r"\\u([0-9A-Fa-f]{4})", lambda m: chr(int(m[1], 16)), text).replace("\\t", "\t"))
        args += ["--data", path]
    return args


def dss(score, folder):
    """Rows with their format; None for those that are debatable or not asserted."""
    root = os.path.join(folder, "dss")
    tsv = os.path.join(root, "expected.tsv")
    formats, aside = {}, {}
    score.detached = detached
    with open(tsv, encoding="utf8") as f:
        for row in csv.DictReader(f, delimiter="\t"):
            formats[row["path"]] = row["format"]
            if (row.get("label_caution") or "").startswith("DEBATABLE"):
                aside[row["format"]] = aside.get(row["format"], 0) + 1
    for name, want, got, good, unsafe in score.score_dss(root, tsv):
        yield formats[name], name, want, got, good, unsafe
    for kind, n in aside.items():
        for _ in range(n):
            yield kind, None, None, None, None, None


def rows(score, what, folder):
    if what == "dss":
        yield from dss(score, folder)
        return
    run = {"xroad": score.score_xroad, "zip": score.score_zip}[what]
    for name, want, got, good, unsafe in run(os.path.join(folder, what)):
        yield what, name, want, got, good, unsafe


def main():
    what, folder = sys.argv[1:]
    table, danger = {}, 0
    for kind, name, want, got, good, unsafe in rows(load(folder), what, folder):
        count = table.setdefault(kind, [0, 0, 0])
        count[2 if name is None else 0 if good else 1] += 1
        danger += bool(unsafe)
        if name is not None and not good:
            print(f"# {'UNSAFE' if unsafe else 'differs'}: {name}: label {want}, edoc-verify {got}")
    print(f"# {'format':<22}{'agreed':>8}{'differ':>8}{'debatable':>11}")
    for kind in sorted(table):
        print(f"# {kind:<22}{table[kind][0]:>8}{table[kind][1]:>8}{table[kind][2]:>11}")
    agreed = sum(c[0] for c in table.values())
    print(f"AGREED {agreed} OF {agreed + sum(c[1] for c in table.values())} UNSAFE {danger}")


main()
