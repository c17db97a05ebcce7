"""Two sites with one domain are refused; what only looks like it is not."""

from contextlib import nullcontext

import pytest

from tests.unit.fakes import TEMPLATES, config
from understudy.config import domains
from understudy.errors import Refused
from understudy.release import render

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


@pytest.mark.parametrize(
    ("ours", "theirs", "taken"),
    [
        ("www.shop.test", "www.shop.test", True),
        ("shop.example", "shop.example", True),
        ("*.shop.test", "*.shop.test", True),
        ("*.shop.test", ".shop.test", True),
        ("*.shop.test", "wiki.shop.test", False),
        ("wiki.shop.test", "*.shop.test", False),
    ],
)
def test_each_name_counts_also_one_that_leads_elsewhere(
    ours: str, theirs: str, taken: bool
) -> None:
    led = {"redirect_to": "first.test"} if ours == "shop.example" else {}
    both = config(target={"domains": ["first.test", {"name": ours, **led}]})
    files = {WIKI: f"server {{\n  server_name {theirs};\n}}"}

    with pytest.raises(Refused) if taken else nullcontext() as raised:
        domains.refuse_if_taken(both, both.target("staging"), files, "staging")

    if raised:
        assert (
            str(raised.value).splitlines()[0]
            == f"staging: another site on this host has the name {ours}"
        )
        assert raised.value.details == f"{WIKI}:2: server_name {theirs}"


def test_international_name_is_shown_as_it_was_typed() -> None:
    both = config(target={"domain": "münchen.example"})
    files = {WIKI: "server { server_name xn--mnchen-3ya.example; }"}

    with pytest.raises(Refused, match=r"the name münchen\.example \(xn--mnchen-3ya\.example\)"):
        domains.refuse_if_taken(both, both.target("staging"), files, "staging")


@pytest.mark.parametrize(
    ("nginx", "origin"),
    [
        ("server { listen 80; server_name shop.test; }", "http://shop.test"),
        ("server { listen 80; server_name old.test shop.test; }", "http://shop.test"),
        ("server { listen 80; server_name *.old.test old.test; }", "http://old.test"),
        # Only redirects answer at port 80 beside HTTPS, and no one at the server for unknown names.
        (
            "server { listen 80; server_name old.test shop.test; }\n"
            "server { include unknown-names.conf; server_name shop.invalid; }\n"
            "server { listen 443 ssl; server_name old.test; }",
            "https://old.test",
        ),
        # The names that lead elsewhere come after it.
        (
            "server { listen 80; server_name old.test; }\nserver { listen 80; server_name shop.test; }",
            "http://old.test",
        ),
        ("server { server_name _ ~^x$ shop.invalid; }", ""),
        ("", ""),
    ],
)
def test_origin_is_that_of_the_first_server_that_answers_for_the_site(
    nginx: str, origin: str
) -> None:
    assert domains.origin_in(nginx, "shop.test") == origin


def test_origin_is_found_in_the_file_that_a_deploy_installs() -> None:
    shop = config()
    target = shop.target("staging")
    files = render.host_files(shop, target, TEMPLATES)
    [nginx] = [file.content for file in files if "nginx" in str(file.path)]

    assert domains.origin_in(nginx, "other.test") == target.own_origin
