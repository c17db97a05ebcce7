"""Browsers of this machine are found and started with the site's address; Chromium is the real one."""

import os
import shlex
import shutil
import time
from pathlib import Path

import pytest

from tests.unit.web_server import WebServer, reply
from understudy.cli import browsers


def install(directory: Path, name: str, script: str) -> str:
    directory.mkdir(exist_ok=True)
    program = directory / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


def test_browsers_made_of_chromium_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert browsers.chromium() is None

    for name in ("google-chrome", "chromium"):
        found = install(tmp_path, name, "")
        assert browsers.chromium() == found


@pytest.mark.parametrize(
    ("script", "started"), [("exit 0", True), ("sleep 20", True), ("exit 1", False)]
)
def test_browser_that_fails_at_once_has_not_started(
    script: str, started: bool, tmp_path: Path
) -> None:
    program = install(tmp_path, "chromium", script)
    profile = tmp_path / "profile"

    done = browsers.open_with_rule(program, "http://shop.test", "MAP a b", profile)

    assert done is started
    assert profile.stat().st_mode & 0o777 == 0o700


@pytest.mark.needs("chromium")
def test_chromium_finds_the_site_by_the_rule(tmp_path: Path) -> None:
    """It prints the page in place of a window. The proxy in the environment would not find the name."""
    chromium = shutil.which("chromium")
    assert chromium
    page = tmp_path / "page.html"
    proxy = "http_proxy=http://127.0.0.1:9 no_proxy="
    shows = f"env {proxy} {chromium} --headless=new --disable-gpu --dump-dom --timeout=20000"
    program = install(
        tmp_path, "wrapped", f'exec {shows} "$@" >{shlex.quote(str(page))} 2>{tmp_path}/errors'
    )

    with WebServer(lambda request: reply(body=b"host: " + request.headers["Host"].encode())) as web:
        url, rule = f"http://shop.test:{web.port}", "MAP shop.test 127.0.0.1"
        assert browsers.open_with_rule(program, url, rule, tmp_path / "profile")
        wait_for(page)

    assert f"host: {url.removeprefix('http://')}" in page.read_text()


def wait_for(page: Path) -> None:
    deadline = time.monotonic() + 30
    while not page.read_text() and time.monotonic() < deadline:
        time.sleep(0.1)


def test_without_a_screen_there_is_no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)

    assert "DISPLAY" not in os.environ
    assert not browsers.open_url("http://shop.test")
