#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
# corpora.py SET FOLDER: what others made, judged by edoc-verify (from PATH) and scored by the corpora's own score.py.
# Prints a table by format, every row that differs, and last two lines:
#   AS LABELLED n OF m UNSAFE k
#   AGREED n OF m UNSAFE k         where a row's own notes contradict its label, what the notes say that the test asserts
import csv
import importlib.util
import os
import re
import sys
import tempfile


# The signer's certificate is not in the file: the test that the label is from has it in a store, which is in trust_pem.
NO_CERT = "no certificate in the CMS"
# The test asserts (and does not rule out, "!") that an evidence record's digests are wrong.
ER_BROKEN = re.compile(r"(?<!!)\bHASH_FAILURE@\S*evidencerecord", re.IGNORECASE)


def load(folder):
    spec = importlib.util.spec_from_file_location("score", os.path.join(folder, "score.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def detached(root, row, tmp):
    """--data of a row.  The table means bytes and several files where it writes \\u0003 and " ; "; score.py takes that as words."""
    args = []
    if NO_CERT in (row["label_caution"] or "") and row["trust_pem"]:
        args += ["--trust", os.path.join(root, row["trust_pem"])]
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


def mended(row):
    """The label that a row's own notes assert, or None: they do not contradict it."""
    parts = row["verdict"].split("+")
    if not {"ER_OK", "ER_OK_ORPHAN"} & set(parts) or not ER_BROKEN.search(row["notes"]):
        return None
    return "+".join("ER_FAIL_HASH" if part.startswith("ER_OK") else part for part in parts)


def scored(score, root, row):
    """(label, got, good, unsafe) of one row; None: score.py does not score it."""
    with tempfile.NamedTemporaryFile("w", encoding="utf8", newline="") as tsv:
        out = csv.DictWriter(tsv, row.keys(), delimiter="\t")
        out.writeheader()
        out.writerow(row)
        tsv.flush()
        for _, *outcome in score.score_dss(root, tsv.name):
            return outcome
    return None


def dss(score, folder):
    """Each row: format, path, outcome as labelled, outcome as its notes assert, or None: they say the same."""
    root = os.path.join(folder, "dss")
    score.detached = detached
    with open(os.path.join(root, "expected.tsv"), encoding="utf8", newline="") as f:
        table = list(csv.DictReader(f, delimiter="\t"))
    for row in table:
        better = mended(row)
        labelled = scored(score, root, row)
        if labelled or row["label_caution"].startswith("DEBATABLE"):
            yield row["format"], row["path"], labelled, scored(score, root, {**row, "verdict": better}) if better else None


def rows(score, what, folder):
    if what == "dss":
        yield from dss(score, folder)
        return
    run = {"xroad": score.score_xroad, "zip": score.score_zip}[what]
    for name, *outcome in run(os.path.join(folder, what)):
        yield what, name, outcome, None


class Count:
    """Of one format."""

    def __init__(self):
        self.labelled = self.agreed = self.all = self.debatable = self.mended = 0


def main():
    what, folder = sys.argv[1:]
    table, danger, labelled_danger = {}, 0, 0
    for kind, name, labelled, asserted in rows(load(folder), what, folder):
        count = table.setdefault(kind, Count())
        if labelled is None:
            count.debatable += 1
            continue
        want, got, good, unsafe = asserted or labelled
        count.all += 1
        count.agreed += bool(good)
        count.labelled += bool(labelled[2])
        count.mended += asserted is not None
        danger += bool(unsafe)
        labelled_danger += bool(labelled[3])
        if asserted:
            print(f"# mended: {name}: label {labelled[0]}, its test asserts {want}, edoc-verify {got}")
        if not good:
            print(f"# {'UNSAFE' if unsafe else 'differs'}: {name}: label {want}, edoc-verify {got}")
    print(f"# {'format':<22}{'agreed':>8}{'differ':>8}{'debatable':>11}{'label mended':>14}")
    for kind, c in sorted(table.items()):
        print(f"# {kind:<22}{c.agreed:>8}{c.all - c.agreed:>8}{c.debatable:>11}{c.mended:>14}")
    every = sum(c.all for c in table.values())
    print(f"AS LABELLED {sum(c.labelled for c in table.values())} OF {every} UNSAFE {labelled_danger}")
    print(f"AGREED {sum(c.agreed for c in table.values())} OF {every} UNSAFE {danger}")


main()
