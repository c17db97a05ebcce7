"""What a deploy would change in files on the host, as unified diffs. Pure."""

import difflib
from collections.abc import Mapping

from understudy.deploy.desired import DesiredState
from understudy.host.facts import ObservedState


def diffs(desired: DesiredState, observed: ObservedState) -> list[str]:
    """Unified diffs of the files that would change, the host's text first.

    Most paths contain the release's id; ID takes its place, or every line would differ. Files that are new
    on the host are only named, but for the values of deploy.yml.
    """
    before = {path: _without_id(text, observed.current) for path, text in observed.files.items()}
    environment = str(desired.paths.current / "environment")
    changes = (
        _diff(path, before.get(path, ""), text)
        if path in before or path == environment
        else f"new: {path}, {len(text.splitlines())} lines\n"
        for path, text in _texts(desired).items()
    )
    return [change for change in changes if change]


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
