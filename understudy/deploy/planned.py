"""What a deploy or a rollback would do to one host, as a value. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from understudy.deploy import pending
from understudy.deploy.preview import FileChange
from understudy.host.actions import Action, Run
from understudy.local.numbers import number_of
from understudy.report.answer import Answer


@dataclass(frozen=True)
class PlannedMigrations:
    """pending: `app.name` of each of the app's; None if that is not known before the deploy.

    new_database: all would run, those of packages as well. notes: what the host says of its database.
    backup: whether the database is saved first; None if only the deploy knows whether there are migrations.
    host: that which migrates for this one, "" for itself.
    """

    pending: tuple[str, ...] | None = ()
    new_database: bool = False
    notes: tuple[str, ...] = ()
    backup: bool | None = False
    host: str = ""

    def lines(self) -> Iterator[str]:
        if self.host:
            yield f"migrations would run on {self.host}, once for all hosts"
        elif self.pending is None:
            yield "which migrations would run is not known before the deploy"
            yield from self.notes or [
                "if any would, the database is backed up before them",
            ]
        else:
            yield from pending.lines(self.pending, new_database=self.new_database)
            if self.backup:
                yield "the database is backed up before them"


@dataclass(frozen=True)
class PlannedStep:
    """commands: that its title has no room for."""

    title: str
    commands: tuple[str, ...] = ()

    @classmethod
    def of(cls, action: Action) -> Self:
        commands = action.commands if isinstance(action, Run) else ()
        return cls(action.title, tuple(map(str, commands)))


@dataclass(frozen=True)
class Plan(Answer):
    """release: the id of the one that would go live; None if that isn't known yet. steps: none if the host is
    as desired. refused: why the deploy would be refused, "" if it would not.
    """

    event: ClassVar[str] = "plan"

    target: str
    host: str
    release: str | None
    commit: str
    files: tuple[FileChange, ...] = ()
    migrations: PlannedMigrations = PlannedMigrations()
    steps: tuple[PlannedStep, ...] = ()
    refused: str = ""

    def text(self) -> str:
        return "\n".join(self._lines())

    @property
    def _what(self) -> str:
        return f"a deploy to {self.target}"

    def _lines(self) -> Iterator[str]:
        if not self.steps:
            yield f"{self.release} is already live on {self.target}: nothing to do"
            return
        yield from (file.text().rstrip() for file in self.files)
        yield from self.migrations.lines()
        yield f"{self._what} would take {number_of(len(self.steps), 'step')}:"
        for step in self.steps:
            yield f"  {step.title}"
            yield from (f"    {command}" for command in step.commands)
        if self.refused:
            yield f"{self._what} would be refused: {self.refused}"


@dataclass(frozen=True)
class RollbackPlan(Plan):
    """What a rollback would do: it changes no file of the host's configuration, and migrates nothing."""

    @property
    def _what(self) -> str:
        return f"a rollback of {self.target} to {self.release}"
