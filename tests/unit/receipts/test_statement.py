"""A receipt can be written as text and read again; any other text is refused with the reason."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.unit.receipt_samples import RECEIPT, receipt
from understudy.errors import Refused
from understudy.receipts.statement import Phase, Receipt, parse, to_json

Statement = dict[str, Any]


def test_a_receipt_is_an_in_toto_statement_about_the_artifact() -> None:
    statement = json.loads(to_json(RECEIPT))

    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "urn:understudy:rehearsal:v1"
    assert statement["subject"] == [{"name": "shop", "digest": {"sha256": 64 * "2"}}]
    assert statement["predicate"]["finished"] == "2026-03-01T12:04:00Z"


@pytest.mark.parametrize("sample", [RECEIPT, receipt(probe=None, verdict="failed")])
def test_a_written_receipt_can_be_read_again(sample: Receipt) -> None:
    text = to_json(sample)

    assert parse(text, "r.json") == sample
    assert to_json(parse(text, "r.json")) == text


def test_times_of_any_zone_are_written_in_utc() -> None:
    east = datetime(2026, 3, 1, 14, 4, tzinfo=timezone(timedelta(hours=2)))
    changed = Receipt.model_validate({**RECEIPT.model_dump(), "finished": east})

    assert changed.finished.tzinfo is UTC
    assert to_json(changed) == to_json(RECEIPT)


def drop(statement: Statement, *path: str) -> None:
    for key in path[:-1]:
        statement = statement[key]
    del statement[path[-1]]


def put(statement: Statement, value: object, *path: str) -> None:
    for key in path[:-1]:
        statement = statement[key]
    statement[path[-1]] = value


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda it: put(it, "https://in-toto.io/Statement/v0.1", "_type"), "Statement/v1"),
        (lambda it: put(it, "urn:understudy:rehearsal:v2", "predicateType"), "rehearsal:v2"),
        (lambda it: drop(it, "predicate"), "missing or unknown keys: predicate"),
        (lambda it: drop(it, "subject"), "missing or unknown keys: subject"),
        (lambda it: put(it, 1, "more"), "missing or unknown keys: more"),
        (lambda it: put(it, 1, "predicate", "more"), "more: Extra inputs are not permitted"),
        (lambda it: drop(it, "predicate", "staging", "os"), "staging.os: Field required"),
        (lambda it: put(it, "x", "predicate", "candidate", "settings"), "candidate.settings: "),
        (lambda it: put(it, "maybe", "predicate", "verdict"), "verdict: "),
        (lambda it: put(it, "2026-03-01T12:04:00", "predicate", "finished"), "finished: "),
        (lambda it: put(it, -1, "predicate", "probe", "sent"), "probe.sent: "),
        (lambda it: put(it, [], "subject"), "its subject is not the artifact"),
    ],
)
def test_another_statement_is_refused_with_the_reason(
    change: Callable[[Statement], None], reason: str
) -> None:
    statement = json.loads(to_json(RECEIPT))
    change(statement)

    with pytest.raises(Refused, match=r"the receipt r\.json can't be read") as raised:
        parse(json.dumps(statement), "r.json")

    assert reason in raised.value.details
    assert raised.value.hint


@pytest.mark.parametrize("text", ["", "[]", "null", to_json(RECEIPT)[:-10]])
def test_a_text_that_is_no_statement_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        parse(text, "r.json")


def test_the_text_is_readable_and_its_keys_are_sorted() -> None:
    lines = to_json(receipt(phases=(Phase(name="up", state="failed", reason="zu groß"),)))

    assert lines.startswith('{\n  "_type": ')
    assert '"reason": "zu groß"' in lines
    keys = [line.split('"')[1] for line in lines.splitlines() if line.startswith('  "')]
    assert keys == sorted(keys)
