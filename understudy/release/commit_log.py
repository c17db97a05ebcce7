"""What git logs of one commit, read once."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from understudy.release.git import git

_FORMAT = "%n".join(("%H", "%T", "%ct", "%cI", "%an", "%D", "%s"))


class Logged(NamedTuple):
    """tree: git's digest of all its files. seconds: its time since 1970; time: the same as ISO 8601.
    refs: the names of branches and tags. subject: the first line of its message.
    """

    commit: str
    tree: str
    seconds: str
    time: str
    author: str
    refs: str
    subject: str


# For the candidate and the live release. A commit never changes, but its refs do: they are of the first time.
@lru_cache(maxsize=4)
def read(repository: Path, commit: str) -> Logged:
    """Raises ConfigError if git does not have the commit. commit: its whole id."""
    plain = ("-c", "log.showSignature=false")
    shown = git(repository, *plain, "log", "-1", f"--format={_FORMAT}", commit, "--")
    return Logged(*shown.removesuffix("\n").split("\n", 6))
