"""Runs git."""

import os
import subprocess
from pathlib import Path

from understudy.errors import ConfigError, Unreachable


def git(directory: Path, *arguments: str) -> str:
    """As git_bytes(), as text; bytes that are not UTF-8 become U+FFFD."""
    return git_bytes(directory, *arguments).decode(errors="replace")


def git_bytes(directory: Path, *arguments: str) -> bytes:
    """What git prints. Raises ConfigError if git fails, Unreachable if it's not installed."""
    try:
        done = subprocess.run(
            ["git", "-C", directory, *arguments], capture_output=True, env=_outside_of_hooks()
        )
    except FileNotFoundError:
        raise Unreachable("git is not installed", hint="python deploy.py doctor --fix") from None
    if done.returncode:
        raise ConfigError(
            f"git {_verb(arguments)} failed in {directory}",
            details=done.stderr.decode(errors="replace").strip(),
            hint="app.source and app.revision in deploy.yml name what is deployed.",
        )
    return done.stdout


def _verb(arguments: tuple[str, ...]) -> str:
    """The subcommand of git, which follows its options."""
    words = iter(arguments)
    for word in words:
        if word == "-c":
            next(words, "")
        elif not word.startswith("-"):
            return word
    return ""


def _outside_of_hooks() -> dict[str, str]:
    """The environment without the variables of a git hook, which count more than -C: githooks(5)."""
    given = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"}
    return {name: value for name, value in os.environ.items() if name not in given}
