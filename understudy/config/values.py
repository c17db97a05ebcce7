"""The kinds of values that several parts of deploy.yml have.

None of them can break out of the place where it's used: a user's or unit's name, a line, a path.
"""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)

from understudy.config.checks import mistake, text
from understudy.errors import similar


def _one_or_several(value: Any) -> Any:
    if not isinstance(value, str | list | tuple):
        raise mistake("must be a text, or a list of texts, for example [requirements.txt]")
    return (value,) if isinstance(value, str) else value


def _beside_deploy_yml(value: Any, info: ValidationInfo) -> Any:
    """A path is relative to the folder of deploy.yml, not to the working directory."""
    if isinstance(value, Path):
        # Of code, such as the files of the VM's issuer.
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[^\n\r\x00]+", value):
        raise mistake(f"must be a path, for example {_A_PATH}")
    try:
        return Path(info.context or ".") / Path(value).expanduser()
    except RuntimeError:
        raise mistake(f"begins with a user that this machine does not have: {value}") from None


def off_or_text(other: str) -> BeforeValidator:
    """For a choice between `off` and another word. YAML reads `off` as a boolean."""
    schema = Annotated[str | bool, WithJsonSchema({"enum": [other, "off", False]})]
    return BeforeValidator(
        lambda value: "off" if value is False else value, json_schema_input_type=schema
    )


_A_PATH = "~/.ssh/understudy"
FilePath = Annotated[
    Path,
    BeforeValidator(
        _beside_deploy_yml, json_schema_input_type=Annotated[str, Field(examples=[_A_PATH])]
    ),
]
# User names, unit names, paths and host names on a server.
Name = Annotated[
    str,
    StringConstraints(max_length=31),
    text(
        r"[a-z][a-z0-9-]*", "lower-case letters, digits and hyphens, starting with a letter", "shop"
    ),
]
# A colon is IPv6's: `host:22` would be a host and a port.
_NUMBER = r"(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"({_NUMBER}\.){{3}}{_NUMBER}"
_IPV6 = r"[0-9A-Fa-f]*(:[0-9A-Fa-f.]*){2,}"
# Digits and dots alone are an IPv4 address, and `10.77.21` or `300.1.1.1` none.
_HOST_NAME = r"(?![0-9.]+$)[A-Za-z0-9][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)*\.?"
_ADDRESS = rf"({_IPV4}|{_IPV6}|{_HOST_NAME})"
_AN_ADDRESS = "an IP address or a host name alone (`port` is a key of its own)"
_ADDRESSES = ("192.0.2.7", "shop.example.com")
Address = Annotated[str, text(_ADDRESS, _AN_ADDRESS, *_ADDRESSES)]
AddressOrEmpty = Annotated[str, text(f"({_ADDRESS})?", _AN_ADDRESS, *_ADDRESSES)]
OneLine = Annotated[str, text(r"[^\n\r\x00]*", "a single line", "a word")]
# A list of texts, or one text.
Texts = Annotated[
    tuple[OneLine, ...],
    BeforeValidator(_one_or_several, json_schema_input_type=OneLine | tuple[OneLine, ...]),
]
Memory = Annotated[str, text(r"[0-9]+[KMG]", "a number with K, M or G", "512M")]
# Of Debian.
Package = Annotated[
    str,
    text(r"[a-z0-9][a-z0-9.+-]*[a-z0-9.+]", "a package's name without a version", "libpq5"),
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
        message = f"must have no placeholders but {known}, and each literal brace twice"
        raise mistake(f"{message}{_meant(value, names)}") from None
    return value


def _meant(value: str, names: Collection[str]) -> str:
    """Not a brace of the value itself: that could be a part of a secret."""
    close = (similar(word, names) for word in re.findall(r"\{(\w+)\}", value) if word not in names)
    found = next(filter(None, close), "")
    return f"; did you mean {{{found}}}?" if found else ""


VariableValue = Annotated[OneLine, AfterValidator(lambda text: filled_in(text, PLACEHOLDERS))]
VariableName = Annotated[
    str,
    text(
        r"[A-Z_][A-Z0-9_]*",
        "capital letters, digits and underscores, not starting with a digit",
        "DEBUG",
    ),
]
