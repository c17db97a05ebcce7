"""Where a request came from, and how, the app learns from nginx and a real gunicorn, not from the visitor."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.programs.nginx_site import DOMAIN, Nginx, running
from tests.programs.real_gunicorn import gunicorn
from tests.programs.site_config import CERTIFICATE

pytestmark = pytest.mark.needs("nginx")

APP = """
import json
def app(environ, start_response):
    seen = {name: value for name, value in environ.items() if isinstance(value, str)}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(seen).encode()]
"""
ASGI = """
import json
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    sent = {name.decode().upper().replace("-", "_"): value for name, value in scope["headers"]}
    seen = {f"HTTP_{name}": value.decode() for name, value in sent.items()}
    seen |= {"wsgi.url_scheme": scope["scheme"], "SCRIPT_NAME": scope["root_path"], "PATH_INFO": scope["path"]}
    seen["client"] = str(scope["client"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(seen).encode()})
"""
FORGED = "6.6.6.6"
# What proxies send and gunicorn, uvicorn, Werkzeug, Django, Starlette or their plugins can believe.
CLAIMS = {
    "Forwarded": f"for={FORGED};host=evil.example;proto=gopher",
    "Front-End-Https": "on",
    "Proxy": "http://evil.example",
    "X-Forwarded": FORGED,
    "X-Forwarded-For": FORGED,
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "666",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Protocol": "ssl",
    "X-Forwarded-Scheme": "gopher",
    "X-Forwarded-Server": "evil.example",
    "X-Forwarded-Ssl": "on",
    "X-Real-Ip": FORGED,
    "X-Scheme": "gopher",
    "X-Url-Scheme": "gopher",
    # WSGI makes a hyphen of each: gunicorn takes them of a proxy that it trusts.
    "Script_Name": "/evil",
    "Path_Info": "/evil",
    "X_Forwarded_For": FORGED,
    "Remote_Addr": FORGED,
}
PROXY = {"trusted_proxies": ["127.0.0.1/32"]}


@contextmanager
def served(directory: Path, target: dict[str, Any], worker: str = "sync") -> Iterator[Nginx]:
    """The site of a target, with APP in a real gunicorn behind it, or ASGI."""
    app = ASGI if worker == "asgi" else APP
    (directory / "app").mkdir()
    with (
        running(directory / "nginx", target) as nginx,
        gunicorn(directory / "app", app, worker) as socket,
    ):
        nginx.site("releases/r2").mkdir()
        nginx.site("releases/r2/socket").symlink_to(socket)
        nginx.site("current").unlink()
        nginx.site("current").symlink_to("releases/r2")
        deadline = time.monotonic() + 30
        while nginx.get("/")[0].status >= 500 and time.monotonic() < deadline:
            time.sleep(0.05)
        yield nginx


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Nginx]]:
    """http, https, asgi: without a proxy in front. proxied: this machine is one."""
    place = tmp_path_factory.mktemp
    with (
        served(place("http"), {}) as plain,
        served(place("https"), CERTIFICATE) as https,
        served(place("asgi"), {}, "asgi") as asgi,
        served(place("proxied"), PROXY) as proxied,
    ):
        yield {"http": plain, "https": https, "asgi": asgi, "proxied": proxied}


def environ(nginx: Nginx, port: int, headers: dict[str, str]) -> dict[str, str]:
    """The app's, for a request with these headers."""
    answer, body = nginx.get_as_is("/page", port, headers)
    assert answer.status == 200, body
    seen: dict[str, str] = json.loads(body)
    return seen


@pytest.mark.parametrize(
    ("site", "scheme", "port"),
    [("http", "http", 80), ("https", "https", 443), ("asgi", "http", 80)],
)
def test_app_gets_none_of_what_a_visitor_claims(
    site: str, scheme: str, port: int, sites: dict[str, Nginx]
) -> None:
    seen = environ(sites[site], port, CLAIMS)

    assert seen["wsgi.url_scheme"] == scheme
    assert (seen["HTTP_HOST"], seen["SCRIPT_NAME"], seen["PATH_INFO"]) == (DOMAIN, "", "/page")
    assert (seen["HTTP_X_FORWARDED_FOR"], seen["HTTP_X_FORWARDED_PROTO"]) == ("127.0.0.1", scheme)
    claimed = [name for name, value in seen.items() if "evil" in value or value == FORGED]
    assert claimed == []
    names = {f"HTTP_{name.upper().replace('-', '_')}" for name in CLAIMS}
    assert names & seen.keys() == {"HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"}


@pytest.mark.parametrize("claim", CLAIMS)
def test_each_claim_alone_changes_nothing(claim: str, sites: dict[str, Nginx]) -> None:
    varying = {"HTTP_X_REQUEST_ID"}

    def seen(headers: dict[str, str]) -> dict[str, str]:
        found = environ(sites["http"], 80, headers)
        return {name: value for name, value in found.items() if name not in varying}

    assert seen({claim: CLAIMS[claim]}) == seen({})


def test_proxy_in_front_that_is_trusted_says_who_came_and_how(sites: dict[str, Nginx]) -> None:
    # As a proxy sends it that adds what it has seen to what the visitor sent.
    claims = {**CLAIMS, "X-Forwarded-For": f"{FORGED}, 198.51.100.7", "X-Forwarded-Proto": "https"}
    seen = environ(sites["proxied"], 80, claims)

    assert seen["HTTP_X_FORWARDED_FOR"] == "198.51.100.7"
    assert (seen["HTTP_X_FORWARDED_PROTO"], seen["wsgi.url_scheme"]) == ("https", "https")
    assert seen["HTTP_HOST"] == DOMAIN
    assert "HTTP_X_FORWARDED_HOST" not in seen
    assert sites["proxied"].logged("access", "GET /page").startswith("198.51.100.7 ")


def test_trusted_proxy_that_says_nothing_of_the_scheme_has_nginxs(sites: dict[str, Nginx]) -> None:
    seen = environ(sites["proxied"], 80, {"X-Forwarded-For": "198.51.100.7"})

    assert (seen["HTTP_X_FORWARDED_FOR"], seen["wsgi.url_scheme"]) == ("198.51.100.7", "http")


def test_visitor_beside_the_trusted_proxy_is_not_believed(tmp_path: Path) -> None:
    with running(tmp_path, {"trusted_proxies": ["203.0.113.0/24"]}) as nginx:
        seen = nginx.seen_by_app(X_Forwarded_For=FORGED, X_Forwarded_Proto="https")

    assert (seen["X-Forwarded-For"], seen["X-Forwarded-Proto"]) == ("127.0.0.1", "http")
