import pytest

from tests.unit.config.deploy_yml import TEXT, mistakes
from understudy.config import model as configuration


def mistake_in(text: str) -> str:
    return "\n".join(mistakes(f"{TEXT}browser: {{{text}}}\n"))


def test_browser_is_on_this_machine_by_default() -> None:
    browser = configuration.parse(TEXT).browser

    assert (browser.grid, browser.capabilities, browser.tunnel.http) == ("", {}, None)


def test_grid_has_a_url_capabilities_and_a_tunnel() -> None:
    browser = configuration.parse(
        f"{TEXT}browser:\n  grid: http://grid.test:4444\n  capabilities: {{browserName: firefox}}\n"
        '  tunnel: {https: "127.0.0.1:8443"}\n'
    ).browser

    assert browser.grid == "http://grid.test:4444"
    assert browser.capabilities == {"browserName": "firefox"}
    assert browser.tunnel.https == "127.0.0.1:8443"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "grid: grid.test",
            "browser.grid: must be the URL of a Selenium Grid, for example http://",
        ),
        (
            "grid: 'http://ann:hunter2@grid.test'",
            "browser.grid: must have no name and password, since deploy.yml is read by many: set",
        ),
        (
            "capabilities: {browserName: opera}",
            "browser.capabilities: browserName must be chrome, MicrosoftEdge or firefox",
        ),
        ("tunnel: {http: localhost}", "browser.tunnel.http: must be an address and a port"),
    ],
)
def test_mistake_says_what_it_must_be(text: str, said: str) -> None:
    assert said in mistake_in(text)
