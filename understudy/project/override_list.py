"""The files that a project may have a copy of, as `eject` lists them. Pure."""

from dataclasses import dataclass
from typing import Any, ClassVar

from understudy.report.answer import Answer


@dataclass(frozen=True)
class Overrides(Answer):
    """files: each name, such as `templates/nginx.conf.j2`, and whether the project has its own."""

    event: ClassVar[str] = "overrides"

    files: tuple[tuple[str, bool], ...]

    def fields(self) -> dict[str, Any]:
        return {"files": [{"name": name, "own": own} for name, own in self.files]}

    def text(self) -> str:
        return "\n".join(
            f"{name}{'  (this project has its own)' if own else ''}" for name, own in self.files
        )
