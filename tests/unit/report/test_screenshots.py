"""Screenshots are compared with those of the last passed rehearsal, by the names of their tests."""

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.unit.pictures import drawn, png
from understudy.report.gallery import Picture
from understudy.report.screenshots import VERSION, difference, gather, small


def test_equal_pictures_have_no_difference() -> None:
    assert difference(drawn((1, 1, 50, 50)), drawn((1, 1, 50, 50))) == (0.0, b"")


def test_fewer_pixels_than_a_full_stop_has_are_no_difference() -> None:
    assert difference(drawn(), drawn((5, 5, 6, 5)))[0] == 0
    assert difference(drawn(), drawn((5, 5, 6, 6)))[0] > 0


def test_the_share_is_that_of_the_changed_pixels_and_they_are_marked() -> None:
    share, marked = difference(drawn(), drawn((0, 0, 99, 99)))

    assert share == pytest.approx(0.5, abs=0.02)
    colors = Image.open(io.BytesIO(marked)).convert("RGB")
    red, green, _ = colors.getpixel((50, 50))  # type: ignore[misc]
    assert red > 2 * green
    assert colors.getpixel((180, 50)) == (255, 255, 255)


Pages = dict[str, bytes]


def compared(folder: Path, now: Pages, then: Pages, versions: tuple[str, str]) -> list[Picture]:
    for name, pages, version in (("now", now, versions[0]), ("then", then, versions[1])):
        (folder / name).mkdir()
        (folder / name / VERSION).write_text(f"{version}\n")
        for page, picture in pages.items():
            (folder / name / f"{page}.png").write_bytes(picture)
    return gather(folder / "now", folder / "then")


SAME_BROWSER = ("156.0", "156.0")


def test_pictures_are_compared_by_name_and_the_most_changed_is_first(tmp_path: Path) -> None:
    then = {"a": drawn(), "b": drawn(), "c": drawn()}
    now = {
        "a": drawn(),
        "b": drawn((0, 0, 9, 9)),
        "c": drawn((0, 0, 99, 9)),
        "d": drawn((5, 5, 9, 9)),
    }

    most, little, new, same = compared(tmp_path, now, then, SAME_BROWSER)

    assert [one.name for one in (most, little, new, same)] == ["c", "b", "d", "a"]
    assert [one.state for one in (most, little, new, same)] == ["changed", "changed", "new", "same"]
    assert most.share == pytest.approx(0.05, abs=0.001)
    assert most.before == same.image
    assert most.marked
    assert (same.share, same.before, same.marked) == (0, b"", b"")
    assert [one.state for one in gather(tmp_path / "now", None)] == ["new"] * 4


def test_pictures_that_show_the_same_are_one(tmp_path: Path) -> None:
    then = {"a": drawn(), "b": drawn(), "c": drawn((0, 0, 9, 9)), "d": drawn()}
    now = dict.fromkeys("abcd", drawn())

    changed, same = compared(tmp_path, now, then, SAME_BROWSER)

    assert (changed.name, changed.also) == ("c", ())
    assert (same.name, same.also) == ("a", ("b", "d"))


def test_a_difference_after_an_update_of_the_browser_says_so(tmp_path: Path) -> None:
    now = {"a": drawn(), "b": drawn((0, 0, 9, 9))}

    other, same = compared(tmp_path, now, dict.fromkeys("ab", drawn()), ("157.1", "156.0"))

    assert (same.name, same.state) == ("a", "same")
    assert other.state == "unclear"
    assert other.note == "Chromium was 156.0 then, and is 157.1 now"
    assert other.marked


def test_pictures_from_before_there_was_a_version_are_of_another_one(tmp_path: Path) -> None:
    compared(tmp_path, {"a": drawn()}, {"a": drawn((0, 0, 9, 9))}, SAME_BROWSER)
    (tmp_path / "then" / VERSION).unlink()

    [picture] = gather(tmp_path / "now", tmp_path / "then")

    assert picture.note == "Chromium was another version then, and is 156.0 now"


def test_a_window_of_another_size_is_not_compared(tmp_path: Path) -> None:
    now, then = {"a": drawn(size=(200, 200))}, {"a": drawn(size=(200, 100))}

    [picture] = compared(tmp_path, now, then, SAME_BROWSER)

    assert (picture.state, picture.share) == ("unclear", None)
    assert picture.note == "not compared: the window was 200 by 100 pixels"


def test_pictures_on_the_page_are_smaller_and_look_the_same() -> None:
    picture = Image.new("RGB", (300, 300), "white")
    picture.paste(Image.effect_noise((90, 90), 40).convert("RGB"), (99, 99))
    picture.paste((20, 60, 200), (0, 0, 50, 50))

    made = small(picture)

    assert made[8:12] == b"WEBP"
    assert len(made) < 0.7 * len(png(picture))
    assert difference(png(picture), made)[0] < 0.03


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
