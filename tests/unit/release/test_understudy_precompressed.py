"""templates/understudy_precompressed.py, which looks after static files' copies on a host."""

import os
from hashlib import sha256
from pathlib import Path
from runpy import run_path

import pytest

from tests.unit.fakes import TOP

PROGRAM = run_path(str(TOP / "templates" / "understudy_precompressed.py"))


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return tmp_path / "new"


@pytest.fixture
def before(tmp_path: Path) -> Path:
    return tmp_path / "before"


def fill(directory: Path, **files: str) -> None:
    """Names have an underscore in place of the dots."""
    for name, text in files.items():
        path = directory / "d" / name.replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def lacking(
    directory: Path, before: Path | None = None, suffixes: tuple[str, ...] = (".gz",)
) -> list[str]:
    found = PROGRAM["lacking"](str(directory), before and str(before), suffixes, ["css", "js"], 100)
    for name, digest in found.items():
        assert digest == sha256((directory / name).read_bytes()).hexdigest()
    return sorted(found)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in (directory / "d").iterdir())


def test_text_lacks_its_copies(new: Path) -> None:
    fill(new, a_css="a", b_js="b", c_png="c", large_css=101 * "x")

    assert lacking(new) == ["d/a.css", "d/b.js"]


def test_copy_that_the_app_has_made_is_never_served(new: Path) -> None:
    """It may be of another content. What only looks like one stays."""
    fill(new, a_css="a", a_css_gz="x", a_css_br="x", large_css=101 * "x", large_css_gz="x")
    fill(new, b_tar="b", b_tar_gz="y", c_css_gz="z")

    assert lacking(new) == ["d/a.css"]
    assert names(new) == ["a.css", "b.tar", "b.tar.gz", "c.css.gz", "large.css"]


def test_same_content_is_linked_with_its_copies(new: Path, before: Path) -> None:
    fill(before, a_css="a", a_css_gz="packed", b_css="b", b_css_gz="packed", c_png="c")
    fill(new, a_css="a", b_css="B", c_png="c")

    assert lacking(new, before) == ["d/b.css"]
    assert names(new) == ["a.css", "a.css.gz", "b.css", "c.png"]
    for name in ("a.css", "a.css.gz", "c.png"):
        assert (new / "d" / name).samefile(before / "d" / name), "its ETag changes"


def test_release_of_which_all_files_are_linked_lacks_nothing(new: Path, before: Path) -> None:
    fill(before, a_css="a", a_css_gz="packed")
    (new / "d").mkdir(parents=True)
    for name in names(before):
        os.link(before / "d" / name, new / "d" / name)

    assert lacking(new, before) == []
    assert names(new) == ["a.css", "a.css.gz"]


def test_copies_of_a_kind_that_is_new_are_made(new: Path, before: Path) -> None:
    for directory in (before, new):
        fill(directory, a_css="a", a_css_gz="packed")

    assert lacking(new, before, (".gz", ".br")) == ["d/a.css"]
    assert lacking(before) == ["d/a.css"]


def test_copy_of_the_app_is_not_served_beside_those_of_before(new: Path, before: Path) -> None:
    fill(before, a_css="a", a_css_gz="packed")
    fill(new, a_css="a", a_css_gz="x", a_css_br="x")

    assert lacking(new, before) == []
    assert (new / "d" / "a.css.gz").read_text() == "packed"
    assert names(new) == ["a.css", "a.css.gz"]


def test_links_into_a_release_are_not_taken_over(new: Path, before: Path, tmp_path: Path) -> None:
    """collectstatic --link makes them, and that release may be removed."""
    (tmp_path / "source.css").write_text("a")
    for directory in (before, new):
        fill(directory, a_css_gz="packed")
        (directory / "d" / "a.css").symlink_to(tmp_path / "source.css")

    assert lacking(new, before) == ["d/a.css"]
    assert lacking(new, tmp_path / "missing") == ["d/a.css"]


def test_run_that_was_killed_is_taken_up(new: Path, before: Path) -> None:
    fill(before, a_css="a", a_css_gz="packed")
    fill(new, a_css="a", a_css_linked="half made")

    assert lacking(new, before) == []
    assert names(new) == ["a.css", "a.css.gz"]
