"""What a box is made like production by, as a folder for provision/box/build."""

import shutil
import subprocess
from pathlib import Path

from understudy.errors import StepFailed
from understudy.likeness.archive import choose
from understudy.likeness.value import Likeness
from understudy.project import Project


def make(project: Project, likeness: Likeness) -> Path:
    """A folder with `root`, a tree of files for the VM; `preferences`, for apt; `packages`, names."""
    folder = project.state / "boxes" / "like-production"
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in likeness.files.items():
        file = folder / "root" / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o644)
    choice = choose(likeness, _ask_archive(project, likeness))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "preferences").write_text(choice.preferences)
    (folder / "packages").write_text("".join(f"{name}\n" for name in choice.install))
    return folder


def _ask_archive(project: Project, likeness: Likeness) -> str:
    """In one go, of all packages: each call of apt reads all of its lists."""
    if not likeness.versions:
        return ""
    program = project.directory / "provision" / "box" / "archive"
    done = subprocess.run(
        [str(program), likeness.release, str(project.state / "archive" / likeness.release)],
        input="".join(f"{name}\n" for name in sorted(likeness.versions)),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise StepFailed(
            "Debian's archive could not be asked which versions it has",
            details="\n".join(done.stderr.splitlines()[-15:]),
            hint="Look at the network, and run the same command again.",
        )
    return done.stdout
