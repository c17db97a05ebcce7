"""Two screenshots of a page that no one has changed are equal; what a person would see as a change is found."""

import io
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from understudy.errors import ConfigError
from understudy.report.screenshots import difference
from understudy.testing.browser import Browser, keep_picture

SVG = "<svg xmlns='http://www.w3.org/2000/svg' width='60' height='60'><circle cx='30' cy='30' r='29'/></svg>"
LOGO = f'<img src="data:image/svg+xml,{SVG}">'
SHOP = f"""<meta charset=utf-8>
<style>body {{ font: 18px sans-serif }} button {{ background: #0f766e; margin-left: 40px }}</style>
{LOGO}<h1>Shop of List 3fa9c1d2e4b5</h1><p>Open from 08:00 to 17:00, since 2019-03-04 10:00.</p>
<p>Two spoons are in your basket.</p><button>Order</button>"""
SPIN = """<style>@keyframes spin { to { rotate: 1turn } } p { width: 9em; animation: spin 1s linear infinite }
</style><p>Loading"""
FADE = """<style>@keyframes in { from { background: red } }
body { background: lime; animation: in 9s }</style>"""
MOVE = """<style>body { background: red; transition: background 60s } .on { background: lime }</style>
<script>setTimeout(() => document.body.className = "on")</script>"""
CARET = "<style>input { font-size: 90px; caret-color: red }</style><input autofocus>"
LIME = (0, 255, 0)

Photograph = Callable[[str], bytes]


@pytest.fixture
def photograph(visitor: Browser, folder: Path, url: str, tmp_path: Path) -> Photograph:
    """A screenshot of a page with that source, as the next run compares it."""

    def photograph(source: str) -> bytes:
        # The browser may have kept a page of the same name.
        name = f"{uuid4()}.html"
        (folder / name).write_text(source)
        visitor.get(f"{url}/{name}")
        keep_picture(visitor, tmp_path / "picture.png")
        return (tmp_path / "picture.png").read_bytes()

    return photograph


def at(place: tuple[int, int], png: bytes) -> object:
    return Image.open(io.BytesIO(png)).convert("RGB").getpixel(place)


def ages(moment: datetime) -> list[str]:
    """A moment, as sites write it."""
    time = f"{moment.hour % 12 or 12}:{moment:%M} {'ap'[moment.hour > 11]}.m."
    return [
        f"{moment:%Y-%m-%d %H:%M}",
        moment.isoformat(),
        f"{moment:%b}. {moment.day}, {moment.year}, {time}",
        f"<time datetime={moment:%Y-%m-%dT%H:%MZ}>at {moment:%H:%M}</time>",
    ]


@pytest.mark.parametrize("source", [SPIN, CARET])
def test_what_moves_rests(
    source: str, visitor: Browser, photograph: Photograph, tmp_path: Path
) -> None:
    pictures = {photograph(source)}
    for _ in range(3):
        time.sleep(0.3)
        keep_picture(visitor, tmp_path / "again.png")
        pictures.add((tmp_path / "again.png").read_bytes())

    assert len(pictures) == 1


@pytest.mark.parametrize("source", [FADE, MOVE])
def test_what_ends_is_shown_at_its_end(source: str, photograph: Photograph) -> None:
    assert at((600, 600), photograph(source)) == LIME


@pytest.mark.parametrize("way", range(4))
def test_times_of_the_run_are_no_difference(way: int, photograph: Photograph) -> None:
    earlier, now = (
        ages(datetime.now(UTC) - ago)[way] for ago in (timedelta(hours=1.2), timedelta())
    )
    assert earlier != now
    assert photograph(f"<h1>Made {earlier}, by Ann") == photograph(f"<h1>Made {now}, by Ann")


def test_times_that_a_site_has_as_its_data_are_compared(photograph: Photograph) -> None:
    before, after = (
        photograph(SHOP.replace("2019-03-04", day)) for day in ("2019-03-04", "2019-03-05")
    )
    assert difference(before, after)[0]


def test_random_identifiers_are_no_difference(photograph: Photograph) -> None:
    def page() -> str:
        return f"<h1>List {uuid4().hex[:11]}a1 by {uuid4()}</h1><input value='a1{uuid4().hex}'><textarea>"

    assert photograph(page()) == photograph(page())


def test_masks_are_no_difference(visitor: Browser, photograph: Photograph) -> None:
    visitor.mask(".feed", "#clock")
    visitor.mask_text("Ann", "Annabel Li")

    first = photograph(
        f"<h1>Ann's</h1><p>by <b id=clock>a minute ago</b>, today<div class=feed>{LOGO} one <i>two</i></div>"
    )
    other = LOGO.replace("circle", "rect")
    second = photograph(
        f"<h1>Annabel Li's</h1><p>by <b id=clock>now</b>, today<div class=feed>{other} some other thing</div>"
    )

    assert first == second


def test_a_mask_that_is_no_selector_is_a_mistake(visitor: Browser) -> None:
    with pytest.raises(ConfigError, match="a mask is no CSS selector: p::::"):
        visitor.mask("p::::")


CHANGES = {
    "a colour": ("#0f766e", "#0f7690"),
    "a moved button": ("margin-left: 40px", "margin-left: 43px"),
    "a missing image": (LOGO, LOGO.replace("circle", "nothing")),
    "one word": ("Two spoons", "Ten spoons"),
    "one letter": ("basket", "casket"),
    "opening hours": ("17:00", "18:00"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_real_change_is_a_difference(change: str, photograph: Photograph) -> None:
    share, marked = difference(photograph(SHOP), photograph(SHOP.replace(*CHANGES[change])))
    assert 0 < share < 0.05
    assert marked


def test_the_page_is_the_same_afterwards(
    visitor: Browser, photograph: Photograph, tmp_path: Path
) -> None:
    """A test may look at it after it has left a page, and come back."""
    visitor.mask("#clock")
    photograph(
        f"{SPIN}<h1>List 3fa9c1d2e4b5</h1><b id=clock>12 o'clock</b><p>{datetime.now(UTC).isoformat()}"
        "<input id=field value=a1b2c3d4e5>"
    )
    state = """
        const field = document.getElementById("field");
        return [document.body.innerText, field.value, field.selectionEnd, field.selectionStart,
                document.activeElement.id, document.getAnimations().map((one) => one.playState).join(),
                document.adoptedStyleSheets.length, typeof understudyMove]
    """
    visitor.execute_script("field.focus(); field.setSelectionRange(2, 5)")
    before = visitor.execute_script(state)
    keep_picture(visitor, tmp_path / "again.png")

    assert visitor.execute_script(state) == before
    assert before[2:] == [5, 2, "field", "running,running", 0, "undefined"]
    assert "3fa9c1d2e4b5" in before[0]
    assert "12 o'clock" in before[0]
