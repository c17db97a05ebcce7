"""A site that is not for everyone: a password for visitors, and none for the host; what search engines get."""

import base64
import http.client
import subprocess
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from tests.programs.nginx_site import DOMAIN, Nginx, running
from tests.programs.site_config import rendered
from tests.unit.fakes import TEMPLATES, config
from understudy.release import maintenance, maintenance_files
from understudy.release.maintenance import Maintenance
from understudy.testing.browser import forget, start_browser
from understudy.testing.login import Login
from understudy.testing.site import Site

pytestmark = pytest.mark.needs("nginx")
HEALTH = {"health_path": "/health"}
LOGIN = "Basic " + base64.b64encode(b"anna:s3cret").decode()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    directory = tmp_path_factory.mktemp("site")
    with running(directory, {"basic_auth": True, "noindex": True}, HEALTH) as nginx:
        set_password(nginx)
        for name in ("media", "static"):
            folder = nginx.site("shared/media" if name == "media" else "releases/r1/static")
            folder.mkdir(exist_ok=True)
            (folder / "a").write_text("secret")
        yield nginx


def set_password(nginx: Nginx) -> None:
    make = ["openssl", "passwd", "-6", "s3cret"]
    hashed = subprocess.run(make, capture_output=True, text=True, check=True).stdout
    nginx.site("shared/htpasswd").write_text(f"anna:{hashed}")


def visit(
    nginx: Nginx, path: str, login: str = "", source: str = "127.0.0.9"
) -> tuple[http.client.HTTPResponse, bytes]:
    """As a visitor from another address of loopback than the host's own."""
    address = (source, 0)
    connection = http.client.HTTPConnection(
        "127.0.0.1", nginx.ports[80], timeout=30, source_address=address
    )
    with closing(connection):
        headers = {"Host": DOMAIN} | ({"Authorization": login} if login else {})
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer, answer.read()


@pytest.mark.parametrize("path", ["/", "/static/a", "/media/a", "/media/none"])
@pytest.mark.parametrize("login", ["", "Basic eDp5", LOGIN[:-4], "Bearer x"])
def test_visitor_without_the_password_gets_a_page_and_nothing_else(
    path: str, login: str, site: Nginx
) -> None:
    answer, body = visit(site, path, login)

    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == f'Basic realm="{DOMAIN}"'
    assert b"password is needed" in body
    assert b"nginx" not in body
    assert b"secret" not in body


def test_visitor_with_the_password_gets_the_site_and_the_app_not_the_password(site: Nginx) -> None:
    answer, body = visit(site, "/", LOGIN)

    assert answer.status == 200
    assert b"uthorization" not in body
    assert visit(site, "/static/a", LOGIN)[1] == b"secret"
    assert visit(site, "/media/none", LOGIN)[0].status == 404


def test_host_itself_needs_no_password(site: Nginx) -> None:
    """By that address a deploy checks the site."""
    assert visit(site, "/", source="127.0.0.1")[0].status == 200


def test_monitors_need_no_password_for_the_health_path(site: Nginx) -> None:
    assert visit(site, "/health")[0].status == 200
    assert visit(site, "/health/x")[0].status == 401


def test_search_engines_are_asked_to_leave_the_site_out(site: Nginx) -> None:
    for path, login in (("/", LOGIN), ("/static/a", LOGIN), ("/media/a", LOGIN), ("/", "")):
        assert visit(site, path, login)[0].headers["X-Robots-Tag"] == "noindex"


def test_site_without_users_is_open_to_no_one(tmp_path: Path) -> None:
    with running(tmp_path, {"basic_auth": True}) as nginx:
        assert visit(nginx, "/", LOGIN)[0].status in (401, 403)


def test_challenge_of_an_issuer_needs_no_password(tmp_path: Path) -> None:
    nginx = rendered(target={"basic_auth": True, "https": "auto"})[0]

    port_80, _, _ = nginx.partition("listen 443")
    assert "/.well-known/acme-challenge/" in port_80
    assert "auth_basic" not in port_80


def test_maintenance_is_shown_before_any_password_is_asked_for(tmp_path: Path) -> None:
    on = Maintenance("2026-11-27T18:00:00+00:00", "ann@desk", "")
    made = config(app={"name": "todo", **HEALTH}, target={"basic_auth": True})
    block = maintenance_files.block(made, made.target("staging"), TEMPLATES, on)
    turn_on = partial(maintenance.turned_on, maintenance=on, block=block)
    with running(tmp_path, {"basic_auth": True}, HEALTH, change=turn_on) as nginx:
        nginx.site("maintenance.html").write_text("Back soon")
        nginx.site("shared/htpasswd").write_text("anna:x")
        answer, body = visit(nginx, "/")
        assert (answer.status, body) == (503, b"Back soon")
        assert visit(nginx, "/health")[0].status == 200
        assert visit(nginx, "/", source="127.0.0.1")[0].status == 200


@pytest.mark.needs("chromium", "chromedriver")
def test_browser_enters_with_the_password_once_and_pages_can_fetch(tmp_path: Path) -> None:
    with running(tmp_path, {"basic_auth": True}, change=also_for_the_host) as nginx:
        set_password(nginx)
        url = f"http://{DOMAIN}:{nginx.ports[80]}"
        site = Site("staging", url, "127.0.0.1", disposable=True, login=Login("anna", "s3cret"))
        browser = start_browser(site)
        try:
            browser.get(f"{url}/x")
            assert browser.current_url == f"{url}/x"
            assert '"Path": "/x"' in browser.page_source
            forget(browser)
            browser.get(f"{url}/y")
            fetched = browser.execute_async_script(
                "const done = arguments[0]; fetch('/z').then(answer => done(answer.status), done)"
            )
            assert fetched == 200
        finally:
            browser.quit()


def also_for_the_host(nginx: str) -> str:
    """The browser of the test comes from there."""
    return nginx.replace("127.0.0.1 off; ", "")
