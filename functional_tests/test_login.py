"""Login by a link in a mail: the site sends it, and the link in it works."""

from uuid import uuid4

import pytest

from functional_tests.pages import HomePage, LoginPage
from understudy.testing.outbox import Outbox


@pytest.fixture
def email() -> str:
    """An address that no other test has."""
    return f"{uuid4().hex[:12]}@example.com"


# On production such a mail would leave the host.
@pytest.mark.destroys_data
def test_link_in_the_mail_logs_in(home: HomePage, outbox: Outbox, email: str) -> None:
    login = LoginPage(home.browser, f"{home.url}login")
    login.open()
    login.ask_for_link(email)
    assert email in login.find("#link-sent").text

    mail = outbox.wait_for(to=email, subject="Your link")
    home.browser.get(mail.links[0])

    assert home.visitor() == email
    home.log_out()
    assert home.visitor() == ""


@pytest.mark.destroys_data
def test_mail_looks_right(home: HomePage, outbox: Outbox, email: str) -> None:
    login = LoginPage(home.browser, f"{home.url}login")
    login.open()
    login.ask_for_link(email)

    mail = outbox.wait_for(to=email)

    assert mail.to == (email,)
    assert mail.links == (mail.links[0],), "the same link in its text and its HTML"
    assert mail.links[0].startswith(f"{home.url}login/")
    assert mail.links[0] in mail.text
    assert ">Log in</a>" in mail.html
