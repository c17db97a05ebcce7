"""What a deploy promises of a host: the site answers, from the right processes, with the right permissions."""

import gzip
import hashlib
import http.client
import os
import re
import shlex
import socket
import time
from collections.abc import Callable, Mapping
from urllib.parse import quote

import pytest
from testinfra.host import Host

from understudy.commands import http as http_commands
from understudy.config.app import App
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.release import static_files
from understudy.release.layout import Paths
from understudy.testing import login
from understudy.testing.host import connect
from understudy.testing.host_questions import Answer
from understudy.traffic.client import Endpoint

Answers = Mapping[str, Answer]
pytestmark = pytest.mark.timeout(600)


def get(target: TargetConfig, path: str, host_name: str | None = None) -> tuple[int, bytes]:
    response, body = ask(target, path, {"Host": host_name or target.domain})
    return response.status, body


def ask(
    target: TargetConfig, path: str, headers: Mapping[str, str]
) -> tuple[http.client.HTTPResponse, bytes]:
    """Sends a request for the site's name, unless the headers have another. Accepts any certificate: the
    browser tests check it. Behind a proxy the request goes through that.
    """
    tls = target.has_https
    port = target.web_ports.of(443 if tls else 80)
    met = target.proxies()[0].address if target.is_behind_proxy else target.address
    door = Endpoint(met, port, tls, target.domain)
    connection = http.client.HTTPConnection(target.domain)
    connection.sock = door.connect(timeout=30)
    try:
        known = login.find(target, target.domain, os.environ)
        entered = {"Authorization": known.header} if known else {}
        connection.request("GET", path, headers={"Host": target.domain, **entered, **headers})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


@pytest.mark.usefixtures("web")
def test_health_path_answers(target: TargetConfig, app: App) -> None:
    response, _ = ask(target, app.health_path, {})
    where = response.getheader("Location")
    leads = f"{app.health_path} redirects to {where} ({response.status})" if where else ""
    assert response.status == 200, leads


def test_release_runs_and_the_boot_unit_is_enabled(answers: Answers, target: TargetConfig) -> None:
    """Its processes are those of `status`."""
    web = "active" if target.is_web else "inactive"
    assert answers["active"].lines == [web, "active"]
    assert answers["enabled"].lines == ["enabled", "enabled"]


@pytest.mark.usefixtures("web")
def test_app_runs_as_its_own_user(answers: Answers, app: App) -> None:
    assert answers["process"].text == app.name


@pytest.mark.usefixtures("web")
def test_app_runs_hardened(answers: Answers, app: App) -> None:
    """In the kernel's view of its process: no capabilities, filtered system calls, a read-only system."""
    filtered = not (
        {"SystemCallFilter", "RestrictNamespaces", "MemoryDenyWriteExecute"} <= {*app.loosen}
    )
    # Of all users, its namespace maps root and its own.
    mapped = 1 if "PrivateUsers" in app.loosen else 2
    assert answers["limits"].lines == [
        *("CapEff:0000000000000000", "CapBnd:0000000000000000", "NoNewPrivs:1"),
        f"Seccomp:{2 if filtered else 0}",
        str(mapped),
        "Read-only file system",
    ]


def test_nginx_accepts_its_files(answers: Answers) -> None:
    assert answers["nginx -t"].ok, answers["nginx -t"].text


@pytest.mark.usefixtures("web")
def test_static_files_come_from_nginx(
    answers: Answers, app: App, target: TargetConfig, paths: Paths
) -> None:
    if app.static_url is None:
        pytest.skip("this app has no static files")
    found = answers["static file"].text
    if not found:
        pytest.skip("this app has no static files")
    path = app.static_url + quote(found.removeprefix(f"{paths.current}/static/"))
    response, body = ask(target, path, headers={"X-Understudy-Probe": "1"})
    digest = hashlib.sha256(body).hexdigest()
    assert (response.status, digest) == (200, answers["static file's digest"].text)
    # An answer of the app to this request names its release. The app may serve the files, too (WhiteNoise).
    assert response.getheader("X-Understudy-Release") is None, "nginx passed the request to the app"


@pytest.mark.usefixtures("web")
def test_static_text_is_sent_compressed(
    answers: Answers, app: App, target: TargetConfig, paths: Paths
) -> None:
    found = answers["static file"].text
    if app.static_url is None or not static_files.is_text(found):
        pytest.skip("this app has no static text files")
    path = app.static_url + quote(found.removeprefix(f"{paths.current}/static/"))
    response, body = ask(target, path, {"Accept-Encoding": "gzip"})
    assert response.getheader("Content-Encoding") == "gzip"
    digest = hashlib.sha256(gzip.decompress(body)).hexdigest()
    assert digest == answers["static file's digest"].text


