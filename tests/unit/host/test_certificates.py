"""What a host's certificates are like, from their files."""

from dataclasses import replace

import pytest

from tests.unit.certificates import ENDS, pem
from understudy.host import facts
from understudy.host.certificates import (
    CertificateState,
    RenewalState,
    describe,
    describe_renewal,
    parse_pem,
)

BARE = "current\t\npython\t/usr/bin/python3.11\nmachine\tx86_64\nend\tok\n"
LIVE = "/etc/ssl/understudy/shop/live/fullchain.pem"


def test_certificate_is_read_with_its_names_issuer_and_days() -> None:
    state = parse_pem(pem("shop.test", "www.shop.test"), "2024-02-25")

    assert (state.names, state.issuer, state.serial) == (
        ("shop.test", "www.shop.test"),
        "CN=R11",
        "ABC",
    )
    assert (state.ends, state.days, state.self_signed, state.problem) == (ENDS, 5, False, "")


def test_certificate_that_is_its_own_issuer_is_self_signed() -> None:
    assert parse_pem(pem("shop.test", issuer="shop.test"), "2024-02-25").self_signed


def test_certificate_without_alternative_names_is_valid_for_none() -> None:
    """Browsers do not look at its subject."""
    assert parse_pem(pem(), "2024-02-25").names == ()


@pytest.mark.parametrize(
    ("today", "when"),
    [
        ("2024-02-25", "ends in 5 days (2024-03-01)"),
        ("2024-02-29", "ends in 1 day (2024-03-01)"),
        ("2024-03-03", "ended 2 days ago (2024-03-01)"),
    ],
)
def test_end_is_shown_with_its_day(today: str, when: str) -> None:
    assert parse_pem(pem("shop.test"), today).when == when


@pytest.mark.parametrize("text", ["", "text", pem("a.test").replace("M", "-")])
def test_file_that_is_no_certificate_is_a_problem_and_no_error(text: str) -> None:
    state = parse_pem(text, "2024-02-25")

    assert state.problem
    assert state.names == ()


def answer(*lines: str) -> str:
    chain = "\n".join(f"line\t{LIVE}\t{line}" for line in pem("shop.test").splitlines())
    head = BARE.removesuffix("end\tok\n").rstrip()
    return "\n".join(
        (head, chain, f"certificate\t{LIVE}", "today\t2024-02-25", *lines, "end\tok", "")
    )


def test_hosts_facts_hold_certificates_their_issuer_and_their_renewal() -> None:
    observed = facts.parse(
        answer(
            "line\t/etc/ssl/understudy/shop/issuer\thttps://acme.test/dir",
            "line\t/etc/ssl/understudy/shop/ca.pem\tA CA",
            "renewal_ran\t1700000000",
            "unit\tcertbot.timer",
            "failed\tcertbot.service",
        )
    )

    assert observed.certificates[LIVE].days == 5
    assert (observed.acme_issuer, observed.acme_ca) == ("https://acme.test/dir", "A CA\n")
    assert observed.renewal is not None
    assert (observed.renewal.active, observed.renewal.failed) == (True, True)
    assert str(observed.renewal.ran) == "2023-11-14 22:13:20+00:00"
    assert observed.files == {}


def test_timer_that_is_off_or_never_ran_is_known() -> None:
    observed = facts.parse(answer())

    assert observed.renewal == RenewalState(active=False, ran=None, failed=False)


def test_host_with_plain_http_has_no_renewal() -> None:
    assert facts.parse(BARE).renewal is None


GOOD = CertificateState(names=("shop.test",), ends=ENDS, days=60, issuer="CN=R11")


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (GOOD, "certificate of shop.test ends in 60 days (2024-03-01), by CN=R11"),
        (
            replace(GOOD, days=14),
            "certificate of shop.test ends in 14 days (2024-03-01), by CN=R11",
        ),
        (
            replace(GOOD, days=13),
            "certificate of shop.test ENDS SOON: ends in 13 days (2024-03-01), by",
        ),
        (
            replace(GOOD, days=-1),
            "certificate of shop.test EXPIRED: ended 1 day ago (2024-03-01), by",
        ),
        (replace(GOOD, self_signed=True), "certificate SELF-SIGNED: no issuer has issued one yet"),
        (CertificateState(problem="no PEM"), "certificate UNREADABLE: no PEM"),
        (None, "NO CERTIFICATE"),
    ],
)
def test_certificate_is_described_in_one_line(state: CertificateState | None, line: str) -> None:
    assert describe(state).startswith(line)


@pytest.mark.parametrize(
    ("days", "line"),
    [
        (60, "certificate of shop.test, self-signed, valid until 2024-03-01"),
        (13, "certificate of shop.test ENDS SOON: ends in 13 days (2024-03-01), self-signed"),
        (-1, "certificate of shop.test EXPIRED: ended 1 day ago (2024-03-01), self-signed"),
    ],
)
def test_self_signed_files_wait_for_no_issuer(days: int, line: str) -> None:
    assert describe(replace(GOOD, days=days, self_signed=True), by_issuer=False) == line


def test_certificate_without_a_name_is_described_as_that() -> None:
    assert describe(replace(GOOD, names=())).startswith("certificate of no name ends in 60 days")


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (RenewalState(active=True, ran=ENDS, failed=False), "ran last 2024-03-01 12:00 UTC"),
        (RenewalState(active=True, ran=ENDS, failed=True), "that run FAILED"),
        (RenewalState(active=True, ran=None, failed=False), "ran last at an unknown time"),
        (RenewalState(active=False, ran=ENDS, failed=False), "renewal NOT RUNNING"),
    ],
)
def test_renewal_is_described_in_one_line(state: RenewalState, line: str) -> None:
    assert line in describe_renewal(state)
