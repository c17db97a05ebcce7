"""The files of a package that a lock names by a git commit, or by a path in the app's own repository."""

import re
import shutil
from hashlib import sha256
from pathlib import Path

from understudy.errors import ConfigError, Unreachable
from understudy.release import git_archive
from understudy.release.git import git, git_bytes
from understudy.release.lock_file import Pin

_GIT = re.compile(r"git\+(?P<url>.+)@(?P<commit>[0-9a-f]{40})(#subdirectory=(?P<below>.+))?")


def check_out(pin: Pin, repository: Path, cache: Path, place: Path) -> Path:
    """Writes the files into `place`. Returns the package's directory there, or a wheel that is committed.

    repository: the app's. Raises Unreachable if the package's own can't be fetched.
    """
    if found := _GIT.fullmatch(pin.source):
        clone = _mirror(pin.name, found["url"], found["commit"], cache)
        # A clone and no archive: some build backends read the version from git's tags.
        git(place.parent, "clone", "--quiet", "--shared", "--no-checkout", str(clone), str(place))
        git(place, "checkout", "--quiet", "--detach", found["commit"])
        return place / (found["below"] or "")
    path, _, its_id = pin.source.removeprefix("repository:").rpartition("@")
    if git(repository, "cat-file", "-t", its_id).strip() == "blob":
        place.mkdir()
        file = place / Path(path).name
        file.write_bytes(git_bytes(repository, "cat-file", "blob", its_id))
        return file
    git_archive.extract(repository, its_id, place)
    return place


def _mirror(name: str, url: str, commit: str, cache: Path) -> Path:
    """A bare copy of the repository that has the commit."""
    mirror = cache / "git" / sha256(url.encode()).hexdigest()[:12]
    try:
        if not mirror.exists():
            mirror.parent.mkdir(parents=True, exist_ok=True)
            new = mirror.with_suffix(".new")
            shutil.rmtree(new, ignore_errors=True)
            git(mirror.parent, "clone", "--quiet", "--mirror", "--", url, str(new))
            new.rename(mirror)
        elif not _has(mirror, commit):
            git(mirror, "remote", "update", "--prune")
        git(mirror, "cat-file", "-e", f"{commit}^{{commit}}")
    except ConfigError as error:
        raise Unreachable(
            f"{name} can't be fetched from its git repository, or that has no commit {commit[:12]}",
            details=error.details,
            hint=f"`git ls-remote {url}` must work on this machine, without a prompt.",
        ) from None
    return mirror


def _has(mirror: Path, commit: str) -> bool:
    try:
        git(mirror, "cat-file", "-e", f"{commit}^{{commit}}")
    except ConfigError:
        return False
    return True
