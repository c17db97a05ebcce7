"""Bytecode is the same wherever it is made, and made again of a changed file."""

import sys
from collections.abc import Mapping

import pytest

from understudy.release import bytecode

FILES = {
    "source/shop/views.py": (b"def home():\n    return 'home'\n", 1_700_000_000),
    "source/broken.py": (b"def", 1_700_000_000),
    "source/null.py": (b"X = 1\0", 1_700_000_000),
    "source/deep.py": (b"(" * 500 + b")" * 500, 1_700_000_000),
    "source/warns.py": (b"X = '\\d'\n", 1_700_000_000),
}
VIEWS = f"source/shop/__pycache__/views.{sys.implementation.cache_tag}.pyc"


def compiled(files: Mapping[str, tuple[bytes, int]]) -> dict[str, bytes]:
    return dict(bytecode.compiled(sys.executable, "source", files))


def test_few_files_are_compiled_as_another_python_would(
    monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    """By compileall(1), which skips what is no Python."""
    here = compiled(FILES)
    monkeypatch.setattr(bytecode, "FILES_FOR_ANOTHER_PYTHON", 0)
    there = compiled(FILES)

    assert (
        here.keys() == there.keys() == {VIEWS, VIEWS.replace("shop/", "").replace("views", "warns")}
    )
    assert [made[:16] for made in here.values()] == [made[:16] for made in there.values()]
    assert not recwarn.list


@pytest.mark.parametrize(
    "changed",
    [(b"def home():\n    return 'away'\n", 1_700_000_000), (FILES["source/shop/views.py"][0], 5)],
)
def test_changed_file_is_compiled_again(changed: tuple[bytes, int]) -> None:
    before = compiled(FILES)
    after = compiled({**FILES, "source/shop/views.py": changed})

    assert {path for path in before if after[path] != before[path]} == {VIEWS}
