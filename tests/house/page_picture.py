"""Chromium's pictures of a page: of its first screen on several devices, or of all of it."""

from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.webdriver import WebDriver

from understudy.testing import chromium
from understudy.testing.browser import OPTIONS, program

# Width, height, scheme.
SCREENS = {
    "desktop": (1280, 900, "light"),
    "phone": (390, 844, "light"),
    "dark": (1280, 900, "dark"),
    "dark-phone": (390, 844, "dark"),
}


def browser() -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = program("chromium")
    for option in (*OPTIONS, *chromium.options()):
        options.add_argument(option)
    service = webdriver.ChromeService(executable_path=program("chromedriver"))
    return webdriver.Chrome(options=options, service=service)


def first_screen(driver: WebDriver, url: str, file: Path, screen: str) -> Path:
    width, height, scheme = SCREENS[screen]
    feature = {"name": "prefers-color-scheme", "value": scheme}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    _resize(driver, width, height)
    driver.get(url)
    driver.save_screenshot(str(file))
    return file


def whole(driver: WebDriver, url: str, file: Path, width: int) -> None:
    _resize(driver, width, 400)
    driver.get(url)
    _resize(driver, width, driver.execute_script("return document.documentElement.scrollHeight"))
    driver.save_screenshot(str(file))


def _resize(driver: WebDriver, width: int, height: int) -> None:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def shrink(file: Path) -> None:
    """To 256 colours, a third of the bytes."""
    Image.open(file).convert("RGB").quantize(256).save(file, optimize=True)
