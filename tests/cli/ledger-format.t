#!/bin/sh
# SPDX-License-Identifier: ISC
# A ledger read by somebody who has nothing but edoc-route(5): Python's standard
# library for the digests, openssl for the signatures.
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1

cat >read.py <<'END'
import hashlib, json, re, sys, zipfile

def sha(b):
    return "sha256:" + hashlib.sha256(b).hexdigest()

def canonical(v):
    return json.dumps(v, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

def say(good, what):
    print(("ok " if good else "NOT ok ") + what)

z = zipfile.ZipFile(sys.argv[1])
names = z.namelist()
ledger = "META-INF/edoc/ledger/"
heads = sorted(n for n in names if re.fullmatch(ledger + r"\d{6}-[0-9a-f]{8}\.json", n))
entries = []
for i, name in enumerate(heads, 1):
    raw = z.read(name)
    e = json.loads(raw)
    stem = name[:-5]
    entries.append((e, raw))
    say(canonical(e) == raw, f"{i} is canonical")
    say(e["format"] == "edoc-entry/1" and e["seq"] == i, f"{i} has its number")
    say(stem == f"{ledger}{i:06d}-{sha(raw)[7:15]}", f"{i} is named by its digest")
    say(e["prev"] == ([sha(entries[-2][1])] if i > 1 else []), f"{i} quotes the one before")
    if stem + ".body.json" in names:
        body = z.read(stem + ".body.json")
        b = json.loads(body)
        say(e["body"] == sha(body) and canonical(b) == body, f"{i} names its body")
        say(set(b) <= {"format", "salt", "reason", "text", "name"} and b["format"] == "edoc-body/1", f"{i} has no other body")
    for suffix in ("json", "cms"):
        with open(f"{i}.{suffix}", "wb") as f:
            f.write(z.read(f"{stem}.{suffix}"))
    b = json.loads(z.read(stem + ".body.json")) if stem + ".body.json" in names else {}
    if "body" not in e or b:
        act = {"actor": e["actor"]["cert"], "case": e["case"], "event": e["event"],
               "outcome": e.get("outcome"), "reason": b.get("reason"), "step": e.get("step"),
               "text": b.get("text"), "visit": e.get("visit")}
        if b.get("reason") or b.get("text"):
            act["salt"] = b["salt"]
        act = {k: v for k, v in act.items() if v is not None}
        say(e["command"] == sha(canonical(act)), f"{i} has its command")
first = entries[0][0]
case = canonical({"documents": first["documents"], "format": "edoc-case/1", "route": first["route"]})
say(first["case"] == sha(case)[7:39], "the case's id is of documents and route")
say(all(e["case"] == first["case"] for e, _ in entries), "one case")
for d in first["documents"]:
    say(hashlib.sha256(z.read(d["name"])).hexdigest() == d["sha256"], "document " + d["name"])
say(sha(z.read("META-INF/edoc/route.yaml")) == first["route"], "the route is pinned")
say(sha(z.read("META-INF/edoc/calendar.yaml")) == first["calendar"], "the calendar is pinned")
pinned = set()
for n in names:
    if re.match("META-INF/edoc/(pinned|evidence)/", n):
        raw = z.read(n)
        say(n.endswith("/" + sha(raw)[7:15] + ".asice"), n.split("/")[-2] + " is named by its digest")
        with open("inner.zip", "wb") as f:
            f.write(raw)
        inner = zipfile.ZipFile("inner.zip")
        pinned |= {sha(inner.read(m)) for m in inner.namelist() if m.endswith((".yaml", "evidence.json"))}
        if "evidence.json" in inner.namelist():
            raw = inner.read("evidence.json")
            v = json.loads(raw)
            own = {"event": v["event"], "issuer": v["issuer"]["agency"], "package": v["package"]}
            say(canonical(v) == raw and v["format"] == "edoc-evidence/1", "the receipt is canonical")
            say(v["id"] == sha(canonical(own))[7:39], "the receipt has its id")
            say(v["head"] == sha(entries[4][1]), "it quotes the sender's head")
cited = {e["directory"] for e, _ in entries} | {first["route"], first["calendar"]}
cited |= {e["evidence"] for e, _ in entries if "evidence" in e}
say(cited <= pinned, "all that is cited travels along")
signed = [e["signature"] for e, _ in entries if "signature" in e]
say(bool(signed), "a signature was made on the way")
for s in signed:
    say(hashlib.sha256(z.read(s["name"])).hexdigest() == s["sha256"], "the signature " + s["name"])
    before = entries[[e.get("signature") for e, _ in entries].index(s) - 1][1]
    say(sha(before).encode() in z.read(s["name"]), "it quotes the head before it")
print(len(entries), [e["actor"]["kind"] for e, _ in entries], file=sys.stderr)
END
run python3 read.py "$D/good/case-ended.asice"
is_exit 0 "the ledger can be read"
same "$(grep -c '^ok' "$out")" "$(grep -c . "$out")" "everything is as edoc-route(5) says"
grep '^NOT' "$out" | sed 's/^/# /'
ok "and there is much of it" test "$(grep -c . "$out")" -gt 50

# People sign under the root, a desk under its own certificate.
i=0
for who in person person person person desk desk person person; do
	i=$((i + 1))
	same "$(jq -r .actor.kind "$i.json")" "$who" "entry $i is a $who's"
	if [ "$who" = person ]; then
		ca=$D/pki/root.pem
	else
		openssl pkcs7 -inform DER -in "$i.cms" -print_certs 2>/dev/null >desk.pem
		ca=desk.pem
	fi
	ok "openssl verifies it" openssl cms -verify -binary -inform DER -in "$i.cms" \
		-content "$i.json" -CAfile "$ca" -purpose any -out /dev/null -signer signer.pem
	same "$(openssl x509 -in signer.pem -outform DER | openssl dgst -sha256 -r | cut -c1-64)" "$(jq -r .actor.cert "$i.json")" "by the certificate that it names"
	sed 's/"seq":/"seq": /' "$i.json" >changed.json
	nok "not a changed one" openssl cms -verify -binary -inform DER -in "$i.cms" \
		-content changed.json -CAfile "$ca" -purpose any -out /dev/null
done
finish
