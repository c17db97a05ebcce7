"""The verb mail: lists what a target has captured, prints and opens one, removes all."""

import base64
import io
import tarfile
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import FakeConnection
from tests.unit.staging import Staging
from understudy.cli import browsers, mail
from understudy.errors import ConfigError, Refused, StepFailed
from understudy.job import Job
from understudy.ssh.connection import Result

TEXT = (
    b"Delivered-To: ann@example.com\nDelivered-To: boss@example.com\nFrom: shop@shop.test\n"
    b"To: ann@example.com\nSubject: Your order\nContent-Type: text/html\n\n"
    b'<p onclick="x()"><a href="https://shop.test/1">here</a></p>\n'
)


def kept(*contents: bytes, removed: int = 0, names: Iterable[int] | None = None) -> Result:
    """names: the seconds at which they came; one after another if not given."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for number, content in zip(names or count(), contents, strict=False):
            member = tarfile.TarInfo(f"0179581748{number}000000000.1-1.understudy")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return Result(True, f"removed {removed}\n{base64.b64encode(file.getvalue()).decode()}\n", "")


def job(staging: Staging, answer: Result, **target: Any) -> Job:
    answers: dict[str, Any] = {"understudy-mail": answer}
    staging.host(**answers)
    return staging.job(**{"mail": "capture", **target})


def test_list_has_a_line_for_each_the_oldest_first(staging: Staging) -> None:
    mail.list_all(job(staging, kept(TEXT, TEXT.replace(b"Your order", b"News"), removed=3)))

    said = staging.report.said
    assert said == [
        "3 older mails were removed: the host has no room for more",
        "  1  2026-11-27 22:11:20  ann@example.com and 1 more  Your order",
        "  2  2026-11-27 22:11:21  ann@example.com and 1 more  News",
    ]


def test_one_mail_is_printed_with_those_who_got_it_unseen(staging: Staging) -> None:
    mail.show(job(staging, kept(TEXT)), 1, in_browser=False)

    text = "\n".join(staging.report.said)
    assert "Subject: Your order\nAlso to: boss@example.com" in text
    assert "https://shop.test/1" in text


def test_mail_opens_in_a_page_that_runs_none_of_its_scripts(
    staging: Staging, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def open_url(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(browsers, "open_url", open_url)
    staging.directory = tmp_path

    mail.show(job(staging, kept(TEXT)), 1, in_browser=True)

    [page] = (tmp_path / ".understudy" / "mail").iterdir()
    assert opened == [page.as_uri()]
    text = page.read_text()
    assert "<iframe sandbox " in text
    assert "<p onclick" not in text, "it is quoted, in the attribute of the frame"
    assert "default-src 'none'" in text


def test_without_a_screen_the_page_is_named_and_why_it_does_not_open(
    staging: Staging, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    staging.directory = tmp_path

    mail.show(job(staging, kept(TEXT)), 1, in_browser=True)

    page = tmp_path / ".understudy" / "mail" / "staging.html"
    assert staging.report.warnings == ["no browser was started: no screen here"]
    assert staging.report.said == [f"the mail as a page: {page}"]


def test_number_that_no_mail_has_is_refused(staging: Staging) -> None:
    for number, answer, words in ((2, kept(TEXT), "has mails 1 to 1"), (1, kept(), "no mail")):
        with pytest.raises(ConfigError, match=words):
            mail.show(job(staging, answer), number, in_browser=False)


def test_clear_says_how_many_were_removed(staging: Staging) -> None:
    mail.clear(job(staging, Result(True, "2\n", "")))

    assert staging.report.said == ["2 mails removed from staging"]


HOSTS = [
    {"address": "192.0.2.5", "roles": ["proxy"]},
    {"address": "192.0.2.7", "roles": ["web"]},
    {"address": "192.0.2.8", "roles": ["worker", "database"]},
]


def set_job(staging: Staging, *answers: Result) -> Job:
    """Two hosts with the app behind a proxy, which fails the test if it is asked."""
    for host, answer in zip(HOSTS[1:], answers, strict=True):
        connection = FakeConnection({"understudy-mail": answer})
        staging.hosts[f"deploy@{host['address']}"] = connection
    app = {"database": "postgresql", "media_url": None}
    return staging.job(app=app, hosts=HOSTS, mail="capture")


def test_list_is_of_all_hosts_with_the_app_by_time_and_names_them(staging: Staging) -> None:
    later = kept(TEXT, TEXT, names=(2, 4), removed=1)
    mail.list_all(set_job(staging, kept(TEXT, names=(3,), removed=2), later))

    first, *lines = staging.report.said
    assert first.startswith("3 older mails were removed")
    assert [line.split()[3] for line in lines] == ["192.0.2.8", "192.0.2.7", "192.0.2.8"]
    [found] = [fields for event, fields in staging.report.results if event == "mails"]
    assert sorted(found["hosts"]) == ["192.0.2.7", "192.0.2.8"]


def test_number_is_that_of_the_list_of_all_hosts(staging: Staging) -> None:
    news = TEXT.replace(b"Your order", b"News")
    mail.show(
        set_job(staging, kept(news, names=(3,)), kept(TEXT, TEXT, names=(2, 4))),
        2,
        in_browser=False,
    )

    assert "Subject: News" in "\n".join(staging.report.said)
    [shown] = [fields for event, fields in staging.report.results if event == "mail"]
    assert shown["host"] == "192.0.2.7"


def test_mails_of_all_hosts_are_cleared(staging: Staging) -> None:
    mail.clear(set_job(staging, Result(True, "2\n", ""), Result(True, "0\n", "")))

    found = {
        fields["host"]: fields["removed"]
        for event, fields in staging.report.results
        if event == "mails cleared"
    }
    assert found == {"192.0.2.7": 2, "192.0.2.8": 0}


def test_host_that_does_not_answer_is_no_host_without_mails(staging: Staging) -> None:
    with pytest.raises(StepFailed, match=r"192\.0\.2\.8 \(worker, database\) failed"):
        mail.list_all(set_job(staging, kept(TEXT), Result(False, "", "no such directory")))


def test_target_that_sends_its_mails_is_refused(staging: Staging) -> None:
    with pytest.raises(Refused, match="captures no mail") as raised:
        mail.list_all(job(staging, kept(), mail="off"))

    assert "targets.staging" in raised.value.hint
