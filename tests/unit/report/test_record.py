"""A record has the shape of its schema, and every secret in it is masked."""

import base64
import html
import json
import shlex
from dataclasses import replace
from urllib.parse import quote, quote_plus

import pytest
from jsonschema import Draft202012Validator

from tests.unit.fakes import TOP
from tests.unit.records import EMPTY, FAILED, PASSED, SECRET
from understudy.report.record import (
    Command,
    Counts,
    Failure,
    Record,
    Step,
    Verdict,
    masked,
    with_texts,
)

SCHEMA = Draft202012Validator(json.loads((TOP / "docs/report.schema.json").read_text()))
FORMS = [
    SECRET,
    quote(SECRET),
    quote(SECRET, safe=""),
    quote_plus(SECRET),
    json.dumps(SECRET),
    json.dumps(SECRET, ensure_ascii=False),
    html.escape(SECRET),
    shlex.quote(SECRET),
    repr(SECRET),
    base64.b64encode(SECRET.encode()).decode(),
    base64.urlsafe_b64encode(SECRET.encode()).decode(),
]


def with_secret(form: str) -> Record:
    """A record with a text in every place that has one."""
    text = f"before {form} after"
    step = Step(text, 0, 1, True, (text,), (Command(text, text, 1, ok=True),))
    phase = replace(PASSED.phases[0], steps=(step,), lines=(text,), reason=text)
    return replace(
        FAILED,
        phases=(phase,),
        warnings=(text,),
        error=Failure(text, text, text, text),
        attachments={"evidence": {text: text}, "other": [[{"deep": (text, 1, None)}]]},
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_masked_in_every_text_and_form(form: str) -> None:
    text = json.dumps(masked(with_secret(form), {SECRET}).to_json(), ensure_ascii=False)

    assert "hunter2" not in text
    assert form not in text
    assert text.count("***") == 14


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
def test_a_secret_is_masked_within_a_longer_base64(before: str) -> None:
    header = base64.b64encode(f"{before}:a long token:{before}".encode()).decode()

    text = masked(replace(EMPTY, warnings=(header,)), {"a long token"}).warnings[0]

    assert "***" in text
    shown = text.partition("***")[0]
    assert b"token" not in base64.b64decode(shown + "=" * (-len(shown) % 4))


def test_each_line_of_a_secret_is_masked_by_itself() -> None:
    record = replace(EMPTY, warnings=("bbbb, and so on",))

    assert masked(record, {"aaaa\nbbbb"}).warnings == ("***, and so on",)


def test_short_values_and_words_of_the_format_are_not_masked() -> None:
    record = masked(PASSED, {"", "ok", "passed"})

    assert record.verdict is Verdict.PASSED
    assert record.phases[0].state == "passed"
    assert record.phases[0].title == "bring up the VM"


@pytest.mark.parametrize("record", [EMPTY, PASSED, FAILED, with_secret("x")])
def test_the_json_of_a_record_matches_its_schema(record: Record) -> None:
    data = json.loads(json.dumps(record.to_json()))

    assert [error.message for error in SCHEMA.iter_errors(data)] == []


def test_the_schema_is_valid_and_refuses_what_is_no_record() -> None:
    Draft202012Validator.check_schema(SCHEMA.schema)

    assert not SCHEMA.is_valid({**PASSED.to_json(), "verdict": "fine"})
    assert not SCHEMA.is_valid({**PASSED.to_json(), "more": 1})
    assert not SCHEMA.is_valid({**PASSED.to_json(), "attachments": {"probe": {}}})


def test_tests_are_counted_by_suite_and_an_error_is_a_failure() -> None:
    tests = [{"outcome": outcome} for outcome in ("passed", "passed", "failed", "error", "skipped")]
    record = replace(EMPTY, attachments={"tests": {"host": tests, "browser": tests[:1]}})

    assert record.test_counts() == {"host": Counts(2, 2, 1), "browser": Counts(passed=1)}
    assert record.to_json()["test_counts"]["host"] == {"passed": 2, "failed": 2, "skipped": 1}


def test_a_failed_step_of_a_passed_phase_does_not_count() -> None:
    looked = replace(PASSED.phases[0].steps[0], ok=False)
    warned = replace(PASSED, phases=(replace(PASSED.phases[0], steps=(looked,)),))

    assert list(warned.failed_steps()) == []
    assert [step.title for step in FAILED.failed_steps()] == ["start release 3f2a91c0"]


def test_only_texts_are_changed() -> None:
    assert with_texts(PASSED, lambda text: text) == PASSED
