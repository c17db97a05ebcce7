"""The part `browser` of deploy.yml: where the browser of the tests runs, if not on this machine."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field

from understudy.config.base import Strict
from understudy.config.checks import mistake, text
from understudy.config.values import OneLine

# Of the environment: the URL of a Grid, with a name and a password if it wants them.
GRID_VARIABLE = "UNDERSTUDY_GRID"
# Of a Grid. The first one without another in `capabilities`.
BROWSERS = ("chrome", "MicrosoftEdge", "firefox")
CHROME = BROWSERS[0]

Place = Annotated[
    str,
    text(
        r"[\w.-]+:\d+|\[[0-9a-fA-F:]+\]:\d+",
        "an address and a port as the node reaches them",
        "127.0.0.1:8443",
    ),
]


def _grid(value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return value
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise mistake("must be the URL of a Selenium Grid, for example http://grid.example:4444")
    if "@" in parts.netloc:
        raise mistake(
            f"must have no name and password, since deploy.yml is read by many: set {GRID_VARIABLE} in the "
            "environment to the whole URL",
        )
    return value


def _capabilities(value: Any) -> Any:
    name = value.get("browserName", CHROME) if isinstance(value, dict) else CHROME
    if str(name).lower() not in map(str.lower, BROWSERS):
        raise mistake(f"browserName must be {', '.join(BROWSERS[:-1])} or {BROWSERS[-1]}")
    return value


class Tunnel(Strict):
    """Where a node of the Grid reaches the site's ports 80 and 443, if not at the site's own address."""

    http: Place | None = Field(
        default=None, description="an address and port that lead to the site's port 80"
    )
    https: Place | None = Field(
        default=None, description="an address and port that lead to the site's port 443"
    )


class BrowserConfig(Strict):
    """grid: without it the browser runs on this machine. capabilities: of WebDriver, of the wanted browser."""

    grid: Annotated[OneLine, BeforeValidator(_grid)] = Field(
        default="", description="the URL of a Selenium Grid 4, for the browsers of the tests"
    )
    capabilities: Annotated[Mapping[OneLine, str | bool | int], BeforeValidator(_capabilities)] = (
        Field(
            default={},
            examples=[{"browserName": "MicrosoftEdge", "platformName": "linux"}],
            description="which browser a Grid gives; by default Chromium or Chrome",
        )
    )
    tunnel: Tunnel = Field(
        default=Tunnel(), description="where nodes that can't reach the host find the site"
    )
