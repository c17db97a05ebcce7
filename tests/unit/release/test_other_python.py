"""A lock that is made for another Python is refused, with what makes it fit."""

import pytest

from understudy.errors import ConfigError
from understudy.release import other_python
from understudy.release.lock_file import LockFile


@pytest.mark.parametrize(
    ("origin", "hint"),
    [
        ("app/uv.lock", '`requires-python = ">=3.11"`'),
        ("poetry.lock", '`python = ">=3.11"`'),
        ("Pipfile.lock", '`python_version = "3.11"`'),
        ("pylock.toml", "--python-version 3.11.2"),
        ("requirements.lock", "--python-version 3.11.2"),
    ],
)
def test_hint_names_the_hosts_python(origin: str, hint: str) -> None:
    with pytest.raises(ConfigError) as raised:
        other_python.refuse(LockFile((), python=">=3.11.7", origin=origin), "3.11.2", "staging")

    assert raised.value.summary == (
        f"{origin} is made for Python >=3.11.7, and staging has Python 3.11.2"
    )
    assert hint in raised.value.hint


def test_lock_for_the_hosts_python_is_taken() -> None:
    other_python.refuse(LockFile((), python=">=3.11"), "3.11.2", "staging")
