# SPDX-License-Identifier: ISC
from bad import *

prepare()
KEY = "--key {key} --pass-file {pass}"
table = Table("edoc-sign", {
    "out": S + "/made.asice", "dir": S + "/taken",
    "pkg": S + "/p.asice", "doc": S + "/b.bin", "signed": S + "/q.asice", "bare": S + "/bare.p7s", "bare_xml": S + "/bare.xml", "list2": S + "/list2", "small": S + "/a.txt", "xml": S + "/a.xml", "card": S + "/card.yaml", "list": S + "/list",
    "conf": S + "/edoc.conf", "policy": S + "/policy.yaml", "profile": S + "/profile.yaml", "blank": S + "/blank.yaml", "trust": PKI + "/root.pem",
    "key": PKI + "/zarina.p12", "pass": PKI + "/pass",
    "module": S + "/module.so", "attachable": S + "/r.asice", "request": S + "/r.req", "value": S + "/r.value",
    "request2": S + "/r2.req", "value2": S + "/r2.value",
    "to": S + "/to.crt", "near": S + "/to.crt", "mine": S + "/to.pem", "locked": S + "/locked.key",
    "sealed": S + "/sealed.p7m", "plain": S + "/plain.conf", "cache": S + "/cache",
    "pem": PKI + "/anvar.key", "cert": PKI + "/anvar.crt", "chain": PKI + "/ca.pem",
}, [
    Row("card --config {conf} --new order", {"conf": "conf"}),
    Row("new -o new.asice {doc}", {"doc": "document"}, writes=True),
    Row("new -o new.asice --card {card} --config {conf} {doc}", {"card": "card", "conf": "conf"}, writes=True),
    Row("new -o new.asice --files-from {list}", {"list": "list"}, writes=True),
    Row("sign " + KEY + " {pkg}", {"pkg": "package", "key": "key", "pass": "pass"}, writes=True),
    Row("sign " + KEY + " -q --skip-signed {pkg}", {"pkg": "package", "key": "key", "pass": "pass"}, prints=False),
    Row("sign " + KEY + " -j 2 --ordered --files-from {list}", {"list": "list"}, writes=True),
    Row("sign " + KEY + " --profile {profile} {pkg}", {"profile": "policy", "pkg": "package"}, writes=True),
    Row("sign " + KEY + " --profile {profile} -o new.asice --card {card} a.txt {doc}",
        {"profile": "policy", "doc": "document", "card": "card"}, writes=True),
    Row("sign " + KEY + " --json {pkg}", {"pkg": "package"}, writes=True),
    Row("sign " + KEY + " -n {pkg}", {"pkg": "package"}),
    Row("sign " + KEY + " --policy {policy} --config {conf} {pkg}", {"policy": "policy", "conf": "conf"}, writes=True),
    Row("sign --key {pem} --cert {cert} --chain {chain} {pkg}", {"pem": "key", "cert": "cert", "chain": "chain"},
        writes=True),
    Row("sign " + KEY + " --files-from {list}", {"list": "list"}, writes=True),
    Row("sign " + KEY + " -o new.asice --card {card} a.txt {doc}", {"doc": "document", "card": "card"}, writes=True),
    Row("keys --config {conf}", {"conf": "conf"}, prints=False),
    Row("keys --json --policy {policy}", {"policy": "policy"}, prints=False),
    Row("keys --pass-file {pass} {key}", {"pass": "pass", "key": "key"}),
] + ([Row("keys --json --module {module}", {"module": "module"}, prints=False)]
     if os.path.exists(S + "/module.so") else []) + [
    Row("prepare {pkg} --cert {cert} --chain {chain} -o req --raw raw --policy {policy}",
        {"pkg": "package", "cert": "public", "chain": "chain", "policy": "policy"}, writes=True),
    Row("prepare {pkg} --config {conf} --cert {cert} -o req", {"conf": "conf"}, writes=True),
    Row("prepare {pkg} --cert {cert} --profile {profile} --signature-policy 1.2.3={small} -o req",
        {"profile": "policy", "small": "words"}, writes=True),
    Row("prepare {pkg} --cert {cert} --content-timestamp --tsa http://127.0.0.1:1/ --trust {trust} -n -o req", {"trust": "trust"}),
    Row("attach {attachable} --request {request2} --value {value2} --profile {blank} --signature-policy 1.2.3={small}",
        {"blank": "policy", "small": "words"}, writes=True),
    Row("prepare {pkg} --cert {cert} -f -o {out}", {"out": "output"}, writes=True, light=True),
    Row("prepare {pkg} --cert {cert} -f -o req --raw {out}", {"out": "output"}, writes=True, light=True),
    Row("attach {attachable} --request {request} --value {value} --policy {policy}",
        {"attachable": "package", "request": "request", "value": "value", "policy": "policy"}, writes=True),
    Row("attach {attachable} --request {request} --value {value} --trust {trust}", {"trust": "trust"}, writes=True),
    Row("attach --json {attachable} --request {request} --value {value} --config {conf}", {"conf": "conf"}, writes=True),
    Row("sign " + KEY + " --trust {trust} {pkg}", {"trust": "trust"}, writes=True),
    Row("sign " + KEY + " --signature-policy 1.2.3={small} {pkg}", {"small": "words"}, writes=True),
    Row("sign " + KEY + " --format cades -o new.asice {doc}", {"doc": "document"}, writes=True),
    Row("sign " + KEY + " --asic-s -o new.asics {doc}", {"doc": "document"}, writes=True),
    Row("countersign " + KEY + " {signed}", {"signed": "package", "key": "key", "pass": "pass"}, writes=True),
    Row("countersign " + KEY + " --policy {policy} --config {conf} --data {doc} {bare}",
        {"policy": "policy", "conf": "conf", "doc": "data"}, writes=True),
    Row("countersign --key {pem} --cert {cert} --chain {chain} {signed}",
        {"pem": "key", "cert": "cert", "chain": "chain"}, writes=True),
    Row("countersign " + KEY + " --files-from {list2}", {"list2": "list"}, writes=True),
    Row("extend --level T {signed}", {"signed": "package"}, good=64, prints=False),
    Row("extend --level T --trust {trust} --policy {policy} --config {conf} {signed}",
        {"trust": "trust", "policy": "policy", "conf": "conf"}, good=64, prints=False),
    Row("extend --level T --data {doc} {bare}", {"doc": "data"}, good=64, prints=False),
    Row("extend --level T --files-from {list2}", {"list2": "list"}, good=64, prints=False),
    Row("cms " + KEY + " -o new.p7s {doc}", {"doc": "words", "key": "key", "pass": "pass"}, writes=True),
    Row("cms " + KEY + " --attached -o new.p7s {small}", {"small": "words"}, writes=True),
    Row("cms " + KEY + " --policy {policy} --config {conf} --trust {trust} -o new.p7s {doc}",
        {"policy": "policy", "conf": "conf", "trust": "trust"}, writes=True),
    Row("cms " + KEY + " --beside {bare} -o new.p7s {doc}", {"bare": "package"}, writes=True),
    Row("cms --key {pem} --cert {cert} --chain {chain} -o new.p7s {doc}",
        {"pem": "key", "cert": "cert", "chain": "chain"}, writes=True),
    Row("xades " + KEY + " -o new.xml {doc}", {"doc": "words", "key": "key", "pass": "pass"}, writes=True),
    Row("xades " + KEY + " --enveloped -o new.xml {xml}", {"xml": "xml"}, writes=True),
    Row("xades " + KEY + " --enveloping -o new.xml {small}", {"small": "words"}, writes=True),
    Row("xades " + KEY + " --beside {bare_xml} -o new.xml {doc}", {"bare_xml": "package"}, writes=True),
    Row("xades " + KEY + " --policy {policy} --config {conf} --trust {trust} -o new.xml {doc}",
        {"policy": "policy", "conf": "conf", "trust": "trust"}, writes=True),
    Row("xades --key {pem} --cert {cert} --chain {chain} -o new.xml {doc}",
        {"pem": "key", "cert": "cert", "chain": "chain"}, writes=True),
    Row("xades " + KEY + " -f -o {out} {doc}", {"out": "output"}, writes=True, light=True),
    Row("cms " + KEY + " -f -o {out} {doc}", {"out": "output"}, writes=True, light=True),
    Row("revise {pkg} -o new.asice --add {doc}", {"pkg": "package", "doc": "document"}, writes=True),
    Row("revise {pkg} -o new.asice --config {conf} --remove zamima-1.csv", {"conf": "conf"}, writes=True),
    Row("show {pkg}", {"pkg": "package"}),
    Row("show --json {pkg}", {"pkg": "package"}),
    Row("show --config {conf} --files-from {list}", {"list": "list", "conf": "conf"}),
    Row("extract -C out --trust {trust} --policy {policy} --cache {cache} {pkg}",
        {"pkg": "package", "trust": "trust", "policy": "policy", "cache": "cache"}, writes=True, prints=False),
    Row("extract -C out --config {conf} {pkg}", {"conf": "conf"}, writes=True, prints=False),
    Row("encrypt --to {to} --config {plain} {doc} -o new.p7m", {"to": "cert", "plain": "conf", "doc": "any"},
        writes=True, only={("to", "a-key"): {77}}),
    Row("encrypt --to {to} --trust {near} --policy {policy} --cache {cache} {doc} -o new.p7m",
        {"near": "trust", "policy": "policy", "cache": "cache"}, writes=True),
    Row("decrypt --key {mine} --config {conf} {sealed} -o new.bin", {"mine": "key", "conf": "conf", "sealed": "sealed"},
        writes=True),
    Row("decrypt --key {locked} --cert {to} --chain {near} --pass-file {pass} {sealed} -o new.bin",
        {"locked": "key", "to": "cert", "near": "chain", "pass": "pass"}, writes=True),
    Row("encrypt --to {to} -f {doc} -o {out}", {"out": "output"}, writes=True, light=True),
    Row("decrypt --key {mine} -f {sealed} -o {out}", {"out": "output"}, writes=True, light=True),
    Row("new -f -o {out} {doc}", {"out": "output"}, writes=True, light=True),
    Row("sign " + KEY + " -f -o {out} {doc}", {"out": "output"}, writes=True, light=True),
    Row("revise {pkg} -f -o {out}", {"out": "output"}, writes=True, light=True),
    Row("extract -C {dir} --trust {trust} {pkg}", {"dir": "place"}, writes=True, prints=False, light=True),
])


