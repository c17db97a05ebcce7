"""understudy-site installs nginx's and HAProxy's file on the host of a proxy, or neither of them."""

from pathlib import Path

import pytest

from tests.programs.root_programs import Host, make_host
from tests.programs.site_config import run_checker
from tests.unit.config.test_topology import BALANCED, config
from tests.unit.fakes import TEMPLATES
from understudy.release import proxy_files, render

pytestmark = pytest.mark.needs("haproxy")

NGINX, HAPROXY = "/etc/nginx/sites-available/todo", "/etc/haproxy/todo.cfg"
# runuser -u todo -- COMMAND. The worker's process is another after each reload.
RUNUSER = """
shift 3
case $1 in
python3) cat {count} 2>/dev/null ;;
*) exec "$@" ;;
esac
"""
SYSTEMCTL = """
case "$*" in
*haproxy*) echo $(($(cat {count} 2>/dev/null || echo 0) + 1)) >{count} ;;
esac
"""


def site(text: str = BALANCED) -> tuple[str, str]:
    """The rendered files of a site called todo."""
    whole = config(text.replace("name: shop", "name: todo"))
    [proxy] = whole.targets["production"].proxies()
    nginx, haproxy = proxy_files.site_config(whole, proxy, TEMPLATES, answers_challenges=True)
    return nginx.content, haproxy.content


@pytest.fixture
def host(tmp_path: Path) -> Host:
    made = make_host(tmp_path)
    count = made.path("count")
    made.fake("runuser", RUNUSER.format(count=count))
    made.fake("systemctl", SYSTEMCTL.format(count=count))
    made.path("/etc/understudy/todo.proxy").touch()
    stage(made, *valid(made))
    return made


def valid(host: Host) -> tuple[str, str]:
    """With the error pages that HAProxy reads."""
    nginx, haproxy = site()
    pages = host.path("pages")
    pages.mkdir(exist_ok=True)
    for status in proxy_files.ERROR_STATUSES:
        (pages / f"understudy-error-{status}.html").write_text("page")
    return nginx, haproxy.replace("/srv/todo/error-pages", str(pages))


def stage(host: Host, nginx: str, haproxy: str) -> None:
    staged = host.path("/srv/todo/cache/files")
    staged.mkdir(parents=True, exist_ok=True)
    (staged / "todo.nginx").write_text(nginx)
    (staged / "todo.haproxy").write_text(haproxy)


def installed(host: Host) -> list[str]:
    return [host.path(name).read_text() for name in (NGINX, HAPROXY)]


def test_both_files_are_installed_and_both_programs_take_them(host: Host) -> None:
    host.done("install", "proxy")

    assert installed(host) == list(valid(host))
    calls = host.calls()
    assert "systemctl restart understudy-haproxy@todo.service" in calls
    assert "systemctl reload nginx" in calls
    host.calls()
    host.done("confirm")
    host.done("install", "proxy")
    assert "systemctl reload understudy-haproxy@todo.service" in host.calls()


def test_configuration_that_haproxy_refuses_is_undone(host: Host) -> None:
    host.done("install", "proxy")
    host.done("confirm")
    before = installed(host)
    nginx, haproxy = valid(host)
    stage(host, f"{nginx}\n# other\n", haproxy.replace("mode http\n", "mode htpp\n"))

    errors = host.refused("install", "proxy")

    assert "haproxy -c refuses the new configuration; the old one is restored" in errors
    assert "htpp" in errors, "HAProxy's own words"
    assert installed(host) == before


def test_undo_restores_both(host: Host) -> None:
    host.done("install", "proxy")
    host.done("confirm")
    before = installed(host)
    nginx, haproxy = valid(host)
    stage(host, f"{nginx}\n# other\n", f"{haproxy}\n# other\n")
    host.done("install", "proxy")
    assert installed(host) != before

    host.done("undo")

    assert installed(host) == before
    assert "systemctl reload understudy-haproxy@todo.service" in host.calls()


def test_nginx_file_that_is_not_allowed_is_not_installed(host: Host) -> None:
    nginx, haproxy = valid(host)
    stage(host, nginx.replace("gzip off;", "gzip off; load_module x.so;"), haproxy)

    assert "nothing was installed" in host.refused("install", "proxy")
    assert not host.path(HAPROXY).exists()


def test_files_of_the_edge_and_behind_it_are_allowed(tmp_path: Path) -> None:
    text = BALANCED.replace(
        "    hosts:",
        "    https: auto\n    acme: {terms: true}\n    hsts: 1d\n    hosts:",
    ).replace("module:", "worker_class: asgi\n  module:")
    whole = config(text.replace("name: shop", "name: todo"))
    web = render.host_files(whole, whole.targets["production"].hosts()[0], TEMPLATES)[0].content
    assert "drained" in web

    for name, content in (("edge", site(text)[0]), ("web", web)):
        done = run_checker("check-nginx", content, tmp_path, name)
        assert done.returncode == 0, done.stderr


def test_condition_on_another_file_is_not_allowed(tmp_path: Path) -> None:
    for test in ("-e /etc/shadow", "-f $todo__drained", "-e $shop__drained"):
        content = f"server {{\n if ({test}) {{ return 503; }}\n}}\n"
        assert run_checker("check-nginx", content, tmp_path, "x").returncode == 1, test
