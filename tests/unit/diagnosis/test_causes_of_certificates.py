"""What an issuer says, in other words than those of the cases."""

import pytest

from tests.unit.cause_cases.base import HEALTHY, said
from tests.unit.cause_cases.certificates import CASES, failed, words
from tests.unit.diagnoses import first_cause
from understudy.deploy import certificate

URL = "http://shop.test:80/.well-known/acme-challenge/x"


@pytest.mark.parametrize(
    ("kind", "detail", "cause"),
    [
        ("connection", f'Get "{URL}": could not resolve URL "{URL}"', "does not resolve"),
        (
            "dns",
            "no valid A records found for shop.test; no valid AAAA records found for shop.test",
            "does not resolve",
        ),
        (
            "connection",
            f'Get "{URL}": dial tcp 192.0.2.7:80: connect: connection refused',
            "no web server takes connections at port 80",
        ),
        (
            "connection",
            f'Get "{URL}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
            "no answer at port 80 of shop.test",
        ),
        (
            "unauthorized",
            f"Non-200 status code from HTTP: {URL} returned 404",
            "leads to another server",
        ),
    ],
)
def test_pebble_says_the_same_in_other_words(kind: str, detail: str, cause: str) -> None:
    found = first_cause(failed(kind, detail).words, HEALTHY)

    assert found
    assert cause in found.sentence


def test_certbot_shortens_what_it_could_not_reach() -> None:
    case = words(
        "An unexpected error occurred:\nValueError: Requesting acme.test/dir: Connection refused"
    )

    found = first_cause(case.words, HEALTHY)

    assert found
    assert found.sentence == "the host cannot reach the issuer at acme.test: Connection refused"
    assert "`curl https://acme.test/dir`" in found.hint, "no key that deploy.yml may not have"


@pytest.mark.parametrize(
    ("name", "is_lets_encrypt"),
    [
        ("certificate-issuer-unreachable", False),
        ("certificate-issuer-down", False),
        ("certificate-lets-encrypt-unreachable", True),
        ("certificate-lets-encrypt-down", True),
    ],
)
def test_lets_encrypts_status_is_named_for_lets_encrypt_only(
    name: str, is_lets_encrypt: bool
) -> None:
    found = first_cause(CASES[name].words, HEALTHY)

    assert found
    assert ("letsencrypt.status.io" in found.hint) is is_lets_encrypt
    assert ("pebble.log" in found.hint) is not is_lets_encrypt


def test_deploy_that_warned_of_a_certificate_has_failed_for_the_reason_in_the_warning() -> None:
    why = words("ValueError: Requesting 172.22.27.1/dir: Connection refused").words["step"]
    warning = f"{certificate._SELF_SIGNED}\n{certificate.explain(why)}"

    found = first_cause(said(f"the deploy succeeded with warnings\n{warning}"), HEALTHY)

    assert found
    assert found.sentence == "the host cannot reach the issuer at 172.22.27.1: Connection refused"
    assert found.hint.startswith("`curl https://acme.test/dir`")


@pytest.mark.parametrize(
    "why",
    [
        "[Errno -3] Temporary failure in name resolution",
        "[Errno -2] Name or service not known",
        "[Errno -5] No address associated with hostname",
    ],
)
def test_issuer_whose_name_has_no_address_is_a_matter_of_the_hosts_dns(why: str) -> None:
    """As older and newer versions of certbot's library put it."""
    pool = "HTTPSConnectionPool(host='acme.test', port=443): Max retries exceeded with url: /dir (Caused by "
    for text in (
        f"NameResolutionError(\"...: Failed to resolve 'acme.test' ({why})\"))",
        f"NewConnectionError('...: Failed to establish a new connection: {why}'))",
    ):
        found = first_cause(words(pool + text).words, HEALTHY)

        assert found
        assert found.sentence.startswith("the host finds no address for the issuer acme.test: ")
        assert "`getent hosts acme.test`" in found.hint
        assert "/etc/resolv.conf" in found.hint
        assert "https://acme.test/dir is no issuer's directory" in found.hint


def test_app_that_cannot_reach_a_server_is_not_taken_for_certbot() -> None:
    text = (
        "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.test', port=443): Max retries "
        "exceeded (Caused by NewConnectionError('...: [Errno 111] Connection refused'))"
    )

    found = first_cause(said(text), HEALTHY)

    assert not found or "issuer" not in found.sentence


def test_answer_of_an_earlier_try_is_not_taken_for_what_is_wrong_now() -> None:
    early = "https://acme.test/dir is not asked for shop.test again before 2025-03-01 12:00 UTC"
    text = failed("caa", "CAA record for shop.test prevents issuance").words["step"]

    found = first_cause(said(f"{text}\n{early}"), HEALTHY)

    assert found
    assert "not asked again before 2025-03-01 12:00 UTC" in found.sentence
