"""A host that captures mail keeps all of it, and lets none out, whatever the app's code says."""

from collections.abc import Mapping

import pytest

from understudy.config.target import TargetConfig
from understudy.testing.host_questions import Answer

Answers = Mapping[str, Answer]


@pytest.fixture
def captures(target: TargetConfig) -> None:
    if not target.captures_mail:
        pytest.skip("this target sends its mails: `mail` is off")


def test_mails_are_captured(captures: None, answers: Answers) -> None:
    assert answers["mail"].lines == ["capture", "active"]


def test_no_mail_gets_out(captures: None, answers: Answers) -> None:
    """Refused at once; now in both directions of packets, and by the file that the next boot reads."""
    refused = [f"{port} ConnectionRefusedError" for port in (25, 465, 587, 2525)]
    assert answers["mail goes out"].lines == [*refused, "2", "2"]


def test_host_that_sends_mail_has_no_rule_against_it(
    target: TargetConfig, answers: Answers
) -> None:
    if target.captures_mail:
        pytest.skip("this target captures mail")
    assert "capture" not in answers["mail"].lines
