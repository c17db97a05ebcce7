"""The checks that every site gets: docs/your-app.md lists them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from understudy.config import located
from understudy.config.model import Config
from understudy.config.verify import CHECKS
from understudy.testing.checks import findings
from understudy.testing.checks.findings import Result
from understudy.testing.checks.judge import ADVICE


@pytest.mark.parametrize("check", CHECKS)
def test_pages(
    check: str,
    results: dict[str, Result],
    settings: Config,
    record_property: Callable[[str, str], None],
) -> None:
    """Fails if a page has a finding that deploy.yml doesn't accept. Notes what it looked at."""
    result = results[check]
    record_property("note", "; ".join(filter(None, [result.looked_at, result.unjudged])))
    for warning in result.warnings:
        record_property("warning", warning)
    found = findings.sort(check, result.findings, settings.verify.accept)
    if found.failures:
        pytest.fail(findings.message(check, found.failures, ADVICE[check]), pytrace=False)
    if found.accepted:
        pytest.skip(findings.reasons(found.accepted))
    if not result.is_judged:
        pytest.skip(result.unjudged)


def test_accepted_findings_are_found(
    results: dict[str, Result], settings: Config, deploy_yml: Path
) -> None:
    """Skipped with the rules of `verify.accept` that match nothing."""
    unused = findings.unused(settings.verify.accept, results)
    if unused:
        accept, parts = settings.verify.accept, tuple(Config.model_fields)
        names = (
            f"verify.accept.{accept.index(rule)} matches nothing here: {rule.check} on {rule.page}"
            for rule in unused
        )
        pytest.skip("; ".join(located.sentence(deploy_yml, name, parts) for name in names))
