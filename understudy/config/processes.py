"""The part `processes` of deploy.yml: what runs of a release besides the web process."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainValidator, StringConstraints, TypeAdapter, model_validator

from understudy.config.base import Strict
from understudy.config.checks import mistake, text
from understudy.config.commands import Argv
from understudy.config.mistakes import validation_error
from understudy.config.values import Memory

# Of a process or a timer, in its unit's name. `web` is the web process, `migrating` a lock beside those of
# `single` processes.
UnitName = Annotated[
    str,
    StringConstraints(max_length=31),
    text(
        r"(?!(web|migrating)$)[a-z][a-z0-9]*(-[a-z0-9]+)*",
        "lower-case letters, digits and single hyphens between them, starting with a letter, and not web "
        "or migrating",
        "worker",
    ),
]
Signal = Literal["TERM", "INT", "QUIT", "HUP", "USR1", "USR2", "WINCH"]
NOTIFY = "notify"
# Celery's and RQ's, and what Celery's worker has with -B.
_SCHEDULER = re.compile(
    r"(?:^|[ /])celery (?:.* )?(?<!-A )beat(?: |$)|(?:^|[ /])rqscheduler(?: |$)"
)
_WITH_SCHEDULER = re.compile(r"(?:^|[ /])celery (?:.* )?worker (?:.* )?(?:-B|--beat)(?: |$)")
_READY = 'must be a number of seconds, notify, or a command such as "python manage.py check_queue"'


def _ready(value: Any) -> Any:
    """A whole number of seconds, or the text `notify`, or the words of a command."""
    if isinstance(value, bool) or not isinstance(value, int | str | list | tuple):
        raise mistake(_READY)
    if isinstance(value, int) and not 1 <= value <= 600:
        raise mistake("must be 1 to 600 seconds, for example 3")
    return value if isinstance(value, int) or value == NOTIFY else _COMMAND.validate_python(value)


_COMMAND: TypeAdapter[Argv] = TypeAdapter(Argv)
Ready = Annotated[
    int | str | tuple[str, ...],
    PlainValidator(
        _ready,
        json_schema_input_type=Annotated[int, Field(ge=1, le=600)] | Literal["notify"] | Argv,
    ),
]


class Process(Strict):
    """One kind of process of a release; times in whole seconds.

    single: never two at once, not even of two releases. stop_timeout: what an old one has to end after its
    signal. ready: it has to run for so many seconds, or to notify systemd, or this command has to succeed.
    """

    command: Argv
    count: int = Field(default=1, ge=1, le=64)
    single: bool = False
    stop_signal: Signal = "TERM"
    stop_timeout: int = Field(default=60, ge=1, le=86400)
    memory_max: Memory | None = None
    ready: Ready = 3

    @model_validator(mode="after")
    def be_one_if_single(self) -> Self:
        if self.single and self.count > 1:
            raise validation_error("single", "must be 1 with `single`", "count", given=self.count)
        return self

    @property
    def ready_seconds(self) -> int:
        """0 if it is ready by other signs."""
        return self.ready if isinstance(self.ready, int) else 0

    @property
    def ready_command(self) -> tuple[str, ...]:
        """() if it is ready by other signs."""
        return self.ready if isinstance(self.ready, tuple) else ()


def is_scheduler(command: Sequence[str]) -> bool:
    """Whether it only enqueues tasks by the clock. Commands that are not known do other work."""
    return _SCHEDULER.search(" ".join(command)) is not None


def has_scheduler(command: Sequence[str]) -> bool:
    """Whether it is a worker that also enqueues tasks by the clock."""
    return _WITH_SCHEDULER.search(" ".join(command)) is not None
