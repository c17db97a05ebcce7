"""doctor's look at the project's files that are used in place of Understudy's own."""

from collections.abc import Iterator

from understudy.cli.finding import Finding
from understudy.paths import Project
from understudy.project import overrides


def findings(project: Project) -> Iterator[Finding]:
    """One for each file that was copied out and whose original has changed since, one for all others."""
    found = [one for one in overrides.possible(project) if one.exists]
    outdated = [one for one in found if one.is_outdated]
    for one in outdated:
        yield Finding(
            one.name,
            "Understudy's own file has changed since this one was copied from it",
            f"diff {one.own} {one.ours}; take over what you need, and write "
            f"{overrides.digest(one.ours)} as the digest in its last line",
        )
    current = [one.name for one in found if one not in outdated]
    if current := [*current, *overrides.added_scripts(project)]:
        yield Finding("overrides", ", ".join(current))
