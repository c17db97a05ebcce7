"""What a deploy promises of a host: the site is served, by the right parts, with the right rights."""

import http.client
import re
import time
from collections.abc import Callable

import pytest
from testinfra.host import Host

from tests.host.conftest import connect
from understudy.config import App, TargetConfig
from understudy.release import Paths

pytestmark = pytest.mark.timeout(600)


def get(target: TargetConfig, path: str, host_name: str | None = None) -> tuple[int, bytes]:
    """A request from here, with the Host header that a browser would send."""
    kind = http.client.HTTPSConnection if target.certificate else http.client.HTTPConnection
    connection = kind(target.address, timeout=30)
    try:
        connection.request("GET", path, headers={"Host": host_name or target.domain})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def on_socket(
    host: Host, app: App, target: TargetConfig, paths: Paths, release_id: str, path: str
) -> str:
    """The status that the app itself answers, asked behind nginx's back."""
    ask = "curl -s -o /dev/null -w '%{http_code}' --unix-socket"
    with host.sudo(app.name):
        return str(
            host.check_output(f"{ask} {paths.socket(release_id)} http://{target.domain}{path}")
        )


def test_health_path_answers(target: TargetConfig, app: App) -> None:
    assert get(target, app.health_path)[0] == 200


def test_release_runs_and_the_boot_unit_is_enabled(host: Host, app: App, release_id: str) -> None:
    assert host.service(f"{app.name}@{release_id}").is_running
    assert host.service(f"{app.name}.service").is_enabled
    nginx = host.service("nginx")
    assert nginx.is_running
    assert nginx.is_enabled


def test_app_runs_as_its_own_user(host: Host, app: App, release_id: str) -> None:
    pid = host.check_output(f"systemctl show -p MainPID --value {app.name}@{release_id}")
    assert host.check_output(f"stat -c %U /proc/{pid}") == app.name


def test_nginx_accepts_its_files(host: Host) -> None:
    with host.sudo():
        assert host.run("nginx -t").succeeded


def test_static_files_come_from_nginx(
    host: Host, app: App, target: TargetConfig, paths: Paths, release_id: str
) -> None:
    if app.static_url is None:
        pytest.skip("this app has no static files")
    found = host.check_output(f"find {paths.current}/static/ -type f -name '*.css' | head -n 1")
    assert found, "collectstatic left no stylesheet"
    url = app.static_url + found.removeprefix(f"{paths.current}/static/")
    status, body = get(target, url)
    assert (status, body.decode()) == (200, host.file(found).content_string)
    assert on_socket(host, app, target, paths, release_id, url) == "404"


def test_app_cannot_write_its_code(host: Host, app: App, paths: Paths) -> None:
    with host.sudo(app.name):
        for place in ("current/source", "current/venv", "current", "releases", "."):
            assert host.run(f"test -w {paths.root}/{place}").failed, place


def test_database_is_writable_by_the_app_only(host: Host, app: App, paths: Paths) -> None:
    with host.sudo():
        files = host.check_output(f"find {paths.database} -type f -name '*.sqlite3'").split()
        for file in files:
            database = host.file(file)
            assert database.user == app.name
            assert database.mode & 0o037 == 0, oct(database.mode)
    with host.sudo(app.name):
        assert host.run(f"test -w {paths.database}").succeeded
    with host.sudo("www-data"):
        assert host.run(f"ls {paths.database}").failed


def test_debug_is_off(target: TargetConfig) -> None:
    status, body = get(target, "/no-such-page-for-sure")
    assert status == 404
    assert not re.search(rb"DEBUG\s*=\s*True|Traceback|URLconf", body)


def test_wrong_host_gets_no_answer(target: TargetConfig) -> None:
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        get(target, "/", "wrong.example")


@pytest.mark.slow
def test_survives_a_reboot(host: Host, app: App, target: TargetConfig) -> None:
    if not target.disposable:
        pytest.fail("this target is not marked `disposable: true` in deploy.yml: it's not rebooted")
    before = boot_id(target)
    # A moment later, so that this command's own connection ends well.
    host.check_output("sudo systemd-run --on-active=1 systemctl reboot")
    wait_until(lambda: boot_id(target) not in ("", before))
    wait_until(lambda: answers(target, app.health_path))


def boot_id(target: TargetConfig) -> str:
    """Which boot the host is in; empty while it can't be asked. A kept connection would be dead."""
    try:
        asked = connect(target, keep_seconds=0).run("cat /proc/sys/kernel/random/boot_id")
    except RuntimeError:
        return ""
    return str(asked.stdout.strip())


def answers(target: TargetConfig, path: str) -> bool:
    try:
        return get(target, path)[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def wait_until(condition: Callable[[], bool], seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s"
        time.sleep(1)
