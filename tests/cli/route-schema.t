#!/bin/sh
# SPDX-License-Identifier: ISC
# The JSON Schema of the route language and its reader: they take the same and
# refuse the same.  (tests/unit/language.c: they have the same keys.)
. "$SRCDIR/tests/lib.sh"
cd "$W" || exit 1
# shellcheck disable=SC2317 # called by ok
schema() {
	python3 "$SRCDIR/tests/check-schema.py" "$SRCDIR/profiles/schemas/route.schema.json" "$1"
}
as_json() { # FILE.yaml: as JSON, by way of its form
	edoc-route fmt "$1" >form.yaml && python3 "$SRCDIR/tests/read-form.py" form.yaml
}

for r in "$SRCDIR"/profiles/routes/*.yaml "$D"/route/o*.yaml "$D"/route/answer.yaml; do
	as_json "$r" >r.json
	ok "${r##*/} fits the schema" schema r.json
	ok "and is read as JSON, too" edoc-route fmt --json r.json
	same "$(as_json r.json)" "$(cat r.json)" "and means the same"
done

# A route with every key of the language.
cat >full.yaml <<'END'
format: edoc-route/1
route: test.full
version: 1
title: {tg: Т, uz: T, uz-Cyrl: Т, ru: Т, en: T}
basis: a law, article 5
issued-by: the office
date: 2026-03-05
calendar: tj
zone: Asia/Dushanbe
count: {start: next-day, roll: next, cutoff: "18:00"}
service:
  owner: adliya
  basis: [a law, another]
  channels: [portal, counter, paper]
  enter-within: 3wd
  applicants: [citizen, agency]
  documents:
    application: {title: {en: Application}, file: "application*", required: yes, max: 2}
    receipt: {title: {en: Receipt}}
  others: accept
  fee: {amount: "30.00", currency: TJS, proof: receipt, signed: no, when: before}
  result: {form: document, title: {en: Extract}}
  retention: permanent
  refusals: {incomplete: {en: Something is missing}}
  standard: incomplete
  idef0: {inputs: [a], controls: [b], mechanisms: c, outputs: d}
fields:
  kind: {type: choice, values: [order, letter], card: kind, required: yes}
  ict: {type: boolean}
  sum: {type: integer}
  where: {type: agencies}
roles:
  author: {party: initiator, agency: adliya}
  head: {agency: adliya, unit: office, post: head, deputy: [deputy]}
  clerk: {agency: adliya, post: clerk}
  worker: {post: worker, set-by: assign}
  there: {agency: moliya}
  answering: {agency: $item, post: head}
separate:
  - [author, head]
clocks:
  answer:
    from: received
    within: 15d
    stops-at: reply
    extend: {by: head, to: 1mo, times: 1, before: due, reason: [study, papers], notify: [author, head]}
    stop-on: [papers]
    stop-by: clerk
    remind: [-3d, due, +1mo..]
    overdue: {escalate: clerk, again: 1wd}
withdraw: {by: author, before: reply, reason: [mistake]}
steps:
  - {id: which, title: Which, do: choose, cases: [{if: {field: ict, is: yes}, then: register}, {if: {any: [{field: sum, below: 5}, {field: sum, above: 100}]}, end: nothing}, {then: register}]}
  - id: register
    title: Register
    do: register
    by: clerk
    within: 1wd
    from: received
    book: {name: orders, number: "{seq:4}/{year}"}
    times: 3
    visibility: internal
  - id: assign
    do: resolve
    by: head
    sets-term: work
    outcomes: {assigned: {notify: worker}, back: {then: register, times: 2, reason: required}}
  - id: work
    do: execute
    by: worker
    not-by: author
    if: {all: [{field: sum, at-least: 1}, {field: sum, at-most: 1000}, {not: {field: kind, in: [letter]}}, {field: ict, has: yes}]}
    within: 6wd
    extend: {by: head, more: 3wd}
    stop-on: [papers]
    stop-by: head
    remind: [-1wd]
    overdue: {escalate: [head]}
    notify: worker
    delegate: {depth: 2, keep: responsible}
    reassign: {by: [clerk]}
    document: report
  - id: opinions
    title: Opinions
    do: parallel
    if: {field: ict, is: yes}
    within: 7wd
    from: opened
    extend: {by: head, more: 3wd}
    stop-on: [papers]
    stop-by: head
    remind: [-1wd]
    overdue: {escalate: clerk}
    notify: author
    times: 2
    branches:
      clerk: {do: agree, by: clerk, if: {field: sum, has: yes}}
      office:
        if: {field: ict, is: yes}
        steps:
          - {id: hear, do: review, by: clerk, outcomes: {reviewed: {}, enough: {leave: pass}}}
          - {id: opine, do: agree, by: head}
    join: {pass: 1, must: [office], refuse: any, rest: cancel, on-change: keep}
    outcomes: {agreed: {}, refused: {end: refused}}
  - id: answers
    title: Answers
    do: each
    if: {field: where, has: yes}
    in: where
    within: 7wd
    from: opened
    extend: {by: head, more: 3wd}
    stop-on: [papers]
    stop-by: head
    remind: [+1wd]
    overdue: {escalate: clerk}
    notify: initiator
    step: {do: agree, by: answering}
    join: {pass: "60%", silent: agree}
    times: 2
    then: reports
  - {id: reports, do: each, in: where, steps: [{id: report, do: execute, by: answering}], outcomes: {agreed: {}, refused: {end: refused}}}
  - {id: reply, do: sign, by: head, within: 1wd, silent: refuse, level: LT, outcomes: {signed: {}, refused: {end: refused, reason: [no, never]}}}
  - {id: send, do: send, by: clerk, to: there, needs: receipt, then: archive}
  - {id: receive, do: receive, by: there}
  - {id: archive, do: archive, by: there, end: done}
  - {id: par, do: parallel, branches: {a: {do: agree, by: clerk}, b: {do: agree, by: head}}, then: archive}
  - {id: par2, do: parallel, branches: {a: {do: agree, by: clerk}, b: {do: agree, by: head}}, end: done}
  - {id: each2, do: each, in: where, step: {do: agree, by: answering}, end: done}
