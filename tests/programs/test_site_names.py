"""Which names a site answers, and where the others lead, in a real nginx."""

import http.client
from collections.abc import Iterator

import pytest

from tests.programs.nginx_site import DOMAIN, Nginx, running
from tests.programs.site_config import CERTIFICATE, NAMES

pytestmark = pytest.mark.needs("nginx")
LED = "shop.example"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with running(tmp_path_factory.mktemp("http"), NAMES) as nginx:
        yield nginx


@pytest.fixture(scope="module")
def https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with running(tmp_path_factory.mktemp("https"), NAMES | CERTIFICATE | {"hsts": "1y"}) as nginx:
        yield nginx


@pytest.mark.parametrize("host", ["shop.test", "www.shop.test", "any.shop.test", "WWW.Shop.Test"])
def test_site_answers_at_each_of_its_names(host: str, plain: Nginx, https: Nginx) -> None:
    for nginx, port in ((plain, 80), (https, 443)):
        answer, _ = nginx.get("/", port, host)
        assert answer.status == 200
    assert https.get("/a?b", 80, host)[0].headers["Location"] == f"https://{host.lower()}/a?b"


def test_other_name_leads_to_the_sites_with_path_query_and_method(
    plain: Nginx, https: Nginx
) -> None:
    for nginx, port, scheme in ((plain, 80, "http"), (https, 443, "https")):
        answer, _ = nginx.get("/a%20b?c=d&e", port, LED)
        # 308: the client sends a POST again as a POST.
        assert answer.status == 308
        assert answer.headers["Location"] == f"{scheme}://shop.test/a%20b?c=d&e"


def test_other_name_leads_to_https_at_the_same_name_first(https: Nginx) -> None:
    """Only over HTTPS at that name browsers accept that it has HTTPS only (RFC 6797, 8.1)."""
    answer, _ = https.get("/a?b", 80, LED)

    assert (answer.status, answer.headers["Location"]) == (301, f"https://{LED}/a?b")
    assert "Strict-Transport-Security" in https.get("/", 443, LED)[0].headers


@pytest.mark.parametrize("host", ["evil.example", "www.shop.example", "shop.test.evil.example"])
def test_name_of_none_gets_no_answer(host: str, plain: Nginx, https: Nginx) -> None:
    for nginx, port in ((plain, 80), (https, 80), (https, 443)):
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            nginx.get("/", port, host, sni=DOMAIN)
