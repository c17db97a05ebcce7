"""Browser tests keep a screenshot of each page as the test left it."""

from pathlib import Path

import pytest
from PIL import Image

from understudy.testing.browser import Browser, keep_picture
from understudy.testing.pages import Page

RED, GREEN = (255, 0, 0), (0, 128, 0)


@pytest.fixture(autouse=True)
def _pages(folder: Path) -> None:
    """A red page with a link to a green one."""
    link = "<a href='green.html'>to the green one</a>"
    (folder / "red.html").write_text(f"<body style='background: red'>{link}")
    (folder / "green.html").write_text("<body style='background: green'>")


def colour(picture: Path) -> tuple[int, ...]:
    with Image.open(picture) as image:
        found = image.convert("RGB").getpixel((600, 600))
    assert isinstance(found, tuple)
    return found


def test_each_page_is_kept_as_the_test_left_it(visitor: Browser, url: str, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    visitor.start_album(pictures / "test_x")
    red = Page(visitor, f"{url}/red.html")

    red.open()
    with red.next_page():
        red.find("a").click()
    red.open()
    keep_picture(visitor, pictures / "test_x.png")

    assert [path.name for path in sorted(pictures.iterdir())] == [
        "test_x.1.png",
        "test_x.2.png",
        "test_x.png",
    ]
    assert [colour(path) for path in sorted(pictures.iterdir())] == [RED, GREEN, RED]


def test_without_an_album_no_screenshot_is_kept(visitor: Browser, url: str, tmp_path: Path) -> None:
    page = Page(visitor, f"{url}/red.html")
    page.open()
    page.open()

    assert not list(tmp_path.rglob("*.png"))
