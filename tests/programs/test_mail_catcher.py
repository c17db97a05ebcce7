"""The catcher keeps what programs send, whatever it is, and no more than it has room for."""

import smtplib
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.programs.mail_catcher import PROGRAM, Catcher, running
from tests.programs.root_programs import installed
from tests.unit.fakes import TOP
from understudy.config import mail

MANY = 12
KEPT = 5


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Catcher]:
    with running(tmp_path) as catcher:
        yield catcher


def message(subject: str = "Hello", to: str = "ann@example.com") -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, "shop@shop.test", to
    made.set_content("A line\n.\nGrüße\n")
    return made


def send(catcher: Catcher, *mails: EmailMessage, socket: int = 0) -> None:
    with smtplib.SMTP("127.0.0.1", catcher.ports[socket]) as client:
        for one in mails:
            client.send_message(one)


def test_mail_is_kept_as_it_was_sent_with_its_envelope(catcher: Catcher) -> None:
    made = message("Grüße aus Köln")
    made["Bcc"] = "boss@example.com"
    send(catcher, made)

    [kept] = catcher.mails()
    assert kept["Subject"] == "Grüße aus Köln"
    assert kept.get_content() == "A line\n.\nGrüße\n"
    assert kept["Return-Path"] == "<shop@shop.test>"
    assert kept.get_all("Delivered-To") == ["ann@example.com", "boss@example.com"]
    assert kept["Bcc"] is None


def test_mails_of_all_sockets_are_in_the_order_in_which_they_came(catcher: Catcher) -> None:
    for number in range(MANY):
        send(catcher, message(f"No. {number}"), socket=number % 2)

    assert [kept["Subject"] for kept in catcher.mails()] == [f"No. {n}" for n in range(MANY)]


def test_addresses_and_bytes_of_any_kind_are_accepted(catcher: Catcher) -> None:
    send(catcher, message(to="jürgen@exämple.de"))
    long_line = b"Subject: raw \xff\xfe\r\n\r\n" + b"z" * 200_000 + b"\xe9\r\n"
    with smtplib.SMTP("127.0.0.1", catcher.ports[0]) as client:
        client.sendmail("", ["ann@example.com"], long_line)

    unicode, raw = (file.read_bytes() for file in catcher.files())
    assert "Delivered-To: jürgen@exämple.de\n".encode() in unicode
    assert raw.startswith(b"Return-Path: <>\n")
    assert raw.endswith(long_line.replace(b"\r\n", b"\n"))


def test_large_attachment_is_kept(catcher: Catcher) -> None:
    made = message()
    made.add_attachment(b"x" * 20_000_000, maintype="application", subtype="pdf", filename="a.pdf")
    send(catcher, made)

    [kept] = catcher.mails()
    [attached] = kept.iter_attachments()
    assert len(attached.get_content()) == 20_000_000


def test_name_and_password_of_the_apps_settings_keep_no_mail_away(catcher: Catcher) -> None:
    with smtplib.SMTP("127.0.0.1", catcher.ports[0]) as client:
        client.login("apikey", "SG.secret")
        client.send_message(message())

    assert len(catcher.mails()) == 1


def test_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    with running(tmp_path, MOST=KEPT) as catcher:
        send(catcher, *(message(f"No. {number}") for number in range(MANY)))

        assert [kept["Subject"] for kept in catcher.mails()] == [
            f"No. {number}" for number in range(MANY - KEPT, MANY)
        ]
        assert (catcher.maildir / "removed").read_text() == f"{MANY - KEPT}\n"


def test_oldest_go_when_they_take_too_much_and_the_newest_stays(tmp_path: Path) -> None:
    with running(tmp_path, MOST_BYTES=50_000) as catcher:
        for size in (30_000, 30_000, 90_000):
            made = message(str(size))
            made.add_attachment(b"x" * size, maintype="application", subtype="pdf", filename="a")
            send(catcher, made)

        assert [kept["Subject"] for kept in catcher.mails()] == ["90000"]


def test_mail_that_no_relay_would_take_is_refused(tmp_path: Path) -> None:
    with running(tmp_path, LARGEST=1000) as catcher:
        made = message()
        made.add_attachment(b"x" * 5000, maintype="application", subtype="pdf", filename="a.pdf")
        with pytest.raises(smtplib.SMTPResponseException, match="552"):
            send(catcher, made)

        assert catcher.files() == []


def test_full_disk_is_an_error_of_the_server_and_no_lost_mail(catcher: Catcher) -> None:
    send(catcher, message())
    for folder in ("new", "tmp"):
        for file in (catcher.maildir / folder).iterdir():
            file.unlink()
        (catcher.maildir / folder).rmdir()

    with pytest.raises(smtplib.SMTPDataError, match="could not be kept"):
        send(catcher, message())


def test_port_is_the_one_of_the_release() -> None:
    """Both compute it from the site's name."""
    text = (TOP / "provision" / "05-conflicts.sh").read_text()
    lines = [line for line in text.splitlines() if line.startswith(("mail_digest=", "mail_port="))]
    for site in ("todo", "shop", "a-b-c"):
        shell = "\n".join([f"SITE={site}", *lines, "echo $mail_port"])
        done = subprocess.run(["sh", "-euc", shell], capture_output=True, text=True, check=True)
        assert int(done.stdout) == mail.port_of(site)


def test_program_is_python_of_all_supported_releases() -> None:
    compile(installed()[PROGRAM].text, "catch-mail", "exec")
    assert sys.version_info >= (3, 10)
