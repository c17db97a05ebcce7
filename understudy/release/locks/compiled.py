"""Requirements without hashes -> the text of a lock, by uv: the newest versions that fit a host's Python.

A package in the repository may have to be asked for what it needs: then uv runs its build backend.
"""

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from uv import find_uv_bin

from understudy.errors import StepFailed, UnderstudyError, Unreachable
from understudy.release import git_archive
from understudy.release.commit_tree import CommitTree
from understudy.release.locks import unlocked
from understudy.release.locks.requirements import Requirements

# Of uv's: an answer of the index, such as 404, has no such line.
_NO_ANSWER = re.compile(r"Failed to fetch: `?(https?://[^/\s`]+)(?:.*\n)+?.*error sending request")
_IN_REPOSITORY = re.compile(r"repository:([^@\s]+)@[0-9a-f]+")


def compile_lock(tree: CommitTree, requirements: Requirements, python: str, old: str) -> str:
    """The text of a lock for that Python ("3.11.2") and newer ones. old: of the lock so far, whose versions
    stay where they fit; "" without one.

    Raises StepFailed if uv finds no versions that fit together, Unreachable if an index doesn't answer.
    """
    with TemporaryDirectory() as work:
        _lay_out(tree, requirements, Path(work))
        lock = Path(work) / unlocked.path(requirements)
        if old:
            lock.write_text(old)
        done = subprocess.run(
            [
                *(find_uv_bin(), *unlocked.command(requirements, python)),
                *("--quiet", "--no-header", "--no-python-downloads", "--emit-index-url"),
            ],
            cwd=work,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            raise failure(done.stderr, ", ".join(requirements.given), python)
        return unlocked.text(lock.read_text(), requirements, python)


def failure(output: str, given: str, python: str) -> UnderstudyError:
    """What uv's output means. given: the names of the requirements files."""
    details = "\n".join(output.strip().splitlines()[-12:])
    if index := _NO_ANSWER.search(output):
        return Unreachable(
            f"the package index {index[1]} can't be reached",
            details=details,
            hint=f"Check the network, or the index that {given} names. Then run the same command again.",
        )
    return StepFailed(
        f"no versions were found for {given} and Python {python}",
        details=details,
        hint="Change the requirements as uv says.",
    )


def _lay_out(tree: CommitTree, requirements: Requirements, work: Path) -> None:
    """Writes what uv reads: all lines in the first file, with paths from the repository's top."""
    if any(_IN_REPOSITORY.search(line) for line in requirements.lines):
        git_archive.extract(tree.repository, tree.commit, work)
    lines = [_IN_REPOSITORY.sub(r"./\1", line) for line in requirements.lines]
    files = {**dict(requirements.files), **dict.fromkeys(requirements.given, "")}
    constraints = [f"-c {(work / path).resolve()}" for path in requirements.constraints]
    files[requirements.path] = "".join(f"{line}\n" for line in (*lines, *constraints))
    for path, text in files.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_text(text)
