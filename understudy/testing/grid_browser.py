"""A browser on a node of a Selenium Grid, as the tests use it: the same as one of this machine."""

from typing import Any

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.options import BaseOptions
from selenium.webdriver.remote.remote_connection import RemoteConnection

from understudy.testing.browser import Browser

# Of Chromium and of Firefox, if nothing answers at an address.
_NOT_REACHED = (
    *("ERR_CONNECTION", "ERR_ADDRESS_UNREACHABLE", "ERR_TIMED_OUT"),
    *("e=connectionFailure", "e=netTimeout"),
)


class GridBrowser(Browser):
    """Chromium or one made of it. No program of this machine drives it."""

    get_downloadable_files = webdriver.Remote.get_downloadable_files
    download_file = webdriver.Remote.download_file
    delete_downloadable_files = webdriver.Remote.delete_downloadable_files

    def __init__(self, connection: RemoteConnection, options: BaseOptions) -> None:
        webdriver.Remote.__init__(self, command_executor=connection, options=options)

    def quit(self) -> None:
        webdriver.Remote.quit(self)

    def forget_cookies(self) -> None:
        """And what was downloaded, on the node."""
        super().forget_cookies()
        if self.capabilities.get("se:downloadsEnabled"):
            self.delete_downloadable_files()

    def _load(self, url: str) -> None:
        try:
            super()._load(url)
        except WebDriverException as error:
            text = error.msg or ""
            if any(sign in text for sign in _NOT_REACHED) and self.site:
                error.msg = (
                    f"{text}\nDoes the browser's node of the Grid reach the site at {self.site.address}? If it "
                    "can not, an SSH port forward can: docs/browser-tests.md"
                )
            raise


class GridFirefox(GridBrowser):
    """Firefox has no console and no DevTools for WebDriver."""

    def get_log(self, log_type: str) -> list[dict[str, Any]]:
        return []

    def forget_cookies(self) -> None:
        """Those of the page's site: all that WebDriver can."""
        self.delete_all_cookies()
        self.get("about:blank")
        if self.capabilities.get("se:downloadsEnabled"):
            self.delete_downloadable_files()
