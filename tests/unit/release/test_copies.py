"""Compressed copies are made once for each content."""

import gzip
from hashlib import sha256
from pathlib import Path

import pytest

from understudy.release import copies, static_files


def test_copy_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache" / "compressed"
    made = copies.make(b"text", (".gz", ".br"), cache)
    monkeypatch.delattr(static_files, "compressed")

    assert copies.make(b"text", (".gz", ".br"), cache) == made
    assert copies.kept(sha256(b"text").hexdigest(), (".gz", ".br"), cache) == made
    assert gzip.decompress(made[".gz"]) == b"text"


def test_content_of_which_a_copy_is_missing_is_not_kept(tmp_path: Path) -> None:
    copies.make(b"text", (".gz",), tmp_path)

    assert copies.kept(sha256(b"text").hexdigest(), (".gz", ".br"), tmp_path) is None
    assert copies.kept(sha256(b"other").hexdigest(), (".gz",), tmp_path) is None
    assert set(copies.make(b"text", (".gz", ".br"), tmp_path)) == {".gz", ".br"}


def test_copy_that_could_not_be_made_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(content: bytes, suffix: str) -> bytes:
        raise OSError("no space left")

    monkeypatch.setattr(static_files, "compressed", fail)
    with pytest.raises(OSError, match="no space"):
        copies.make(b"text", (".gz",), tmp_path)

    assert list(tmp_path.iterdir()) == []
