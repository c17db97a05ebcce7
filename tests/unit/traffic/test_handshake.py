"""Handshakes with servers of this machine: which certificate they show, and whether it is trusted."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.web_server import WebServer, certificate, reply
from understudy.traffic import handshake
from understudy.traffic.certificate import Certificate, Handshake
from understudy.traffic.client import Endpoint
from understudy.traffic.handshake import distrust, refusal, shake, wait_for_other

NOWHERE = Endpoint("127.0.0.1", 1)


def certificate_of(serial: int) -> Certificate:
    return Certificate(serial, ("shop.test",), datetime(2027, 1, 1, tzinfo=UTC), False)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WebServer]:
    """Shows its certificate for its own name, and refuses all others."""
    context = certificate(tmp_path, "shop.test")

    def choose(_: object, name: str | None, __: object) -> int | None:
        return None if name == "shop.test" else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    context.sni_callback = choose
    with WebServer(lambda _: reply(), context) as server:
        yield server


def endpoint(site: WebServer, name: str = "shop.test") -> Endpoint:
    return Endpoint("127.0.0.1", site.port, tls=True, server_name=name)


def test_certificate_is_read(site: WebServer) -> None:
    shown = shake(endpoint(site)).certificate

    assert shown
    assert (shown.names, shown.is_self_signed) == (("shop.test",), True)


@pytest.mark.parametrize("name", ["unknown.invalid", ""])
def test_refused_handshake_says_why(site: WebServer, name: str) -> None:
    refused = shake(endpoint(site, name))

    assert refused.certificate is None
    assert "unrecognized name" in refused.failure


@pytest.fixture
def closed() -> Endpoint:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return Endpoint("127.0.0.1", port, tls=True, server_name="shop.test")


def test_port_that_is_closed_or_speaks_no_tls_says_so(closed: Endpoint) -> None:
    with WebServer(lambda _: reply()) as plain:
        assert shake(endpoint(plain), timeout=1).failure
    assert shake(closed).failure == "connection refused"
    assert distrust(closed) == "connection refused"


def test_certificate_is_trusted_by_its_ca_alone(site: WebServer, tmp_path: Path) -> None:
    assert distrust(endpoint(site)) == "self-signed certificate"
    assert distrust(endpoint(site), tmp_path / "pem") == ""


def test_verified_endpoint_says_why_its_certificate_is_refused(
    site: WebServer, tmp_path: Path, closed: Endpoint
) -> None:
    own = replace(endpoint(site), verified=True)

    assert "self-signed" in refusal(own)
    assert refusal(replace(own, roots=tmp_path / "pem")) == ""
    assert refusal(replace(closed, verified=True)) == ""


def test_other_certificate_is_waited_for_until_it_is_shown_in_a_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As after a reload of nginx, whose old processes still answer now and then."""
    old, new = (Handshake(certificate_of(serial)) for serial in (1, 2))
    shown = [old, new, Handshake(), new, old, *[new] * 10]
    monkeypatch.setattr(handshake, "shake", lambda _: shown.pop(0))
    monkeypatch.setattr(handshake, "PAUSE", 0)

    assert wait_for_other(NOWHERE, old.certificate) == new.certificate
    assert shown == []


def test_certificate_that_stays_is_returned_at_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(handshake, "shake", lambda _: Handshake(certificate_of(1)))

    assert wait_for_other(NOWHERE, certificate_of(1), seconds=0.01) == certificate_of(1)
