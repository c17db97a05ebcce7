"""What a value of deploy.yml must be, in words: by its part of the JSON Schema. Pure."""

from collections.abc import Sequence
from typing import Any

import yaml

from understudy.config import schema as schemas
from understudy.config.schema import Node

_MAPPING = "a mapping, with a line `key: value` for each key"


def must_be(schema: Node, node: Node) -> str:
    """`must be a whole number from 1 to 64, for example 2`"""
    kinds = list(schemas.branches(schema, node))
    choices = [str(one) for kind in kinds for one in _choices(kind)]
    others = [_kind(kind) for kind in kinds if not _choices(kind)]
    shown = _listed(list(dict.fromkeys([*choices, *others])))
    return f"must be {shown}{_examples(schema, node) if others else ''}"


def one_of(words: Sequence[str]) -> str:
    return f"must be {_listed(words)}"


def flow(value: Any) -> str:
    """A value as YAML in one line."""
    text = yaml.safe_dump(value, default_flow_style=True, width=1_000_000, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")


def _choices(kind: Node) -> list[Any]:
    """Without the `false` that YAML makes of `off`."""
    given = kind.get("enum", [kind["const"]] if "const" in kind else [])
    return [one for one in given if one is not False]


def _listed(words: Sequence[str]) -> str:
    """`a, b or c`"""
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _examples(schema: Node, node: Node) -> str:
    kinds = [kind for kind in (node, *schemas.branches(schema, node)) if "examples" in kind]
    found = kinds[0]["examples"] if kinds else [schemas.example(schema, node)]
    return f", for example {' or '.join(map(flow, found))}"


def _kind(kind: Node) -> str:
    match kind.get("type"):
        case "object":
            return _MAPPING
        case "array":
            return "a list"
        case "integer":
            return f"a whole number{_limits(kind)}"
        case "number":
            return f"a number{_limits(kind)}"
        case "boolean":
            return "true or false"
    return str(kind.get("patternErrorMessage", "text")).removeprefix("must be ")


def _limits(kind: Node) -> str:
    least, most = kind.get("minimum"), kind.get("maximum")
    if "exclusiveMinimum" in kind:
        return f" above {kind['exclusiveMinimum']:g}"
    if least is not None and most is not None:
        return f" from {least:g} to {most:g}"
    return "" if least is None else f", at least {least:g}"
