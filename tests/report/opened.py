"""A page that is open in a browser, and questions about it."""

import json
from dataclasses import dataclass
from typing import Any, Self

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from understudy.paths import RESOURCES

# Each element with text of its own: its colour, and the background colours of the elements behind it.
COLOURS = """
return [...document.querySelectorAll("body *:not(script):not(title)")]
  .filter(element => element.checkVisibility({opacityProperty: true}))
  .filter(element => [...element.childNodes].some(
    node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
  .map(element => {
    const behind = [];
    for (let at = element; at; at = at.parentElement) behind.push(getComputedStyle(at).backgroundColor);
    const style = getComputedStyle(element);
    const ink = element instanceof SVGElement ? style.fill : style.color;
    return [element.textContent.trim().slice(0, 40), ink, behind];
  });
"""
VISIBLE = """
return [...document.querySelectorAll("summary")].filter(summary => summary.checkVisibility()).length
"""
AXE = """
const done = arguments[arguments.length - 1];
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
axe.run(document, {iframes: false, resultTypes: ["violations"], runOnly: rules})
  .then(found => done(found.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`)));
"""
WITHIN = """
return [...document.querySelectorAll(arguments[0])]
  .filter(element => element.textContent.includes(arguments[1]) || element.tagName === "IMG")
  .map(element => element.getBoundingClientRect())
  .filter(box => box.height > 0 && box.top >= 0 && box.left >= 0)
  .some(box => box.bottom <= innerHeight && box.right <= innerWidth)
"""
FOCUSED = "return [...document.querySelectorAll('summary')].indexOf(document.activeElement)"


@dataclass(frozen=True)
class OpenedPage:
    browser: WebDriver
    address: str

    @classmethod
    def of(
        cls, browser: WebDriver, address: str, width: int, *, height: int = 900, script: bool = True
    ) -> Self:
        """Opens a page and drops earlier log entries. width: in pixels; below 500 it is a phone."""
        browser.get("about:blank")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not script})
        page = cls(browser, address)
        page.log("browser")
        page.log("performance")
        browser.get(address)
        return page

    def ask(self, script: str) -> Any:
        return self.browser.execute_script(script)

    def log(self, name: str) -> list[dict[str, Any]]:
        """The entries since the last call."""
        entries: list[dict[str, Any]] = self.browser.get_log(name)  # type: ignore[no-untyped-call]
        return entries

    def requests(self) -> list[str]:
        """The addresses that the browser has requested."""
        events = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        sent = [event for event in events if event["method"] == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in sent]

    def press(self, *keys: str) -> None:
        ActionChains(self.browser).send_keys(*keys).perform()

    def violations(self) -> list[str]:
        """The rules of axe-core that the page breaks, of WCAG 2.2 A and AA and its best practices."""
        axe = (RESOURCES / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
        return list(self.browser.execute_async_script(axe + AXE))

    def shows(self, selector: str, text: str) -> bool:
        """Whether an element with that text is within the first screen as a whole."""
        return bool(self.browser.execute_script(WITHIN, selector, text))

    def summaries_by_tab(self) -> set[int]:
        """The numbers of the <summary> elements that Tab reaches."""
        reached = set()
        for _ in range(
            self.ask(
                "return document.querySelectorAll('a, summary, pre, button, [tabindex]').length"
            )
        ):
            self.press(Keys.TAB)
            reached.add(int(self.ask(FOCUSED)))
        return reached - {-1}

    def use_scheme(self, scheme: str) -> None:
        """light or dark."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
