"""The steps of a plan, as values. steps.py carries them out. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path, PurePosixPath

from understudy.commands import Argv
from understudy.release.render import RenderedFile

# Hints for a step that failed.
BEFORE_SWITCH = "The live release has not changed. Fix the cause and deploy again."
FIRST_DEPLOY = "No release is live yet. Fix the cause and deploy again."
AFTER_SWITCH = "The new release is live already. Fix the cause and deploy again."
# Real data may take long, and a step that hangs must end some day.
SECONDS_FOR_A_STEP = 4 * 3600


@dataclass(frozen=True)
class Run:
    """Run a command on the host, as the deployer or as `user`.

    seconds: after so many the command is ended. only_after: the step is left out unless an earlier one has
    printed this text. warning: a failure is reported with this text and the plan continues. undo: carried
    out after a failure. hint: shown with a failure. hint_after: text and hint; that hint is shown instead if
    the command has printed the text. commands: the lines that it runs, if the title has no room for them.
    branch: see branches.py. warns_by: what a step that succeeds has printed is a warning if it has this text.
    """

    title: str
    argv: Argv
    user: str | None = None
    hint: str = BEFORE_SWITCH
    undo: tuple["Run", ...] = ()
    warning: str = ""
    only_after: str = ""
    seconds: int = SECONDS_FOR_A_STEP
    hint_after: tuple[tuple[str, str], ...] = ()
    commands: tuple[str, ...] = ()
    branch: str = ""
    warns_by: str = ""

    def hint_for(self, output: str) -> str:
        """The hint to show when the command has failed after that output."""
        return next((hint for text, hint in self.hint_after if text in output), self.hint)


@dataclass(frozen=True)
class Send:
    """Run a command on the host that reads local files and bytes, one after another, from its standard input.

    An archive is unpacked as it arrives and never stored on the host.
    """

    title: str
    content: tuple[Path | bytes, ...]
    argv: Argv
    branch: str = ""


@dataclass(frozen=True)
class WriteFiles:
    """Write files into a directory from which understudy-site checks and installs them."""

    title: str
    files: tuple[RenderedFile, ...]
    directory: PurePosixPath
    branch: str = ""


@dataclass(frozen=True)
class Start:
    """Start a release beside the live one, and wait until it is healthy.

    checks: commands, run as `user` one after another, again and again until all succeed. seconds: deadline.
    hint: shown with a failure. undo: carried out after a failure, when the release is stopped already.
    """

    title: str
    site: str
    release_id: str
    checks: tuple[Argv, ...]
    user: str
    seconds: int
    hint: str = BEFORE_SWITCH
    undo: tuple[Run, ...] = ()


@dataclass(frozen=True)
class Switch:
    """Make another release live, by one rename. undo: carried out after a failure."""

    title: str
    argv: Argv
    release_id: str
    undo: tuple[Run, ...] = ()


class Point(IntEnum):
    """Where hosts that are changed together wait for each other, in their order."""

    UPLOADED = 1
    MIGRATED = 2
    STOPPED = 3
    RESTORED = 4
    READY = 5
    HANDED_OVER = 6
    CONFIRMED = 7


@dataclass(frozen=True)
class Meet:
    """Wait until all hosts that are changed together have come to the same point. A host that is changed alone
    leaves this step out.

    stopped: in the error if another host fails before, what is live on this one. undo: carried out then.
    passes_on: if a step of any host has printed this text, it counts as printed here. seconds: deadline.
    """

    title: str
    point: Point
    stopped: str
    undo: tuple[Run, ...] = ()
    passes_on: str = ""
    hint: str = BEFORE_SWITCH
    seconds: int = SECONDS_FOR_A_STEP


Branching = Run | Send | WriteFiles
Action = Branching | Start | Switch | Meet


def in_branch(name: str, actions: Iterable[Branching]) -> list[Branching]:
    """The actions as a branch of the plan: see branches.py."""
    return [replace(action, branch=name) for action in actions]
