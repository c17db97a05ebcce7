"""Whether two commits of an app that is not Django's have the same migrations, as far as git shows it."""

import re

from understudy.errors import ConfigError
from understudy.release.git import git
from understudy.release.source import Source

# Of Alembic and Flask-Migrate: `versions` has the migrations; what is beside it, such as env.py, runs them.
_VERSIONS = re.compile(r"(?:.*/)?versions/[^/]+\.(?:py|sql)")


def changed(source: Source, live: str) -> bool | None:
    """Whether the commit has other migrations than the live one. None: not known, as neither has one in a
    folder `versions`, or as git does not have the live commit here.
    """
    try:
        before, after = _versions(source, live), _versions(source, source.commit)
    except ConfigError:
        return None
    return before != after if before or after else None


def _versions(source: Source, commit: str) -> set[str]:
    """Path and git's id of each."""
    place = f"{commit}:{source.prefix}"
    entries = git(source.repository, "ls-tree", "-rz", place).split("\0")
    found = (entry.partition("\t") for entry in entries if entry)
    return {f"{about} {path}" for about, _, path in found if _VERSIONS.fullmatch(path)}
