"""Requirements without hashes, and the lock that is made of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.repositories import commit, git, write
from understudy.release import committed_lock, lock_file
from understudy.release.commit_tree import CommitTree
from understudy.release.locks import unlocked
from understudy.release.locks.requirements import Requirements
from understudy.release.locks.wanted import Wanted

LOOSE = {"app/requirements.txt": "django>=5\n", "app/manage.py": ""}
COMPILED = "django==5.2 --hash=sha256:aa\n"
REQUIREMENTS = Requirements(("app/requirements.txt",), ("django>=5",), (("a", "b"),))


def read(repository: Path, app: str = "app") -> committed_lock.CommittedLock:
    tree = CommitTree(repository, git(repository, "rev-parse", "HEAD"))
    return committed_lock.read(tree, Wanted(app), repository / ".git")


def lock_of(repository: Path) -> str:
    """The lock that would be written, of the newest commit."""
    with pytest.raises(unlocked.NotLocked) as raised:
        read(repository)
    assert raised.value.summary == (
        "app/requirements.txt has no hashes, and there is no app/requirements.lock for it"
    )
    return unlocked.text(COMPILED, raised.value.requirements, "3.11.2")


def test_lock_on_disk_counts_and_is_known_to_be_uncommitted(tmp_path: Path) -> None:
    commit(tmp_path, LOOSE)
    write(tmp_path, {"app/requirements.lock": lock_of(tmp_path)})

    found = read(tmp_path)

    assert found.uncommitted == "app/requirements.lock"
    assert "django==5.2" in found.text
    assert lock_file.parse(found.text, "").python == ">=3.11.2"


def test_committed_lock_counts_whatever_is_on_disk(tmp_path: Path) -> None:
    commit(tmp_path, LOOSE)
    text = lock_of(tmp_path)
    commit(tmp_path, {"app/requirements.lock": text})
    write(tmp_path, {"app/requirements.lock": text.replace("5.2", "5.3")})

    found = read(tmp_path)

    assert (found.uncommitted, "django==5.2 " in found.text) == ("", True)


@pytest.mark.parametrize(
    "change",
    [{"app/requirements.txt": "django>=6\n"}, {"app/requirements.txt": "django>=5\nsix\n"}],
)
def test_lock_of_other_requirements_does_not_count(change: dict[str, str], tmp_path: Path) -> None:
    commit(tmp_path, LOOSE)
    commit(tmp_path, {"app/requirements.lock": lock_of(tmp_path)})

    commit(tmp_path, change)

    with pytest.raises(unlocked.NotLocked):
        read(tmp_path)


def test_lock_that_its_owner_has_made_counts(tmp_path: Path) -> None:
    commit(tmp_path, {**LOOSE, "app/requirements.lock": COMPILED})

    assert read(tmp_path).uncommitted == ""


def test_new_lock_on_disk_counts_more_than_an_old_one_in_git(tmp_path: Path) -> None:
    commit(tmp_path, {**LOOSE, "app/requirements.lock": f"# inputs: 0123abcd\n{COMPILED}"})
    write(tmp_path, {"app/requirements.lock": lock_of(tmp_path)})

    assert read(tmp_path).uncommitted == "app/requirements.lock"


def test_lock_says_for_which_python_it_is_and_asks_to_be_committed() -> None:
    first, inputs, python, *_ = unlocked.text(COMPILED, REQUIREMENTS, "3.11.2").splitlines()

    assert first.startswith(
        "# Made by Understudy from requirements.txt, for Python 3.11.2 and newer"
    )
    assert python == "# requires-python: >=3.11.2"
    assert unlocked.fits(f"{inputs}\n", REQUIREMENTS)
    assert not unlocked.fits(f"{inputs}\n", replace(REQUIREMENTS, files=(("a", "c"),)))


def test_command_names_the_hosts_python() -> None:
    words = " ".join(unlocked.command(REQUIREMENTS, "3.11.2"))

    assert words == (
        "pip compile --universal --generate-hashes --python-version 3.11.2 app/requirements.txt "
        "-o app/requirements.lock"
    )
