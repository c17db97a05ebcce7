"""The report page in a real browser: it loads nothing, fits a phone, and is accessible."""

import re
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.report.opened import COLOURS, VISIBLE, OpenedPage
from tests.unit.records import HOST_NAMES

# WCAG 2.2, success criterion 1.4.3.
MINIMUM_CONTRAST = 4.5


def test_the_page_loads_nothing_and_runs_no_text_as_code(page: OpenedPage) -> None:
    asked = [url for url in page.requests() if not url.startswith("data:")]

    assert asked == [page.address]
    assert [entry["message"] for entry in page.log("browser")] == []


def test_the_page_is_not_wider_than_the_screen(page: OpenedPage) -> None:
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
    """By WCAG 2.2, "contrast ratio". Backgrounds here are either solid or fully transparent."""
    solid = next(numbers(colour) for colour in behind if numbers(colour)[3:] != [0])
    darker, lighter = sorted((luminance(numbers(ink)), luminance(solid)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_enough_contrast(scheme: str, page: OpenedPage) -> None:
    page.use_scheme(scheme)

    texts = page.ask(COLOURS)

    assert len(texts) > 10
    assert [one for one in texts if contrast(*one[1:]) < MINIMUM_CONTRAST] == []
    assert (luminance(numbers(texts[0][2][-2])) < 0.2) is (scheme == "dark")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(scheme: str, page: OpenedPage) -> None:
    page.use_scheme(scheme)

    assert page.violations() == []


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_failed_assertion_is_on_the_first_screen(
    width: int, height: int, browser: WebDriver, pages: Path
) -> None:
    page = OpenedPage.of(browser, (pages / "failed.html").as_uri(), width, height=height)

    assert page.shows("h1", "Failed")
    assert page.shows("h3", "test_logo[1.5]")
    assert page.shows(".place", "test_pages.py:31")
    assert page.shows("pre.assertion", "assert 0 > 0")
    assert page.shows(".failing img", "")


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_of_several_hosts_what_failed_and_the_figures_are_on_the_first_screen(
    width: int, height: int, browser: WebDriver, pages: Path
) -> None:
    page = OpenedPage.of(browser, (pages / "several-tested.html").as_uri(), width, height=height)

    assert page.shows(".sentence", "One test failed on 3 hosts")
    assert all(page.shows(".failing .on a", name) for name in HOST_NAMES.values())
    assert page.shows(".figure", "9 passed, 3 failed, on 3 hosts")
    assert page.shows(".figure", "3 steps failed")


def test_filter_leaves_only_what_failed(failed: OpenedPage) -> None:
    names = "return [...document.querySelectorAll('.lane .name')].filter(e => e.checkVisibility()).length"
    before = failed.ask(names)

    failed.press("f")

    assert 0 < failed.ask(names) < before
    assert failed.shows("h3", "test_logo[1.5]")
    visible = "return [...document.querySelectorAll('.step')].filter(e => e.checkVisibility())"
    assert failed.ask(f"{visible}.every(e => e.classList.contains('failed'))") is True
    failed.press("f")
    assert failed.ask(names) == before


def test_screenshot_opens_large_and_escape_closes_it(failed: OpenedPage) -> None:
    is_open = "return document.querySelector('dialog').open"
    failed.ask("document.querySelector('.failing .after').focus()")

    failed.press(Keys.ENTER)

    assert failed.ask(is_open) is True
    assert failed.ask("return document.activeElement.textContent") == "Close"
    failed.press(Keys.ESCAPE)
    assert failed.ask(is_open) is False
    assert failed.ask("return document.activeElement.matches('.enlarge')") is True


def test_contents_stay_in_sight_and_lead_to_each_section(page: OpenedPage) -> None:
    links = page.browser.find_elements(By.CSS_SELECTOR, ".contents li a")
    for link in links[-2:]:
        link.click()
        assert link.is_displayed()
        assert (
            page.ask("return document.querySelector('.contents').getBoundingClientRect().top") <= 1
        )


def test_tab_reaches_every_part_that_opens(failed: OpenedPage) -> None:
    assert len(failed.summaries_by_tab()) == failed.ask(VISIBLE) > 5


def test_keys_move_between_parts_and_to_the_error(failed: OpenedPage) -> None:
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


def test_a_row_of_the_timeline_opens_its_step(failed: OpenedPage) -> None:
    step = "return document.getElementById('step-2').checkVisibility()"
    assert failed.ask(step) is False

    failed.browser.find_element(By.CSS_SELECTOR, "a[href='#step-2']").click()

    assert failed.ask(step) is True


def test_the_page_is_complete_without_its_script(browser: WebDriver, failed: OpenedPage) -> None:
    with_script = len(failed.ask("return document.querySelector('main').innerText"))
    try:
        page = OpenedPage.of(browser, failed.address, 1200, script=False)
        text = page.ask("return document.querySelector('main').innerText")
        buttons = page.ask("return document.querySelectorAll('button').length")
        browser.find_element(By.CSS_SELECTOR, ".failing .after").click()
        large = page.ask("return document.querySelector('figure:target').offsetWidth")
        browser.find_element(By.CSS_SELECTOR, "figure:target .close").click()
        browser.find_element(By.CSS_SELECTOR, "#failed-only").click()
        hidden = page.ask("return document.getElementById('step-1')?.checkVisibility()")
        browser.find_element(By.CSS_SELECTOR, "#failed-only").click()
        browser.find_element(By.CSS_SELECTOR, "a[href='#step-2']").click()
        opened = page.ask("return document.getElementById('step-2').checkVisibility()")
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    assert buttons == 0
    assert large > 1000
    assert hidden is False
    assert len(text) > 0.8 * with_script
    assert "ModuleNotFoundError" in text
    assert opened
