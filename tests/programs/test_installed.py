"""The shell programs that provisioning installs: linted, and complete before they are called."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.programs.root_programs import installed

PROGRAM = "/usr/local/sbin/understudy-site"
VERBS = "/usr/local/lib/understudy/site"
SHELL = [path for path, file in installed().items() if "python3" not in file.text.split("\n")[0]]


@pytest.mark.needs("shellcheck")
@pytest.mark.parametrize("path", SHELL)
def test_shell_of_root_is_linted(path: str, tmp_path: Path) -> None:
    """Excluded: what a file of verbs takes from understudy-site, its variables (SC2034, SC2154) and its
    `set -e` (SC2164), and the paths of those files, which are a host's (SC1090, SC1091).
    """
    installed()[path].write(tmp_path / "program")
    argv = ["shellcheck", "--shell=sh", "--exclude=SC1090,SC1091,SC2034,SC2154,SC2164", "program"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_files_of_verbs_are_installed_before_the_program_that_reads_them() -> None:
    read = set(re.findall(r'^\s*\. "\$verbs/(\w+)"', installed()[PROGRAM].text, re.MULTILINE))
    paths = list(installed())
    before = paths[: paths.index(PROGRAM)]
    assert read
    assert {path for path in before if path.startswith(f"{VERBS}/")} == {
        f"{VERBS}/{name}" for name in read
    }


def test_only_root_writes_its_programs_and_their_parts_are_no_programs() -> None:
    modes = {path: file.mode for path, file in installed().items()}
    assert {mode for path, mode in modes.items() if path.startswith(f"{VERBS}/")} == {0o644}
    assert set(modes.values()) <= {0o755, 0o644}
