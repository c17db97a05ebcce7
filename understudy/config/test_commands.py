"""The list `verify.commands` of deploy.yml: tests that only know a URL, and run on this machine."""

import shlex
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from understudy.config.base import Strict
from understudy.config.checks import a_list, mistake, text
from understudy.config.commands import Argv
from understudy.config.values import OneLine, VariableName, filled_in

# What a command and its environment may name in braces.
SITE_PLACEHOLDERS = ("url", "domain", "address")
Path = Annotated[
    str,
    text(r"(?!/)(?!.*\.\.(/|$))[^\n\r\x00]+", "a path within the project", "e2e"),
]
_EXAMPLE = '[{command: npx playwright test, environment: {BASE_URL: "{url}"}}]'


def _about_site(value: str) -> str:
    return filled_in(value, SITE_PLACEHOLDERS)


def _check_words(words: Argv) -> Argv:
    return tuple(map(_about_site, words))


class TestCommand(Strict):
    """A command that ends with 0 if its tests pass. directory, junit: relative to the project's folder;
    junit: the file that it writes. timeout: whole seconds.
    """

    # pytest would collect it as tests.
    __test__ = False

    command: Annotated[Argv, AfterValidator(_check_words)]
    name: OneLine = ""
    environment: Mapping[VariableName, Annotated[OneLine, AfterValidator(_about_site)]] = {}
    directory: Path = "."
    junit: Path | None = None
    timeout: int = Field(default=600, ge=1, le=86400)

    @property
    def title(self) -> str:
        return self.name or shlex.join(self.command)


def _command_alone(given: Any) -> Any:
    return given if isinstance(given, dict) else {"command": given}


def _check_titles(commands: tuple[TestCommand, ...]) -> tuple[TestCommand, ...]:
    titles = [command.title for command in commands]
    if len(set(titles)) < len(titles):
        raise mistake("must have no two commands of one name: give each a `name`")
    return commands


TestCommands = Annotated[
    tuple[
        Annotated[
            TestCommand,
            BeforeValidator(_command_alone, json_schema_input_type=Argv | TestCommand),
        ],
        ...,
    ],
    a_list(_EXAMPLE),
    AfterValidator(_check_titles),
]
