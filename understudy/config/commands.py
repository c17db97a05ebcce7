"""Commands in deploy.yml: each a list of words, or one text that is split into words as by a shell. No
shell runs them, so a text that needs one is refused.
"""

import re
import shlex
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from understudy.config.checks import mistake

_QUOTED = re.compile(r"""\\.|'[^']*'|"[^"]*\"""")
# What a shell would not pass on as it is: `a && b`, `a > b`, `$A`, `A=b c`.
_FOR_A_SHELL = re.compile(r"[;&|<>`$]|^\s*\w+=")


def _words(value: Any) -> Any:
    if isinstance(value, list | tuple) and value:
        return value
    if not isinstance(value, str):
        raise mistake('must be a command, for example "python manage.py check"')
    if _FOR_A_SHELL.search(_QUOTED.sub("", value)):
        raise mistake('needs a shell, and none runs it: write ["sh", "-c", "…"]')
    try:
        words = shlex.split(value)
    except ValueError:
        raise mistake("has a quote without its end") from None
    return words or _words(words)


def _commands(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise mistake('must be a list, for example ["npm ci", "npm run build"]')
    if len(value) > 1 and all(isinstance(one, str) and len(one.split()) == 1 for one in value):
        line = shlex.join(value)
        raise mistake(f'is a list of commands; if this is one, write ["{line}"]')
    return value


_WORDS = Annotated[
    str | Annotated[list[str], Field(min_length=1)],
    Field(examples=["python manage.py check", ["python", "manage.py", "check"]]),
]
Argv = Annotated[tuple[str, ...], BeforeValidator(_words, json_schema_input_type=_WORDS)]
Commands = Annotated[
    tuple[Argv, ...],
    BeforeValidator(_commands),
    Field(examples=[["npm ci", "npm run build"]]),
]
