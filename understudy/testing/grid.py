"""A Selenium Grid: where it is, which browsers it has, and why it gives none."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import requests

from understudy.config.browser import CHROME, GRID_VARIABLE, BrowserConfig, Tunnel
from understudy.errors import ConfigError, Unreachable

SECONDS = 10
DOCS = "docs/browser-tests.md says what a Grid needs."
UNAUTHORIZED = (401, 403)


@dataclass(frozen=True)
class Slot:
    """A browser that a node can start. downloads: whether it hands over what was downloaded."""

    browser: str
    is_free: bool
    downloads: bool


@dataclass(frozen=True)
class Grid:
    """url: without the name and the password, which no text shows."""

    url: str
    name: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    capabilities: Mapping[str, str | bool | int] = field(default_factory=dict)
    tunnel: Tunnel = Tunnel()  # noqa: RUF009 - it is frozen

    @property
    def browser(self) -> str:
        return str(self.capabilities.get("browserName", CHROME))

    def slots(self) -> tuple[Slot, ...]:
        """All that its nodes have; none of a WebDriver that is no Grid.

        Raises Unreachable if it does not answer, or not as a Grid.
        """
        login = (self.name, self.password) if self.name else None
        try:
            answer = requests.get(f"{self.url}/status", auth=login, timeout=SECONDS)
        except requests.RequestException as error:
            raise Unreachable(
                f"the Selenium Grid at {self.url} does not answer", str(_reason(error)), DOCS
            ) from None
        if answer.status_code in UNAUTHORIZED:
            raise Unreachable(
                f"the Selenium Grid at {self.url} refuses the login (HTTP {answer.status_code})",
                hint=f"Set {GRID_VARIABLE} to its URL with name and password: https://NAME:PASSWORD@…",
            )
        try:
            return slots_in(answer.json())
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Unreachable(
                f"what answers at {self.url} is no Selenium Grid 4 (HTTP {answer.status_code})",
                hint=DOCS,
            ) from None

    def why_none(self, slots: tuple[Slot, ...]) -> str:
        """Why a Grid with these slots gave no browser; "" if they don't say."""
        fitting = [slot for slot in slots if is_named(slot.browser, self.browser)]
        if slots and not fitting:
            return f"has no browser {self.browser}; it has {counted(slots)}"
        if fitting and not any(slot.is_free for slot in fitting):
            return f"has no free slot: all {len(fitting)} with {self.browser} are taken"
        return ""


def find(settings: BrowserConfig, environment: Mapping[str, str]) -> Grid | None:
    """None for a browser of this machine. Raises ConfigError if the variable's value is no URL."""
    given = environment.get(GRID_VARIABLE) or settings.grid
    if not given:
        return None
    try:
        parts = urlsplit(given)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        valid = False
    if not valid:
        raise ConfigError(f"{GRID_VARIABLE} must be the URL of a Selenium Grid")
    name, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Grid(_without_login(parts), name, password, settings.capabilities, settings.tunnel)


def slots_in(status: Mapping[str, Any]) -> tuple[Slot, ...]:
    """Of the answer to /status. Raises KeyError, TypeError or AttributeError if it is no WebDriver's."""
    value = status["value"]
    return tuple(_slots(value.get("nodes", ())))


def _slots(nodes: list[Any]) -> Iterator[Slot]:
    for node in nodes:
        if node.get("availability", "UP") != "UP":
            continue
        for slot in node["slots"]:
            offered = slot["stereotype"]
            downloads = bool(offered.get("se:downloadsEnabled"))
            yield Slot(offered["browserName"], slot.get("session") is None, downloads)


def is_named(browser: str, wanted: str) -> bool:
    """As Grids compare names."""
    return browser.lower() == wanted.lower()


def counted(slots: tuple[Slot, ...]) -> str:
    counts = Counter(slot.browser for slot in slots)
    return ", ".join(f"{name} ({number})" for name, number in sorted(counts.items()))


def _without_login(parts: SplitResult) -> str:
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path.rstrip('/')}"


def _reason(error: requests.RequestException) -> object:
    inner: object = error
    while isinstance(inner, BaseException) and inner.args:
        inner = getattr(inner, "reason", None) or inner.args[0]
    return str(inner).rpartition("): ")[2] or type(error).__name__
