# SPDX-License-Identifier: ISC
from bad import *

prepare()
with open(W + "/ids") as f:
    FRESH, DUE, SENT = f.read().split()
AS = "--key {key} --pass-file {pass}"
table = Table("edoc-route", {
    "routes": S + "/routes", "installs": S + "/installs", "dues": S + "/dues", "cames": S + "/cames",
    "pem": PKI + "/anvar.key", "pemcert": PKI + "/anvar.crt", "chain": PKI + "/ca.pem", "new": S + "/c",
    "deskb": S + "/b", "policy": SRC + "/profiles/policies/strict.yaml", "out": S + "/made.asice",
    "pkg": S + "/new.asice", "came": S + "/came.asice", "install": S + "/route.asice", "route": S + "/order.yaml",
    "list": S + "/list", "cases": S + "/cases", "conf": S + "/edoc.conf", "desk": S + "/a",
    "key": PKI + "/dilnoza.p12", "zarina": PKI + "/zarina.p12", "pass": PKI + "/pass", "cert": PKI + "/zarina.crt",
    "trust": S + "/trust", "deskkey": S + "/desk.pem", "fresh": FRESH, "due": DUE, "sent": SENT,
}, [
    Row("lint {route}", {"route": "route"}, prints=False),
    Row("lint --json --config {conf} {route}", {"route": "route", "conf": "conf"}, prints=False),
    Row("init -C c --agency moliya --key {deskkey} --trust {trust}", {"deskkey": "key", "trust": "anchors"},
        writes=True, again=True, only={("deskkey", "controls"): {64}}),
    Row("init -C c --agency moliya", writes=True, again=True),
    Row("install -C {desk} {install}", {"install": "package", "desk": "folder"}, writes=True,
        again=True),
    Row("submit -C {desk} " + AS + " --route test.order {pkg}",
        {"pkg": "package", "key": "key", "pass": "pass", "desk": "folder"}, writes=True, again=True),
    Row("submit --config {conf} " + AS + " --route test.order --json --files-from {list}",
        {"list": "list", "conf": "conf"}, writes=True, again=True),
    Row("inbox -C {desk} --who {cert}", {"cert": "cert", "desk": "folder"},
        only={("cert", "a-key"): {0}}),
    Row("inbox --config {conf} --json", {"conf": "conf"}),
    Row("show -C {desk} --files-from {cases}", {"desk": "folder", "cases": "list"}),
    Row("log -C {desk} --json {fresh}", {"desk": "folder"}),
    Row("do -C {desk} --key {zarina} --pass-file {pass} agreed {fresh}",
        {"desk": "folder", "zarina": "key", "pass": "pass"}, writes=True, again=True),
    Row("do -C {desk} --key {zarina} --pass-file {pass} agreed --files-from {cases}", {"cases": "list"}, writes=True,
        again=True),
    Row("extend -C {desk} --key {zarina} --pass-file {pass} --reason x {fresh}",
        {"desk": "folder", "zarina": "key", "pass": "pass"}, good=77, prints=False),
    Row("extend --config {conf} --key {pem} --cert {pemcert} --chain {chain} --reason x --files-from {cases}",
        {"conf": "conf", "pem": "key", "pemcert": "cert", "chain": "chain", "cases": "list"}, good=77, light=True, prints=False),
    Row("stop -C {desk} --key {zarina} --pass-file {pass} --reason x {fresh}",
        {"desk": "folder", "zarina": "key", "pass": "pass"}, good=77, prints=False),
    Row("stop --config {conf} --key {pem} --cert {pemcert} --chain {chain} --reason x --files-from {cases}",
        {"conf": "conf", "pem": "key", "pemcert": "cert", "chain": "chain", "cases": "list"}, good=77, light=True, prints=False),
    Row("resume -C {desk} --key {zarina} --pass-file {pass} {fresh}",
        {"desk": "folder", "zarina": "key", "pass": "pass"}, good=77, prints=False),
    Row("resume --config {conf} --key {pem} --cert {pemcert} --chain {chain} --files-from {cases}",
        {"conf": "conf", "pem": "key", "pemcert": "cert", "chain": "chain", "cases": "list"}, good=77, light=True,
        prints=False),
    Row("withdraw -C {desk} --key {zarina} --pass-file {pass} --reason x {fresh}",
        {"desk": "folder", "zarina": "key", "pass": "pass"}, good=77, prints=False),
    Row("withdraw --config {conf} --key {pem} --cert {pemcert} --chain {chain} --reason x --files-from {cases}",
        {"conf": "conf", "pem": "key", "pemcert": "cert", "chain": "chain", "cases": "list"}, good=77, light=True,
        prints=False),
    Row("send -C {desk}", {"desk": "folder"}, writes=True, again=True),
    Row("send -C {desk} {due}", writes=True, again=True),
    Row("tick -C {desk}", {"desk": "folder"}, writes=True, again=True),
    Row("tick --config {conf}", {"conf": "conf"}, writes=True, again=True, light=True),
    Row("outbox -C {desk}", {"desk": "folder"}, prints=False),
    Row("outbox --config {conf}", {"conf": "conf"}, prints=False, light=True),
    Row("receive -C b {came}", {"came": "package"}, writes=True, again=True, keeps="/b/in/bad/"),
    Row("receive --config {conf}", {"conf": "conf"}, prints=False),
    Row("verify --trust {trust} {came}", {"came": "judged", "trust": "trust"}, good=2, judged=True,
        only={("came", s): {66} for s in ("fifo", "null", "zero")}),
    Row("verify -C {desk} {sent}", {"desk": "folder"}, good=2, judged=True),
    Row("export -C {desk} -o out.asice {sent}", {"desk": "folder"}, writes=True),
    Row("lint --files-from {routes}", {"routes": "list"}, prints=False, light=True),
    Row("init --config {conf} -C {new} --agency moliya", {"conf": "conf", "new": "place"}, writes=True, light=True),
    Row("install --config {conf} --files-from {installs}", {"conf": "conf", "installs": "list"}, writes=True,
        light=True),
    Row("submit -C {desk} --key {pem} --cert {pemcert} --chain {chain} --route test.order {pkg}",
        {"pem": "key", "pemcert": "cert", "chain": "chain"}, good=77, light=True),
    Row("inbox -C {desk} --key {zarina} --pass-file {pass}", {"zarina": "key", "pass": "pass"}, light=True),
    Row("inbox -C {desk} --key {pem} --cert {pemcert} --chain {chain}", {"pemcert": "cert", "chain": "chain"},
        light=True, prints=False),
    Row("show --config {conf} {fresh}", {"conf": "conf"}, light=True),
    Row("log --config {conf} --files-from {cases}", {"conf": "conf", "cases": "list"}, light=True),
    Row("do --config {conf} --key {zarina} --pass-file {pass} agreed {fresh}", {"conf": "conf"}, writes=True,
        light=True),
    Row("do -C {desk} --key {pem} --cert {pemcert} --chain {chain} agreed {fresh}",
        {"pemcert": "cert", "chain": "chain"}, good=77, light=True),
    Row("send --config {conf} --files-from {dues}", {"conf": "conf", "dues": "list"}, writes=True, light=True),
    Row("receive -C {deskb} --files-from {cames}", {"deskb": "folder", "cames": "list"}, writes=True, light=True,
        keeps="/b/in/bad/"),
    Row("verify --config {conf} --policy {policy} --trust {trust} --files-from {cames}",
        {"conf": "conf", "policy": "policy", "cames": "list"}, good=2, judged=True, light=True),
    Row("export --config {conf} -f -o {out} {sent}", {"conf": "conf", "out": "output"}, writes=True, light=True),
])
table.all()


def one(folder):
    return folder + "/" + os.listdir(S + "/" + folder)[0]


FOLDER = "a/case/%s/%s/" % (FRESH[:2], FRESH)
table.insides("{desk}", {
    "a/conf/desk.yaml": (("install", "submit", "inbox", "show", "log", "do", "send", "verify", "export"), {65, 66, 78},
                         ["desk.yaml"]),
    "a/conf/desk.key": (("send",), {65, 66, 77, 78}, ["desk.key"]),
    one("a/conf/directory"): (("submit",), {65, 66, 77, 78}, ["conf/directory", "no directory"]),
    one("a/conf/routes"): (("submit",), {65, 66, 77, 78}, ["test.order"]),
    FOLDER + "log/000001": (("show", "log", "do"), {65, 66}, [FRESH]),
    one("a/case/%s/%s/pkg" % (SENT[:2], SENT)): (("verify", "export"), {1, 65, 66, 74}, [SENT]),
})
finish()
