"""What a deploy promises of a host: the site answers, from the right processes, with the right permissions."""

import gzip
import hashlib
import http.client
import re
import socket
from collections.abc import Mapping
from urllib.parse import quote

import pytest

from understudy.config.app import App
from understudy.config.target import TargetConfig
from understudy.release import static_files
from understudy.release.layout import Paths
from understudy.testing.host_questions import Answer
from understudy.testing.visits import ask, get

Answers = Mapping[str, Answer]
pytestmark = pytest.mark.role("web", "worker")


@pytest.mark.role("web")
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


@pytest.mark.role("web")
def test_app_runs_as_its_own_user(answers: Answers, app: App) -> None:
    assert answers["process"].text == app.name


@pytest.mark.role("web")
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


@pytest.mark.role("web")
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


@pytest.mark.role("web")
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


@pytest.mark.role("web")
def test_web_process_cannot_write_static_files(answers: Answers) -> None:
    assert answers["service writes static"] == Answer(1, "")


def test_database_is_writable_by_the_app_only(answers: Answers, app: App) -> None:
    for line in answers["databases"].lines:
        mode, user = line.split()
        assert user == app.name
        assert int(mode, 8) & 0o037 == 0, mode
    assert answers["app writes database"].ok
    assert not answers["nginx lists database"].ok


@pytest.mark.role("web")
def test_debug_is_off(target: TargetConfig) -> None:
    # With the slash at its end that Django's middleware adds. Some apps redirect all such visitors, or answer.
    status, body = get(target, "/no-such-page-for-sure/")
    assert status < 500
    assert not re.search(rb"DEBUG\s*=\s*True|Traceback|URLconf", body)


@pytest.mark.role("web")
def test_wrong_host_gets_no_answer(target: TargetConfig) -> None:
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        get(target, "/", "wrong.example")


@pytest.mark.role("web")
def test_only_its_proxy_reaches_a_web_host(target: TargetConfig) -> None:
    if not target.is_behind_proxy:
        pytest.skip("no proxy is in front of it")
    for port in (80, 443):
        with pytest.raises(OSError):
            socket.create_connection((target.address, port), timeout=2).close()
