"""A Selenium Grid: where it is, what its browsers are started with, why it gives none. No secret shows."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.web_server import WebServer, certificate, reply
from understudy.config.browser import BrowserConfig, Tunnel
from understudy.config.web_ports import WebPorts
from understudy.errors import ConfigError, Unreachable
from understudy.testing import grid, grid_options, grid_session
from understudy.testing.grid import Grid, Slot
from understudy.testing.grid_options import Wanted
from understudy.testing.site import Site

SITE = Site("staging", "https://shop.test", "192.0.2.8", disposable=True, others=("*.shop.test",))
ADDRESS = "https://grid.test:4444/wd/hub"
FREE, TAKEN = Slot("chrome", True, False), Slot("chrome", False, False)


def test_without_a_url_the_browser_is_here() -> None:
    assert grid.find(BrowserConfig(), {}) is None


def test_variable_comes_before_deploy_yml_and_its_login_never_shows() -> None:
    secret = ADDRESS.replace("://", "://ann:s%40cret@")

    found = grid.find(BrowserConfig(grid="http://other.test"), {"UNDERSTUDY_GRID": f"{secret}/"})

    assert found
    assert (found.url, found.name, found.password) == (ADDRESS, "ann", "s@cret")
    assert "ann" not in repr(found)
    assert "cret" not in repr(found)


@pytest.mark.parametrize("wrong", ["grid.test:4444", "https://", "http://ann:hunter2@[", "ftp://a"])
def test_wrong_variable_is_a_mistake_that_does_not_show_it(wrong: str) -> None:
    with pytest.raises(ConfigError, match="UNDERSTUDY_GRID must be the URL") as raised:
        grid.find(BrowserConfig(), {"UNDERSTUDY_GRID": wrong})
    assert "hunter2" not in str(raised.value)


def test_slots_are_those_of_nodes_that_are_up() -> None:
    chrome = {"browserName": "chrome", "se:downloadsEnabled": True}
    slots = [{"stereotype": chrome, "session": None}, {"stereotype": chrome, "session": {"a": 1}}]
    nodes = [{"availability": "UP", "slots": slots}, {"availability": "DRAINING", "slots": slots}]

    found = grid.slots_in({"value": {"nodes": nodes}})

    assert found == (Slot("chrome", True, True), Slot("chrome", False, True))
    # Of chromedriver.
    assert grid.slots_in({"value": {"ready": True}}) == ()


@pytest.mark.parametrize(
    ("browser", "slots", "why"),
    [
        ("firefox", (FREE, TAKEN), "has no browser firefox; it has chrome (2)"),
        ("Chrome", (TAKEN, TAKEN), "has no free slot: all 2 with Chrome are taken"),
        # Not for want of a slot: the Grid's own words say more.
        ("chrome", (FREE, TAKEN), ""),
        ("chrome", (), ""),
    ],
)
def test_reason_is_what_the_slots_show(browser: str, slots: tuple[Slot, ...], why: str) -> None:
    assert Grid(ADDRESS, capabilities={"browserName": browser}).why_none(slots) == why


def capabilities(grid: Grid = Grid(ADDRESS), *slots: Slot, keys: str = "") -> dict[str, Any]:  # noqa: B008
    options = grid_options.options_for(Wanted(grid, SITE, keys), slots)
    found: dict[str, Any] = options.to_capabilities()  # type: ignore[no-untyped-call]
    return found


def test_chromium_finds_the_site_and_trusts_its_key_alone() -> None:
    words = capabilities(keys="KEY=")["goog:chromeOptions"]["args"]

    rule = "MAP shop.test 192.0.2.8, MAP *.shop.test 192.0.2.8"
    assert f"--host-resolver-rules={rule}" in words
    assert "--ignore-certificate-errors-spki-list=KEY=" in words
    assert not [word for word in words if word == "--no-sandbox"]
    assert not capabilities().get("acceptInsecureCerts")
    assert "spki" not in str(capabilities())


def test_downloads_are_asked_for_where_a_node_has_them() -> None:
    """A Grid gives no slot to who asks for what none of its nodes has."""
    with_downloads = replace(FREE, downloads=True)

    assert capabilities(Grid(ADDRESS), with_downloads)["se:downloadsEnabled"] is True
    assert "se:downloadsEnabled" not in capabilities(Grid(ADDRESS), FREE)
    assert "se:downloadsEnabled" not in capabilities(
        Grid(ADDRESS), replace(with_downloads, browser="firefox")
    )


def test_edge_is_chromium_by_other_names() -> None:
    wanted = {"browserName": "MicrosoftEdge", "platformName": "linux"}
    found = capabilities(Grid(ADDRESS, capabilities=wanted))

    assert {**found, **wanted} == found
    assert found["ms:loggingPrefs"] == {"browser": "ALL"}
    assert any("MAP shop.test" in word for word in found["ms:edgeOptions"]["args"])


def test_firefox_is_refused_for_a_site_behind_a_port_forward() -> None:
    firefox = Grid(ADDRESS, capabilities={"browserName": "firefox"})
    site = replace(SITE, ports=WebPorts(http=20080))

    with pytest.raises(ConfigError, match="behind a port forward"):
        grid_options.options_for(Wanted(firefox, site), [])


def test_firefox_finds_every_name_at_the_site_and_accepts_certificates_only_for_a_ca_of_our_own() -> (
    None
):
    firefox = Grid(ADDRESS, capabilities={"browserName": "firefox"})

    preferences = capabilities(firefox)["moz:firefoxOptions"]["prefs"]
    assert preferences["network.dns.forceResolve"] == "192.0.2.8"
    assert [
        bool(capabilities(firefox, keys=keys)["acceptInsecureCerts"]) for keys in ("", "K")
    ] == [
        False,
        True,
    ]


def test_tunnel_is_the_way_to_the_ports_that_it_has() -> None:
    rule = grid_options.resolver_rule(SITE, Tunnel(https="127.0.0.1:8443"))

    assert rule.split(", ") == [
        "MAP shop.test:443 127.0.0.1:8443",
        "MAP *.shop.test:443 127.0.0.1:8443",
        "MAP shop.test 192.0.2.8",
        "MAP *.shop.test 192.0.2.8",
    ]


def test_key_is_pinned_only_of_a_certificate_that_is_trusted_here(tmp_path: Path) -> None:
    with WebServer(lambda _: reply(), certificate(tmp_path, "shop.test")) as server:
        url = f"https://shop.test:{server.port}"
        site = replace(SITE, url=url, address="127.0.0.1", roots=tmp_path / "pem")
        assert len(grid_session.pinned_key(site)) == 44
        for other in (
            replace(site, roots=None),
            replace(site, url=url.replace("shop", "other")),
            replace(site, url=url.replace("https", "http")),
        ):
            assert grid_session.pinned_key(other) == ""


def grid_at(server: WebServer) -> Grid:
    return Grid(f"http://127.0.0.1:{server.port}", "ann", "hunter2")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (reply(401), "refuses the login"),
        (reply(body=b"<html>"), "is no Selenium Grid 4"),
        (reply(body=b"[]"), "is no Selenium Grid 4"),
        (b"", "does not answer"),
    ],
)
def test_grid_that_is_none_is_named_as_that(answer: bytes, message: str) -> None:
    with WebServer(lambda _: answer) as server:
        with pytest.raises(Unreachable, match=message) as raised:
            grid_session.start(grid_at(server), SITE)
        shown, request = grid_at(server).url, server.requests[0]
    assert request.headers["Authorization"].startswith("Basic ")
    assert "hunter2" not in str(raised.value)
    assert shown in raised.value.summary


def test_grid_without_the_browser_is_not_waited_for() -> None:
    body = b'{"value": {"nodes": [{"slots": [{"stereotype": {"browserName": "firefox"}}]}]}}'
    with WebServer(lambda _: reply(body=body)) as server:
        with pytest.raises(Unreachable, match="no browser chrome; it has firefox") as raised:
            grid_session.start(grid_at(server), SITE)
        assert [request.path for request in server.requests] == ["/status"]
    assert "hunter2" not in str(raised.value)
