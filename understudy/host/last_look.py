"""What the last look at a host found, kept in .understudy/known/: how to connect, and what was printed."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from understudy.ssh.endpoint import KnownEndpoint


@dataclass(frozen=True)
class Printed:
    """A message, an answer with its fields, or what was `attached`: see Report."""

    text: str
    event: str = ""
    value: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What a verb printed. inputs: a digest of all that it read here; answer: of the host's facts."""

    inputs: str
    answer: str
    printed: tuple[Printed, ...]


@dataclass(frozen=True)
class LastLook:
    """settings: a digest of what the rest comes from: deploy.yml, and the code that reads it.

    source: the app's directory, "" for the URL of a repository. words: of the site's status_query(). found: by
    verb.
    """

    settings: str
    endpoint: KnownEndpoint
    deployer: str
    site: str
    source: str
    revision: str
    words: tuple[str, ...] = ()
    found: Mapping[str, Found] = field(default_factory=dict)


def load(file: Path) -> LastLook | None:
    """None if there is none, or if another version of Understudy has written it."""
    try:
        return _parsed(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def save(file: Path, look: LastLook) -> None:
    """Raises StepFailed if it can't be written."""
    # Only a run that found something else needs it.
    from understudy.local.atomic_write import atomic_write

    atomic_write(file, json.dumps(asdict(look), default=str))


def _parsed(data: dict[str, Any]) -> LastLook:
    endpoint, found = data.pop("endpoint"), data.pop("found")
    paths = {name: _path(endpoint[name]) for name in ("key", "known_hosts")}
    return LastLook(
        **{**data, "words": tuple(data["words"])},
        endpoint=KnownEndpoint(**{**endpoint, **paths}),
        found={verb: _found(**one) for verb, one in found.items()},
    )


def _found(inputs: str, answer: str, printed: list[dict[str, Any]]) -> Found:
    return Found(inputs, answer, tuple(Printed(**one) for one in printed))


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
