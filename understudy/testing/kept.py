"""What is kept of a test's browsers: the state in which a failed test left them, and pictures of pages."""

import re
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from selenium.common.exceptions import WebDriverException

from understudy.testing.browser import Browser, keep_picture, keep_state
from understudy.testing.still import Masks

_FIXTURES = ("browser", "second_browser")
# What all browsers of a test have in common.
_MASKS = pytest.StashKey[Masks]()
# Beside the pictures. report/screenshots.py reads it.
VERSION = "browser.txt"


def start_album(
    browser: Browser, item: pytest.Item, masks: Sequence[str] = (), end: str = ""
) -> None:
    """Saves pictures of a test's pages, if the command line asks for them.

    masks: CSS selectors of what they don't show. Their names hold only the test's: the next run compares its
    own pictures with them. Raises ConfigError if a selector is wrong.
    """
    browser.masks = item.stash.setdefault(_MASKS, Masks())
    if not browser.masks.selectors:
        browser.mask(*masks)
    directory = item.config.getoption("--keep-pages")
    if directory is not None:
        pages = Path(directory)
        pages.mkdir(parents=True, exist_ok=True)
        (pages / VERSION).write_text(f"{browser.capabilities['browserVersion']}\n")
        browser.start_album(pages / f"{file_name(item)}{end}")


def keep_states(item: pytest.Item, folder: Path) -> list[tuple[str, str]]:
    """Saves the state of each of a test's browsers. Returns sections for its report that say where."""
    base = folder / file_name(item)
    sections = []
    for name, browser in _browsers(item).items():
        place = base if name == "browser" else base / name
        sections.append((f"Kept from {name}", _kept_state(browser, place)))
    return sections


def keep_pictures(item: pytest.Item, folder: Path, *, failed: bool) -> None:
    """Takes the last picture of each browser's album, and closes it. folder: of the kept states."""
    for browser in _browsers(item).values():
        if browser.album is None:
            continue
        album, browser.album = browser.album, None
        # A browser that has failed can show nothing.
        with suppress(WebDriverException):
            picture = album.with_name(f"{album.name}.png")
            if failed:
                # As it is: someone looks for the cause.
                browser.save_screenshot(picture)
                _keep_texts(folder / file_name(item), picture)
            else:
                keep_picture(browser, picture)


def warn_of_repeated(item: pytest.Item, report: pytest.TestReport) -> None:
    """Pages that were loaded twice become a warning in the test's report, and in that of a rehearsal."""
    for browser in {*_browsers(item).values(), *_browsers(item, ("understudy_browser",)).values()}:
        repeated, browser.repeated = browser.repeated, ()
        if repeated:
            text = (
                f"page loads that a change of this machine's network interrupted, and the browser repeated: "
                f"{len(repeated)} ({', '.join(repeated)})"
            )
            # The item's are those of its later reports.
            for place in (item.user_properties, report.user_properties):
                place.append(("warning", text))


def file_name(item: pytest.Item) -> str:
    """A test's name as a file name. Of several tests whose names are the same each has its own, by a number."""
    name = _plain(item.name)
    namesakes = [one.nodeid for one in item.session.items if _plain(one.name) == name]
    number = namesakes.index(item.nodeid) + 1
    return name if number == 1 else f"{name}--{number}"


def _plain(name: str) -> str:
    """report/summary.py makes the same, and numbers tests as file_name() does."""
    return re.sub(r"[^\w.-]+", "-", name)


def _browsers(item: pytest.Item, names: Iterable[str] = _FIXTURES) -> dict[str, Browser]:
    """The browsers that a test has, by the names of their fixtures."""
    fixtures: dict[str, object] = getattr(item, "funcargs", {})
    found = {name: fixtures.get(name) for name in names}
    return {name: browser for name, browser in found.items() if isinstance(browser, Browser)}


def _kept_state(browser: Browser, folder: Path) -> str:
    """Saves a browser's state. Returns the folder, or the error of a browser that has failed itself."""
    try:
        keep_state(browser, folder)
    except WebDriverException as error:
        return f"nothing: {error.msg}"
    return str(folder)


def _keep_texts(state: Path, picture: Path) -> None:
    """Copies a failed test's page and console beside its screenshot."""
    for name, suffix in (("page.html", ".html"), ("console.log", ".log")):
        if (state / name).is_file():
            shutil.copyfile(state / name, picture.with_suffix(suffix))
