"""Pictures of a report page, or of the history: on a desktop, on a phone, in the dark.

`python -m tests.house.report_pictures FOLDER NAME…` makes them of the records in tests/unit/records.py.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.webdriver import WebDriver

from tests.unit.fakes import TEMPLATES
from tests.unit.records import FAILED, PASSED
from understudy.report import store
from understudy.report.gallery import Picture
from understudy.report.page import render
from understudy.report.record import Record, Verdict
from understudy.testing import chromium
from understudy.testing.browser import OPTIONS, program

# Width, height, scheme.
SCREENS = {
    "desktop": (1280, 900, "light"),
    "phone": (390, 844, "light"),
    "dark": (1280, 900, "dark"),
    "dark-phone": (390, 844, "dark"),
}


def photograph(url: str, name: str, folder: Path) -> list[Path]:
    """The first screen of a page on each of SCREENS, as folder/name-SCREEN.png."""
    with _browser() as browser:
        return [
            _photograph(browser, url, folder / f"{name}-{screen}.png", screen) for screen in SCREENS
        ]


def photograph_record(
    record: Record, pictures: Sequence[Picture], name: str, folder: Path
) -> list[Path]:
    """As photograph(), of the page of a record, which is kept as folder/name.html."""
    page = folder / f"{name}.html"
    page.write_text(render(TEMPLATES, record, pictures), encoding="utf-8")
    return photograph(page.as_uri(), name, folder)


def draw(reports: Path, images: Path) -> None:
    """README's pictures: of the newest passed rehearsal, and of the newest run that failed."""
    written = store.list_all(reports)
    passed = next(one for one in written if (one.verb, one.verdict) == ("rehearse", Verdict.PASSED))
    failed = next(one for one in written if one.verdict == Verdict.FAILED)
    with _browser() as browser:
        for screen in ("desktop", "phone", "dark"):
            _photograph(browser, passed.page.as_uri(), images / f"report-{screen}.png", screen)
        _photograph(browser, failed.page.as_uri(), images / "report-failed.png", "desktop")
    for file in images.glob("report-*.png"):
        few = Image.open(file).convert("RGB").quantize(256)
        few.save(file, optimize=True)


def _photograph(browser: WebDriver, url: str, file: Path, screen: str) -> Path:
    width, height, scheme = SCREENS[screen]
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    browser.get(url)
    browser.save_screenshot(str(file))
    return file


def _browser() -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = program("chromium")
    for option in (*OPTIONS, *chromium.options()):
        options.add_argument(option)
    service = webdriver.ChromeService(executable_path=program("chromedriver"))
    return webdriver.Chrome(options=options, service=service)


if __name__ == "__main__":
    for sample in sys.argv[2:]:
        record = {"passed": PASSED, "failed": FAILED}[sample]
        print(*photograph_record(record, [], sample, Path(sys.argv[1])), sep="\n")
