# SPDX-License-Identifier: ISC
from bad import *

prepare()
TRUST = " --trust " + PKI + "/root.pem "
table = Table("edoc-archive", {
    "new": S + "/new", "pem": PKI + "/anvar.key", "cert": PKI + "/anvar.crt", "chain": PKI + "/ca.pem",
    "dir": S + "/given", "out": S + "/head", "other": S + "/other",
    "root": S + "/root", "signed": S + "/signed", "pkg": S + "/q.asice", "list": S + "/list", "ids": S + "/ids", "conf": S + "/edoc.conf",
    "policy": S + "/policy.yaml", "trust": PKI + "/root.pem", "key": PKI + "/zarina.p12", "pass": PKI + "/pass",
}, [
    Row("init -C new --key {key} --pass-file {pass}", {"key": "key", "pass": "pass"}, writes=True, again=True, prints=False),
    Row("ingest -C {root} --trust {trust} --policy {policy} {pkg}",
        {"root": "folder", "trust": "trust", "policy": "policy", "pkg": "judged"}, writes=True,
        again=True, judged=True),
    Row("ingest -C {root} --json --trust {trust} {pkg}", {"pkg": "judged"}, writes=True,
        again=True, judged=True),
    Row("ingest --config {conf} --files-from {list}", {"conf": "conf", "list": "list"}, writes=True, again=True),
    Row("verify -C {root} --trust {trust} --policy {policy}", {"root": "folder", "trust": "trust", "policy": "policy"},
        writes=True, again=True),
    Row("verify --config {conf} p.asice", {"conf": "conf"}, writes=True, again=True),
    Row("show -C {root} p.asice", {"root": "folder"}),
    Row("show --config {conf} --json --files-from {ids}", {"conf": "conf", "ids": "list"}),
    Row("export -C {root} --trust {trust} -o given p.asice", {"root": "folder", "trust": "trust"}, writes=True,
        again=True),
    Row("checkpoint -C {root}", {"root": "folder"}),
    Row("checkpoint -C {signed} -o head --key {key} --pass-file {pass}", {"key": "key", "pass": "pass"}, writes=True, again=True),
    Row("fsck --config {conf}", {"conf": "conf"}),
    Row("fsck -C {root}", {"root": "folder"}),
    Row("rebuild -C {root}", {"root": "folder"}, writes=True, again=True),
    Row("init --config {conf} -C {new}", {"conf": "conf", "new": "place"}, writes=True, prints=False, light=True,
        only={("new", w): {66, 73} for w in KINDS["place"]}),
    Row("init -C new --key {pem} --cert {cert} --chain {chain}", {"pem": "key", "cert": "cert", "chain": "chain"},
        writes=True, prints=False, light=True),
    Row("verify -C {root} --trust {trust} --files-from {ids}", {"ids": "list"}, writes=True, light=True),
    Row("export --config {conf} --policy {policy} -o {dir} --files-from {ids}",
        {"conf": "conf", "policy": "policy", "dir": "place", "ids": "list"}, writes=True, light=True),
    Row("checkpoint --config {conf} -f -o {out}", {"conf": "conf", "out": "output"}, writes=True, light=True),
    Row("checkpoint -C {other} -f -o head --key {pem} --cert {cert} --chain {chain}",
        {"pem": "key", "cert": "cert", "chain": "chain"}, writes=True, light=True),
    Row("rebuild --config {conf}", {"conf": "conf"}, writes=True, light=True),
])
table.all()

# The catalogue is made anew from the journal; what the journal is worth when
# it is cut is the matter of archive-damage.t.
(LOG,) = [f + "/" + n for f, _, names in os.walk(S + "/root/journal") for n in names]
table.insides("{root}", {
    LOG[len(S) + 1:]: (("ingest", "verify", "export", "rebuild"), {65, 66}, ["000001.log"]),
}, shapes=("random", "folder", "fifo", "null", "zero", "huge", "loop"), may_change="/catalogue.sqlite")
finish()
