"""The site opens in a browser that finds its address, or the line for /etc/hosts is printed."""

import socket
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import FakeReport, config
from understudy.cli import browsers, open_site
from understudy.errors import Unreachable
from understudy.job import Job
from understudy.paths import Project

NAMES = {"192.0.2.7": ["192.0.2.7"], "box.example.com": ["192.0.2.7", "2001:db8::7"]}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was opened, by whom, on a machine with a screen and Chromium and no entry in /etc/hosts."""
    calls: list[Any] = []
    monkeypatch.setattr(browsers, "has_screen", lambda: True)
    monkeypatch.setattr(browsers, "chromium", lambda: "/usr/bin/chromium")

    def note(*given: object) -> bool:
        calls.append(given)
        return True

    monkeypatch.setattr(browsers, "open_url", note)
    monkeypatch.setattr(browsers, "open_with_rule", note)
    know(monkeypatch, **NAMES)
    return calls


def know(monkeypatch: pytest.MonkeyPatch, **names: list[str]) -> None:
    def find(name: str, port: None, type: int) -> list[Any]:
        if name not in names:
            raise socket.gaierror(-2, "Name or service not known")
        return [(2, 1, 6, "", (address, 0)) for address in names[name]]

    monkeypatch.setattr(socket, "getaddrinfo", find)


def said(tmp_path: Path, **target: Any) -> list[str]:
    report = FakeReport()
    project = Project(tmp_path, tmp_path / "deploy.yml")
    open_site.open_site(Job(project, config(target=target), "staging", report))
    return [*report.warnings, *report.said]


def test_site_behind_a_port_forward_is_found_at_its_ports(
    tmp_path: Path, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if its name resolves: the hosts file knows no ports."""
    know(monkeypatch, **NAMES, **{"shop.test": ["192.0.2.7"]})
    rule = "MAP shop.test:80 192.0.2.7:20080, MAP shop.test 192.0.2.7"

    said(tmp_path, web_ports={"http": 20080})
    assert opened[0][2] == rule

    monkeypatch.setattr(browsers, "has_screen", lambda: False)
    assert f'--host-resolver-rules="{rule}"' in said(tmp_path, web_ports={"http": 20080})[-1]


def test_chromium_gets_the_address_and_a_profile_of_its_own(
    tmp_path: Path, opened: list[Any]
) -> None:
    [line] = said(tmp_path)

    [(program, url, rule, profile, roots)] = opened
    assert (program, url) == ("/usr/bin/chromium", "http://shop.test")
    assert rule == "MAP shop.test 192.0.2.7"
    assert profile.is_relative_to(tmp_path / ".understudy")
    assert not roots, "its certificate is no one's but the public CAs'"
    assert line.startswith(
        "http://shop.test is open in a browser window that finds shop.test at 192.0.2.7"
    )


def test_name_that_leads_there_already_opens_in_the_users_own_browser(
    tmp_path: Path, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    know(monkeypatch, **NAMES, **{"shop.test": ["2001:db8::7"]})

    assert said(tmp_path, address="box.example.com") == []

    assert opened == [("http://shop.test",)]


def test_url_is_printed_where_no_browser_can_open_it(
    tmp_path: Path, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    know(monkeypatch, **NAMES, **{"shop.test": ["192.0.2.7"]})
    monkeypatch.setattr(browsers, "open_url", lambda url: False)

    assert said(tmp_path) == [
        "no browser was started: this machine has no browser",
        "http://shop.test",
    ]


def test_name_that_leads_elsewhere_is_not_followed(
    tmp_path: Path, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the browser would show production in place of staging."""
    know(monkeypatch, **NAMES, **{"shop.test": ["198.51.100.1"]})

    said(tmp_path)

    assert opened[0][2] == "MAP shop.test 192.0.2.7"


@pytest.mark.parametrize(
    ("lacking", "why"),
    [
        (("has_screen", lambda: False), "no screen here"),
        (("chromium", lambda: None), open_site._NO_CHROMIUM),
        (("open_with_rule", lambda *given: False), "/usr/bin/chromium has failed"),
    ],
)
def test_without_a_browser_the_line_for_the_hosts_file_is_printed(
    lacking: tuple[str, Any],
    why: str,
    tmp_path: Path,
    opened: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(browsers, *lacking)

    warning, sentence, line = said(tmp_path, address="box.example.com")

    assert warning == f"no browser was started: {why}"
    assert sentence.endswith("with this line in /etc/hosts:")
    assert line == "192.0.2.7 shop.test"


def test_all_names_of_the_site_are_found(
    tmp_path: Path, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["shop.test", "*.shop.test", {"name": "shop.example", "redirect_to": "shop.test"}]
    said(tmp_path, domains=names)
    monkeypatch.setattr(browsers, "has_screen", lambda: False)
    line = said(tmp_path, domains=names)[-1]

    [(_, _, rule, _, _)] = opened
    assert rule == "MAP shop.test 192.0.2.7, MAP *.shop.test 192.0.2.7, MAP shop.example 192.0.2.7"
    assert line == "192.0.2.7 shop.test shop.example"


def test_address_that_is_no_name_is_an_error(tmp_path: Path, opened: list[Any]) -> None:
    with pytest.raises(Unreachable, match=r"staging: nowhere\.example has no IP address"):
        said(tmp_path, address="nowhere.example")
