"""CI systems can read a record as JUnit XML, and the XML of pytest is read."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from tests.unit.records import EMPTY, FAILED, PASSED, nasty, odd
from understudy.report.junit import read_tests, to_xml
from understudy.report.record import Commit, Failure, Record, Verdict

PYTEST = """\
<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" tests="4">
<testcase classname="t" name="test_a[1.5]" time="0.25" />
<testcase classname="t" name="test_b" time="1"><failure message="assert 0&#10;more">t.py:3</failure></testcase>
<testcase classname="t" name="test_c" time="1"><error message="no browser">setup</error></testcase>
<testcase classname="t" name="test_d" time="0"><skipped message="slow">t.py:1: slow</skipped></testcase>
</testsuite></testsuites>
"""


def written(record: Record) -> ET.Element:
    return ET.fromstring(to_xml(record))  # noqa: S314 - it's ours


@pytest.mark.parametrize("record", [EMPTY, PASSED, FAILED, odd(), nasty()])
def test_the_structure_is_what_ci_systems_expect(record: Record) -> None:
    root = written(record)

    assert root.tag == "testsuites"
    for suite in root:
        assert suite.tag == "testsuite"
        assert suite.get("name")
        cases = suite.findall("testcase")
        assert int(suite.get("tests", -1)) == len(cases)
        assert int(suite.get("failures", -1)) == len(suite.findall("testcase/failure"))
        assert all(case.get("name") and float(case.get("time", -1)) >= 0 for case in cases)
    assert (record.verdict is Verdict.PASSED) is (root.get("failures") == "0")


def test_a_failure_says_why() -> None:
    failure = written(FAILED).find("testsuite/testcase/failure")

    assert failure is not None
    assert failure.get("message") == "the app imports markdown, which its lock file doesn't have"
    assert "ModuleNotFoundError" in (failure.text or "")


def test_a_skipped_phase_has_its_reason() -> None:
    [phase, test] = written(PASSED).findall("testsuite/testcase/skipped")

    assert (phase.get("message"), test.get("message")) == ("no data was pulled", "only with --slow")


def test_a_run_that_failed_outside_of_any_step_has_a_failure() -> None:
    record = replace(EMPTY, verdict=Verdict.FAILED, error=Failure("no SSH connection"))

    [failure] = written(record).iter("failure")

    assert failure.get("message") == "no SSH connection"


def test_a_step_that_only_warned_is_no_failure() -> None:
    looked = replace(PASSED.phases[0].steps[0], ok=False)
    record = replace(PASSED, phases=(replace(PASSED.phases[0], steps=(looked,)),))

    assert "<failure" not in to_xml(record)


def test_the_xml_of_pytest_is_read() -> None:
    tests = read_tests(PYTEST)

    assert [(test["name"], test["outcome"]) for test in tests] == [
        ("test_a[1.5]", "passed"),
        ("test_b", "failed"),
        ("test_c", "error"),
        ("test_d", "skipped"),
    ]
    assert (tests[0]["seconds"], tests[1]["message"], tests[1]["text"]) == (
        0.25,
        "assert 0",
        "t.py:3",
    )
    assert tests[3]["message"] == "slow"


def test_note_of_a_test_that_passed_is_read_and_written() -> None:
    note = '<properties><property name="note" value="2 pages: /, /b"/></properties>'
    [test] = read_tests(f'<testsuite><testcase name="a" time="1">{note}</testcase></testsuite>')

    root = written(replace(EMPTY, attachments={"tests": {"page": [test]}}))

    assert test["message"] == "2 pages: /, /b"
    [output] = root.iter("system-out")
    assert output.text == "2 pages: /, /b"


def test_a_phase_that_failed_outside_of_any_step_has_a_failure() -> None:
    phase = replace(FAILED.phases[1], steps=(), error=Failure("it broke", "why", "a log"))

    [failure] = written(replace(FAILED, phases=(phase,), attachments={})).iter("failure")

    assert (failure.get("message"), failure.text) == ("why", "a log")


def test_first_suite_says_what_the_run_is_about() -> None:
    commit = Commit("c0ffee", "Sell <tea>", "Ann")
    root = written(replace(PASSED, app="shop", commit=commit, version="1.2.3"))

    found = {one.get("name"): one.get("value") for one in root.iter("property")}

    assert found == {
        "app": "shop",
        "target": "vagrant",
        "commit": "c0ffee",
        "commit.subject": "Sell <tea>",
        "commit.author": "Ann",
        "understudy": "1.2.3",
    }
    assert root[0][0].tag == "properties"


def test_skipped_phase_says_what_enables_it() -> None:
    skipped = replace(PASSED.phases[2], enable="python deploy.py data pull")
    root = written(replace(PASSED, phases=(skipped,)))

    [found] = [one for one in root.iter("skipped") if "pulled" in one.get("message", "")]
    assert found.get("message") == "no data was pulled: python deploy.py data pull"
