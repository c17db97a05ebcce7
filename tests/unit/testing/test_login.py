"""Tests enter a site with basic_auth by a password that is known here, and show it to no one else."""

import pytest

from tests.unit.fakes import config
from tests.unit.web_server import WebServer, reply
from understudy.errors import ConfigError
from understudy.testing.login import Login, find
from understudy.testing.site import Site

CLOSED = config(target={"basic_auth": True}).target("staging")


def test_site_that_is_open_to_all_needs_no_password() -> None:
    assert find(config().target("staging"), "staging", {"BASIC_AUTH_ANNA": "x"}) is None


def test_password_is_found_with_its_name() -> None:
    known = {"BASIC_AUTH_MAX_2": "b", "BASIC_AUTH_ANNA": "", "PATH": "/bin"}

    assert find(CLOSED, "staging", known) == Login("max_2", "b")


def test_password_that_is_not_known_is_asked_for_with_its_variable() -> None:
    with pytest.raises(ConfigError, match="staging has basic_auth") as raised:
        find(CLOSED, "staging", {"SECRET_KEY": "x"})

    assert "BASIC_AUTH_NAME in this shell's environment" in raised.value.hint


def test_password_of_a_disposable_target_is_known_once_it_is_set_from_here() -> None:
    disposable = config(target={"basic_auth": True, "disposable": True}).target("staging")

    with pytest.raises(ConfigError) as raised:
        find(disposable, "staging", {})

    assert "`python deploy.py secrets set BASIC_AUTH_ANNA --target staging`" in raised.value.hint
    assert "environment" not in raised.value.hint


def test_no_text_shows_the_password_and_a_url_may_have_any() -> None:
    login = Login("anna", "p@ss:/ö")

    assert "p@ss" not in f"{login} {login!r}"
    assert login.url("https://a.test:8443/x") == "https://anna:p%40ss%3A%2F%C3%B6@a.test:8443/"


def test_client_gives_the_password_to_the_site_and_to_no_other() -> None:
    with WebServer(lambda _: reply(body=b"")) as server:
        url = f"http://shop.test:{server.port}"
        site = Site("staging", url, "127.0.0.1", disposable=True, login=Login("anna", "s3cret"))
        with site.client() as client:
            client.get("/")
            client.get("/api", headers={"Authorization": "Bearer mine"})
            client.get(f"http://127.0.0.1:{server.port}/")

    given = [request.headers.get("Authorization") for request in server.requests]
    assert given == ["Basic YW5uYTpzM2NyZXQ=", "Bearer mine", None]
