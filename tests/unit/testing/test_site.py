"""The site of a target: its address, its URL, and a visitor who finds it by its name."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.unit.fakes import config
from tests.unit.web_server import Request, WebServer, certificate, reply
from understudy.config.web_ports import WebPorts
from understudy.errors import ConfigError
from understudy.testing.site import Site, site_of


def test_address_is_the_chosen_hosts_if_there_are_several() -> None:
    several = config(target={"addresses": ["192.0.2.8", "192.0.2.9"]})

    assert site_of(several, "staging", "192.0.2.9").address == "192.0.2.9"
    with pytest.raises(ConfigError, match="staging has 2 hosts"):
        site_of(several, "staging")


def test_site_with_a_certificate_is_at_https() -> None:
    certificate = {"chain": "/etc/ssl/a", "key": "/etc/ssl/b"}

    assert site_of(config(target={"certificate": certificate}), "staging").url.startswith("https:")
    site = site_of(config(), "staging")
    assert (site.url, site.domain) == ("http://shop.test", "shop.test")


def test_unknown_target_is_an_error() -> None:
    with pytest.raises(ConfigError, match="no target 'stagin'"):
        site_of(config(), "stagin")


def test_visitor_finds_the_site_by_its_name() -> None:
    """Without DNS: no name server knows shop.test."""
    with WebServer(lambda _: reply(body=b"hello")) as server:
        host = f"shop.test:{server.port}"
        answer = Site("staging", f"http://{host}", "127.0.0.1", disposable=False).get("/a?b=c")

    assert (answer.status_code, answer.text) == (200, "hello")
    [request] = server.requests
    assert (request.path, request.headers["Host"]) == ("/a?b=c", host)


def test_visitor_follows_a_redirect_to_another_name_of_the_site() -> None:
    def answer(request: Request) -> bytes:
        host, port = request.headers["Host"].split(":")
        if host == "shop.example":
            head = (
                f"HTTP/1.1 308 -\r\nContent-Length: 0\r\nLocation: http://shop.test:{port}/\r\n\r\n"
            )
            return head.encode()
        return reply(body=host.encode())

    with WebServer(answer) as server:
        url = f"http://shop.test:{server.port}"
        site = Site("staging", url, "127.0.0.1", disposable=True, others=("shop.example",))
        assert site.get(f"http://shop.example:{server.port}/").text == "shop.test"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_visitor_finds_a_site_behind_a_port_forward(scheme: str, tmp_path: Path) -> None:
    """The site is asked for its name without a port, as if there were none."""
    context = certificate(tmp_path, "shop.test") if scheme == "https" else None
    roots = tmp_path / "pem" if context else None
    with WebServer(lambda _: reply(body=b"hello"), context) as server:
        ports = WebPorts(**{scheme: server.port})
        site = Site("staging", f"{scheme}://shop.test", "127.0.0.1", True, roots=roots, ports=ports)
        assert site.get("/").text == "hello"
    [request] = server.requests
    assert request.headers["Host"] == "shop.test"


def test_ports_of_a_port_forward_are_those_of_deploy_yml() -> None:
    site = site_of(config(target={"web_ports": {"https": 20443}}), "staging")

    assert site.resolver_rule == "MAP shop.test:443 192.0.2.7:20443, MAP shop.test 192.0.2.7"


def test_client_keeps_cookies_and_follows_redirects_of_the_site() -> None:
    def answer(request: Request) -> bytes:
        if request.path == "/":
            moved = b"HTTP/1.1 302 -\r\nContent-Length: 0\r\nSet-Cookie: who=ann; Path=/\r\n"
            return moved + f"Location: http://{request.headers['Host']}/home\r\n\r\n".encode()
        return reply(body=request.headers.get("Cookie", "none").encode())

    with WebServer(answer) as server:
        site = Site("staging", f"http://shop.test:{server.port}", "127.0.0.1", disposable=False)
        client = site.client()
        assert [client.get("/").text, client.get("/home").text] == ["who=ann", "who=ann"]
        assert site.get("/home").text == "none"


def test_certificate_is_checked_against_the_sites_name(tmp_path: Path) -> None:
    context = certificate(tmp_path, "shop.test")
    authority = str(tmp_path / "pem")
    with WebServer(lambda _: reply(), context) as server:
        asked = [
            Site("staging", f"https://{name}:{server.port}", "127.0.0.1", disposable=False)
            for name in ("shop.test", "other.test")
        ]
        assert asked[0].get("/", verify=authority).status_code == 200
        with pytest.raises(requests.exceptions.SSLError, match=r"other\.test"):
            asked[1].get("/", verify=authority)
        with pytest.raises(requests.exceptions.SSLError):
            asked[0].get("/")


def test_visitor_trusts_the_ca_of_the_sites_issuer_for_the_site_alone(tmp_path: Path) -> None:
    context = certificate(tmp_path, "shop.test")
    with WebServer(lambda _: reply(body=b"hello"), context) as server:
        url, place = f"https://shop.test:{server.port}", "127.0.0.1"
        site = Site("staging", url, place, disposable=True, roots=tmp_path / "pem")
        assert site.get("/").text == "hello"
        for other in (replace(site, roots=None), replace(site, others=("other.test",))):
            elsewhere = "/" if other.roots is None else f"https://other.test:{server.port}/"
            with pytest.raises(requests.exceptions.SSLError):
                other.get(elsewhere)


@pytest.mark.parametrize(
    "https", [{"https": "auto"}, {"certificate": {"chain": "/etc/ssl/a", "key": "/etc/ssl/b"}}]
)
def test_site_has_the_roots_of_its_certificates_issuer(
    https: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "roots.pem").touch()
    acme = {"roots": str(tmp_path / "roots.pem")}

    assert site_of(config(target=https), "staging").roots is None
    assert site_of(config(target={**https, "acme": acme}), "staging").roots == (
        tmp_path / "roots.pem"
    )


def test_file_of_cas_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    files = {"chain": "/etc/ssl/a", "key": "/etc/ssl/b"}
    target = {"certificate": files, "acme": {"roots": str(tmp_path / "roots.pem")}}

    with pytest.raises(ConfigError, match=r"targets.staging.acme.roots: there is no file .*roots"):
        site_of(config(target=target), "staging")
