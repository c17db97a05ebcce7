"""The tests that every site gets: when they fail, when they are skipped, and with which words."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.fakes import settings
from understudy.config.model import Config
from understudy.config.verify import CHECKS
from understudy.testing.checks import test_every_site
from understudy.testing.checks.findings import Finding, Result

NOWHERE = Path("no-such-deploy.yml")
OLD = Finding("/", "/old", "links to /old, which answers 404")
NEW = Finding("/", "/new", "links to /new, which answers 404")


def accepting(*checks: str) -> Config:
    rules = [{"check": check, "reason": "so"} for check in checks]
    return Config.model_validate({**settings(), "verify": {"accept": rules}})


def outcome(result: Result, *accepted: str) -> str:
    """How the check of the links ends: "", or what pytest shows."""
    try:
        test_every_site.test_pages(
            "links", {"links": result}, accepting(*accepted), lambda name, value: None
        )
    except (pytest.fail.Exception, pytest.skip.Exception) as ended:
        return f"{type(ended).__name__}: {ended.msg}"
    return ""


def test_check_without_findings_passes() -> None:
    assert outcome(Result()) == ""


def test_finding_fails() -> None:
    assert outcome(Result((OLD,))).startswith("Failed: /: links to /old, which answers 404\n")


def test_accepted_finding_is_skipped_with_its_reason() -> None:
    assert outcome(Result((OLD,)), "links//old") == (
        "Skipped: accepted in deploy.yml: links//old (so) on /"
    )


def test_finding_beside_an_accepted_one_fails() -> None:
    shown = outcome(Result((OLD, NEW)), "links//old")

    assert shown.startswith("Failed: /: links to /new")
    assert "links to /old" not in shown


def test_check_that_can_judge_nothing_is_skipped_with_the_reason() -> None:
    assert outcome(Result(unjudged="no page to check", is_judged=False)) == (
        "Skipped: no page to check"
    )


def test_check_that_judged_some_pages_passes() -> None:
    assert outcome(Result(unjudged="/b could not be judged")) == ""


def test_note_says_what_was_looked_at() -> None:
    notes: dict[str, str] = {}
    result = Result(looked_at="2 pages: /, /b", unjudged="/c could not be judged")

    test_every_site.test_pages("links", {"links": result}, accepting(), notes.__setitem__)

    assert notes == {"note": "2 pages: /, /b; /c could not be judged"}


def unused(found: Sequence[Finding], *accepted: str, deploy_yml: Path = NOWHERE) -> str:
    results = {**dict.fromkeys(CHECKS, Result()), "links": Result(tuple(found))}
    try:
        test_every_site.test_accepted_findings_are_found(results, accepting(*accepted), deploy_yml)
    except pytest.skip.Exception as ended:
        return str(ended.msg)
    return ""


def test_unused_rule_is_reported() -> None:
    assert unused([OLD], "links//old", "links//new", "title") == (
        "verify.accept.1 matches nothing here: links//new on *; "
        "verify.accept.2 matches nothing here: title on *"
    )


def test_unused_rule_comes_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "deploy.yml"
    rule = '    - {check: links, page: "*", reason: a}\n'
    file.write_text(f"verify:\n  accept:\n{rule}{rule}")

    said = unused([OLD], "links//old", "title", deploy_yml=file)

    assert said.startswith("deploy.yml:4: verify.accept.1 matches nothing here: title")


def test_used_rules_pass() -> None:
    assert unused([OLD], "links") == ""


def test_warnings_are_noted_and_fail_nothing() -> None:
    noted: list[tuple[str, str]] = []

    test_every_site.test_pages(
        "hsts",
        {"hsts": Result(warnings=("a year is long", "so is a month"))},
        accepting(),
        lambda name, value: noted.append((name, value)),
    )

    assert noted[1:] == [("warning", "a year is long"), ("warning", "so is a month")]
