"""The keys that `config KEY` takes, for completion: from the JSON Schema, which is read faster than the model.
Pure.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Node = Mapping[str, Any]


def at(prefix: str, schema: Node, tree: object) -> list[str]:
    """Those that begin so, down to the next dot; of a single one those below it, too.

    tree: deploy.yml as YAML, for the names that users choose.
    """
    found = [key for key in _keys(schema, schema, tree) if key.startswith(prefix)]
    level = prefix.count(".")
    here = [key for key in found if key.count(".") == level]
    return here if len(here) != 1 else [key for key in found if key.count(".") <= level + 1]


def read(text: str) -> Node:
    found: Node = json.loads(text)
    return found


def _keys(node: Node, schema: Node, tree: object, above: str = "") -> Iterator[str]:
    for name, value in _properties(node, schema, tree):
        key = f"{above}{name}"
        yield key
        yield from _keys(value, schema, _below(tree, name), f"{key}.")


def _properties(node: Node, schema: Node, tree: object) -> Iterator[tuple[str, Node]]:
    for one in _alternatives(node, schema, tree):
        yield from one.get("properties", {}).items()
        for value in one.get("patternProperties", {}).values():
            yield from ((str(name), value) for name in (tree if isinstance(tree, dict) else ()))


def _alternatives(node: Node, schema: Node, tree: object) -> Iterator[Node]:
    """The node, with what it refers to. Of several only what deploy.yml has: others are not set."""
    if "$ref" in node:
        yield from _alternatives(schema["$defs"][node["$ref"].rpartition("/")[2]], schema, tree)
    elif "anyOf" in node:
        for one in node["anyOf"] if isinstance(tree, dict) else ():
            yield from _alternatives(one, schema, tree)
    else:
        yield node


def _below(tree: object, name: str) -> object:
    return tree.get(name) if isinstance(tree, dict) else None
