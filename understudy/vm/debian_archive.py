"""Debian's archive of one release: which versions it has, and what fits together of them."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from understudy.errors import StepFailed
from understudy.paths import Project


class DebianArchive:
    """By provision/box/archive, which keeps apt's lists in a folder of its own."""

    def __init__(self, project: Project, release: str) -> None:
        self._program = project.directory / "provision" / "box" / "archive"
        self._release = release
        self._folder = project.state / "archive" / release

    def offers(self, names: Iterable[str]) -> str:
        """A record for each version of each package: all in one go, for apt reads all its lists."""
        done = self._ask(names, "offers")
        if done.returncode:
            raise StepFailed(
                "Debian's archive could not be asked which versions it has",
                details="\n".join(done.stderr.splitlines()[-15:]),
                hint="Look at the network, and run the same command again.",
            )
        return done.stdout

    def fits(self, preferences: str, names: Iterable[str]) -> bool:
        """Whether a box can have all of these, in the versions that apt would prefer then."""
        file = self._folder / "preferences"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(preferences)
        return self._ask(names, "fits", file).returncode == 0

    def _ask(self, names: Iterable[str], *verb: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program, self._release, self._folder, *verb],
            input="".join(f"{name}\n" for name in names),
            capture_output=True,
            text=True,
        )
