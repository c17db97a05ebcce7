"""What a deploy would change in files on the host, as unified diffs. Pure."""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from understudy.deploy import own_code
from understudy.deploy.desired import DesiredState
from understudy.host.facts import ObservedState
from understudy.local.numbers import number_of


@dataclass(frozen=True)
class FileChange:
    """new: the host has no such file. lines: of the text that it would have. diff: unified, the host's text
    first; "" for a new file, but for the values of deploy.yml. own_code: all that differs is code of
    Understudy's own, as after an upgrade.
    """

    path: str
    new: bool
    lines: int
    diff: str
    own_code: bool = False

    def text(self) -> str:
        if self.own_code:
            return f"changed: {self.path}, {self._size()} of Understudy's own code (--json has the diff)\n"
        return self.diff or f"new: {self.path}, {number_of(self.lines, 'line')}\n"

    def _size(self) -> str:
        lines = self.diff.splitlines()[2:]
        added, removed = (sum(line.startswith(sign) for line in lines) for sign in "+-")
        return f"+{added} -{removed} lines"


def changes(
    desired: DesiredState, observed: ObservedState, ours: Collection[str] = own_code.TEMPLATES
) -> list[FileChange]:
    """The files that would change. ours: names of those whose template is Understudy's, and not the project's.

    Most paths contain the release's id; ID takes its place, or every line would differ.
    """
    before = {path: _without_id(text, observed.current) for path, text in observed.files.items()}
    environment = str(desired.paths.current / "environment")
    found = (
        _change(path, before.get(path), text, shows_new=path == environment, ours=ours)
        for path, text in _texts(desired).items()
    )
    return [change for change in found if change.new or change.diff]


def _change(
    path: str, before: str | None, text: str, *, shows_new: bool, ours: Collection[str]
) -> FileChange:
    """before: None if the host has no such file. shows_new: also as a diff."""
    lines, name = len(text.splitlines()), PurePosixPath(path).name
    if before is None:
        return FileChange(path, True, lines, _diff(path, "", text) if shows_new else "")
    own = before != text and name in ours and own_code.is_all_of_it(name, before, text)
    return FileChange(path, False, lines, _diff(path, before, text), own)


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
