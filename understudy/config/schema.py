"""The JSON Schema of deploy.yml, made from its model; it is the part of messages that the model knows. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

Node = dict[str, Any]
Place = Sequence[int | str]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


@lru_cache(maxsize=1)
def of(model: type[BaseModel]) -> Node:
    """A JSON Schema (draft 2020-12). Of a model's docstring it has nothing: that is for readers of the code."""
    made: Node = _tidied(model.model_json_schema())
    for part in [made, *made["$defs"].values()]:
        part.pop("description", None)
        for node in part.get("properties", {}).values():
            _give_example(made, node)
    return {"$schema": DIALECT, **made}


def at(schema: Node, place: Place) -> Node:
    """What the schema says of the value at that place; {} if it knows none there."""
    node = schema
    for part in place:
        below = (_below(branch, part) for branch in branches(schema, node))
        node = next(filter(None, below), {})
    return node


def branches(schema: Node, node: Node) -> Iterator[Node]:
    """The kinds of values that may be there: one, or each of `anyOf`; null is none."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    for one in node.get("anyOf", ()):
        yield from branches(schema, one)
    if "anyOf" not in node and node.get("type") != "null":
        yield node


def keys(schema: Node, place: Place) -> list[str]:
    """The keys of the part of deploy.yml at that place."""
    parts = branches(schema, at(schema, place))
    return [key for part in parts for key in part.get("properties", {})]


def names(schema: Node, place: Place) -> list[str]:
    """The only names that a mapping at that place may have as keys; [] if it takes others, too."""
    kinds = branches(schema, at(schema, place))
    return [str(one) for kind in kinds for one in kind.get("propertyNames", {}).get("enum", ())]


def takes(schema: Node, node: Node, value: str) -> bool:
    """Whether a text may be there."""
    return any(
        kind.get("type") == "string"
        and value in kind.get("enum", [value])
        and re.search(kind.get("pattern", ""), value)
        for kind in branches(schema, node)
    )


def example(schema: Node, node: Node) -> Any:
    """A value that is right there; None if the schema shows none."""
    for kind in (node, *branches(schema, node)):
        if "examples" in kind:
            return kind["examples"][0]
        if kind.get("default") not in (None, "", [], {}):
            return kind["default"]
        if "enum" in kind:
            return kind["enum"][0]
    return next((_made(schema, kind) for kind in branches(schema, node)), None)


def _made(schema: Node, kind: Node) -> Any:
    match kind.get("type"):
        case "object" if "properties" in kind:
            wanted = kind.get("required") or list(kind["properties"])[:1]
            return {key: example(schema, kind["properties"][key]) for key in wanted}
        case "object":
            key, value = named(kind)
            return {key: example(schema, value)}
        case "array":
            return [example(schema, kind["items"])]
        case "integer" | "number":
            return kind.get("minimum", 1)
        case "boolean":
            return True
    return kind.get("const", "text")


def named(kind: Node) -> tuple[str, Node]:
    """A name and a value of a mapping whose names deploy.yml gives."""
    value = kind.get("additionalProperties") or next(iter(kind["patternProperties"].values()))
    names = kind.get("propertyNames", {})
    return (names.get("examples") or names.get("enum") or ["name"])[0], value


def _give_example(schema: Node, node: Node) -> None:
    if "examples" not in node:
        node["examples"] = [example(schema, node)]


def _below(node: Node, part: int | str) -> Node:
    if isinstance(part, int) and "items" in node:
        items: Node = node["items"]
        return items
    known: dict[str, Node] = node.get("properties", {})
    if str(part) in known:
        return known[str(part)]
    if "properties" in node or node.get("type") != "object":
        return {}
    return named(node)[1]


def _tidied(node: Any) -> Any:
    """Without titles; a mapping of names takes no others than those of its pattern."""
    match node:
        case Mapping():
            kept = {key: _tidied(value) for key, value in node.items() if not _is_noise(key, value)}
            # The whole default of a part would be shown at its name.
            if "$ref" in kept:
                kept.pop("default", None)
            return kept | ({"additionalProperties": False} if "patternProperties" in kept else {})
        case list():
            return [_tidied(one) for one in node]
    return node


def _is_noise(key: str, value: Any) -> bool:
    """A key of deploy.yml may have such a name, too: its value is no text."""
    return key == "title" and isinstance(value, str)
