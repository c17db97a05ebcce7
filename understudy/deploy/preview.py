"""What a deploy would change in files on the host, as unified diffs. Pure."""

import difflib
from collections.abc import Mapping

from understudy.deploy.desired import DesiredState
from understudy.host.facts import ObservedState


def diffs(wanted: DesiredState, facts: ObservedState) -> list[str]:
    """Unified diffs of the files that would change, the host's text first.

    A release's id stands in most paths; it's left out, or every line would differ.
    """
    before = {path: _without_id(text, facts.current) for path, text in facts.files.items()}
    after: Mapping[str, str] = {
        **{str(file.path): file.content for file in wanted.host_files},
        **{
            str(wanted.paths.current / file.path.name): _without_id(file.content, wanted.release.id)
            for file in wanted.release_files
        },
    }
    found = ("".join(_diff(path, before.get(path, ""), text)) for path, text in after.items())
    return [diff for diff in found if diff]


def _without_id(text: str, release_id: str | None) -> str:
    return text.replace(release_id, "ID") if release_id else text


def _diff(path: str, before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        f"host:{path}" if before else "/dev/null",
        f"wanted:{path}",
    )
    return [
        line if line.endswith("\n") else f"{line}\n\\ no newline at its end\n" for line in lines
    ]
