"""`python -m tests.house.deploy_schema`: docs/deploy.schema.json, made from the model of deploy.yml and from
docs/configuration.md.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.house.measure import TOP
from understudy.config import schema as schemas
from understudy.config.model import Config

FILE = TOP / "docs" / "deploy.schema.json"
DOCS = TOP / "docs" / "configuration.md"
# Below these deploy.yml gives names.
NAMED = ("processes", "secrets", "targets", "timers")
_ROW = re.compile(r"^\| ([^|]*?`[^|]+?) \|\s*(.*?)\s*\| (.*) \|$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


@dataclass(frozen=True)
class Row:
    """A key in docs/configuration.md. place: in deploy.yml, with a name for each that it gives."""

    place: tuple[str | int, ...]
    kind: str
    meaning: str


def rows() -> Iterator[Row]:
    """Each key of each part's table, in order."""
    for part, text in _parts():
        # Tables below are about values.
        for keys, kind, meaning in _ROW.findall(text.partition("\n### ")[0]):
            for key in re.findall(r"`([^`]+)`", keys):
                for place in _places(part, key):
                    yield Row(place, kind, meaning)


def current() -> str:
    """The text of the schema as it should be."""
    schema = json.loads(json.dumps(schemas.of(Config)))
    for row in rows():
        _describe(schema, row.place, row.meaning)
    for part, text in _parts():
        _describe(schema, (part,), text.strip().partition("\n\n")[0])
    return json.dumps({"title": "deploy.yml of Understudy", **schema}, indent=1) + "\n"


def _parts() -> Iterator[tuple[str, str]]:
    """The parts of deploy.yml with their texts."""
    found = re.split(r"^## (\w+)\n", DOCS.read_text(), flags=re.MULTILINE)
    yield from zip(found[1::2], found[2::2], strict=True)


def _places(part: str, key: str) -> Iterator[tuple[str | int, ...]]:
    named = ("name",) if part in NAMED else ()
    *above, last = key.replace("[]", ".0").split(".")
    below = [int(one) if one == "0" else one for one in (*above, last)]
    if not key.startswith("…"):
        yield part, *named, *below
        return
    schema = schemas.of(Config)
    for one in schemas.keys(schema, (part,)) or ["name"]:
        yield part, one, *below[1:]


def _describe(schema: schemas.Node, place: schemas.Place, words: str) -> None:
    for kind in schemas.branches(schema, schemas.at(schema, place[:-1])):
        node = kind.get("properties", {}).get(place[-1])
        # A row's words come before those of the model.
        if node is not None and words and not words.startswith("|"):
            node["description"] = _plain(words)


def _plain(words: str) -> str:
    """Without Markdown's links and line breaks."""
    return re.sub(r"\s+", " ", _LINK.sub(r"\1", words)).removesuffix(":")


if __name__ == "__main__":
    FILE.write_text(current())
