"""Which lock files of a commit are accepted, in real repositories."""

from pathlib import Path

import pytest

from tests.unit.release.shipping import FILES, find
from tests.unit.repositories import LOCK, commit, write
from understudy.errors import ConfigError

HASHED = "gunicorn==23.0.0 --hash=sha256:aa\n"
OPEN_LOCKS = {
    "empty": ("", "not locked"),
    "one-without-a-hash": (f"{HASHED[:-1]} --hash=sha256:ab\ndjango==5.2\n", "django==5.2"),
    "one-without-a-version": (f"{HASHED}django>=5\n", "django>=5"),
    "one-from-a-url": (f"{HASHED}x @ https://x.test/x.whl\n", "x @ https"),
}
LOCKED = "gunicorn==23.0.0 --hash=sha256:aa --hash=sha256:ab\n"
LOCKED += 'django==5.2 ; python_version >= "3.10" --hash=sha256:bb\n'
# Each with its normal form.
GOOD_LOCKS = {
    "name-in-other-case": (HASHED.capitalize(), HASHED),
    "extra": (HASHED.replace("==", "[gevent]=="), HASHED.replace("==", "[gevent]==")),
    "windows-line-ends": (LOCK.replace("\n", "\r\n"), LOCKED),
    "option": (f"-i https://index.test\n\n{LOCK}", f"--index-url https://index.test\n{LOCKED}"),
}


@pytest.fixture(scope="module")
def locks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with all these lock files."""
    directory = tmp_path_factory.mktemp("locks")
    texts = {
        **{name: text for name, (text, _) in OPEN_LOCKS.items()},
        **{name: text for name, (text, _) in GOOD_LOCKS.items()},
    }
    for name, text in texts.items():
        (directory / f"{name}.txt").write_bytes(text.encode())
    commit(directory, {})
    return directory


@pytest.mark.parametrize("name", OPEN_LOCKS)
def test_lock_that_does_not_pin_everything_is_reported(name: str, locks: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        find(locks, requirements=f"{name}.txt")

    assert OPEN_LOCKS[name][1] in f"{raised.value.summary} {raised.value.details}"
    assert f"{name}.txt" in raised.value.summary
    assert raised.value.hint


@pytest.mark.parametrize("name", GOOD_LOCKS)
def test_lock_of_another_style_is_accepted(name: str, locks: Path) -> None:
    lock = find(locks, requirements=f"{name}.txt").lock

    assert lock == f"# from: {name}.txt\n{GOOD_LOCKS[name][1]}"


def test_lock_counts_as_committed_and_not_as_on_disk(tmp_path: Path) -> None:
    commit(tmp_path, {"shop/wsgi.py": ""})
    write(tmp_path, FILES)

    with pytest.raises(ConfigError, match="has no lock file"):
        find(tmp_path)