END
ok "every key: JSON" as_json full.yaml
as_json full.yaml >full.json
ok "every key: it fits the schema" schema full.json

# Routes that differ from it by one thing: "both" must refuse it, or the schema
# refuses no more than the reader does ("reader").  A line each in the list.
cat >mutate.py <<'END'
import copy, json, sys
NAMED = {"fields", "roles", "clocks", "branches", "outcomes", "documents", "refusals"}
full = json.load(open("full.json"))
known = set()
def keys_of(schema):
    if isinstance(schema, dict):
        known.update(schema.get("properties", {}))
    for below in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []:
        keys_of(below)
for path in sys.argv[1:]:
    keys_of(json.load(open(path)))
seen = {}
def walk(node, path):
    for key, below in list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []:
        words = [k for k in path if isinstance(k, str)]
        if isinstance(key, str) and not (words and words[-1] in NAMED and path[-1] == words[-1]):
            seen.setdefault((words[-1] if words else "", key), (path, key))
        walk(below, path + [key])
walk(full, [])
print("unused", *sorted(known - {key for _, key in seen}))
n = 0
for (_, key), (path, _) in seen.items():
    for kind in ("both renamed", "both {x:[]}", "both []", "reader gone"):
        root = copy.deepcopy(full)
        node = root
        for k in path:
            node = node[k]
        if kind == "both renamed":
            node["x-" + key] = node.pop(key)
        elif kind == "reader gone":
            del node[key]
        else:
            node[key] = [] if kind == "both []" else {"x": []}
        n += 1
        json.dump(root, open(f"m{n:04}.json", "w"), ensure_ascii=False)
        print(f"m{n:04}.json {kind} {'/'.join(map(str, path))}: {key}")
END
python3 mutate.py "$SRCDIR/profiles/schemas/route.schema.json" "$SRCDIR/profiles/schemas/service.schema.json" >list
same "$(sed -n 1p list)" "unused" "every key of the schemas is in that route"
sed -i 1d list
for m in m*.json; do
	cat "$m"
	echo
done >all.json
schema all.json | sed -n 's/^line \([0-9]*\):.*/\1/p' | sort -un |
	awk '{printf "m%04d.json\n", $1}' >by-schema
edoc-route fmt --check m*.json 2>&1 >/dev/null | grep -o 'm[0-9]*[.]json' | sort -u >by-reader
of() { # PATTERN: names of the list
	grep -E "$1" list | cut -d' ' -f1 | sort
}
ok "there are some hundred of each" test "$(of ' both ' | wc -l)" -gt 300
of ' both ' >both
told() { # names on stdin: what they are
	while read -r name; do grep "^$name" list; done
}
same "$(comm -23 both by-schema | told)" "" "other keys and other kinds of values are refused by the schema"
same "$(comm -23 both by-reader | told)" "" "and by the reader"
of ' reader ' >reader
same "$(comm -23 by-schema by-reader | told)" "" "what the schema refuses, the reader does"
ok "also where a key is missing" test "$(comm -12 by-schema reader | wc -l)" -gt 25
finish
