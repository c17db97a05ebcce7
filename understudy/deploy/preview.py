"""What a deploy would change in files on the host, as unified diffs. Pure."""

import difflib
from collections.abc import Mapping

from understudy.deploy.desired import DesiredState
from understudy.host.facts import ObservedState


def diffs(desired: DesiredState, observed: ObservedState) -> list[str]:
    """Unified diffs of the files that would change, the host's text first.

    Most paths contain the release's id; ID takes its place, or every line would differ. On a new host
    only the path is given of a release's files that are the same in any project.
    """
    before = {path: _without_id(text, observed.current) for path, text in observed.files.items()}
    after: Mapping[str, str] = {
        **{str(file.path): file.content for file in desired.site_config},
        **{
            str(desired.paths.current / file.path.name): _without_id(
                file.content, desired.release.id
            )
            for file in desired.release_files
        },
    }
    shown = {
        *(str(file.path) for file in desired.site_config),
        str(desired.paths.current / "environment"),
    }
    found = (
        "".join(_diff(path, before.get(path, ""), text))
        if path in before or path in shown
        else f"new: {path}, {len(text.splitlines())} lines\n"
        for path, text in after.items()
    )
    return [diff for diff in found if diff]


def _without_id(text: str, release_id: str | None) -> str:
    return text.replace(release_id, "ID") if release_id else text


def _diff(path: str, before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        f"host:{path}" if before else "/dev/null",
        f"desired:{path}",
    )
    return [
        line if line.endswith("\n") else f"{line}\n\\ no newline at its end\n" for line in lines
    ]
