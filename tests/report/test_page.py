"""The page in a real browser: it loads nothing, fits a phone, and is for everybody."""

import re

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from tests.report.opened import COLOURS, VISIBLE, OpenedPage

ENOUGH = 4.5


def test_page_is_one_file_and_runs_no_text(page: OpenedPage) -> None:
    asked = [url for url in page.requests() if not url.startswith("data:")]

    assert asked == [page.address]
    assert [entry["message"] for entry in page.log("browser")] == []


def test_page_is_as_wide_as_the_screen(page: OpenedPage) -> None:
    scroll, screen = page.ask(
        "const page = document.documentElement; return [page.scrollWidth, page.clientWidth]"
    )

    assert scroll <= screen


def test_ids_are_unique(page: OpenedPage) -> None:
    ids = page.ask("return [...document.querySelectorAll('[id]')].map(element => element.id)")

    assert len(ids) == len(set(ids))


def numbers(colour: str) -> list[float]:
    return [float(number) for number in re.findall(r"[\d.]+", colour)]


def luminance(colour: list[float]) -> float:
    parts = [part / 255 for part in colour[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink: str, behind: list[str]) -> float:
    """As WCAG reckons it. Backgrounds here are either solid or not there at all."""
    solid = next(numbers(colour) for colour in behind if numbers(colour)[3:] != [0])
    darker, lighter = sorted((luminance(numbers(ink)), luminance(solid)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(scheme: str, page: OpenedPage) -> None:
    page.use_scheme(scheme)

    told = page.ask(COLOURS)

    assert len(told) > 10
    assert [one for one in told if contrast(*one[1:]) < ENOUGH] == []
    assert (luminance(numbers(told[0][2][-2])) < 0.2) is (scheme == "dark")


def test_tab_reaches_all_that_opens(failed: OpenedPage) -> None:
    assert len(failed.summaries_by_tab()) == failed.ask(VISIBLE) > 5


def test_keys_go_from_part_to_part_and_to_the_error(failed: OpenedPage) -> None:
    focused = "return document.activeElement.innerText"

    failed.press("j")
    first = failed.ask(focused)
    failed.press("j")
    second = failed.ask(focused)
    failed.press("k")

    assert "get the locked packages" in first
    assert "unpack release" in second
    assert failed.ask(focused) == first
    failed.press("e")
    assert "start release" in failed.ask(focused)


def test_row_of_the_timeline_opens_its_step(failed: OpenedPage) -> None:
    step = "return document.getElementById('step-2').checkVisibility()"
    assert failed.ask(step) is False

    failed.browser.find_element(By.CSS_SELECTOR, "a[href='#step-2']").click()

    assert failed.ask(step) is True


def test_page_is_whole_without_its_script(browser: WebDriver, failed: OpenedPage) -> None:
    with_script = len(failed.ask("return document.querySelector('main').innerText"))
    try:
        page = OpenedPage.of(browser, failed.address, 1200, script=False)
        told = page.ask("return document.querySelector('main').innerText")
        buttons = page.ask("return document.querySelectorAll('button').length")
        browser.find_element(By.CSS_SELECTOR, "a[href='#step-2']").click()
        opened = page.ask("return document.getElementById('step-2').checkVisibility()")
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    assert buttons == 0
    assert len(told) > 0.8 * with_script
    assert "ModuleNotFoundError" in told
    assert opened
