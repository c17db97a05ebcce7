"""What is wrong in deploy.yml, each mistake in words: where, about which key, and what is right."""

from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from understudy.config import schema as schemas
from understudy.config import spots, words
from understudy.config.checks import mistake
from understudy.config.report import Mistake
from understudy.config.schema import Node
from understudy.config.spots import Place
from understudy.config.surprises import read_as
from understudy.errors import did_you_mean

# Types of pydantic errors whose message is that of a validator here.
_OWN = {"mistake", "idna"}
_UNKNOWN = {"extra_forbidden", "invalid_key"}
_LENGTHS = {"string_too_short", "too_short"}
# More of them would hide the message.
_MOST_KEYS = 8
# Keys that some expect, and what to do instead.
_INSTEAD = {
    (
        "targets",
        "path",
    ): ": an app is deployed to a name of its own, such as shop.example.com, not below "
    "another site's",
    ("services", "mariadb"): ": the app's database is `database: mariadb` under app",
    ("services", "mysql"): ": the app's database is `database: mariadb` under app",
    ("services", "postgresql"): ": the app's database is `database: postgresql` under app",
}
# pydantic's place for the key of a mapping.
_KEY = "[key]"
# Their values may be secret, where they should not be.
SECRET_PARTS = ("environment", "secrets")


def validation_error(
    kind: str, text: str, *place: int | str, given: object = None
) -> ValidationError:
    """For a model's validator to raise, about the key at this place in it. kind: "missing", or any other."""
    raised = PydanticCustomError("missing", "missing") if kind == "missing" else mistake(text)
    issue: Any = {"type": raised, "loc": place, "input": given}
    return ValidationError.from_exception_data("", [issue])


def format_errors(
    error: ValidationError, tree: yaml.Node | None, model: type[BaseModel]
) -> list[Mistake]:
    """Each mistake, for example `app.name: must be … (got 'Shop!')`. model: of the whole file."""
    known = _Known(tree, schemas.of(model))
    return list(dict.fromkeys(map(known.mistake, error.errors())))


def twice(tree: yaml.Node | None) -> Iterator[Mistake]:
    for place, spot, first in spots.keys_given_twice(tree):
        yield Mistake(spot, f"{_path(place)}: is given twice, for the first time in line {first}")


class _Known:
    """The file and its JSON Schema, in whose words each mistake is put."""

    def __init__(self, tree: yaml.Node | None, schema: Node) -> None:
        self.tree, self.schema = tree, schema

    def mistake(self, issue: Any) -> Mistake:
        """issue: one of ValidationError.errors()."""
        place = self._place(issue)
        is_key = issue["type"] in _UNKNOWN or _KEY in issue["loc"]
        spot = spots.spot_of(self.tree, place, at_key=is_key)
        return Mistake(spot, f"{_path(place)}: {self._words(issue, place)}")

    def _place(self, issue: Any) -> Place:
        """With a key as it is written: pydantic calls the key `no` 0."""
        place = tuple(part for part in issue["loc"] if part != _KEY)
        if _KEY not in issue["loc"]:
            return place
        key = spots.key_of(self.tree, (*place[:-1], str(issue["input"])))
        return (*place[:-1], str(key.value) if key else str(issue["input"]))

    def _words(self, issue: Any, place: Place) -> str:
        kind = issue["type"]
        if kind in _UNKNOWN:
            return f"unknown key{self._instead(place)}"
        if kind == "missing":
            return self._missing(place)
        if _KEY in issue["loc"]:
            return self._wrong_key(issue, place)
        if kind == "string_type" and (surprise := self._surprise(place)):
            return surprise
        return f"{self._must(issue, place)}{self._given(issue, place)}{self._meant(issue, place)}"

    def _must(self, issue: Any, place: Place) -> str:
        if issue["type"] in _OWN:
            return str(issue["msg"])
        if issue["type"] in _LENGTHS:
            return "must not be empty"
        if issue["type"] == "string_too_long":
            return f"must have at most {issue['ctx']['max_length']} characters"
        return words.must_be(self.schema, schemas.at(self.schema, place))

    def _missing(self, place: Place) -> str:
        value = schemas.example(self.schema, schemas.at(self.schema, place))
        return f"missing; for example {place[-1]}: {words.flow(value)}"

    def _wrong_key(self, issue: Any, place: Place) -> str:
        """Of a mapping whose keys are names that deploy.yml gives."""
        node = spots.key_of(self.tree, place)
        if issue["type"] == "string_type" and (surprise := read_as(node)):
            return f"the key must be text: {surprise}"
        names = schemas.names(self.schema, place[:-1])
        must = words.one_of(names) if names else self._must(issue, place)
        return f"the key {must} (got {place[-1]!r}){did_you_mean(str(place[-1]), names)}"

    def _surprise(self, place: Place) -> str:
        """YAML reads `1.10`, `yes` and `2026-01-02` as something else than a text."""
        node = spots.node_of(self.tree, place)
        surprise = read_as(node)
        if node is None or not surprise:
            return ""
        fitting = schemas.takes(self.schema, schemas.at(self.schema, place), str(node.value))
        return f"must be text: {surprise}" if fitting else ""

    def _meant(self, issue: Any, place: Place) -> str:
        if issue["type"] != "literal_error":
            return ""
        kinds = schemas.branches(self.schema, schemas.at(self.schema, place))
        known = [str(one) for kind in kinds for one in kind.get("enum", ())]
        return did_you_mean(issue["input"], known) if isinstance(issue["input"], str) else ""

    def _given(self, issue: Any, place: Place) -> str:
        """What was given helps to find it, but could be long, or a secret."""
        given = issue["input"]
        node = spots.node_of(self.tree, place)
        if isinstance(node, yaml.ScalarNode) and not isinstance(given, str):
            return f" (got {node.value})" if node.value else " (got nothing)"
        if given is None or set(place) & set(SECRET_PARTS) or _has_secret(given):
            return ""
        return f" (got {given!r:.60})" if isinstance(given, str) else f" (got {_shown(given)})"

    def _instead(self, place: Place) -> str:
        """The known key that an unknown one resembles, where it is one, or what to do without it."""
        *above, key = place
        if above and (instead := _INSTEAD.get((str(above[0]), str(key)))):
            return instead
        here = schemas.keys(self.schema, above)
        if meant := did_you_mean(str(key), here):
            return meant
        if elsewhere := [
            part for part in self._parts() if key in schemas.keys(self.schema, [part])
        ]:
            return f" here; there is {elsewhere[0]}.{key}"
        return f"; the keys here: {', '.join(here)}" if 0 < len(here) <= _MOST_KEYS else ""

    def _parts(self) -> list[str]:
        """Of the top level, without those below which deploy.yml gives the names."""
        return schemas.keys(self.schema, [])


def _has_secret(value: object) -> bool:
    match value:
        case dict():
            return any(key in SECRET_PARTS or _has_secret(one) for key, one in value.items())
        case list():
            return any(map(_has_secret, value))
    return False


def _path(place: Place) -> str:
    return ".".join(map(str, place))


def _shown(value: object) -> str:
    try:
        return f"{words.flow(value):.60}"
    except yaml.YAMLError:
        return f"{value!s:.60}"
