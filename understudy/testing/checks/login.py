"""A session of the app for the crawl, made by a command of the app."""

import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    # They take long to import.
    from selenium import webdriver
    from testinfra.host import Host

    from understudy.config.model import Config

_COOKIE = re.compile(r"([\w!#$%&'*+.^`|~-]+)=([^\s;,\"\\]+)")


@dataclass(frozen=True)
class Cookie:
    """Its value is as good as a password."""

    name: str
    value: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


def parse(printed: str) -> Cookie | None:
    """The cookie in the last line that a command printed; None if that is no `name=value`."""
    lines = printed.strip().splitlines()
    found = _COOKIE.fullmatch(lines[-1].strip()) if lines else None
    return Cookie(*found.groups()) if found else None


def cookie(host: "Host", settings: "Config") -> Cookie:
    """What `verify.login` prints, run by the app's user in the live release. Fails the test if it fails."""
    command = shlex.join(settings.verify.login or ())
    user, run = settings.app.name, settings.root / "current" / "run"
    done = host.run(f"sudo -n -u {user} {run} {command}")
    if done.rc != 0:
        pytest.fail(
            f"verify.login failed with exit code {done.rc}: {command}\n{done.stderr}", pytrace=False
        )
    found = parse(done.stdout)
    if found is None:
        pytest.fail(
            f"verify.login has to print a cookie, name=value, as its last line: {command}",
            pytrace=False,
        )
    return found


def give(browser: "webdriver.Chrome", url: str, cookie: Cookie) -> None:
    """Sets the cookie in the browser, for the site alone."""
    is_secure = urlsplit(url).scheme == "https"
    words = {"name": cookie.name, "value": cookie.value, "url": url, "secure": is_secure}
    browser.execute_cdp_cmd("Network.setCookie", {**words, "httpOnly": True})
