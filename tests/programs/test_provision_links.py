"""The deployer owns the site's directory: a link there must not change the owner of what it points to."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.unit.fakes import TOP

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change an owner")


def own(root: Path, name: str) -> subprocess.CompletedProcess[str]:
    """Runs the functions of the step, for a directory of a deployer called `games`."""
    part = (TOP / "provision" / "40-directories.sh").read_text()
    functions = part[part.index("own() {") : part.index("# The set-group-ID bit")]
    frame = f'set -eu\nact() {{ "$@"; }}\nDEPLOYER=games ROOT={root}/srv\n{functions}\n'
    argv = ("sh", "-c", f"{frame} own 700 games games {root}/srv/{name}")
    return subprocess.run(argv, capture_output=True, text=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "srv").mkdir()
    (tmp_path / "secret").mkdir(mode=0o755)
    return tmp_path


def test_link_in_place_of_a_directory_is_refused(root: Path) -> None:
    (root / "srv/cache").symlink_to(root / "secret")

    done = own(root, "cache")

    assert done.returncode == 1
    assert "cache is a link and must be a directory" in done.stderr
    assert (root / "secret").owner() == "root"
    assert (root / "secret").stat().st_mode & 0o777 == 0o755
    assert (root / "srv").owner() == "games", "the deployer has the site's directory back"


def test_directory_is_made_and_given_to_its_owner(root: Path) -> None:
    assert own(root, "cache").returncode == 0

    assert ((root / "srv/cache").owner(), (root / "srv").owner()) == ("games", "games")
