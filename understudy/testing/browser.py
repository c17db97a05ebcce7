"""Starts Chromium, and saves its state when a test fails."""

import re
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.common.exceptions import InvalidSelectorException, WebDriverException
from selenium.webdriver.common.by import By

from understudy.errors import ConfigError, Unreachable
from understudy.testing import chromium, trust
from understudy.testing.site import Site
from understudy.testing.still import Masks, still

# Generous, for a site on a slow emulated machine.
PAGE_SECONDS = 30

OPTIONS = (
    "--headless=new",
    # So that a page looks the same on each machine, as far as a browser can.
    "--window-size=1280,900",
    "--force-device-scale-factor=1",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)
# Another VM's network interface has come or gone: Chromium gives up what it is loading, with one of the two.
_NETWORK_CHANGED = re.compile(r"\bnet::ERR_(NETWORK_CHANGED|INTERNET_DISCONNECTED)\b")
# Until it takes the machine for online again.
_SETTLE = "setTimeout(arguments[0], 3000)"

_REFUSAL = """
if (location.protocol !== "chrome-error:") return "";
const reason = document.documentElement.textContent.match(/ERR_[A-Z_]+/);
return reason ? `net::${reason[0]}` : document.title;
"""


class Browser(webdriver.Chrome):
    """Chromium. With an album, it saves a picture of each page when a test leaves the page."""

    album: Path | None = None
    taken = 0
    home: TemporaryDirectory[str] | None = None
    site: Site | None = None
    # Origins of the site that have its password.
    entered: frozenset[str] = frozenset()
    # URLs that were loaded a second time.
    repeated: tuple[str, ...] = ()
    # Those of the test that has the browser.
    masks: Masks

    def start_album(self, album: Path) -> None:
        """album: the path of the pictures, without their number and .png."""
        self.album, self.taken = album, 0

    def mask(self, *selectors: str) -> None:
        """Regions, by CSS selectors, that differ in each run: the test's pictures show them grey.

        Raises ConfigError if a selector is wrong.
        """
        for selector in selectors:
            try:
                self.find_elements(By.CSS_SELECTOR, selector)
            except InvalidSelectorException:
                raise ConfigError(f"a mask is no CSS selector: {selector}") from None
        self.masks.selectors += selectors

    def mask_text(self, *texts: str) -> None:
        """Texts that differ in each run: the test's pictures show "masked" instead."""
        self.masks.texts += texts

    def get(self, url: str) -> None:
        """Raises WebDriverException if the browser refuses the page for its certificate: by itself
        chromedriver takes the browser's own page about that for the one that was asked for. A page that a
        change of this machine's network has interrupted is loaded once more.
        """
        self.leave_page()
        self._enter(url)
        try:
            self._load(url)
        except WebDriverException as error:
            if not _NETWORK_CHANGED.search(error.msg or ""):
                raise
            self.repeated += (url,)
            self.execute_async_script(_SETTLE)
            self._load(url)

    def _load(self, url: str) -> None:
        super().get(url)
        if why := self.execute_script(_REFUSAL):
            raise WebDriverException(f"{url} is not shown: {why}")

    def _enter(self, url: str) -> None:
        """Gives the site's password once for each origin. A page whose own URL had it could not fetch()."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        login = self.site.login if self.site and parts.hostname in self.site.names else None
        if login and origin not in self.entered:
            super().get(login.url(origin))
            self.entered |= {origin}

    def forget_cookies(self) -> None:
        """Leaves the page for a blank one."""
        self.get("about:blank")
        self.execute_cdp_cmd("Network.clearBrowserCookies", {})

    def quit(self) -> None:
        super().quit()
        if self.home:
            self.home.cleanup()

    def leave_page(self) -> None:
        """To be called before anything that leads to another page."""
        if self.album and not self.current_url.startswith(("about:", "data:")):
            self.taken += 1
            # There is no picture of a page that failed to load; the test reports that.
            with suppress(WebDriverException):
                keep_picture(self, self.album.with_name(f"{self.album.name}.{self.taken}.png"))


def start_browser(site: Site) -> Browser:
    """A headless Chromium that resolves the site's names to the site's address, and trusts its CAs.

    Raises Unreachable if it is not installed.
    """
    options = webdriver.ChromeOptions()
    options.binary_location = program("chromium")
    rule = f"--host-resolver-rules={site.resolver_rule}"
    for option in (*OPTIONS, *chromium.options(), rule):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    home = TemporaryDirectory(prefix="understudy-browser-", ignore_cleanup_errors=True)
    roots = trust.known(site.roots)
    environment = trust.for_chromium(roots, Path(home.name)) if roots else None
    driver = program("chromedriver")
    service = webdriver.ChromeService(executable_path=driver, env=environment)
    browser = Browser(options=options, service=service)
    browser.home, browser.site, browser.masks = home, site, Masks()
    browser.set_page_load_timeout(PAGE_SECONDS)
    browser.set_script_timeout(PAGE_SECONDS)
    return browser


def program(name: str) -> str:
    """The path of a program. Raises Unreachable if it is not installed."""
    path = shutil.which(name)
    if path is None:
        raise Unreachable(f"{name} is not installed", hint="python deploy.py doctor --fix")
    return path


def forget(browser: Browser) -> None:
    """Resets a browser: a blank page, no cookies, an empty console."""
    browser.forget_cookies()
    console(browser)


def console(browser: webdriver.Chrome) -> list[str]:
    """The lines of the console since the last call."""
    entries = browser.get_log("browser")  # type: ignore[no-untyped-call]
    return [f"{entry['level']} {entry['message']}" for entry in entries]


def keep_picture(browser: Browser, picture: Path) -> None:
    """Takes a screenshot of the page held still: it is compared with that of another run."""
    picture.parent.mkdir(parents=True, exist_ok=True)
    with still(browser, browser.masks):
        browser.save_screenshot(picture)


def keep_state(browser: webdriver.Chrome, folder: Path) -> None:
    """Saves a browser's page, screenshot and console in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("console.log").write_text("\n".join([*console(browser), ""]))
    folder.joinpath("page.html").write_text(browser.page_source)
    browser.save_screenshot(folder / "screenshot.png")
