"""The check `mail`: judges what the live release has mailed, and shows it in the report."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.cli.test_mail import kept, set_job
from tests.unit.staging import Staging
from understudy.errors import StepFailed, Stopped
from understudy.rehearsal import verify
from understudy.rehearsal.mail_check import MailCheck
from understudy.ssh.connection import Result

GOOD = (
    b"Delivered-To: ann@example.com\nFrom: shop@shop.test\nSubject: Hello\n\nhttp://shop.test/a\n"
)
BAD = GOOD.replace(b"shop.test/a", b"localhost:8000/a")
ACCEPT = {"check": "mail/localhost", "reason": "the desk's own"}


def ran(staging: Staging, answer: Result, accept: tuple[dict[str, str], ...] = ()) -> None:
    answers: dict[str, Any] = {"understudy-mail": answer}
    staging.host(**answers)
    job = staging.job(mail="capture")
    given = job.config.model_dump(mode="json") | {"verify": {"accept": accept}}
    changed = type(job.config.verify).model_validate(given["verify"])
    object.__setattr__(job, "config", job.config.model_copy(update={"verify": changed}))
    MailCheck(job).run(staging.report)


def attached(staging: Staging, name: str) -> Any:
    return staging.report.attached[name]


def test_mails_are_shown_and_the_check_is_a_test(staging: Staging) -> None:
    ran(staging, kept(GOOD, GOOD))

    assert [mail["subject"] for mail in attached(staging, "mails")] == ["Hello", "Hello"]
    [test] = attached(staging, "tests")["mail"]
    assert (test["name"], test["outcome"]) == ("mail", "passed")
    assert staging.report.said == ["  mails: 2 captured, nothing wrong with them"]


def test_finding_fails_the_check_with_the_mails_subject(staging: Staging) -> None:
    with pytest.raises(StepFailed) as raised:
        ran(staging, kept(GOOD, BAD))

    assert raised.value.details.startswith("Hello: links to http://localhost:8000/a")
    assert '{check: "mail/localhost", page: "Hello", reason: "…"}' in raised.value.details
    [test] = attached(staging, "tests")["mail"]
    assert test["outcome"] == "failed"


def test_mails_of_a_set_are_those_of_its_hosts_behind_the_proxy(staging: Staging) -> None:
    """Where visitors connect there are none: the check would pass in silence."""
    job = replace(set_job(staging, kept(GOOD), kept(BAD, names=(5,))), address="192.0.2.5")

    with pytest.raises(StepFailed) as raised:
        MailCheck(job).run(staging.report)

    assert raised.value.details.startswith("Hello: links to http://localhost:8000/a")
    assert [one["host"] for one in attached(staging, "mails")] == ["192.0.2.7", "192.0.2.8"]


def test_finding_that_deploy_yml_accepts_is_none(staging: Staging) -> None:
    ran(staging, kept(BAD), (ACCEPT,))

    [test] = attached(staging, "tests")["mail"]
    assert test["outcome"] == "skipped"
    assert "the desk's own" in test["message"]


def test_site_that_mails_nothing_has_no_such_test(staging: Staging) -> None:
    ran(staging, kept())

    assert staging.report.attached == {}
    assert staging.report.said == []


def test_stopped_check_asks_nothing(staging: Staging) -> None:
    check = MailCheck(staging.job(mail="capture"))
    check.stop("host-tests failed")

    with pytest.raises(Stopped, match="host-tests failed"):
        check.run(staging.report)


def test_it_comes_after_all_that_makes_the_site_mail_and_only_where_mail_is_captured(
    staging: Staging,
) -> None:
    captures, sends = (verify.browser_tests(staging.job(mail=mail)) for mail in ("capture", "off"))

    assert isinstance(captures.suites[-1], MailCheck)
    assert not any(isinstance(suite, MailCheck) for suite in sends.suites)
