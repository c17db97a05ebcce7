"""docs/security.md names tests that there are."""

import re

from tests.unit.fakes import TOP

PAGE = (TOP / "docs" / "security.md").read_text()
# A file below tests/ and maybe a function; `…` is the file of the name before.
NAMED = re.compile(r"`(?P<file>\w+/test_\w+\.py|…)(?:::(?P<name>\w+))?`")


def test_tests_that_hold_a_rule_exist() -> None:
    found, file = 0, ""
    for match in NAMED.finditer(PAGE):
        file = file if match["file"] == "…" else match["file"]
        text = (TOP / "tests" / file).read_text()
        assert f"def {match['name'] or 'test_'}" in text, f"{file}::{match['name']}"
        found += 1
    assert found > 20
