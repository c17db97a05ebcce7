"""The part `backups` of deploy.yml: where backups go that outlive the host. Passwords are no part of it."""

import re
from typing import Annotated

from pydantic import Field, model_validator

from understudy.config.base import Strict
from understudy.config.checks import mistake, text
from understudy.config.timers import Calendar

# The distribution's package, and how the secrets begin that only root's restic reads.
PACKAGE, SECRETS = "restic", "RESTIC_"
# The name of their timer on a host, as `notify` has it in messages.
TIMER = "off-host-backup"
_HOST = r"[A-Za-z0-9][A-Za-z0-9.-]*"
_PATH = r"[A-Za-z0-9._~/-]*"
_SFTP = re.compile(rf"sftp:(?://)?([a-z_][a-z0-9_.-]*@{_HOST})(?::([0-9]+)(?=/))?[:/]{_PATH}")
# A repository below it is made for each target. No place has a password: that would be in this file.
Place = Annotated[
    str,
    text(
        rf"/{_PATH}|{_SFTP.pattern.replace('([', '(?:[')}"
        rf"|rest:https?://{_HOST}(?::[0-9]+)?/{_PATH}|s3:(?:https?://)?{_HOST}(?::[0-9]+)?/{_PATH}",
        "a place of restic without a password",
        "sftp:backup@nas.example.com:/backups",
        "rest:https://backup.example.com/",
        "s3:https://s3.example.com/bucket",
        "/mnt/disk",
    ),
]


class Keep(Strict):
    """How many are kept: the last one of each of so many days, weeks and months; all of the last two days."""

    daily: int = Field(
        default=7, ge=0, le=1000, description="of how many days the last one is kept"
    )
    weekly: int = Field(default=5, ge=0, le=1000, description="the same of weeks")
    monthly: int = Field(default=12, ge=0, le=1000, description="the same of months")

    @model_validator(mode="after")
    def keep_some(self) -> "Keep":
        if not (self.daily or self.weekly or self.monthly):
            raise mistake("must keep at least one backup, for example {daily: 7}")
        return self

    def words(self) -> tuple[str, ...]:
        """Those of `restic forget`."""
        kept = {"daily": self.daily, "weekly": self.weekly, "monthly": self.monthly}
        words = (word for name, n in kept.items() if n for word in (f"--keep-{name}", str(n)))
        # Those of today may be of before and after an accident.
        return ("--keep-within", "2d", *words)


class Backups(Strict):
    """Backups of the database and the media in a place that is not the host."""

    to: Place = Field(description="where restic keeps them; each target has a repository below it")
    at: Calendar = Field(default="03:30", description="when, by systemd; up to half an hour later")
    keep: Keep = Field(default=Keep(), description="how many are kept there")

    def repository(self, name: str) -> str:
        """That of these backups, which have a name of their own."""
        return f"{self.to.rstrip('/')}/{name}"

    @property
    def directory(self) -> str:
        """The place, if it is one of the host's own file systems; "" for another."""
        return self.to if self.to.startswith("/") else ""

    @property
    def ssh(self) -> tuple[str, ...]:
        """The words for ssh(1) that name the server, if the place is one of sftp."""
        found = _SFTP.fullmatch(self.to)
        if not found:
            return ()
        return (*(("-p", found[2]) if found[2] else ()), found[1])
