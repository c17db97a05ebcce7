"""docs/events.schema.json and docs/json.md describe what `--json` writes."""

import json
import re
import shutil
import subprocess
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from tests.unit import event_schema
from tests.unit.fakes import TOP, FakeReport

EXAMPLES = event_schema.examples()
TEXT = (TOP / "docs" / "json.md").read_text()
JQ = re.findall(r"^understudy .* \| jq -r '(.*)'\n# (.*)$", TEXT, re.MULTILINE)


def test_the_schema_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(event_schema.schema())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["event"])
def test_each_example_is_valid(example: dict[str, Any]) -> None:
    event_schema.check(example)
    Draft202012Validator(event_schema.schema()).validate(example)


def test_each_event_has_an_example() -> None:
    assert {example["event"] for example in EXAMPLES} == set(event_schema.names())


def test_no_field_is_without_an_example() -> None:
    """What is in no example no one knows."""
    for name in event_schema.names():
        own = event_schema.fields(name)
        shown = {key for one in EXAMPLES if one["event"] == name for key in one}
        assert own <= shown, name


def test_each_event_that_is_written_is_described() -> None:
    """Also those that no unit test writes: answers are held against the schema when a test reports one."""
    text = (TOP / "understudy" / "report" / "events.py").read_text()
    written = set(re.findall(r"_write\(\s*\"([^\"]+)\"", text))
    assert "progress" in written
    assert written <= set(event_schema.names())


def test_each_kind_of_answer_is_described() -> None:
    modules = [path.read_text() for path in (TOP / "understudy").rglob("*.py")]
    kinds = {
        kind for text in modules for kind in re.findall(r"event: ClassVar\[str\] = \"(.+)\"", text)
    }
    kinds |= {kind for text in modules for kind in re.findall(r"\.result\(\s*\"(.+?)\"", text)}
    assert len(kinds) > 15
    assert kinds <= set(event_schema.names())


@pytest.mark.parametrize("key", ["schema", "time", "target", "live", "releases"])
def test_an_event_without_one_of_its_fields_is_refused(key: str) -> None:
    changed = deepcopy(next(one for one in EXAMPLES if one["event"] == "releases"))
    del changed[key]

    with pytest.raises(ValidationError):
        event_schema.check(changed)


def test_a_field_that_is_not_described_is_refused() -> None:
    with pytest.raises(ValidationError, match="colour"):
        FakeReport().result("secrets", {"target": "a", "host": "b", "names": [], "colour": 1}, "")


def test_an_event_that_is_not_described_is_refused() -> None:
    with pytest.raises(AssertionError, match="no event weather"):
        FakeReport().result("weather", {}, "")


@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")
@pytest.mark.parametrize(("program", "printed"), JQ)
def test_each_example_with_jq_prints_what_is_below_it(program: str, printed: str) -> None:
    events = "\n".join(map(json.dumps, EXAMPLES))

    done = subprocess.run(["jq", "-r", program], input=events, capture_output=True, text=True)

    assert (done.stdout, done.stderr) == (f"{printed}\n", "")


def test_there_are_examples_with_jq() -> None:
    assert len(JQ) == TEXT.count("| jq") > 4
