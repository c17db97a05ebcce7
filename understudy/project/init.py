"""Writes the first files of a project; once they are there, shows what it would write now."""

import shlex
from pathlib import Path

from understudy.config import model
from understudy.local.numbers import number_of
from understudy.paths import Project
from understudy.project import (
    decide,
    files,
    first_files,
    first_lock,
    python_version,
    read_server,
    schema_copy,
    shown,
)
from understudy.project.production import Login
from understudy.report.events import Report


def init(directory: Path, report: Report, capture: str | None, login: Login | None = None) -> None:
    """Writes deploy.yml and the files beside it. If deploy.yml is there, only shows the difference.

    capture: the address of the production server, to be read first. login: to it.
    Raises ConfigError for a repository that it can't make a deploy.yml for, and what a capture raises; nothing
    is written then.
    """
    tree = files.read(directory)
    found = decide.deployment(tree, directory.name)
    captured = {}
    if capture:
        reading = read_server.read(directory, found, capture, login or Login(), report)
        found, captured = reading.deployment, reading.files
    texts = first_files.texts(found)
    # A mistake of ours must not reach the user's repository.
    config = model.parse(texts["deploy.yml"], directory / "deploy.yml")
    wanted = {".gitignore": first_files.gitignore(tree), **captured, **texts}
    there = files.there(directory, wanted)
    report.result("init", shown.data(found), "\n".join(shown.found_lines(found)))
    for text in shown.open_lines(found):
        report.warn(text)
    if there["deploy.yml"] is None:
        _write(directory, report, wanted, there)
        schema_copy.refresh(Project(directory, directory / "deploy.yml"))
        lock = first_lock.write(directory, config.app, python_version.least(found), report)
        if lock:
            report.say(f"written: {', '.join(lock)}")
        report.say(_next(files.ignored(directory, [*wanted, *lock])))
    else:
        _show(report, wanted, there)


def _write(
    directory: Path, report: Report, wanted: dict[str, str], there: dict[str, str | None]
) -> None:
    """Files that are there keep their text, but for .gitignore, which only gets more lines."""
    new = {
        path: text
        for path, text in wanted.items()
        if there[path] is None or (path == ".gitignore" and there[path] != text)
    }
    files.write(directory, new)
    report.say(f"written: {', '.join(new)}")
    for path, text in wanted.items():
        before = there[path]
        if before is not None and path not in new and before != text:
            report.warn(f"{path} was there and is kept; init would write:")
            for line in shown.diff(path, before, text):
                report.say(line)


def _show(report: Report, wanted: dict[str, str], there: dict[str, str | None]) -> None:
    """The user's tests are the user's: no difference of theirs is shown."""
    differing = {
        path: text
        for path, text in first_files.differing(wanted, there).items()
        if not path.startswith("functional_tests/")
    }
    for path, text in differing.items():
        before = there[path]
        if before is None:
            report.say(f"{path} is not there: {number_of(len(text.splitlines()), 'line')}")
            continue
        for line in shown.diff(path, before, text):
            report.say(line)
    if differing:
        report.say(
            f"nothing was changed: deploy.yml is there. What init would write now differs in "
            f"{', '.join(differing)}; move a file away to get the new one"
        )
    else:
        report.say("nothing to do: deploy.yml says what the repository holds")


def _next(ignored: list[str]) -> str:
    """ignored: files that were written, and that .gitignore keeps out of a commit."""
    force = f" && git add --force {shlex.join(ignored)}" if ignored else ""
    return f"next: commit these files (git add -A{force} && git commit), then python deploy.py rehearse"
