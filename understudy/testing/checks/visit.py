"""One visit of a page in the browser, which collects all that the checks judge."""

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import TimeoutException, WebDriverException

from understudy.paths import RESOURCES
from understudy.testing.checks.evidence import ConsoleLine, Page
from understudy.testing.checks.links import path_of

# What WCAG 2.1 asks for at its levels A and AA.
_AXE: Mapping[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    # Checks of their own are about these.
    "rules": {"document-title": {"enabled": False}, "html-has-lang": {"enabled": False}},
    "resultTypes": ["violations"],
    "iframes": False,
    # It would load stylesheets once more, and not always be allowed to.
    "preload": False,
}
_NONE: Mapping[str, Any] = {"violations": [], "failure": ""}


def visit(browser: webdriver.Chrome, base: str, url: str) -> Page:
    """Opens a page of the site at `base`. A page that can't be opened is returned with its failure."""
    path = path_of(url)
    _console(browser)
    try:
        _open(browser, url)
        # What scripts ask for after the page was loaded has its answer meanwhile; of what the console
        # names, the page knows by whom it was asked.
        axe, console = _run_axe(browser), _console(browser)
        found = browser.execute_script(_script("evidence.js"), base)
    except WebDriverException as error:
        return Page(path, url, status=0, is_document=False, failure=_first_line(error))
    return Page.of(path, found, axe, console)


def _open(browser: webdriver.Chrome, url: str) -> None:
    try:
        browser.get(url)
    except TimeoutException:
        # What is there can be looked at; the check of the time reports it.
        browser.execute_script("window.stop()")


def _run_axe(browser: webdriver.Chrome) -> Mapping[str, Any]:
    axe = (RESOURCES / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    try:
        found: Mapping[str, Any] = browser.execute_async_script(axe + _script("axe_run.js"), _AXE)
    except WebDriverException as error:
        return {**_NONE, "failure": f"axe-core gave no result: {_first_line(error)}"}
    return found


@cache
def _script(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _console(browser: webdriver.Chrome) -> tuple[ConsoleLine, ...]:
    """Since the last call."""
    with suppress(WebDriverException):
        entries = browser.get_log("browser")  # type: ignore[no-untyped-call]
        return tuple(
            ConsoleLine(entry["level"], entry.get("source", ""), entry["message"])
            for entry in entries
        )
    return ()


def _first_line(error: WebDriverException) -> str:
    return (error.msg or type(error).__name__).partition("\n")[0]
