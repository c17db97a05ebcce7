"""What a deploy would change in files on the host, as unified diffs. Pure."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from understudy.deploy.desired import DesiredState
from understudy.host.facts import ObservedState
from understudy.local.numbers import number_of


@dataclass(frozen=True)
class FileChange:
    """new: the host has no such file. lines: of the text that it would have. diff: unified, the host's text
    first; "" for a new file, but for the values of deploy.yml.
    """

    path: str
    new: bool
    lines: int
    diff: str

    def text(self) -> str:
        return self.diff or f"new: {self.path}, {number_of(self.lines, 'line')}\n"


def changes(desired: DesiredState, observed: ObservedState) -> list[FileChange]:
    """The files that would change.

    Most paths contain the release's id; ID takes its place, or every line would differ.
    """
    before = {path: _without_id(text, observed.current) for path, text in observed.files.items()}
    environment = str(desired.paths.current / "environment")
    found = (
        FileChange(
            path,
            path not in before,
            len(text.splitlines()),
            _diff(path, before.get(path, ""), text)
            if path in before or path == environment
            else "",
        )
        for path, text in _texts(desired).items()
    )
    return [change for change in found if change.new or change.diff]


def _texts(desired: DesiredState) -> Mapping[str, str]:
    """Path, as it will be when the release is live -> text. Without pages of errors, which no query reads."""
    current, release_id = desired.paths.current, desired.release.id
    return {
        **{str(file.path): file.content for file in desired.site_config},
        **{
            str(current / file.path.name): _without_id(file.content, release_id)
            for file in desired.release_files
            if file.path.suffix != ".html"
        },
    }


def _without_id(text: str, release_id: str | None) -> str:
    return text.replace(release_id, "ID") if release_id else text


def _diff(path: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        f"host:{path}" if before else "/dev/null",
        f"desired:{path}",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ no newline at its end\n" for line in lines
    )
