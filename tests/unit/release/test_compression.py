"""Archives compressed by zstd: made once, and again of an archive that changed."""

import gzip
import os
import subprocess
from pathlib import Path

import pytest

from understudy.errors import StepFailed
from understudy.release import compression

pytestmark = pytest.mark.skipif(not compression.has_zstd(), reason="needs zstd")


@pytest.fixture
def tar(tmp_path: Path) -> Path:
    made = tmp_path / "a-1.tar.gz"
    made.write_bytes(gzip.compress(b"first" * 1000))
    return made


def content(tar: Path) -> bytes:
    return subprocess.run(["zstd", "-dcq", tar], capture_output=True, check=True).stdout


def test_archive_is_compressed_once_and_again_when_it_changed(tar: Path) -> None:
    [made] = compression.by_zstd([tar])
    assert (made.name, content(made)) == ("a-1.tar.zst", b"first" * 1000)
    before = made.stat().st_ino
    assert compression.by_zstd([tar])[0].stat().st_ino == before

    tar.write_bytes(gzip.compress(b"second"))
    later = made.stat().st_mtime + 1
    os.utime(tar, (later, later))

    assert content(compression.by_zstd([tar])[0]) == b"second"


def test_failure_leaves_no_archive(
    tar: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "zstd"
    broken.write_text("#!/bin/sh\necho no space >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    with pytest.raises(StepFailed, match="can't compress") as raised:
        compression.by_zstd([tar])

    assert raised.value.details == "no space"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-1.tar.gz", "zstd"]
