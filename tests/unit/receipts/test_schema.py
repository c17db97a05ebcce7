"""docs/receipt.schema.json and understudy/receipts/statement.py describe the same."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from tests.unit.fakes import TOP
from tests.unit.receipt_samples import RECEIPT, receipt
from understudy.errors import Refused
from understudy.receipts.statement import Receipt, parse, to_json

SCHEMA = json.loads((TOP / "docs" / "receipt.schema.json").read_text())
STATEMENT = json.loads(to_json(RECEIPT))
# Objects whose keys are free: names of files, packages, kinds of loss.
FREE = {"files", "migrations", "packages", "lost"}


def objects(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all objects with fixed keys in a statement."""
    if isinstance(value, dict) and not (path and path[-1] in FREE):
        yield path
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in children:
        if isinstance(child, dict | list):
            yield from objects(child, (*path, key))


def keys() -> Iterator[tuple[Any, ...]]:
    """Paths of all fixed keys in a statement."""
    for path in objects(STATEMENT):
        for key in at(STATEMENT, path):
            yield (*path, key)


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def refused(statement: Any) -> bool:
    try:
        Draft202012Validator(SCHEMA).validate(statement)
    except ValidationError:
        return True
    return False


def test_the_schema_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("sample", [RECEIPT, receipt(probe=None, verdict="failed")])
def test_a_receipt_matches_the_schema(sample: Receipt) -> None:
    Draft202012Validator(SCHEMA).validate(json.loads(to_json(sample)))


@pytest.mark.parametrize("path", list(keys()), ids=str)
def test_the_schema_refuses_a_statement_without_one_of_its_keys(path: tuple[Any, ...]) -> None:
    changed = deepcopy(STATEMENT)
    del at(changed, path[:-1])[path[-1]]

    assert refused(changed)


@pytest.mark.parametrize("path", list(objects(STATEMENT)), ids=str)
def test_both_refuse_a_statement_with_an_unknown_key(path: tuple[Any, ...]) -> None:
    changed = deepcopy(STATEMENT)
    at(changed, path)["more"] = "x"

    assert refused(changed)
    with pytest.raises(Refused):
        parse(json.dumps(changed), "r.json")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("_type",), "https://in-toto.io/Statement/v0.1"),
        (("predicateType",), "urn:understudy:rehearsal:v2"),
        (("subject",), []),
        (("predicate", "verdict"), "maybe"),
        (("predicate", "finished"), "2026-03-01T12:04:00"),
        (("predicate", "candidate", "settings"), "x"),
        (("predicate", "candidate", "artifact", "commit"), "HEAD"),
        (("predicate", "probe", "sent"), -1),
        (("predicate", "versions", "pytest"), None),
        (("predicate", "phases", 0, "state"), "done"),
    ],
)
def test_both_refuse_a_wrong_value(path: tuple[Any, ...], value: object) -> None:
    changed = deepcopy(STATEMENT)
    at(changed, path[:-1])[path[-1]] = value

    assert refused(changed)
    with pytest.raises(Refused):
        parse(json.dumps(changed), "r.json")
