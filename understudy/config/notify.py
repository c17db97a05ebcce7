"""The part `notify` of deploy.yml: who gets a message of what has happened. The URLs are no part of it."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from understudy.config.base import Strict
from understudy.config.checks import a_list, mistake
from understudy.config.values import Name, OneLine, VariableName

EventName = Literal[
    "verdict", "deploy", "rollback", "failure", "timer", "backup", "certificate", "disk"
]
EVENTS: tuple[EventName, ...] = (
    *("verdict", "deploy", "rollback", "failure"),
    *("timer", "backup", "certificate", "disk"),
)
# What happens on a host by its clock.
ON_HOSTS = frozenset({"timer", "certificate", "disk"})
# The timer of a site whose hosts notify, and the distribution's package that sends the messages.
TIMER, PACKAGE = "notify", "apprise"
# In a release's source, where timers run.
CHECK = ("/usr/bin/python3", "-I", "../understudy_notify.py", "check")


def _no_url(value: Any) -> Any:
    if isinstance(value, str) and "://" in value:
        raise mistake(
            "must be the name of a variable that holds the URL, for example SLACK_URL: a URL has tokens, and "
            "who can read deploy.yml could use them",
        )
    return value


def _link(value: Any) -> Any:
    if isinstance(value, str) and value and not re.match(r"https?://", value):
        raise mistake("must be a URL, for example https://ci.example.org/runs/$RUN_ID")
    return value


class Notify(Strict):
    """Messages by apprise: mail, chats, webhooks."""

    to: Annotated[
        tuple[Annotated[VariableName, BeforeValidator(_no_url)], ...], a_list("[SLACK_URL]")
    ] = Field(
        default=(),
        description="names of variables that hold a URL of apprise: of this environment; on a host, secrets",
    )
    events: Annotated[tuple[EventName, ...], a_list("[verdict, failure]")] = Field(
        default=EVENTS, description="what there is a message of; by default all"
    )
    targets: tuple[Name, ...] | None = Field(
        default=None,
        description="of which targets, verdicts aside; by default all that are not disposable",
    )
    link: Annotated[OneLine, BeforeValidator(_link)] = Field(
        default="",
        description="the URL that messages lead to, with $NAME for a variable of the environment; by default "
        "the report's path",
    )

    def on_hosts(self) -> bool:
        """Whether hosts have to notify by themselves."""
        return bool(self.to) and not ON_HOSTS.isdisjoint(self.events)
