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
    """backups: the oldest first; those of the host before those elsewhere. made_on: the address of the host on
    which deploys make them, if it is another one.
    """

    event: ClassVar[str] = "backups"

    target: str
    host: str
    backups: tuple[ListedBackup, ...]
    made_on: str = ""

    @classmethod
    def of(
        cls,
        target: str,
        host: str,
        backups: Iterable[Backup],
        elsewhere: Iterable[Backup] = (),
        made_on: str = "",
    ) -> Self:
        listed = (
            ListedBackup(one.name, one.taken_at, one.release, one.size, one.rows, off_host)
            for off_host, several in ((False, backups), (True, elsewhere))
            for one in several
        )
        return cls(target, host, tuple(listed), made_on)

    def text(self) -> str:
        if not self.backups:
            return self._none
        name, size, rows = (
            max(len(f"{getattr(one, key)}") for one in self.backups)
            for key in ("name", "bytes", "rows")
        )
        return "\n".join(
            f"{one.name:{name}}  {one.bytes:{size}} bytes  {one.rows:{rows}} rows"
            + ("  off-host" if one.off_host else "")
            for one in self.backups
        )

    @property
    def _none(self) -> str:
        if not self.made_on:
            return f"{self.target} has no backup"
        lists = f"python deploy.py restore --host {self.made_on} --target {self.target}"
        return f"{self.host} has no backup. Deploys make theirs on {self.made_on}: `{lists}` lists them"
