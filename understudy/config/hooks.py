"""The part `hooks` of deploy.yml: commands of the user before and after what Understudy does."""

import shlex
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from understudy.config.base import Strict
from understudy.config.checks import a_list
from understudy.config.commands import Argv
from understudy.config.mistakes import validation_error
from understudy.config.values import Name, OneLine

BEFORE = ("before_deploy", "before_rollback", "before_drain")
# What failed has failed already, and a verdict stays what it is.
NEVER_FATAL = ("after_failure", "after_verdict")


class Hook(Strict):
    """A command that runs here, in the folder of deploy.yml, or on each host, in the live release."""

    command: Argv = Field(description="what runs: no shell does")
    name: OneLine = Field(default="", description="what the report calls it")
    where: Literal["here", "host"] = Field(
        default="here",
        description="here: on the machine that runs Understudy, once; host: on each host, as the app's user",
    )
    fatal: bool | None = Field(
        default=None,
        description="whether its failure is one of the deploy or rollback: by default only before it",
    )
    timeout: int = Field(
        default=300, ge=1, le=86400, description="seconds, after which it is ended"
    )
    targets: tuple[Name, ...] | None = Field(
        default=None,
        description="only at these targets; by default at all, the staging VM included",
    )

    @property
    def title(self) -> str:
        return self.name or shlex.join(self.command)


def _command_alone(given: Any) -> Any:
    return given if isinstance(given, dict | Hook) else {"command": given}


HookList = Annotated[
    tuple[
        Annotated[Hook, BeforeValidator(_command_alone, json_schema_input_type=Argv | Hook)], ...
    ],
    a_list('["./notify.sh", {command: python manage.py check_data, where: host}]'),
]


class Hooks(Strict):
    """Commands before and after what Understudy does."""

    before_deploy: HookList = Field(default=(), description="before anything on a host changes")
    after_deploy: HookList = Field(default=(), description="once the release is live")
    before_rollback: HookList = Field(default=(), description="before anything on a host changes")
    after_rollback: HookList = Field(
        default=(), description="once the earlier release is live again"
    )
    before_drain: HookList = Field(
        default=(), description="before one of several web hosts is interrupted"
    )
    after_drain: HookList = Field(default=(), description="once that host is healthy again")
    after_failure: HookList = Field(
        default=(), description="after a deploy or rollback that failed"
    )
    after_verdict: HookList = Field(default=(), description="after a rehearsal")

    @model_validator(mode="after")
    def be_fatal_only_where_it_counts(self) -> Self:
        for event in NEVER_FATAL:
            for place, hook in enumerate(getattr(self, event)):
                if hook.fatal:
                    why = "must be false: it runs after the outcome is known, and can't change it"
                    raise validation_error("fatal", why, event, place, "fatal", given=True)
        return self

    def of(self, event: str, target: str) -> tuple[Hook, ...]:
        """Those that run at that event of that target, each with a `fatal` that is decided."""
        chosen = (
            one for one in getattr(self, event) if one.targets is None or target in one.targets
        )
        return tuple(
            one.model_copy(update={"fatal": event in BEFORE}) if one.fatal is None else one
            for one in chosen
        )

    def unknown_target(self, known: frozenset[str]) -> tuple[str, int, str] | None:
        """The first target of a hook that is none of the known: event, place in its list, name."""
        for event in type(self).model_fields:
            for place, hook in enumerate(getattr(self, event)):
                for name in hook.targets or ():
                    if name not in known:
                        return event, place, name
        return None
