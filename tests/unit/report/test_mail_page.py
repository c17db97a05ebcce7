"""A mail on the report page and alone: its HTML can neither run a script nor load anything."""

import html

from tests.unit.fakes import TEMPLATES
from understudy.report import mail_page, page
from understudy.report.record import Record, Verdict

MAIL = {
    "subject": "Your <order>",
    "from": "Shop <shop@shop.test>",
    "to": ["ann@example.com"],
    "at": "2026-11-27T22:11:20+00:00",
    "text": "Hello <Ann>",
    "html": '<script>alert(1)</script><img src="https://tracker.example/x.png">"quoted"',
    "links": [],
    "attachments": [{"name": "a.pdf", "type": "application/pdf", "bytes": 4}],
}
FRAME = f'srcdoc="{html.escape(mail_page.document(str(MAIL["html"])))}"'


def report_page(**attachments: object) -> str:
    record = Record("rehearse", "vagrant", "2026-11-27", 1, Verdict.PASSED, attachments=attachments)
    return page.render(TEMPLATES, record, ())


def test_html_of_a_mail_is_in_a_frame_without_rights() -> None:
    text = report_page(mails=[MAIL])

    assert "<iframe sandbox srcdoc=" in text
    assert "<script>alert" not in text
    assert "default-src &#39;none&#39;; img-src data:" in text
    assert "Your &lt;order&gt;" in text
    assert "Hello &lt;Ann&gt;" in text
    assert "a.pdf (4 bytes)" in text


def test_mail_of_text_alone_has_no_frame() -> None:
    assert "<iframe" not in report_page(mails=[{**MAIL, "html": ""}])


def test_run_without_mails_has_no_section_of_them() -> None:
    assert 'id="mails"' not in report_page()


def test_page_of_one_mail_quotes_all_of_it() -> None:
    text = mail_page.page(MAIL)

    assert FRAME in text
    assert "<iframe sandbox " in text
    assert text.count("<script>") == 0
    assert "<h1>Your &lt;order&gt;</h1>" in text
