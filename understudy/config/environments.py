"""The variables of a deploy.yml that may be wrong: an error must not show a secret either. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from understudy.config import yaml_text

_LINE = re.compile(r"""^[ \t]*(\w+)[ \t]*:[ \t]*["']?(.*?)["']?[ \t]*$""", re.MULTILINE)
# `{SECRET_KEY: "…", DEBUG: "0"}`
_IN_LINE = re.compile(r"""(\w+)[ \t]*:[ \t]+["']?([^\s{\[,}\]"'][^,}\]"'\n]*)""")


def environments(text: str) -> list[Mapping[str, str]]:
    """Each `environment` in the text of a deploy.yml, and values below `secrets`, where none should be, under
    names that say so. If it is not YAML, all that looks like `name: value`.
    """
    try:
        _, data = yaml_text.read(text)
    except yaml.YAMLError:
        return [dict(_LINE.findall(text)), dict(_IN_LINE.findall(text))]
    return list(_found(data))


def _found(value: Any) -> Iterator[Mapping[str, str]]:
    match value:
        case Mapping():
            environment = value.get("environment")
            if isinstance(environment, Mapping):
                yield {str(name): str(one) for name, one in environment.items()}
            given = value.get("secrets")
            if isinstance(given, Mapping):
                yield {f"SECRET_{name}": one for name, one in given.items() if isinstance(one, str)}
            for child in value.values():
                yield from _found(child)
        case list():
            for child in value:
                yield from _found(child)


def recipients(text: str) -> list[str]:
    """What `notify.to` has in the text of a deploy.yml: names of variables, or by mistake URLs."""
    try:
        _, data = yaml_text.read(text)
    except (yaml.YAMLError, ValueError):
        return re.findall(r"\b[a-z]+://[^\s\"']+", text.partition("notify:")[2])
    given = data.get("notify") if isinstance(data, Mapping) else None
    to = given.get("to") if isinstance(given, Mapping) else None
    return (
        [one for one in to if isinstance(one, str)]
        if isinstance(to, list)
        else [to]
        if isinstance(to, str)
        else []
    )
