"""JUnit XML: writes a record for CI systems, and reads what pytest wrote. Pure.

There is no specification; the elements are those of pytest's own --junitxml.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

from understudy.report.record import Failure, Phase, Record, State, Step, Verdict, with_texts
from understudy.report.sanitize import cut, plain


def to_xml(record: Record) -> str:
    """The record as XML: phases are suites whose steps are cases; then the suites of tests that ran."""
    # XML 1.0 can't hold control codes, not even escaped: its section 2.2.
    record = with_texts(record, plain)
    root = ET.Element("testsuites", name=f"{record.verb} {record.target}")
    for phase in record.phases:
        _add_phase(root, record, phase)
    for name, tests in record.attachments.get("tests", {}).items():
        _add_tests(root, name, tests)
    if record.verdict is not Verdict.PASSED and root.find(".//failure") is None:
        _add_verdict(root, record)
    _add_properties(root, record)
    for suite in root:
        _count(suite)
    _count(root)
    root.set("time", f"{record.seconds:.3f}")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_properties(root: ET.Element, record: Record) -> None:
    """What the run is about, where CI systems show it: at its first suite."""
    commit = record.commit
    known = {
        "app": record.app,
        "target": record.target,
        "commit": commit.id if commit else "",
        "commit.subject": commit.subject if commit else "",
        "commit.author": commit.author if commit else "",
        "os": record.os,
        "understudy": record.version,
    }
    first = root.find("testsuite")
    if first is not None:
        properties = ET.Element("properties")
        for name, value in known.items():
            if value:
                ET.SubElement(properties, "property", name=name, value=value)
        first.insert(0, properties)


def _add_phase(root: ET.Element, record: Record, phase: Phase) -> None:
    suite = _suite(root, phase.title or record.verb, phase.seconds)
    suite.set("timestamp", record.began[:19])
    if phase.state is State.SKIPPED:
        message = ": ".join(filter(None, (phase.reason, phase.enable)))
        ET.SubElement(_case(suite, phase.title, 0), "skipped", message=message)
        return
    for step in phase.steps:
        case = _case(suite, step.title, step.seconds)
        if not step.ok and phase.state is State.FAILED:
            error = phase.error or record.error
            _fail(case, error, str(record.verdict), "\n".join(_output(step)))
    if phase.error and suite.find("testcase/failure") is None:
        _fail(_case(suite, phase.title, 0), phase.error, "", "")


def _output(step: Step) -> Iterator[str]:
    yield from step.lines
    for ran in step.commands:
        yield from (f"$ {ran.command}", ran.output)


def _add_tests(root: ET.Element, name: str, tests: list[dict[str, Any]]) -> None:
    suite = _suite(root, f"{name} tests", sum(test["seconds"] for test in tests))
    for test in tests:
        case = _case(suite, test["name"], test["seconds"])
        message = test.get("message", "")
        if test["outcome"] == "skipped":
            ET.SubElement(case, "skipped", message=message)
        elif test["outcome"] != "passed":
            ET.SubElement(case, "failure", message=message).text = test.get("text", "")
        elif message:
            ET.SubElement(case, "system-out").text = message


def _add_verdict(root: ET.Element, record: Record) -> None:
    """A case for a run that failed outside of any step, which would look passed without it."""
    case = _case(_suite(root, "verdict", 0), f"{record.verb} {record.target}", 0)
    _fail(case, record.error, str(record.verdict), "")


def _fail(case: ET.Element, error: Failure | None, default: str, output: str) -> None:
    message = (error.cause or error.summary) if error else default
    text = "\n".join(part for part in (error.details if error else "", output) if part)
    ET.SubElement(case, "failure", message=message).text = text


def _suite(root: ET.Element, name: str, seconds: float) -> ET.Element:
    return ET.SubElement(root, "testsuite", name=name, time=f"{seconds:.3f}")


def _case(suite: ET.Element, name: str, seconds: float) -> ET.Element:
    words = {"classname": suite.get("name", ""), "name": name, "time": f"{seconds:.3f}"}
    return ET.SubElement(suite, "testcase", words)


def _count(suite: ET.Element) -> None:
    counted = {"tests": "testcase", "failures": "failure", "skipped": "skipped"}
    for name, tag in counted.items():
        suite.set(name, str(len(list(suite.iter(tag)))))
    suite.set("errors", "0")


def read_tests(xml: str | bytes) -> list[dict[str, Any]]:
    """The tests in what pytest --junitxml or another runner wrote, in the shape of the attachment "tests".

    Raises ParseError.
    """
    # The XML is trusted: the project's own tests wrote it.
    return [_test(case) for case in ET.fromstring(xml).iter("testcase")]  # noqa: S314


def read_warnings(xml: str | bytes) -> list[str]:
    """What the tests warn of: pytest's record_property("warning", …). Raises ParseError."""
    found = ET.fromstring(xml).iterfind(".//property[@name='warning']")  # noqa: S314
    return [warning.get("value", "") for warning in found]


def _test(case: ET.Element) -> dict[str, Any]:
    bad = next((part for part in case if part.tag in ("failure", "error", "skipped")), None)
    outcome = {"failure": "failed", "error": "error", "skipped": "skipped"}
    text = "" if bad is None else (bad.text or "").strip()
    return {
        "name": case.get("name", ""),
        "outcome": "passed" if bad is None else outcome[bad.tag],
        "seconds": _seconds(case.get("time", "")),
        "message": (_note(case) if bad is None else bad.get("message") or text).partition("\n")[0],
        "text": "" if bad is None or bad.tag == "skipped" else cut(text),
    }


def _note(case: ET.Element) -> str:
    """What a test that passed says of itself: pytest's record_property("note", …)."""
    found = case.find("properties/property[@name='note']")
    return "" if found is None else found.get("value", "")


def _seconds(text: str) -> float:
    """Some runners write a time as people do, or none."""
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return 0
