"""What provisioning a host has changed, or would change. Pure."""

from dataclasses import dataclass
from typing import ClassVar

from understudy.report.answer import Answer


@dataclass(frozen=True)
class Provisioned(Answer):
    """changed: False if the host was as deploy.yml and provision/ say."""

    event: ClassVar[str] = "provision"

    target: str
    host: str
    changed: bool

    def text(self) -> str:
        return "" if self.changed else f"{self.target}: nothing to change"


@dataclass(frozen=True)
class ProvisioningCheck(Answer):
    """changes: each that provisioning would make, as a line."""

    event: ClassVar[str] = "provision check"

    target: str
    host: str
    changes: tuple[str, ...]

    def text(self) -> str:
        return "\n".join(self.changes) or f"{self.target}: nothing to change"
