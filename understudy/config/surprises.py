"""Texts that YAML reads as something else: `1.10`, `yes`, `2026-01-02`, `08:30`. Pure."""

import json
from datetime import date
from typing import Any

import yaml

_TEXT = "tag:yaml.org,2002:str"


def read_as(node: yaml.Node | None) -> str:
    """`YAML reads 1.10 as the number 1.1; write "1.10"`. "" for a text, a list or a mapping."""
    if not isinstance(node, yaml.ScalarNode) or node.tag == _TEXT:
        return ""
    value = yaml.SafeLoader("").construct_document(node)
    if not node.value:
        return 'nothing is given; write "" for an empty text'
    return f"YAML reads {node.value} as {_kind(node.value, value)}; write {json.dumps(node.value)}"


def _kind(written: str, value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return "a number" if str(value) == written else f"the number {value}"
        case date():
            return "a date"
        case None:
            return "nothing"
    return "something else than a text"
