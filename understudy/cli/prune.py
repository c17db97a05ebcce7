"""prune: lists what takes disk and is not needed, with sizes, asks, and removes it."""

from dataclasses import dataclass
from typing import Any, ClassVar

from understudy.cli import prompts
from understudy.config import model as configuration
from understudy.paths import Project
from understudy.report.answer import Answer, to_json
from understudy.report.events import Report
from understudy.report.live import size
from understudy.vm import gone_projects, old_files
from understudy.vm.unused import Unused


@dataclass(frozen=True)
class Pruned(Answer):
    """removed: whether they are removed; before that they are only listed."""

    event: ClassVar[str] = "prune"

    removed: bool
    unused: tuple[Unused, ...]

    @property
    def total(self) -> int:
        return sum(one.size for one in self.unused)

    def fields(self) -> dict[str, Any]:
        return {
            "removed": self.removed,
            "bytes": self.total,
            "unused": to_json(self.unused),
        }

    def text(self) -> str:
        if not self.unused:
            return "no box, image, VM or cache is unused"
        if self.removed:
            return f"{size(self.total)} are free again"
        lines = [f"{one.kind}  {one.name}  {size(one.size)}" for one in self.unused]
        return "\n".join((*lines, f"{len(lines)} that nothing needs: {size(self.total)}"))


def prune(project: Project, report: Report, *, confirmed: bool) -> None:
    """Raises Refused if the user does not agree, StepFailed if something can't be removed."""
    host = "" if project.has_no_config else configuration.load(project.config_file).vm.host
    everything = (*old_files.find(project, host), *gone_projects.find(project))
    found = Pruned(removed=False, unused=everything)
    report.answer(found)
    if not found.unused:
        return
    if not confirmed:
        prompts.confirm(f"They are removed, which frees {size(found.total)}.")
    for one in found.unused:
        if one.kind in ("vm", "tree"):
            gone_projects.remove(project, one)
        else:
            old_files.remove(one)
    report.answer(Pruned(removed=True, unused=found.unused))
