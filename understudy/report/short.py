"""The shortest form of an answer, made from its fields: what `-q` prints of it. Pure."""

from collections.abc import Mapping
from typing import Any

from understudy.local.numbers import number_of


def short(event: str, value: Mapping[str, Any], text: str) -> str:
    """text: the whole answer, for those that have no shorter form. "" for nothing."""
    match event:
        case "plan" if number := len(value["steps"]):
            return f"{value['target']}: {number_of(number, 'step')}"
        case "status":
            # The error that follows lists the problems of a site; one without any needs no line.
            return ""
    return text
