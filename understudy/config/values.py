"""The kinds of values that several parts of deploy.yml have, and how a part makes a kind of its own.

None of them can break out of the place where it's used: a user's or unit's name, a line, a path.
"""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError


def text(pattern: str, must_be: str) -> AfterValidator:
    """A text that the pattern matches as a whole. must_be: the same in words, for the message."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise PydanticCustomError("text", "must be {must_be}", {"must_be": must_be})
        return value

    return AfterValidator(check)


def a_list(example: str) -> BeforeValidator:
    """A list of YAML. example: one that is right, for the message."""

    def check(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            message = "must be a list, for example {example}"
            raise PydanticCustomError("list", message, {"example": example})
        return value

    return BeforeValidator(check)


def _one_or_several(value: Any) -> Any:
    if not isinstance(value, str | list | tuple):
        raise PydanticCustomError("texts", "must be a text, or a list of texts")
    return (value,) if isinstance(value, str) else value


def _beside_deploy_yml(value: Any, info: ValidationInfo) -> Any:
    """A path is relative to the folder of deploy.yml, not to the working directory."""
    beside = Path(info.context or ".")
    return beside / Path(value).expanduser() if isinstance(value, str) else value


def off_or_text(value: Any) -> Any:
    """YAML reads `off` as a boolean."""
    return "off" if value is False else value


FilePath = Annotated[Path, BeforeValidator(_beside_deploy_yml)]
# User names, unit names, paths and host names on a server.
Name = Annotated[
    str,
    StringConstraints(max_length=31),
    text(r"[a-z][a-z0-9-]*", "lower-case letters, digits and hyphens, starting with a letter"),
]
# A colon is IPv6's: `host:22` would be a host and a port.
_ADDRESS = r"[A-Za-z0-9]([A-Za-z0-9.-]*|[0-9A-Fa-f]*(:[0-9A-Fa-f.]*){2,})"
_AN_ADDRESS = "an IP address or a host name alone, for example 192.0.2.7; a port has its own key"
Address = Annotated[str, text(_ADDRESS, _AN_ADDRESS)]
AddressOrEmpty = Annotated[str, text(f"({_ADDRESS})?", _AN_ADDRESS)]
OneLine = Annotated[str, text(r"[^\n\r\x00]*", "a single line")]
# A list of texts, or one text.
Texts = Annotated[tuple[OneLine, ...], BeforeValidator(_one_or_several)]
Memory = Annotated[str, text(r"[0-9]+[KMG]", "a number with K, M or G, for example 512M")]
# Of Debian.
Package = Annotated[
    str,
    text(
        r"[a-z0-9][a-z0-9.+-]*[a-z0-9.+]", "a package's name without a version, for example libpq5"
    ),
]
# What the values of `environment` may name in braces; release/render.py fills them in.
PLACEHOLDERS = (
    "database",
    "domain",
    "domains",
    "media",
    "memcached",
    "memcached_url",
    "origin",
    "origins",
    "rabbitmq_url",
    "redis_url",
    "release",
    "static",
    "valkey_url",
)


def filled_in(value: str, names: Collection[str]) -> str:
    """A text that may have these names in braces, and no others."""
    try:
        value.format_map(dict.fromkeys(names, ""))
    except (KeyError, ValueError, IndexError, AttributeError, TypeError):
        known = ", ".join(f"{{{name}}}" for name in names)
        message = "must have no placeholders but {known}, and each literal brace twice"
        raise PydanticCustomError("placeholder", message, {"known": known}) from None
    return value


VariableValue = Annotated[OneLine, AfterValidator(lambda text: filled_in(text, PLACEHOLDERS))]
VariableName = Annotated[
    str,
    text(r"[A-Z_][A-Z0-9_]*", "capital letters, digits and underscores, not starting with a digit"),
]
