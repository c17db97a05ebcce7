"""Pixels count as changed where a person sees it."""

import io

import pytest
from PIL import Image, ImageDraw

from tests.unit.pictures import drawn
from understudy.report.pixels import MOST_ON_EDGES, changed, count

Colour = tuple[int, int, int]
TEAL = (15, 118, 110)


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def plain(colour: Colour) -> Image.Image:
    return Image.new("RGB", (20, 10), colour)


@pytest.mark.parametrize("colour", [(15, 118, 144), (30, 118, 110), (15, 128, 110), (7, 110, 102)])
def test_another_colour_is_a_change(colour: Colour) -> None:
    assert count(changed(plain(TEAL), plain(colour))) == 200


@pytest.mark.parametrize("colour", [TEAL, (15, 118, 113), (17, 119, 111)])
def test_a_colour_that_looks_the_same_is_none(colour: Colour) -> None:
    assert count(changed(plain(TEAL), plain(colour))) == 0


def test_hue_counts_less_than_lightness() -> None:
    grey = (120, 120, 120)
    assert count(changed(plain(grey), plain((120, 120, 128)))) == 0
    assert count(changed(plain(grey), plain((128, 128, 128)))) == 200


def test_another_shade_on_an_edge_is_none() -> None:
    smoothed = opened(drawn((10, 10, 50, 50)))
    for row in range(10, 51):
        smoothed.putpixel((51, row), (160 - row, 160 - row, 160 - row))

    assert count(changed(opened(drawn((10, 10, 50, 50))), smoothed)) == 0


def test_a_dot_within_an_area_is_a_change() -> None:
    dotted = opened(drawn((10, 10, 50, 50)))
    dotted.putpixel((30, 30), (160, 160, 160))

    assert count(changed(opened(drawn((10, 10, 50, 50))), dotted)) == 1


def test_an_edge_that_has_moved_is_a_change() -> None:
    assert count(changed(opened(drawn((10, 10, 50, 50))), opened(drawn((11, 10, 51, 50))))) == 82


@pytest.mark.parametrize(("before", "after"), [("basket", "casket"), ("10", "16"), ("end.", "end")])
def test_a_letter_is_a_change(before: str, after: str) -> None:
    pictures = [Image.new("RGB", (120, 40), "white") for _ in range(2)]
    for picture, word in zip(pictures, (before, after), strict=True):
        ImageDraw.Draw(picture).text((5, 5), word, fill=(35, 48, 46), font_size=18)

    assert count(changed(*pictures)) >= 4


def test_what_is_large_is_not_looked_at_pixel_by_pixel() -> None:
    """Each pixel of a chess board lies between others."""
    size = (2 * MOST_ON_EDGES // 100, 100)
    assert count(changed(Image.new("RGB", size), Image.new("RGB", size, "white"))) == size[0] * 100
