"""Which values are secret, and that each of their forms is masked."""

import base64
import html
import json
import re
import shlex
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from understudy.report import masking
from understudy.report.masking import mask, secret_values


@pytest.fixture(autouse=True)
def _no_pattern_of_another_test() -> None:
    masking._pattern.cache_clear()


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "DB_PASSWORD", "api_token", "SENTRY_DSN", "STRIPE_API_KEY", "GH_PAT"]
)
def test_the_name_of_a_variable_says_that_it_is_secret(name: str) -> None:
    assert secret_values({name: "hunter2"}) == {"hunter2"}


@pytest.mark.parametrize("name", ["LANG", "KEYBOARD", "PATH", "DEBUG"])
def test_a_variable_with_another_name_is_not_secret(name: str) -> None:
    assert secret_values({name: "hunter2"}) == frozenset()


def test_a_password_in_a_url_is_secret() -> None:
    url = "postgres://shop:hunter2@db/shop"

    assert secret_values({"DATABASE_URL": url, "BAD": "http://[x", "NONE": "http://x/"}) == {
        "hunter2"
    }


def test_the_longer_of_two_secrets_is_masked_first() -> None:
    assert mask("abcdef abcd", {"abcd", "abcdef"}) == "*** ***"


def test_without_secrets_a_text_stays_as_it_is() -> None:
    assert mask("a text", frozenset()) == "a text"


# Each encoding changes some character of it.
SECRET = "pä ss/w+rd~&<>\"'$x\\=%"
FORMS = {
    "as it is": SECRET,
    "a URL's path": quote(SECRET),
    "a URL's part": quote(SECRET, safe=""),
    "a URL's part in small letters": re.sub(
        "%..", lambda code: code[0].lower(), quote(SECRET, safe="")
    ),
    "a form": quote_plus(SECRET),
    "JSON": json.dumps(SECRET)[1:-1],
    "JSON in UTF-8": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "Python": repr(SECRET)[1:-1],
    "HTML": html.escape(SECRET),
    "HTML by Jinja": html.escape(SECRET).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
    "a shell": shlex.quote(SECRET),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(SECRET.encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_masked_in_every_form(form: str) -> None:
    text = FORMS[form]

    shown = mask(f"before {text} after {text}", {SECRET})

    bare = shown.replace("'***'", "***")
    assert bare == "before *** after ***"


@pytest.mark.parametrize("length", range(8, 14))
@pytest.mark.parametrize("before", ["", "u", "us", "use", "user:"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_within_a_longer_base64_is_masked(
    encode: Callable[[bytes], bytes], before: str, length: int
) -> None:
    """As in `Authorization: Basic`. Letters, of 6 bits each, that hold only bits of the secret are masked."""
    secret = "\xff?~>pässword-more"[:length]
    encoded = encode(f"{before}{secret} and more".encode()).decode()

    begin, end = (
        8 * len(before),
        8 * len(before + secret) + 8 * (len(secret.encode()) - len(secret)),
    )
    first, last = (begin + 5) // 6, end // 6
    assert mask(encoded, {secret}) == f"{encoded[:first]}***{encoded[last:]}"


def test_each_line_of_a_secret_is_masked_by_itself() -> None:
    key = "-----BEGIN KEY-----\nabcdef\nxyz\n-----END KEY-----"

    assert mask("abcdef\nxyz\n-----END KEY-----\n", {key}) == "***\nxyz\n***\n"
    assert mask(f"<{key}>", {key}) == "<***>"


@pytest.mark.parametrize(("secret", "shown"), [("abc", "abc abcd"), ("abcd", "abc ***")])
def test_a_value_of_three_letters_is_not_masked(secret: str, shown: str) -> None:
    assert mask("abc abcd", {secret}) == shown


def test_a_secret_that_is_not_utf8_is_masked() -> None:
    assert mask("pass\udcffword \ud800", {"pass\udcffword"}) == "*** \ud800"


def test_a_secret_is_not_read_as_a_regular_expression() -> None:
    assert mask("a.b*c axb*c", {"a.b*c"}) == "*** axb*c"


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("MONKEY", False),
        ("PRIMARY_KEY_NAME", False),
        ("KEY_NAME", False),
        ("APIKEY", True),
        ("BASIC_AUTH_ANNA", True),
        ("MY_BASIC_AUTH_REALM", False),
        ("MY_CREDENTIALS", True),
    ],
)
def test_names_that_only_resemble_those_of_secrets_do_not_count(name: str, counts: bool) -> None:
    assert bool(secret_values({name: "hunter2"})) == counts
