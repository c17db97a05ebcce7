"""The part `verify` of deploy.yml: what the checks of every site look at, and what they accept."""

from typing import Annotated

from pydantic import Field

from understudy.config.app import UrlPaths
from understudy.config.base import Strict
from understudy.config.checks import a_list, text
from understudy.config.commands import Argv
from understudy.config.parity import Words
from understudy.config.test_commands import TestCommands

CHECKS = (
    "status",
    "console",
    "requests",
    "mixed-content",
    "static",
    "links",
    "accessibility",
    "weight",
    "time",
    "title",
    "language",
    "redirects",
    "other-names",
    "certificate",
    "hsts",
    "cookies",
)
# Of what the site has mailed; no page.
MAIL = "mail"
# Of what listens on a host; no page either.
PORTS = "ports"
_ALL = (*CHECKS, MAIL, PORTS)
CheckName = Annotated[
    str,
    text(
        rf"({'|'.join(_ALL)})(/.+)?",
        "a check, alone or with a slash and a pattern of what it found; the checks: "
        + ", ".join(_ALL),
        "links",
        "accessibility/color-contrast",
        "ports/9100",
    ),
]
_EXAMPLE = '[{check: accessibility/color-contrast, page: /, reason: "the new design has it"}]'


class Budget(Strict):
    """What a page may take: kilobytes of its own site, as sent, and seconds until it is loaded."""

    kilobytes: int = Field(default=5000, ge=1)
    seconds: float = Field(default=20, gt=0)


class Accepted(Strict):
    """Findings that are no failure. check: a check, alone or with a slash and a pattern of what it found.

    page: a pattern, as of a shell.
    """

    check: CheckName = Field(description="a check, alone or with a slash and a pattern")
    page: Words = Field(
        default="*", examples=["/blog/*"], description="a pattern of paths, as of a shell"
    )
    reason: Words = Field(examples=["the new design has it"], description="why it is no failure")


class Tasks(Strict):
    """Commands of the app by which its tasks are counted. A mark is a word that names one task.

    enqueue: gets marks as further words, and enqueues one task for each, which notes its mark and its release
    when it is done. done: prints these notes, a line `MARK RELEASE` for each time that a task was done.
    wait: seconds in which workers must have done the last task.
    """

    enqueue: Argv
    done: Argv
    wait: int = Field(default=60, ge=1, le=3600)


class Verify(Strict):
    """pages: where the crawl starts. login: a command of the app that prints a session's cookie.

    commands: tests of the app that run on this machine. tasks: how those of a queue are counted.
    masks: CSS selectors of regions that differ in each run, for screenshots.
    """

    pages: UrlPaths = ()
    login: Argv | None = None
    budget: Budget = Field(default=Budget(), description="what a page may take")
    accept: Annotated[tuple[Accepted, ...], a_list(_EXAMPLE)] = ()
    commands: TestCommands = ()
    tasks: Tasks | None = Field(default=None, description="how tasks of a queue are counted")
    masks: Annotated[tuple[Words, ...], a_list('[".clock"]')] = ()
