"""Downloads by pip say how much has come."""

import stat
import sys
from pathlib import Path

import pytest

from understudy.local.share import Share
from understudy.release import pip

# What `pip download --progress-bar=raw` prints of two files.
PRINTED = "Progress 0 of 900\nProgress 600 of 900\nProgress 900 of 900\nProgress 0 of 50\nProgress 50 of 50\n"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In place of Python with pip: prints what is in the file `printed`, and fails if there is `error`."""
    file = tmp_path / "python"
    file.write_text(
        f'#!/bin/sh\necho "$@" >{tmp_path}/words\ncat {tmp_path}/printed\n'
        f"[ ! -e {tmp_path}/error ] || {{ cat {tmp_path}/error >&2; exit 1; }}\n"
    )
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(sys, "executable", str(file))
    return file


def downloaded(folder: Path) -> tuple[str, list[Share]]:
    shares: list[Share] = []
    error = pip.download(folder / "lock", folder, "3.11", "x86_64", (), shares.append)
    return error, shares


def test_bytes_of_all_files_are_added_up(program: Path, tmp_path: Path) -> None:
    (tmp_path / "printed").write_text(PRINTED)

    error, shares = downloaded(tmp_path)

    assert error == ""
    assert shares == [Share(done) for done in (0, 600, 900, 900, 950)]
    assert "--progress-bar=raw" in (tmp_path / "words").read_text()


def test_a_failure_is_what_pip_says_however_much_that_is(program: Path, tmp_path: Path) -> None:
    (tmp_path / "printed").write_text("")
    (tmp_path / "error").write_text("no\n" * 100_000)

    error, shares = downloaded(tmp_path)

    assert (len(error.splitlines()), shares) == (100_000, [])
