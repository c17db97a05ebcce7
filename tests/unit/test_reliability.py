"""docs/reliability.md names tests that there are, and for each promise one that `make test` runs on a guest."""

import ast
import re

import pytest

from tests.unit.fakes import TOP

PAGE = (TOP / "docs" / "reliability.md").read_text()
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and ".py::" in line]
PROMISES = [line for line in PAGE.splitlines() if re.match(r"\| (?!promise|---)", line)]


def is_run(file: str, name: str) -> bool:
    """Whether it's there and not marked as one that takes long, by itself or with its whole file."""
    module = ast.parse((TOP / "tests" / "integration" / file).read_text())
    marks = [
        node.value
        for node in module.body
        if isinstance(node, ast.Assign) and "pytestmark" in ast.unparse(node.targets[0])
    ]
    [test] = [
        node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    return not any("mark.long" in ast.unparse(mark) for mark in (*marks, *test.decorator_list))


def test_each_promise_names_its_tests() -> None:
    assert ROWS == PROMISES


@pytest.mark.parametrize("row", ROWS)
def test_promise_is_held_by_a_test_that_make_test_runs(row: str) -> None:
    found = re.findall(r"`(test_\w+\.py)::(test_\w+)`", row)
    assert found
    runs = [is_run(*each) for each in found]
    assert any(runs)
