"""Mails on the staging VM: the app's own are kept, and none gets out, also after a boot."""

import json

import pytest

from tests.integration.site import Site

pytestmark = pytest.mark.timeout(600)
TO = "ann@example.com"


def subjects(site: Site) -> dict[int, str]:
    """Of the mails to TO, by number: those that the level came with are left out."""
    answer = site.staging.deploy_py("mail", "--json")
    assert answer.code == 0, answer.text
    events = [json.loads(line) for line in answer.text.splitlines() if line.startswith("{")]
    [mails] = [event["mails"] for event in events if event["event"] == "mails"]
    return {mail["number"]: mail["subject"] for mail in mails if TO in mail["to"]}


def test_mail_of_the_app_is_kept_and_cleared(site: Site) -> None:
    sent = site.staging.deploy_py("run", "--", "python", "manage.py", "sendtestemail", TO)
    assert sent.code == 0, sent.text

    [(number, subject)] = subjects(site).items()
    assert subject.startswith("Test email from ")
    assert f"To: {TO}" in site.staging.deploy_py("mail", str(number)).text
    assert site.staging.deploy_py("mail", "clear").code == 0
    assert subjects(site) == {}


def test_mail_to_the_hosts_own_server_is_kept(site: Site) -> None:
    """Of a program that knows no variable."""
    program = (
        f'import smtplib; smtplib.SMTP("localhost").sendmail("a@b.c", "{TO}", "Subject: local")'
    )
    assert site.staging.host(f"runuser -u todo -- python3 -c '{program}'").code == 0

    assert list(subjects(site).values()) == ["local"]


def test_no_mail_gets_out_also_after_a_boot(site: Site) -> None:
    """The boot loads the rules in the same way."""
    connect = 'import socket; socket.create_connection(("192.0.2.1", 587), timeout=5)'
    assert site.staging.host("systemctl restart nftables").code == 0

    for user in ("todo", "root"):
        answer = site.staging.host(f"runuser -u {user} -- python3 -c '{connect}'")
        assert "ConnectionRefusedError" in answer.text
