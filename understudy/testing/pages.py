"""A page of a site, as a test uses it: the base of page objects."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from understudy.testing.browser import Browser, console

T = TypeVar("T")

WAIT_SECONDS = 20
# Seconds.
LOOK_EVERY = 0.1
# Chrome gives up requests when a network interface of this machine comes or goes: one of another VM that boots
# has several changes.
_ANSWERED = """
    const pause = () => new Promise(resume => setTimeout(resume, 500));
    const answered = (url, options, read, left = 8) => fetch(url, options).then(read).catch(error => {
        if (!left) throw error;
        return pause().then(() => answered(url, options, read, left - 1));
    });
"""


class Page:
    """What all pages have."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url

    def open(self) -> None:
        """Goes to the page, or loads it again."""
        self.browser.get(self.url)

    def find(self, css: str) -> WebElement:
        """The one element that a selector matches."""
        return self.browser.find_element(By.CSS_SELECTOR, css)

    def find_all(self, css: str) -> list[WebElement]:
        """All elements that a selector matches."""
        return self.browser.find_elements(By.CSS_SELECTOR, css)

    def wait_for(self, what: Callable[[Browser], T], message: str) -> T:
        """Waits until `what` returns something true. Ignores errors of the browser while the page changes."""
        wait = WebDriverWait(
            self.browser, WAIT_SECONDS, LOOK_EVERY, ignored_exceptions=[WebDriverException]
        )
        return wait.until(what, message)

    @contextmanager
    def next_page(self) -> Iterator[None]:
        """Waits at its end until the page that was shown at its start has been replaced."""
        self.browser.leave_page()
        self.browser.execute_script("window.isLeaving = true")
        yield
        self.wait_for(
            lambda browser: browser.execute_script(
                "return !window.isLeaving && document.readyState === 'complete'"
            ),
            "no next page was loaded",
        )

    def style(self, css: str, name: str) -> str:
        """A computed style of an element."""
        return self.find(css).value_of_css_property(name)

    def image_width(self, css: str) -> int:
        """The width of an image's file in pixels, once it is loaded; 0 if it can't be."""
        image = self.find(css)
        self.wait_for(lambda _: image.get_property("complete"), f"{css} is still being loaded")
        return int(str(image.get_property("naturalWidth")))

    def console_errors(self) -> list[str]:
        """The errors in the console since the last call."""
        return [line for line in console(self.browser) if line.startswith("SEVERE")]

    def asked_for(self) -> list[str]:
        """The URLs that the page has loaded, or tried to load."""
        names = "return performance.getEntriesByType('resource').map(entry => entry.name)"
        return [str(name) for name in self.browser.execute_script(names)]

    def texts_at_once(self, times: int) -> list[str]:
        """The answers of the page's URL to that many requests sent at the same time."""
        script = """
            const [url, times, done] = arguments;
            const get = () => answered(url, {cache: "no-store"}, answer => answer.text());
            Promise.all(Array.from({length: times}, get)).then(done, error => done([String(error)]));
        """
        found = self.browser.execute_async_script(_ANSWERED + script, self.url, times)
        return [str(text) for text in found]

    def status(self) -> int:
        """The HTTP status of the page."""
        entry = "return performance.getEntriesByType('navigation')[0].responseStatus"
        return int(self.browser.execute_script(entry))

    def post_status(self, fields: dict[str, str]) -> int:
        """Posts to the page's URL from a script on the page. Returns the HTTP status of the answer."""
        script = """
            const [url, fields, done] = arguments;
            answered(url, {method: "POST", body: new URLSearchParams(fields)}, answer => answer.status)
                .then(done, error => done(String(error)));
        """
        return int(self.browser.execute_async_script(_ANSWERED + script, self.url, fields))
