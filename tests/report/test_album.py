"""Browser tests keep a screenshot of each page as the test left it."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from PIL import Image

from understudy.testing.browser import Browser, keep_picture, start_browser
from understudy.testing.pages import Page
from understudy.testing.site import Site

RED, GREEN = (255, 0, 0), (0, 128, 0)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A red page with a link to a green one."""
    link = "<a href='green.html'>to the green one</a>"
    (tmp_path / "red.html").write_text(f"<body style='background: red'>{link}")
    (tmp_path / "green.html").write_text("<body style='background: green'>")
    handler = partial(Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://pages.test:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def visitor(url: str) -> Iterator[Browser]:
    with start_browser(Site("staging", url, "127.0.0.1", disposable=True)) as browser:
        yield browser


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
