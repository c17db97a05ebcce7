"""Screenshots differ where a user would see it."""

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.unit.pictures import drawn, png
from understudy.report.screenshots import difference, gather, small


def test_equal_pictures_have_no_difference() -> None:
    assert difference(drawn((1, 1, 50, 50)), drawn((1, 1, 50, 50))) == (0.0, b"")


def test_an_antialiased_edge_is_no_difference() -> None:
    smoothed = Image.open(io.BytesIO(drawn((10, 10, 50, 50))))
    smoothed.putpixel((51, 20), (160, 160, 160))

    assert difference(drawn((10, 10, 50, 50)), png(smoothed))[0] == 0


def test_the_share_is_that_of_the_changed_pixels_and_they_are_marked() -> None:
    share, marked = difference(drawn(), drawn((0, 0, 99, 99)))

    assert share == pytest.approx(0.5, abs=0.02)
    colors = Image.open(io.BytesIO(marked)).convert("RGB")
    red, green, _ = colors.getpixel((50, 50))  # type: ignore[misc]
    assert red > 2 * green
    assert colors.getpixel((180, 50)) == (255, 255, 255)


def test_a_changed_letter_is_a_difference() -> None:
    assert difference(drawn((10, 10, 12, 20)), drawn((14, 10, 16, 20)))[0] > 0


def test_pixels_that_only_one_picture_has_count_as_changed() -> None:
    share, marked = difference(drawn(size=(200, 100)), drawn(size=(200, 200)))

    assert share == pytest.approx(0.5)
    assert Image.open(io.BytesIO(marked)).size == (200, 200)


def test_pictures_are_compared_by_name(tmp_path: Path) -> None:
    for name, names in {"now": ("a", "b", "c"), "then": ("a", "b")}.items():
        (tmp_path / name).mkdir()
        for each in names:
            (tmp_path / name / f"{each}.png").write_bytes(drawn())
    (tmp_path / "now/b.png").write_bytes(drawn((0, 0, 9, 9)))

    same, changed, new = gather(tmp_path / "now", tmp_path / "then")

    assert (same.name, same.share, same.marked) == ("a", 0, b"")
    assert changed.share
    assert changed.marked
    assert (new.name, new.share) == ("c", None)
    assert [picture.share for picture in gather(tmp_path / "now", None)] == [None] * 3


def test_pictures_on_the_page_are_smaller_and_look_the_same() -> None:
    picture = Image.effect_noise((300, 300), 40).convert("RGB")
    picture.paste((20, 60, 200), (0, 0, 150, 300))

    made = small(png(picture))

    assert len(made) < len(png(picture))
    assert difference(png(picture), made)[0] < 0.01


def test_a_picture_that_would_grow_stays_as_it_is() -> None:
    one = drawn()
    assert len(small(one)) <= len(one)


def test_change_at_the_edge_of_a_picture_is_found(tmp_path: Path) -> None:
    for box in ((0, 0, 3, 3), (196, 96, 199, 99)):
        share, marked = difference(drawn(), drawn(box))
        assert share == pytest.approx(16 / (200 * 100), abs=0.001)
        assert marked


def test_changes_far_apart_are_both_marked() -> None:
    both = Image.open(io.BytesIO(drawn((0, 0, 9, 9)))).convert("RGB")
    both.paste((0, 0, 0), (150, 80, 160, 90))

    marked = Image.open(io.BytesIO(difference(drawn(), png(both))[1])).convert("RGB")

    for place in ((5, 5), (155, 85)):
        red, green, _ = marked.getpixel(place)  # type: ignore[misc]
        assert red > 2 * green
    assert marked.getpixel((80, 50)) == (255, 255, 255)
