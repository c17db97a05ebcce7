"""The verb mail: lists what a target has captured, prints and opens one, removes all."""

import base64
import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.unit.staging import Staging
from understudy.cli import browsers, mail
from understudy.errors import ConfigError, Refused
from understudy.job import Job
from understudy.ssh.connection import Result

TEXT = (
    b"Delivered-To: ann@example.com\nDelivered-To: boss@example.com\nFrom: shop@shop.test\n"
    b"To: ann@example.com\nSubject: Your order\nContent-Type: text/html\n\n"
    b'<p onclick="x()"><a href="https://shop.test/1">here</a></p>\n'
)


def kept(*contents: bytes, removed: int = 0) -> Result:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for number, content in enumerate(contents):
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


def test_target_that_sends_its_mails_is_refused(staging: Staging) -> None:
    with pytest.raises(Refused, match="captures no mail") as raised:
        mail.list_all(job(staging, kept(), mail="off"))

    assert "targets.staging" in raised.value.hint
