"""Which values count as secret."""

import pytest

from understudy.masking import mask, secret_values


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "DB_PASSWORD", "api_token", "SENTRY_DSN", "STRIPE_API_KEY", "GH_PAT"]
)
def test_name_tells_a_secret(name: str) -> None:
    assert secret_values({name: "hunter2"}) == {"hunter2"}


@pytest.mark.parametrize("name", ["LANG", "KEYBOARD", "PATH", "DEBUG"])
def test_other_names_do_not(name: str) -> None:
    assert secret_values({name: "hunter2"}) == frozenset()


def test_password_in_a_url_is_one() -> None:
    url = "postgres://shop:hunter2@db/shop"

    assert secret_values({"DATABASE_URL": url, "BAD": "http://[x", "NONE": "http://x/"}) == {
        "hunter2"
    }


def test_longer_form_is_masked_first() -> None:
    assert mask("abcdef abcd", {"abcd", "abcdef"}) == "*** ***"


def test_without_secrets_a_text_stays() -> None:
    assert mask("a text", frozenset()) == "a text"
