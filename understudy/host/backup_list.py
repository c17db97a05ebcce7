"""The backups on a host, as they are listed. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from understudy.commands.backups import Backup
from understudy.report.answer import Answer


@dataclass(frozen=True)
class ListedBackup:
    """release: the id of the one that was live then. bytes: of all its files; rows: of all its tables.
    off_host: whether it is elsewhere, with the media of then.
    """

    name: str
    taken_at: datetime
    release: str
    bytes: int
    rows: int
    off_host: bool = False


@dataclass(frozen=True)
class BackupList(Answer):
    """backups: the oldest first; those of the host before those elsewhere."""

    event: ClassVar[str] = "backups"

    target: str
    host: str
    backups: tuple[ListedBackup, ...]

    @classmethod
    def of(
        cls, target: str, host: str, backups: Iterable[Backup], elsewhere: Iterable[Backup] = ()
    ) -> Self:
        listed = (
            ListedBackup(one.name, one.taken_at, one.release, one.size, one.rows, off_host)
            for off_host, several in ((False, backups), (True, elsewhere))
            for one in several
        )
        return cls(target, host, tuple(listed))

    def text(self) -> str:
        if not self.backups:
            return f"{self.target} has no backup"
        name, size, rows = (
            max(len(f"{getattr(one, key)}") for one in self.backups)
            for key in ("name", "bytes", "rows")
        )
        return "\n".join(
            f"{one.name:{name}}  {one.bytes:{size}} bytes  {one.rows:{rows}} rows"
            + ("  off-host" if one.off_host else "")
            for one in self.backups
        )
