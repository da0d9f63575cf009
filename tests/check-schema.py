#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Checks JSON Lines against a JSON Schema (draft-07 or 2020-12).

check-schema.py SCHEMA FILE

The part of the language that our schemas use, and strictly: a keyword that is
not known here ends the program, so that no rule is passed over in silence.
Keys of an object must also stand in the order of `properties`, which the
format promises and the schema language cannot say."""
import json
import os
import re
import sys

KNOWN = {"$schema", "$id", "$comment", "title", "definitions", "$defs", "$ref", "type", "enum", "const",
         "pattern", "minLength", "minimum", "minItems", "maxItems", "uniqueItems", "items", "properties",
         "minProperties", "propertyNames", "required", "additionalProperties", "oneOf", "not"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def same(a, b):
    return type(a) is type(b) and a == b


class Schema:
    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            self.root = json.load(f)
        self.path, self.others = path, {}
        self.know(self.root)

    def know(self, schema):
        """Every keyword of every schema inside is one we check."""
        unknown = set(schema) - KNOWN
        if unknown:
            sys.exit(f"check-schema: keywords that are not checked: {sorted(unknown)}")
        below = list(schema.get("properties", {}).values()) + schema.get("oneOf", [])
        below += list(schema.get("definitions", {}).values()) + list(schema.get("$defs", {}).values())
        below += [schema[key] for key in ("items", "propertyNames", "not") if key in schema]
        if isinstance(schema.get("additionalProperties"), dict):
            below.append(schema["additionalProperties"])
        for sub in below:
            self.know(sub)

    def by_urn(self, urn):
        """The schema of that $id: urn:edoc:service:1 is service.schema.json beside this one."""
        if urn not in self.others:
            beside = os.path.join(os.path.dirname(self.path), urn.split(":")[2] + ".schema.json")
            self.others[urn] = Schema(beside)
            if self.others[urn].root["$id"] != urn:
                sys.exit(f"check-schema: {beside} is not {urn}")
        return self.others[urn]

    def faults(self, value, schema, at="$"):
        if "$ref" in schema:
            where, _, name = schema["$ref"].partition("#")
            whose = self.by_urn(where) if where else self
            target = whose.root
            for part in name.split("/")[1:]:
                target = target[part]
            yield from whose.faults(value, target, at)
            return
        types = schema.get("type", [])
        types = [types] if isinstance(types, str) else types
        if types and not any(is_type(value, t) for t in types):
            yield f"{at}: is not of type {' or '.join(types)}"
            return
        if "enum" in schema and not any(same(value, e) for e in schema["enum"]):
            yield f"{at}: {value!r} is none of {schema['enum']}"
        if "const" in schema and not same(value, schema["const"]):
            yield f"{at}: is not {schema['const']!r}"
        if "oneOf" in schema:
            yield from self.one_of(value, schema["oneOf"], at)
        if "not" in schema and not list(self.faults(value, schema["not"], at)):
            yield f"{at}: is what it must not be"
        if isinstance(value, str):
            if "pattern" in schema and not re.search(schema["pattern"], value):
                yield f"{at}: {value!r} does not match {schema['pattern']}"
            if len(value) < schema.get("minLength", 0):
                yield f"{at}: is too short"
        elif is_type(value, "integer"):
            if value < schema.get("minimum", value):
                yield f"{at}: is too small"
        elif isinstance(value, list):
            yield from self.array(value, schema, at)
        elif isinstance(value, dict):
            yield from self.object(value, schema, at)

    def one_of(self, value, schemas, at):
        tried = [list(self.faults(value, s, at)) for s in schemas]
        if sum(not faults for faults in tried) != 1:
            yield from min(tried, key=len) or [f"{at}: fits several of oneOf"]

    def array(self, value, schema, at):
        if len(value) > schema.get("maxItems", len(value)):
            yield f"{at}: has too many items"
        if len(value) < schema.get("minItems", 0):
            yield f"{at}: has too few items"
        if schema.get("uniqueItems") and any(same(a, b) for i, a in enumerate(value) for b in value[:i]):
            yield f"{at}: has an item twice"
        for i, item in enumerate(value):
            yield from self.faults(item, schema.get("items", {}), f"{at}[{i}]")

    def object(self, value, schema, at):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        if len(value) < schema.get("minProperties", 0):
            yield f"{at}: has too few members"
        for key in value if "propertyNames" in schema else []:
            yield from self.faults(key, schema["propertyNames"], f"{at}.{key}")
        for key in schema.get("required", []):
            if key not in value:
                yield f"{at}: lacks {key}"
        for key, item in value.items():
            if key in properties:
                yield from self.faults(item, properties[key], f"{at}.{key}")
            elif isinstance(others, dict):
                yield from self.faults(item, others, f"{at}.{key}")
            elif others is False:
                yield f"{at}: has an unknown key {key}"
        if properties and [k for k in value if k in properties] != [k for k in properties if k in value]:
            yield f"{at}: its keys are not in their order"


def no_double_keys(pairs):
    if len({k for k, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def main():
    schema = Schema(sys.argv[1])
    bad = lines = 0
    with open(sys.argv[2], "rb") as f:
        for lines, line in enumerate(f, 1):
            try:
                value = json.loads(line.decode("utf-8"), object_pairs_hook=no_double_keys)
                faults = list(schema.faults(value, schema.root))
            except ValueError as e:
                faults = [str(e)]
            for fault in faults:
                print(f"line {lines}: {fault}")
            bad += bool(faults)
    if not lines:
        print("no lines")
    sys.exit(1 if bad or not lines else 0)


main()