def interrupted(what, line, whole, again, window=False):
    """A signal a while after the start: all or nothing.  window: between the
    link and the rename of what is finished it has two names."""
    stopped = 0
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        for delay in (0.01, 0.03, 0.06, 0.12):
            before = listing(S)
            p = subprocess.Popen([w.format(**table.good) for w in line.split()], cwd=S, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(delay)
            p.send_signal(number)
            code = p.wait()
            stopped += code == -number
            wrong = []
            if code == -number:
                wrong = changes(before, listing(S))
                if window and len(wrong) == 1 and "/.edoc-" in wrong[0]:
                    wrong = []
            elif code != 0 or not whole():
                wrong = ["exit %d" % code]
            result(not wrong, "%s: %s after %.2f s" % (what, number.name, delay), wrong)
            if code == 0:
                again()
    result(stopped > 0, "%s: %d of the signals came in time" % (what, stopped))


def big_file():
    with open(S + "/big.bin", "wb") as f:
        f.truncate(300 << 20)
    if os.path.exists(S + "/big.asice"):
        os.unlink(S + "/big.asice")


def big_package():
    if os.path.exists(S + "/big.asice"):
        os.unlink(S + "/big.asice")
    subprocess.run(["edoc-sign", "new", "-q", "-o", S + "/big.asice", S + "/big.bin"], check=True)


def verifies(name):
    return lambda: subprocess.run(["edoc-verify", "-q", "--trust", PKI + "/root.pem", S + "/" + name],
                                  stdout=subprocess.DEVNULL).returncode == 0


table.all()
big_file()
interrupted("making and signing 300 MB", "edoc-sign sign " + KEY + " -o big.asice big.bin", verifies("big.asice"),
            big_file)
big_package()
interrupted("signing 300 MB in place", "edoc-sign sign " + KEY + " big.asice", verifies("big.asice"), big_package,
            window=True)
finish()
