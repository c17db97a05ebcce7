"""Whether git and the disk would give a deploy the same as before, asked in two calls of git."""

import re
from pathlib import Path

from understudy.release.git import git

_URL = re.compile(r"^(\w+://|[\w.-]+@[\w.-]+:)")


def is_url(source: str) -> bool:
    """Whether app.source is the URL of a repository, and not a directory."""
    return bool(_URL.match(source))


def state(directory: str, revision: str) -> str:
    """A text that changes with the commit that the revision names and with the files beside it.

    directory: of the app. Files that git ignores do not count: no release has them, and Understudy's own
    reports may be among them. Raises ConfigError if git fails.
    """
    place = Path(directory)
    commit = git(place, "rev-parse", "--show-toplevel", "--show-prefix", f"{revision}^{{commit}}")
    status = ("status", "--porcelain", "-z", "-uall", "--no-renames")
    return commit + git(place, *status, "--", ".")
