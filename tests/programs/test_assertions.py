"""The assertion of a failed test is found in what the real pytest writes."""

import subprocess
import sys
from pathlib import Path

from understudy.report.assertion import assertion
from understudy.report.junit import read_tests

TESTS = """\
import pytest
from helper import require

@pytest.fixture
def broken():
    raise RuntimeError("no browser")

def test_of_several_lines():
    status = 301
    assert (
        status
        == 404
    )

def test_in_a_helper():
    require({"title": "List"})

def test_of_a_fixture(broken):
    pass

def test_in_a_library():
    import json
    json.loads("{")

def test_of_two_errors():
    try:
        {}["a"]
    except KeyError as error:
        raise ValueError("it is so") from error
"""
HELPER = """\
def require(page):
    assert page["title"] == "Shared"
"""


def test_each_failure_has_its_assertion_its_message_and_a_place_of_the_project(
    tmp_path: Path,
) -> None:
    (tmp_path / "test_shop.py").write_text(TESTS)
    (tmp_path / "helper.py").write_text(HELPER)
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=x.xml"]
    subprocess.run([*argv, "test_shop.py"], cwd=tmp_path, capture_output=True)

    tests = read_tests((tmp_path / "x.xml").read_text())
    found = {test["name"]: assertion(test) for test in tests}

    lines = found["test_of_several_lines"]
    assert lines.source.splitlines() == ["assert (", "    status", "    == 404", ")"]
    assert (lines.message, lines.place) == ("assert 301 == 404", "test_shop.py:10")
    helper = found["test_in_a_helper"]
    assert (helper.place, helper.called_from) == ("helper.py:2", "test_shop.py:16")
    assert helper.source == 'assert page["title"] == "Shared"'
    assert found["test_of_a_fixture"].place == "test_shop.py:6"
    assert found["test_in_a_library"].place == "test_shop.py:23"
    assert "JSONDecodeError" in found["test_in_a_library"].message
    assert found["test_of_two_errors"].place == "test_shop.py:29"
    assert found["test_of_two_errors"].message == "ValueError: it is so"
