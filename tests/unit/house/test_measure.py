"""Sizes and imports, measured on a small package."""

from pathlib import Path

import pytest

from tests.house import measure


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    for name, text in {
        "__init__.py": '"""The shop."""\n',
        "errors.py": "",
        "till/__init__.py": '"""The till."""\n',
        "till/sum.py": "from shop.errors import X\nfrom shop.shelf import book\n\n\ndef one():\n    return 1\n",
        "shelf/__init__.py": "",
        "shelf/book.py": "from shop import errors\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_imports_between_wings_are_counted(package: Path) -> None:
    assert measure.imports_between_wings(package) == {
        ("till", "errors"): 1,
        ("till", "shelf"): 1,
        ("shelf", "errors"): 1,
    }


def test_sizes(package: Path) -> None:
    assert measure.per_folder(package) == {"shop": 1, "shop/till": 1, "shop/shelf": 1}
    assert measure.files(package).largest == 6
    assert measure.functions(package) == measure.Sizes(1, 1, 1, "till/sum.py:5 one")


def test_circle_is_found_through_a_third_one() -> None:
    edges = {("a", "b"): 1, ("b", "c"): 1, ("c", "a"): 1, ("a", "d"): 1}

    assert measure.circles(edges) == [("a", "b"), ("a", "c"), ("b", "c")]


def test_half_of_the_files_and_functions_are_short() -> None:
    assert measure.files().median < 120
    assert measure.functions().median < 8


def test_package_has_no_circle_of_wings() -> None:
    assert measure.circles(measure.imports_between_wings()) == []
