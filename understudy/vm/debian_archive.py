"""The archive of one release of Debian or Ubuntu: which versions it has, and which of them install together."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from understudy.errors import StepFailed
from understudy.paths import Project


class DebianArchive:
    """Reads it by provision/box/archive, which keeps apt's package lists under .understudy/archive/."""

    def __init__(self, project: Project, release: str, mirror: str = "") -> None:
        """mirror: the archive's URL, or "" for the distribution's own."""
        self._program = project.box_scripts / "archive"
        self._release = release
        self._mirror = ("--mirror", mirror) if mirror else ()
        self._folder = project.state / "archive" / release

    def offers(self, names: Iterable[str]) -> str:
        """`apt-cache show` of every version of these packages. One call for all: each reads all lists."""
        done = self._run(names, "offers")
        if done.returncode:
            raise StepFailed(
                f"could not read from the archive of {self._release} which versions it has",
                details="\n".join(done.stderr.splitlines()[-15:]),
                hint="Check the network, then run the same command again.",
            )
        return done.stdout

    def fits(self, preferences: str, names: Iterable[str]) -> bool:
        """Whether apt, with these preferences, can install all of these packages together."""
        file = self._folder / "preferences"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(preferences)
        return self._run(names, "fits", file).returncode == 0

    def _run(self, names: Iterable[str], *verb: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program, *self._mirror, self._release, self._folder, *verb],
            input="".join(f"{name}\n" for name in names),
            capture_output=True,
            text=True,
        )
