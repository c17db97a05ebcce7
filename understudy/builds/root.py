"""The build root: a directory with the host's release, a compiler and `app.build_packages`, made once."""

import re
from collections.abc import Sequence
from pathlib import Path

from understudy.errors import StepFailed
from understudy.local import root_script
from understudy.local.digests import digest
from understudy.paths import Project
from understudy.report.events import Report

# In the project's state.
FOLDER = "build-roots"


def ensure(
    project: Project, report: Report, release: str, packages: Sequence[str], mirror: str = ""
) -> Path:
    """The root of a release ("bookworm") with these packages. Takes a minute if it has to be made.

    mirror: of its archive, "" for its own.

    Raises StepFailed if it can't be made, with the end of the output.
    """
    base = root_of(project, release)
    root = root_of(project, release, packages)
    if root.exists():
        return root
    folder = root.parent
    folder.mkdir(parents=True, exist_ok=True)
    script, log = project.wheel_scripts / "root", folder / "root.log"
    options = ["--mirror", mirror] if mirror else []
    command = [script, *options, release, base, *([root, *packages] if packages else [])]
    what = f" with {', '.join(packages)}" if packages else ""
    with report.step(f"make a build root of {release}{what}"):
        if (lines := root_script.run(command, log, report.detail, report.progress)) is not None:
            raise _failed(release, lines, log)
    return root


def root_of(project: Project, release: str, packages: Sequence[str] = ()) -> Path:
    """Where that root is, once it is made. Its name is a digest of all that it is made from."""
    texts = [
        path.read_text()
        for path in (project.wheel_scripts / "root", project.box_scripts / "sources")
    ]
    name = f"{release}-{digest([*sorted(packages), *texts])[:12]}"
    return project.state / FOLDER / name


def _failed(release: str, lines: Sequence[str], log: Path) -> StepFailed:
    unknown = re.findall(r"Unable to locate package (\S+)", "\n".join(lines))
    cause = f"{release} has no package {', '.join(unknown)}" if unknown else ""
    return StepFailed(
        f"the build root of {release} could not be made",
        cause=cause,
        details="" if unknown else "\n".join(lines[-15:]),
        hint="Correct app.build_packages in deploy.yml: packages.debian.org has the names."
        if unknown
        else f"The whole output is in {log}. Fix the cause and run the same command again.",
    )
