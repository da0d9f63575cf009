# SPDX-License-Identifier: ISC
from bad import *

prepare()
with open(W + "/ids") as f:
    FRESH, DUE, SENT = f.read().split()
AS = "--key {key} --pass-file {pass}"
HALF = "a desk that cannot be made is left half made"
HALVES = {"deskkey": HALF, "trust": HALF}
DONE = "73 says that nothing changed, but an entry was written"
SLOW = "what is too large is copied before it is refused"
table = Table("edoc-route", {
    "pkg": S + "/new.asice", "came": S + "/came.asice", "install": S + "/route.asice", "route": S + "/order.yaml",
    "list": S + "/list", "cases": S + "/cases", "conf": S + "/edoc.conf", "desk": S + "/a",
    "key": PKI + "/dilnoza.p12", "zarina": PKI + "/zarina.p12", "pass": PKI + "/pass", "cert": PKI + "/zarina.crt",
    "trust": S + "/trust", "deskkey": S + "/desk.pem", "fresh": FRESH, "due": DUE, "sent": SENT,
}, [
    Row("lint {route}", {"route": "route"}, prints=False),
    Row("lint --json --config {conf} {route}", {"route": "route", "conf": "conf"}, prints=False),
    Row("init -C c --agency moliya --key {deskkey} --trust {trust}", {"deskkey": "key", "trust": "anchors"},
        writes=True, again=True, only={("deskkey", "controls"): {64}}, todo=HALVES),
    Row("init -C c --agency moliya", writes=True, again=True),
    Row("install -C {desk} {install}", {"install": "package", "desk": "folder"}, writes=True,
        again=True, todo={("install", "huge"): SLOW}),
    Row("submit -C {desk} " + AS + " --route test.order {pkg}",
        {"pkg": "package", "key": "key", "pass": "pass", "desk": "folder"}, writes=True, again=True,
        todo={("pkg", "huge"): SLOW}),
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
        again=True, todo={("cases", w): "an empty list is not named" for w in ("empty", "fifo", "null")}),
    Row("send -C {desk}", {"desk": "folder"}, writes=True, again=True, todo={"4 descriptors": DONE}),
    Row("send -C {desk} {due}", writes=True, again=True, todo={"4 descriptors": DONE}),
    Row("receive -C b {came}", {"came": "package"}, writes=True, again=True, keeps="/b/in/bad/",
        todo={("came", "huge"): SLOW}),
    Row("receive --config {conf}", {"conf": "conf"}, prints=False),
    Row("verify --trust {trust} {came}", {"came": "judged", "trust": "trust"}, good=2, judged=True,
        only={("came", s): {66} for s in ("fifo", "null", "zero")}),
    Row("verify -C {desk} {sent}", {"desk": "folder"}, good=2, judged=True),
    Row("export -C {desk} -o out.asice {sent}", {"desk": "folder"}, writes=True),
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
