"""`mail` of a target: who captures, and the variables by which apps find the catcher."""

import pytest

from tests.unit.fakes import config
from understudy.config import mail


@pytest.mark.parametrize(
    ("target", "captures"),
    [
        ({}, False),
        ({"disposable": True}, True),
        ({"disposable": True, "mail": "off"}, False),
        # As YAML reads off.
        ({"disposable": True, "mail": False}, False),
        ({"mail": "capture"}, True),
    ],
)
def test_mails_are_captured_where_data_may_be_destroyed_unless_deploy_yml_says_otherwise(
    target: dict[str, object], captures: bool
) -> None:
    assert config(target=target).target("staging").captures_mail == captures


def test_each_site_has_a_port_of_its_own_outside_of_those_that_the_kernel_gives_away() -> None:
    ports = {mail.port_of(name) for name in ("todo", "shop", "shop-api", "blog", "a")}

    assert len(ports) == 5
    assert all(20000 <= port < 30000 for port in ports)


@pytest.mark.parametrize(
    ("given", "text"), [("False", "False"), ("", ""), ("off", "off"), ("True", "0"), ("1", "0")]
)
def test_flag_keeps_the_apps_own_text_for_no(given: str, text: str) -> None:
    values = mail.variables("shop", {"EMAIL_USE_TLS": given, "EMAIL_HOST": "relay.example.com"})

    assert values["EMAIL_USE_TLS"] == text
    assert values["EMAIL_USE_SSL"] == "0"
    assert values["EMAIL_HOST"] == "127.0.0.1"


def test_variables_lead_to_the_catcher_without_login_and_tls() -> None:
    values = mail.variables("shop")

    port = str(mail.port_of("shop"))
    assert values["EMAIL_URL"] == f"smtp://127.0.0.1:{port}"
    for name, value in values.items():
        kinds = {"PORT": port, "HOST": "127.0.0.1", "SERVER": "127.0.0.1", "PASSWORD": ""}
        assert value == kinds.get(name.rpartition("_")[2], value), name
    for names in (
        # Django's settings; Flask-Mail's and FastAPI-Mail's.
        "EMAIL_HOST EMAIL_PORT EMAIL_HOST_USER EMAIL_HOST_PASSWORD EMAIL_USE_TLS EMAIL_USE_SSL",
        "MAIL_SERVER MAIL_PORT MAIL_USERNAME MAIL_PASSWORD MAIL_USE_TLS MAIL_USE_SSL",
        "MAIL_STARTTLS MAIL_SSL_TLS",
    ):
        assert set(names.split()) <= values.keys()
    assert {value for name, value in values.items() if "TLS" in name or "SSL" in name} == {"0"}