def test_nginx_can_read_the_uploads(answers: Answers) -> None:
    """For uploads that are saved with mode 0600, set FILE_UPLOAD_PERMISSIONS = 0o640."""
    assert answers["uploads that nginx can't read"].lines == []


def test_app_cannot_write_its_code(answers: Answers) -> None:
    assert answers["app writes code"] == Answer(0, "")


@pytest.mark.usefixtures("web")
def test_web_process_cannot_write_static_files(answers: Answers) -> None:
    assert answers["service writes static"] == Answer(1, "")


def test_database_is_writable_by_the_app_only(answers: Answers, app: App) -> None:
    for line in answers["databases"].lines:
        mode, user = line.split()
        assert user == app.name
        assert int(mode, 8) & 0o037 == 0, mode
    assert answers["app writes database"].ok
    assert not answers["nginx lists database"].ok


@pytest.mark.usefixtures("web")
def test_debug_is_off(target: TargetConfig) -> None:
    # With the slash at its end that Django's middleware adds. Some apps redirect all such visitors, or answer.
    status, body = get(target, "/no-such-page-for-sure/")
    assert status < 500
    assert not re.search(rb"DEBUG\s*=\s*True|Traceback|URLconf", body)


@pytest.mark.usefixtures("web")
def test_wrong_host_gets_no_answer(target: TargetConfig) -> None:
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        get(target, "/", "wrong.example")


@pytest.mark.usefixtures("web")
def test_only_its_proxy_reaches_a_web_host(target: TargetConfig) -> None:
    if not target.is_behind_proxy:
        pytest.skip("no proxy is in front of it")
    for port in (80, 443):
        with pytest.raises(OSError):
            socket.create_connection((target.address, port), timeout=2).close()


@pytest.mark.reboots
def test_survives_a_reboot(host: Host, app: App, target: TargetConfig, settings: Config) -> None:
    if not target.disposable:
        pytest.fail(
            "this target is not marked `disposable: true` in deploy.yml: so it is not rebooted"
        )
    before = boot_id(target)
    # A moment later, so that this command's own connection can end.
    host.check_output("sudo systemd-run --on-active=1 systemctl reboot")
    wait_until(lambda: boot_id(target) not in ("", before))
    if not target.is_web:
        wait_until(lambda: all(runs(target, app, process) for process in settings.processes))
        return
    wait_until(lambda: answers(target, app.health_path) or has_booted(target))
    wait_until(lambda: answers(target, app.health_path) or has_ended(target, app))
    assert answers(target, app.health_path), "no release runs after the boot"


def boot_id(target: TargetConfig) -> str:
    return run_once(target, "cat /proc/sys/kernel/random/boot_id")


def has_booted(target: TargetConfig) -> bool:
    return run_once(target, "systemctl is-system-running") in ("running", "degraded")


def runs(target: TargetConfig, app: App, process: str) -> bool:
    units = run_once(
        target, f"systemctl list-units --state=active '{app.name}-{process}@*.service'"
    )
    return f"{app.name}-{process}@" in units


def has_ended(target: TargetConfig, app: App) -> bool:
    """Whether no release of the site runs or starts, so that there is nothing to wait for."""
    states = "--state=active,activating,reloading,deactivating"
    units = run_once(target, f"systemctl list-units {states} {app.name}@*.service; echo asked")
    return f"{app.name}@" not in units and "asked" in units


def run_once(target: TargetConfig, command: str) -> str:
    """The output of a command over a new connection, because a boot ends a kept one. Empty while the host
    does not answer.
    """
    try:
        asked = connect(target, keep_seconds=0).run(command)
    except RuntimeError:
        return ""
    return str(asked.stdout.strip())


def answers(target: TargetConfig, path: str) -> bool:
    if target.is_behind_proxy:
        # Another host may answer through the proxy.
        asked = http_commands.get(f"{target.own_origin}{path}", address="127.0.0.1")
        return "ok" in run_once(target, f"{shlex.join(asked)} >/dev/null 2>&1 && echo ok")
    try:
        return get(target, path)[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def wait_until(condition: Callable[[], bool], seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s"
        time.sleep(1)
