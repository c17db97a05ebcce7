"""Mails of a host, as values: their parts, links and recipients; damaged ones, too."""

import base64
import io
import tarfile
from email.message import EmailMessage

import pytest

from understudy.host import mails

NAME = "01795817480962176257.1507-1.understudy"


def message() -> EmailMessage:
    made = EmailMessage()
    made["Return-Path"] = "<shop@shop.test>"
    made["Delivered-To"] = "ann@example.com"
    made["Subject"] = "Grüße\u00a0aus dem\n Laden".replace("\n ", " ")
    made["From"] = "The Shop <shop@shop.test>"
    made["To"] = "Ann <ann@example.com>"
    made.set_content("See https://shop.test/a?b=1, or (https://shop.test/x_(y)).\n")
    made.add_alternative(
        '<p>Grüße <a href="https://shop.test/a?b=1">here</a> <a href="/relative">there</a></p>',
        subtype="html",
    )
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="ä.pdf")
    return made


def test_parts_of_a_mail() -> None:
    mail = mails.read(NAME, message().as_bytes())

    assert mail.subject == "Grüße aus dem Laden"
    assert (mail.sender, mail.to) == ("The Shop <shop@shop.test>", ("ann@example.com",))
    assert mail.text.startswith("See https://")
    assert mail.html.startswith("<p>Grüße")
    assert [(one.name, one.type, one.content) for one in mail.attachments] == [
        ("ä.pdf", "application/pdf", b"%PDF")
    ]
    assert mail.headers["Return-Path"] == "<shop@shop.test>"
    assert int(mail.seconds) == 1795817480


def test_links_are_those_of_html_and_text_each_once() -> None:
    mail = mails.read(NAME, message().as_bytes())

    assert mail.links == ("https://shop.test/a?b=1", "/relative", "https://shop.test/x_(y)")


def test_recipients_are_those_of_the_envelope_which_the_mail_may_not_name() -> None:
    made = message()
    made["Delivered-To"] = "boss@example.com"

    assert mails.read(NAME, made.as_bytes()).to == ("ann@example.com", "boss@example.com")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no header at all",
        b"Subject: =?utf-8?b?broken\nFrom: <<>@\nTo: ,,\n\nhi",
        b"Subject: raw \xff\xfe\n\n\xe9\xff",
        b"Content-Type: text/plain; charset=klingon\n\nhi",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html\n\n<b>",
        b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n!!!",
        b"Content-Type: multipart/alternative\n\nno boundary",
        b"From: \xc3\xa4 <a@b>\nDate: never\nContent-Disposition: attachment; filename*=x''%ff\n\n",
    ],
)
def test_damaged_mail_is_read_as_far_as_it_goes(content: bytes) -> None:
    mail = mails.read(NAME, content)

    assert mail.name == NAME
    assert all(isinstance(one, str) for one in (mail.subject, mail.text, mail.html, *mail.links))


def archive(**contents: bytes) -> str:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return base64.b64encode(file.getvalue()).decode()


def test_mails_of_an_answer_are_in_the_order_in_which_they_came() -> None:
    kept = mails.parse(f"removed 3\n{archive(b=b'Subject: 2', a=b'Subject: 1')}\n")

    assert [mail.subject for mail in kept.mails] == ["1", "2"]
    assert kept.removed == 3
    assert mails.parse("removed 0\n").mails == ()


def test_other_answers_are_refused() -> None:
    with pytest.raises(ValueError, match="no mails: 'Welcome"):
        mails.parse("Welcome to shop\n")
