"""What visitors get while maintenance is on, from a real nginx, whose file the host's checker allows."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.programs.nginx_site import DOMAIN, Nginx, running
from tests.programs.site_config import rendered_nginx, run_checker
from tests.unit.fakes import TEMPLATES, config
from understudy.release import maintenance, maintenance_files
from understudy.release.maintenance import Maintenance

pytestmark = pytest.mark.needs("nginx")


def turned_on(*allow: str) -> Callable[[str], str]:
    """Loopback, by which the deploy comes, is no visitor here: nginx runs at 127.0.0.1."""
    on = Maintenance("2026-11-27T18:00:00+00:00", "ann@desk", 'A "big" move; $1 {x}', allow=allow)
    made = config(app={"name": "todo", "health_path": "/health"})
    block = maintenance_files.block(made, made.target("staging"), TEMPLATES, on)
    return lambda nginx: maintenance.turned_on(nginx, on, block)


def without_loopback(nginx: str) -> str:
    return nginx.replace("    allow 127.0.0.1;\n", "", 1)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    directory = tmp_path_factory.mktemp("closed")
    with running(directory, {}, change=lambda site: without_loopback(turned_on()(site))) as nginx:
        (nginx.site("maintenance.html")).write_text("<h1>Back soon</h1>")
        yield nginx


@pytest.mark.parametrize("path", ["/", "/lists/1/", "/static/x.css", "/media/x.png", "/health/x"])
def test_visitors_get_the_page_and_when_to_try_again(closed: Nginx, path: str) -> None:
    answer, body = closed.get(path)
    assert (answer.status, body) == (503, b"<h1>Back soon</h1>")
    assert answer.headers["Retry-After"] == "600"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "text/html"


def test_a_form_that_is_sent_meanwhile_gets_it_too(closed: Nginx) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", closed.ports[80], timeout=30)
    with closing(connection):
        connection.request("POST", "/", body=b"x=1", headers={"Host": DOMAIN})
        assert connection.getresponse().status == 503


def test_monitors_reach_the_health_path(closed: Nginx) -> None:
    assert closed.get("/health")[0].status == 200


def test_page_is_no_page_of_the_site(closed: Nginx) -> None:
    assert closed.get("/understudy-maintenance.html")[0].status != 200


def test_allowed_visitors_see_the_site(tmp_path: Path) -> None:
    change = turned_on("127.0.0.0/24")
    with running(tmp_path, {}, change=lambda site: without_loopback(change(site))) as nginx:
        assert nginx.get("/")[0].status == 200


def test_deploys_reach_the_site_from_the_host_itself(tmp_path: Path) -> None:
    with running(tmp_path, {}, change=turned_on()) as nginx:
        assert nginx.get("/")[0].status == 200


def test_host_installs_the_file(tmp_path: Path) -> None:
    text = turned_on("192.0.2.0/24", "2001:db8::/32")(rendered_nginx())
    done = run_checker("check-nginx", text, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
