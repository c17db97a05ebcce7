"""Two sites with one domain are refused; what only looks like it is not."""

import pytest

from tests.unit.fakes import config
from understudy.config import domains
from understudy.errors import Refused

WIKI = "/etc/nginx/sites-enabled/wiki"


def claims(text: str, *ports: str) -> list[str]:
    return domains.claims({WIKI: text}, "shop.test", ports or ("80",))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("server {\n    listen 80;\n    server_name shop.test;\n}", 3),
        ("server { server_name shop.test; }", 1),
        ("server\n{\nserver_name\n  www.test\n  Shop.Test\n;\nlisten [::]:80;\n}", 5),
        ('server {\n listen *:80;\n server_name "shop.test";\n}', 3),
        ("server {\n listen 10.0.0.1;\n server_name .shop.test;\n}", 3),
        ("server { server_name a.test; }\nserver { location / { } server_name shop.test; }", 2),
        ("# }\nserver {\n # listen 8080;\n server_name shop.test;\n}", 4),
    ],
)
def test_server_of_the_same_name_is_found_with_its_line(text: str, line: int) -> None:
    [place] = claims(text)

    assert place.startswith(f"{WIKI}:{line}: server_name ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "server { server_name www.shop.test; }",
        "server { server_name *.test ~^shop shop.testing; }",
        "server { listen 8080; server_name shop.test; }",
        "server { listen 443 ssl; server_name shop.test; }",
        "# server { server_name shop.test; }",
        "map $host $x { shop.test 1; }",
        "map $host $x { server_name shop.test; }",
        "server { location / { return 301 http://shop.test; } }",
        "server { server_name",
        "} } ;",
    ],
)
def test_other_server_is_not_found(text: str) -> None:
    assert claims(text) == []


def test_port_of_https_counts_where_the_site_has_a_certificate() -> None:
    text = "server { listen 443 ssl; server_name shop.test; }"
    certificate = {"chain": "/etc/ssl/chain.pem", "key": "/etc/ssl/key.pem"}
    plain, tls = config(), config(target={"certificate": certificate})

    domains.refuse_if_taken(plain, plain.target("staging"), {WIKI: text}, "staging")
    with pytest.raises(Refused, match="staging: another site") as raised:
        domains.refuse_if_taken(tls, tls.target("staging"), {WIKI: text}, "staging")

    assert raised.value.details == f"{WIKI}:1: server_name shop.test"
    assert raised.value.exit_code == 3
