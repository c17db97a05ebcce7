"""What provisioning a host has changed, or would change. Pure."""

from dataclasses import dataclass
from typing import ClassVar

from understudy.report.answer import Answer


@dataclass(frozen=True)
class Provisioned(Answer):
    """changed: False if the host was as deploy.yml and provision/ say. backup_key: the host's public
    key, while the server for off-host backups may not know it; else "".
    """

    event: ClassVar[str] = "provision"

    target: str
    host: str
    changed: bool
    backup_key: str = ""

    def text(self) -> str:
        lines = [] if self.changed else [f"{self.target}: nothing to change"]
        if self.backup_key:
            lines.append(
                "The server for off-host backups has to accept this host's key, in its authorized_keys:\n"
                f"  {self.backup_key}"
            )
        return "\n".join(lines)


@dataclass(frozen=True)
class ProvisioningCheck(Answer):
    """changes: each that provisioning would make, as a line."""

    event: ClassVar[str] = "provision check"

    target: str
    host: str
    changes: tuple[str, ...]

    def text(self) -> str:
        return "\n".join(self.changes) or f"{self.target}: nothing to change"
