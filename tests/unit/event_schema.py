"""docs/events.schema.json, and examples of events in docs/json.md."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tests.unit.fakes import TOP

_EVENT = re.compile(r"#/\$defs/(.+)")


@cache
def schema() -> Any:
    return json.loads((TOP / "docs" / "events.schema.json").read_text())


def names() -> list[str]:
    """Of all events."""
    refs = (_EVENT.fullmatch(one["$ref"]) for one in schema()["oneOf"])
    return [found[1].replace("%20", " ") for found in refs if found]


def fields(name: str) -> set[str]:
    """Those that an event of that name has besides the fields that each may have."""
    own = schema()["$defs"][name]
    shared = own.get("$ref", "").removeprefix("#/$defs/").replace("%20", " ")
    return {*own["properties"], *(fields(shared) if shared else ())}


def check(event: Mapping[str, Any]) -> None:
    """Raises ValidationError, about the kind of event that it is."""
    name = event["event"]
    assert name in names(), f"docs/events.schema.json has no event {name}"
    _validator(name).validate(event)


def check_answer(event: str, fields: Mapping[str, Any]) -> None:
    """As check(), for what an answer has besides the fields that every event has."""
    check({"event": event, "schema": 1, "time": "2026-03-01T12:04:05.678Z", **fields})


@cache
def _validator(name: str) -> Draft202012Validator:
    every, own = "#/$defs/every", f"#/$defs/{name.replace(' ', '%20')}"
    one = {"allOf": [{"$ref": every}, {"$ref": own}], "unevaluatedProperties": False}
    return Draft202012Validator({**one, "$defs": schema()["$defs"]})


def examples() -> list[dict[str, Any]]:
    """Of docs/json.md: each object of its JSON blocks."""
    text = (TOP / "docs" / "json.md").read_text()
    blocks = re.findall(r"^```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [json.loads(line) for block in blocks for line in block.splitlines()]
