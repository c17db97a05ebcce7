"""Chromium and other programs trust the CA of the site under test; this machine does not."""

import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.common.exceptions import WebDriverException

from tests.unit.web_server import WebServer, reply
from understudy.cli import browsers
from understudy.testing import trust
from understudy.testing.browser import start_browser
from understudy.testing.site import Site
from understudy.vm.issuer import authority
from understudy.vm.issuer.files import Files

PAGE = b"<title>hello</title>"


@pytest.fixture
def roots(tmp_path: Path) -> Path:
    """A CA, with a certificate for 127.0.0.1 beside it."""
    files = Files(tmp_path / "issuer")
    authority.ensure_ca(files)
    authority.make_certificate(files, "192.0.2.1")
    return files.ca


@pytest.fixture
def url(roots: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    files = Files(roots.parent)
    context.load_cert_chain(files.certificate, files.key)
    with WebServer(lambda _: reply(body=PAGE), context) as server:
        yield f"https://127.0.0.1:{server.port}"


def site(url: str, roots: Path | None) -> Site:
    return Site("staging", url, "127.0.0.1", disposable=True, roots=roots)


@pytest.mark.needs("chromium", "chromedriver", "certutil")
def test_chromium_trusts_the_sites_ca_and_only_in_that_browser(url: str, roots: Path) -> None:
    own = Path.home() / ".pki"
    before = sorted((path, path.stat().st_mtime_ns) for path in own.rglob("*"))
    with start_browser(site(url, roots)) as browser:
        browser.get(url)
        assert browser.title == "hello"
        assert browser.home
        home = Path(browser.home.name)
    assert not home.exists()
    assert sorted((path, path.stat().st_mtime_ns) for path in own.rglob("*")) == before

    with (
        start_browser(site(url, None)) as browser,
        pytest.raises(WebDriverException, match="net::ERR_CERT_AUTHORITY_INVALID"),
    ):
        browser.get(url)


@pytest.mark.needs("chromium", "certutil")
def test_window_that_open_starts_trusts_the_sites_ca(url: str, roots: Path, tmp_path: Path) -> None:
    """It prints the page in place of a window."""
    page = tmp_path / "page.html"
    shows = f"{shutil.which('chromium')} --headless=new --disable-gpu --dump-dom --timeout=20000"
    program = tmp_path / "wrapped"
    program.write_text(f'#!/bin/sh\n{shows} "$@" >{page} 2>/dev/null\n')
    program.chmod(0o755)

    assert browsers.open_with_rule(
        str(program), url, "MAP a.test 127.0.0.1", tmp_path / "profile", roots
    )

    # The browser's own limit is 20 s, and a busy machine takes its time to start it.
    for _ in range(600):
        if "</html>" in page.read_text():
            break
        time.sleep(0.1)
    assert "hello" in page.read_text()


@pytest.mark.needs("curl")
def test_programs_trust_the_sites_ca_besides_the_systems(
    url: str, roots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    programs = {
        "curl": ["curl", "-sS", "--noproxy", "*", url],
        "python": [
            *(sys.executable, "-c"),
            f"import urllib.request as r; print(r.urlopen('{url}').read().decode())",
        ],
        "requests": [sys.executable, "-c", f"import requests; print(requests.get('{url}').text)"],
        "node": ["node", "-e", f"fetch('{url}').then(a => a.text()).then(console.log)"],
    }
    usual = {**os.environ, "no_proxy": "*"}
    trusting = {**usual, **trust.for_programs(roots, tmp_path)}
    for name, words in programs.items():
        if shutil.which(words[0]):
            asked = [
                subprocess.run(words, env=environment, capture_output=True, text=True).stdout
                for environment in (usual, trusting)
            ]
            assert [PAGE.decode() in text for text in asked] == [False, True], name
    # Those of the system are still there.
    assert trusting["SSL_CERT_FILE"] == trusting["REQUESTS_CA_BUNDLE"]
    assert Path(trusting["SSL_CERT_FILE"]).read_text().count("BEGIN CERTIFICATE") > 50


def test_cas_that_the_user_has_set_are_trusted_still(
    roots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.write_text("own CA")
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("CURL_CA_BUNDLE", str(tmp_path))
    for name in ("REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
        monkeypatch.setenv(name, str(own))

    variables = trust.for_programs(roots, tmp_path)

    assert len(variables) == 4
    for file in variables.values():
        assert Path(file).read_text() == f"own CA\n{roots.read_text()}"


def test_issuer_that_has_no_ca_yet_changes_nothing(tmp_path: Path) -> None:
    empty = tmp_path / "roots.pem"
    assert trust.known(None) is None
    assert trust.known(empty) is None
    empty.touch()
    assert trust.known(empty) is None
    empty.write_text("-----BEGIN CERTIFICATE-----")
    assert trust.known(empty) == empty
