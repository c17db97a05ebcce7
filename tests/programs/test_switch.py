"""A concurrent reader of the switch always finds `current`, and it is always complete."""

import os
import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from understudy.commands import files

PROGRAMS = ("ln", "mv", "rm", "readlink", "sync", "cp", "unlink")
# Looks before each program of the switch and after it, as nginx might at that moment.
WATCHED = """#!/bin/sh
look() {{ echo "$(/usr/bin/readlink "{root}/current" || echo none)" >>"{root}/seen"; }}
look
PATH=/usr/bin:/bin "{program}" "$@"
status=$?
look
exit $status
"""


def switch(root: Path, directory: Path, release: str) -> list[str]:
    """Switches. Returns each target that `current` had meanwhile."""
    directory.mkdir(exist_ok=True)
    for name in PROGRAMS:
        program = directory / name
        program.write_text(
            WATCHED.format(root=root, program=shutil.which(name, path="/usr/bin:/bin"))
        )
        program.chmod(0o755)
    (root / "seen").unlink(missing_ok=True)
    path = f"{directory}:{os.environ['PATH']}"
    subprocess.run(files.switch(PurePosixPath(root), release), check=True, env={"PATH": path})
    return (root / "seen").read_text().splitlines()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    for release in ("a", "b"):
        (site / "releases" / release).mkdir(parents=True)
    (site / "current").symlink_to("releases/a")
    return site


def test_at_each_moment_one_release_or_the_other_is_live(root: Path, tmp_path: Path) -> None:
    seen = switch(root, tmp_path / "bin", "b")

    assert set(seen) == {"releases/a", "releases/b"}
    assert seen == sorted(seen), "from one to the other, once"
    assert (root / "current").readlink() == Path("releases/b")
    assert (root / "previous").readlink() == Path("releases/a")


def test_current_is_replaced_and_never_changed(root: Path, tmp_path: Path) -> None:
    """A link can't be rewritten, so another inode shows a rename."""
    before = (root / "current").lstat().st_ino

    switch(root, tmp_path / "bin", "b")

    assert (root / "current").lstat().st_ino != before
    assert sorted(path.name for path in root.iterdir()) == [
        "current",
        "previous",
        "releases",
        "seen",
    ]


@pytest.mark.parametrize("kept", [0, 1, 100])
def test_upload_that_was_cut_off_leaves_no_release(kept: int, tmp_path: Path) -> None:
    """No directory, and an exit code that is not 0."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "file").write_bytes(os.urandom(5000))
    whole = subprocess.check_output(["tar", "-C", tmp_path, "-cz", "source"])

    def upload(content: bytes) -> int:
        return subprocess.run(
            files.unpack(PurePosixPath(tmp_path / "release")),
            input=content,
            stderr=subprocess.DEVNULL,
        ).returncode

    assert upload(whole[: len(whole) * kept // 101]) != 0
    assert not (tmp_path / "release").exists()
    assert upload(whole) == 0
    assert (tmp_path / "release" / "source" / "file").exists()
