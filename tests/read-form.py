#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Routes in the canonical form of edoc-route(5) as JSON Lines.

read-form.py FILE...

No YAML reader: the form is so small that this is one for it, and whatever is
not in the form ends the program.  Plain whole numbers are numbers, as in YAML
1.2; all else is text."""
import json
import re
import sys

KEY = re.compile(r'("(?:[^"\\]|\\.)*"|[^\s"\[\]{},#&*!|>\'%@`-][^\s:]*):(?: |$)')
PLAIN = {True: re.compile(r"[^\[\]{},]*?(?=[,\]}]|: |$)"), False: re.compile(r".*?(?=  #|$)")}
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


class Form:
    def __init__(self, text):
        lines = [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]
        self.lines = [(len(line) - len(line.lstrip()), line.lstrip()) for line in lines]
        self.at = 0

    def scalar(self, text, flow):
        m = QUOTED.match(text)
        if m:
            return json.loads(m.group()), text[m.end():]
        m = PLAIN[flow].match(text)
        word = m.group()
        if not word or word != word.strip() or word[0] in "\"'&*!|>%@`":
            raise ValueError(f"no value of the form: {text!r}")
        return (int(word) if re.fullmatch("0|[1-9][0-9]*", word) else word), text[m.end():]

    def flow(self, text):
        """A value inside of brackets, or brackets, and what is behind."""
        if text[:1] not in ("[", "{"):
            return self.scalar(text, True)
        close, node = ("]", []) if text[0] == "[" else ("}", {})
        text = text[1:]
        while not text.startswith(close):
            if close == "}":
                key, text = self.scalar(text, True)
                if not text.startswith(": ") or key in node:
                    raise ValueError(f"no key of the form: {text!r}")
                node[str(key)], text = self.flow(text[2:])
            else:
                item, text = self.flow(text)
                node.append(item)
            if text.startswith(", "):
                text = text[2:]
            elif not text.startswith(close):
                raise ValueError(f"no end of {text!r}")
        return node, text[1:]

    def value(self, text):
        value, rest = self.flow(text) if text[:1] in ("[", "{") else self.scalar(text, False)
        if rest and not rest.startswith("  #"):
            raise ValueError(f"behind a value: {rest!r}")
        self.at += 1
        return value

    def block(self, indent):
        node = [] if self.lines[self.at][1].startswith("- ") else {}
        while self.at < len(self.lines) and self.lines[self.at][0] == indent:
            text = self.lines[self.at][1]
            if isinstance(node, list):
                self.lines[self.at] = (indent + 2, text[2:])
                lines = text.startswith("- - ") or (KEY.match(text[2:]) and text[2] != '"')
                node.append(self.block(indent + 2) if lines else self.value(text[2:]))
                continue
            m = KEY.match(text)
            if not m or m.group(1) in node:
                raise ValueError(f"no key of the form: {text!r}")
            rest = text[m.end():]
            if rest and not rest.startswith(" #"):
                node[m.group(1)] = self.value(rest)
            else:
                self.at += 1
                node[m.group(1)] = self.block(indent + 2)
        return node

    def whole(self):
        node = self.block(0)
        if self.at != len(self.lines):
            raise ValueError(f"not indented as the form is: {self.lines[self.at]}")
        return node


for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as f:
        print(json.dumps(Form(f.read()).whole(), ensure_ascii=False))
