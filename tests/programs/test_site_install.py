"""understudy-site installs the very bytes that were checked, from ordinary files only."""

import os
import threading
from pathlib import Path

import pytest

from tests.programs.root_programs import Host
from tests.programs.site_config import make_host_to_install, rendered, rendered_nginx, rendered_unit

AVAILABLE = "/etc/nginx/sites-available/todo"
UNIT = "/etc/systemd/system/todo@.service"


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return make_host_to_install(tmp_path)


def staged(host: Host, name: str) -> Path:
    return host.path("/srv/todo/cache/files") / name


def untouched(host: Host) -> bool:
    return not (host.path(AVAILABLE).exists() or host.path(UNIT).exists() or host.calls())


def test_both_files_are_installed_as_they_were_staged(host: Host) -> None:
    host.done("install", "r1")

    assert host.path(AVAILABLE).read_text() == rendered_nginx()
    assert host.path(UNIT).read_text() == rendered_unit()


@pytest.mark.parametrize("name", ["todo.nginx", "todo@.service"])
def test_link_is_not_followed(name: str, host: Host, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("root:secret")
    staged(host, name).unlink()
    staged(host, name).symlink_to(elsewhere)

    assert "secret" not in host.refused("install", "r1")
    assert untouched(host)


@pytest.mark.parametrize("name", ["todo.nginx", "todo@.service"])
@pytest.mark.parametrize("kind", ["pipe", "directory", "missing", "empty", "large"])
def test_only_ordinary_files_are_read_and_others_are_refused_at_once(
    kind: str, name: str, host: Host
) -> None:
    path = staged(host, name)
    content = path.read_text()
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    elif kind == "empty":
        path.touch()
    elif kind == "large":
        path.write_text(content + "#" * 65536)

    assert f"/cache/files/{name}: " in host.refused("install", "r1")
    assert untouched(host)


@pytest.mark.parametrize(
    ("name", "line", "instead"),
    [
        ("todo.nginx", "access_log /var/log/nginx/todo.access.log", "access_log /etc/sudoers.d/x"),
        ("todo@.service", "Group=todo", "Group=disk"),
    ],
)
def test_file_with_more_rights_is_not_installed(
    name: str, line: str, instead: str, host: Host
) -> None:
    path = staged(host, name)
    path.write_text(path.read_text().replace(line, instead))

    assert instead in host.refused("install", "r1")
    assert untouched(host)


def test_file_that_changes_after_the_check_is_installed_as_it_was_checked(host: Host) -> None:
    """systemd-analyze is the last program that runs before anything is installed."""
    bad = "user root;\n"
    host.fake("systemd-analyze", f"printf '{bad}' | tee {staged(host, 'todo.nginx')} >/dev/null")
    (host.path("bin") / "tee").symlink_to("/usr/bin/tee")

    host.done("install", "r1")

    assert staged(host, "todo.nginx").read_text() == bad
    assert host.path(AVAILABLE).read_text() == rendered_nginx()


def test_reading_never_waits_for_the_deployer(host: Host) -> None:
    """The file is a pipe whose writer writes nothing."""
    path = staged(host, "todo.nginx")
    path.unlink()
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR)
    guard = threading.Timer(30, os.close, (writer,))
    guard.start()
    try:
        assert host.refused("install", "r1")
        assert guard.is_alive()
    finally:
        guard.cancel()
        os.close(writer)
    assert untouched(host)


def test_site_that_no_one_could_enter_is_not_installed(host: Host) -> None:
    staged(host, "todo.nginx").write_text(rendered(target={"basic_auth": True})[0])

    assert "BASIC_AUTH_ANNA" in host.refused("install", "r1")
    assert untouched(host)

    host.path("/srv/todo/shared").mkdir()
    host.path("/srv/todo/shared/htpasswd").write_text("anna:$6$x\n")
    host.done("install", "r1")
