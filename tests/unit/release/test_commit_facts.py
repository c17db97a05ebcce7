"""The command that locks again names the host's Python."""

import pytest

from understudy.release.commit_facts import LockFacts


@pytest.mark.parametrize(
    ("lock", "command", "for_python"),
    [
        (
            LockFacts("requirements.txt", made_from="requirements.in", python="3.11.2"),
            "uv pip compile --generate-hashes --python-version 3.11.2 requirements.in -o requirements.txt",
            "",
        ),
        (
            LockFacts("requirements.txt", made_from="requirements.in"),
            "uv pip compile --generate-hashes requirements.in -o requirements.txt",
            "",
        ),
        (
            LockFacts("requirements.lock", made_from="requirements.txt", python="3.11.2"),
            "uv pip compile --generate-hashes --universal --python-version 3.11.2 requirements.txt "
            "-o requirements.lock",
            "",
        ),
        (
            LockFacts("uv.lock", made_from="pyproject.toml", python="3.11.2"),
            "uv lock",
            '`requires-python = ">=3.11"` in pyproject.toml, then: uv lock',
        ),
        (
            LockFacts("poetry.lock", made_from="pyproject.toml", python="3.11.2"),
            "poetry lock",
            '`python = ">=3.11"` among the dependencies in pyproject.toml, then: poetry lock',
        ),
    ],
)
def test_lock_is_made_again_for_the_hosts_python(
    lock: LockFacts, command: str, for_python: str
) -> None:
    assert (lock.command, lock.for_python) == (command, for_python or command)
