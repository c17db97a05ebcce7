"""The checks of the edge against a real nginx with a site's rendered file."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.programs.nginx_site import Nginx, running
from tests.programs.site_config import CERTIFICATE, NAMES
from tests.unit.fakes import config
from understudy.config.web_ports import WebPorts
from understudy.testing.checks import edge_checks
from understudy.testing.checks.ask_edge import Doors, look_at
from understudy.testing.checks.edge import Edge, Expected
from understudy.testing.checks.findings import Result

pytestmark = pytest.mark.needs("nginx", "openssl")


@pytest.fixture(scope="module")
def https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with running(tmp_path_factory.mktemp("https"), CERTIFICATE) as nginx:
        yield nginx


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with running(tmp_path_factory.mktemp("http"), {}) as nginx:
        yield nginx


def seen(nginx: Nginx, target: dict[str, Any]) -> Edge:
    expected = Expected.of(config(target=target).target("staging"))
    return look_at(
        Doors("127.0.0.1", WebPorts(http=nginx.ports[80], https=nginx.ports[443])), expected
    )


def texts(result: Result) -> list[str]:
    return [found.text for found in result.findings]


def test_site_redirects_to_https_with_path_and_query(https: Nginx) -> None:
    result = edge_checks.redirects(seen(https, CERTIFICATE))

    assert (texts(result), result.is_judged) == ([], True)


def test_other_names_lead_to_the_sites(tmp_path: Path) -> None:
    target = NAMES | CERTIFICATE
    with running(tmp_path, target) as nginx:
        edge = seen(nginx, target)

    assert len(edge.hops) > 2
    assert texts(edge_checks.redirects(edge)) == []


def test_site_without_https_that_should_have_it_fails(plain: Nginx) -> None:
    edge = seen(plain, CERTIFICATE)

    assert [re.sub(".* and ", "", text) for text in texts(edge_checks.redirects(edge))] == [
        "answers 200 without a redirect"
    ]
    assert texts(edge_checks.certificate(edge)) == [
        "shows no certificate for shop.test: connection refused"
    ]


def test_names_that_are_not_ours_get_nothing(https: Nginx, plain: Nginx) -> None:
    assert texts(edge_checks.other_names(seen(https, CERTIFICATE))) == []
    assert texts(edge_checks.other_names(seen(plain, {}))) == []


def test_names_that_are_not_ours_and_get_our_certificate_fail(tmp_path: Path) -> None:
    def shown(site: str) -> str:
        files = "ssl_certificate /etc/ssl/todo.pem; ssl_certificate_key /etc/ssl/todo.key;"
        first = f"listen 443 ssl; {files}"
        # On a line of its own: see nginx_site.py.
        return site.replace("include /etc/nginx/understudy/unknown-names.conf;", f"\n    {first}")

    with running(tmp_path, CERTIFICATE, change=shown) as nginx:
        found = edge_checks.other_names(seen(nginx, CERTIFICATE)).findings

    assert [one.subject for one in found] == ["unknown.invalid", "no name"]


def test_self_signed_certificate_that_ends_in_two_days_is_found(https: Nginx) -> None:
    # Its name is in its subject alone, where no browser looks.
    assert [
        re.sub(r", at .*", "", one)
        for one in texts(edge_checks.certificate(seen(https, CERTIFICATE)))
    ] == [
        "the certificate ends in 2.0 days",
        "the certificate is self-signed: no browser trusts it",
        "the certificate is for , not for shop.test",
    ]
