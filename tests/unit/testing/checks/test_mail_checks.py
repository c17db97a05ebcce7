"""What the check `mail` finds in a mail, and what it lets pass."""

import pytest

from understudy.host import mails
from understudy.testing.checks.mail_checks import Names, findings

NAMES = Names(
    own=("shop.test", "www.shop.test"), others=("shop.example.org", "www.shop.com"), https=True
)
GOOD = "See https://shop.test/a?b=1 and https://www.shop.test/"


def found(
    text: str, *, subject: str = "Hello", sender: str = "Shop <shop@shop.test>", kind: str = "plain"
) -> list[str]:
    """subject: text of each finding."""
    lines = [
        *("Delivered-To: ann@example.com", f"Content-Type: text/{kind}; charset=utf-8"),
        *([f"Subject: {subject}"] if subject else []),
        *([f"From: {sender}"] if sender else []),
    ]
    mail = mails.read("1.x", ("\n".join(lines) + f"\n\n{text}\n").encode())
    return [f"{one.subject}: {one.text}" for one in findings([mail], NAMES)]


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "No link at all.",
        f"{GOOD} https://github.com/shop and mailto:shop@shop.test",
        "A price of {5} or 100 %, { nothing }",
    ],
)
def test_mail_that_is_right_has_no_finding(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("http://localhost:8000/confirm", "no reader of the mail gets there"),
        ("http://127.0.0.1/confirm", "no reader of the mail gets there"),
        ("http://[::1]:8000/confirm", "no reader of the mail gets there"),
        ("https://example.com/confirm", "django.contrib.sites"),
        ("https://www.example.org/", "django.contrib.sites"),
        ("https://www.shop.com/confirm", "another target of deploy.yml"),
        ("http://shop.test/confirm", "the site has HTTPS, and this is http"),
    ],
)
def test_link_that_leads_elsewhere_is_found(link: str, why: str) -> None:
    [one] = found(f"{GOOD} {link}")

    assert link in one
    assert why in one


def test_relative_link_in_html_is_found() -> None:
    html = f'<a href="/confirm">x</a><a href="#top">y</a><a href="mailto:a@b.c">z</a> {GOOD}'

    [one] = found(html, kind="html")

    assert one.startswith("/confirm: links to /confirm: a mail has no address of its own")


def test_mail_whose_links_all_lead_to_others_is_found() -> None:
    [one] = found("Confirm at https://old-name.net/confirm")

    assert one == "links: none of its links leads to the site, only to old-name.net"


@pytest.mark.parametrize(
    "text", ["Dear {{ user.name }},", "{% url 'x' %}", "Dear %(name)s,", "{{\n name }}"]
)
def test_template_that_was_not_filled_in_is_found(text: str) -> None:
    [one] = found(f"{text} {GOOD}")

    assert one.startswith("template: ")


@pytest.mark.parametrize(
    ("sender", "why"),
    [
        ("webmaster@localhost", "Django's default: set DEFAULT_FROM_EMAIL"),
        ("Shop <root@localhost>", "Django's default"),
        ("noreply@example.com", "no one can answer"),
        ("", "it has no From"),
    ],
)
def test_sender_that_is_no_address_of_the_site_is_found(sender: str, why: str) -> None:
    [one] = found(GOOD, sender=sender)

    assert one.startswith("from: ")
    assert why in one


def test_missing_subject_is_found() -> None:
    assert found(GOOD, subject="") == ["subject: the mail to ann@example.com has no subject"]
