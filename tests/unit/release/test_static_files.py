"""Static files by their names. tests/programs/test_static_serving.py has what nginx makes of it."""

import gzip
from typing import Any

import brotli
import pytest

from tests.unit.fakes import config
from understudy.release import static_files

COMMITTED = {"static_directory": "shop/static"}
WITH_MODULE = {"packages": [static_files.BROTLI]}


@pytest.mark.parametrize(
    ("app", "host", "expected"),
    [
        ({}, {}, (".gz",)),
        ({}, WITH_MODULE, (".gz", ".br")),
        (COMMITTED, {}, (".gz",)),
        # Build commands run later than copies of committed files are made.
        (COMMITTED | {"build_commands": [["make"]]}, WITH_MODULE, ()),
        ({"build_commands": [["make"]]}, {}, (".gz",)),
        ({"static_url": None}, WITH_MODULE, ()),
    ],
)
def test_copies_of_a_site(
    app: dict[str, Any], host: dict[str, Any], expected: tuple[str, ...]
) -> None:
    assert static_files.suffixes(config(app, host=host)) == expected


def test_copies_have_the_content() -> None:
    content = b"a { color: red }" * 100

    assert gzip.decompress(static_files.compressed(content, ".gz")) == content
    assert brotli.decompress(static_files.compressed(content, ".br")) == content
    assert static_files.compressed(content, ".gz") == static_files.compressed(content, ".gz")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("static/a.css.gz", True),
        ("static/a.css.br", True),
        ("static/b.css.gz", False),
        ("static/a.png.gz", False),
        ("static/a.css", False),
        ("static/a.css.zip", False),
    ],
)
def test_name_of_a_copy(name: str, expected: bool) -> None:
    assert static_files.is_copy(name, {"static/a.css", "static/a.png"}) == expected
