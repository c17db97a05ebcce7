"""Holds a page still while its picture is taken, so that an unchanged page gives the same picture.

Animations and the caret rest, fonts and images are there, and what differs in each run is replaced: times of
the run, identifiers made of random data, and what the project or a test masks.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import WebDriverException

_HOLD = Path(__file__).with_suffix(".js").read_text()
_LET_GO = "window.understudyMove?.()"
# For fonts and images that are still loading.
_PATIENCE_MILLISECONDS = 2000


@dataclass
class Masks:
    """What no picture of a test shows. selectors: CSS, of regions. texts: wherever a page has them."""

    selectors: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


@contextmanager
def still(browser: webdriver.Chrome, masks: Masks) -> Iterator[None]:
    """No one may use the page meanwhile. Raises WebDriverException if the browser has failed."""
    # The longest first: one may be a part of another.
    texts = sorted(filter(None, masks.texts), key=len, reverse=True)
    try:
        browser.execute_script(_HOLD, masks.selectors, texts, _PATIENCE_MILLISECONDS)
        yield
    finally:
        with suppress(WebDriverException):
            browser.execute_script(_LET_GO)
