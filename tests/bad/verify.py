# SPDX-License-Identifier: ISC
from bad import *

prepare()
table = Table("edoc-verify", {
    "pkg": S + "/p.asice", "list": S + "/list", "list0": S + "/list0", "conf": S + "/edoc.conf", "policy": S + "/policy.yaml",
    "box": S + "/box", "mybox": S + "/box", "answer": S + "/answer.p7s", "out": S + "/made",
    "trust": PKI + "/root.pem", "data": PKI + "/ca.pem",
    "tsl": SRC + "/testdata/lists/uz.xml", "signers": S + "/signers.pem", "cache": S + "/cache",
}, [
    Row("--trust {trust} {pkg}", {"pkg": "judged", "trust": "trust"}, judged=True),
    Row("--json --trust {trust} {pkg}", {"pkg": "judged"}, judged=True),
    Row("--trust {trust} --no-route --policy {policy} {pkg}", {"pkg": "judged", "policy": "policy"}, judged=True),
    Row("--trust {trust} --files-from {list}", {"list": "list"}),
    Row("--trust {trust} -0 --files-from {list0}", {"list0": "list0"}),
    Row("--config {conf} {pkg}", {"conf": "conf"}),
    Row("--trust {trust} --data {data} {pkg}", {"data": "data"}),
    Row("--trust {trust} --trust-list", {"trust": "trust"}),
    Row("--trusted-list {tsl} --list-signers {signers} --trust-list --at 2026-11-25T10:00:00Z",
        {"tsl": "tsl", "signers": "signers"}),
    Row("--trust {trust} --cache {cache} {pkg}", {"cache": "cache"}),
    Row("--challenge-new --audience https://portal.example --challenges {box} -o new", {"box": "box"}, writes=True),
    Row("--challenge-new --audience https://portal.example --challenges {mybox} -o {out}", {"out": "made"}, writes=True, light=True),
    Row("--challenge --audience https://portal.example --challenges {mybox} --trust {trust} {answer}",
        {"answer": "answer", "trust": "trust", "mybox": "mybox"}, writes=True, room=False),
    Row("--challenge --audience https://portal.example --challenges {mybox} --config {conf} --json {answer}",
        {"conf": "conf"}, writes=True, room=False),
])
table.all(verbs=False)
finish()
