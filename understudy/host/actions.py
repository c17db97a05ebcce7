"""The steps that a plan is made of, as values. steps.py applies them."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from understudy.commands import Argv
from understudy.release.render import RenderedFile

BEFORE_SWITCH = "What served before still serves. Mend the cause and deploy again."
AFTER_SWITCH = "The new release is switched to already. Mend the cause and deploy again."
# Data of real size may take long; a step that hangs must still end some day.
SECONDS_FOR_A_STEP = 4 * 3600


@dataclass(frozen=True)
class Run:
    """Run a command on the host: as the deployer, or as another user.

    hint: for when it fails. undo: what is done then. warning: said then instead of failing.
    only_after: left out unless a step before has printed this. seconds: it is ended after so many.
    hint_after: texts, each with the hint that is right instead if the command had printed it.
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

    def hint_for(self, output: str) -> str:
        """The hint when it failed after that output."""
        return next((hint for text, hint in self.hint_after if text in output), self.hint)


@dataclass(frozen=True)
class Send:
    """Run a command on the host that reads a file from here: what travels is never stored packed."""

    title: str
    local: Path
    argv: Argv


@dataclass(frozen=True)
class Stage:
    """Write files for understudy-site to check and install."""

    title: str
    files: tuple[RenderedFile, ...]
    directory: PurePosixPath


@dataclass(frozen=True)
class Start:
    """Start a release beside the one that serves, and wait until it is healthy.

    checks: asked one after another, again and again until they answer. seconds: deadline.
    """

    title: str
    site: str
    release_id: str
    checks: tuple[Argv, ...]
    user: str
    seconds: int


@dataclass(frozen=True)
class Switch:
    """Let another release serve, by one rename."""

    title: str
    argv: Argv
    release_id: str


Action = Run | Send | Stage | Start | Switch
