"""Each key of deploy.yml with values of each wrong kind: each mistake has its line, in people's words."""

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.unit.fakes import settings
from understudy.config import model as configuration
from understudy.config import schema as schemas
from understudy.config.model import Config
from understudy.errors import ConfigError

SCHEMA = schemas.of(Config)
Place = tuple[str | int, ...]
WRONG = [
    *("[[]]", "[{a: b}]", "{a: {b: c}}", "{yes: 1}", "[[{a: [b]}]]", "-1", "1.10", ".nan", "017"),
    *("99999999999999999999999", "yes", "off", "2026-01-02", "~", "''", "'a b'", r'"\0"', "'{x}'"),
    *("!!binary aGk=", "!!set {a}", "'~who/y'", "../x", "xn--a"),
]
RIGHT_WORDS = re.compile(
    r"must |the key must |unknown key|missing; for example |has a quote|needs a shell|begins with a user"
    r"|is a list of commands|another |give |is in the list twice|is only for |names \{"
)
# pydantic's and Python's own.
WRONG_WORDS = re.compile(
    r"Input|should|[Vv]alue error|validation|\b(?:True|False|None)\b|Posix|datetime|tuple|\bdict\b|"
    r"instance|\bstr\b|\bint\b|[\w]+\((?!got|\?)"
)


def places(node: schemas.Node, place: Place = ()) -> Iterator[Place]:
    """Of each key, of one name in each mapping of names, and of the first of each list."""
    kinds = list(schemas.branches(SCHEMA, node))
    # A list of words may be there in place of keys: one of both can be wrong at a time.
    for kind in [one for one in kinds if "properties" in one] or kinds:
        for part, child in _below(kind):
            yield (*place, part)
            yield from places(child, (*place, part))


def _below(kind: schemas.Node) -> Iterator[tuple[str | int, schemas.Node]]:
    if kind.get("type") == "array":
        yield 0, kind["items"]
    elif "properties" in kind:
        yield from kind["properties"].items()
    elif kind.get("type") == "object":
        yield schemas.named(kind)


PLACES = list(dict.fromkeys(places(SCHEMA)))
DEPTHS = range(1, max(map(len, PLACES)) + 1)


def with_values(depth: int, raw: str) -> str:
    """A deploy.yml in which all values at that depth are this one, and those above them are right."""
    tree: dict[str, Any] = settings()
    for place in PLACES:
        if len(place) == depth:
            _put(tree, place, "@")
    return yaml.safe_dump(tree, sort_keys=False).replace("'@'", raw)


def _put(tree: Any, place: Place, value: Any) -> None:
    for index, part in enumerate(place[:-1]):
        there = part in tree if isinstance(tree, dict) else bool(tree)
        if not there or not isinstance(tree[part], dict | list):
            node = schemas.at(SCHEMA, place[: index + 1])
            _set(tree, part, _container(node, place[index + 1]))
        tree = tree[part]
    _set(tree, place[-1], value)


def _container(node: schemas.Node, part: str | int) -> Any:
    """An example of a value there that has such a part."""
    found = copy.deepcopy(schemas.example(SCHEMA, node))
    kind: type = list if isinstance(part, int) else dict
    return found if isinstance(found, kind) else kind()


def _set(tree: Any, part: str | int, value: Any) -> None:
    if isinstance(tree, dict):
        tree[part] = value
    elif tree:
        tree[0] = value
    else:
        tree.append(value)


@pytest.mark.parametrize("depth", DEPTHS)
def test_each_message_is_in_peoples_words(depth: int) -> None:
    for raw in WRONG:
        for line in _mistakes(with_values(depth, raw)):
            found = re.fullmatch(r"deploy\.yml:\d+: ([^:]+|.*/.*): (.*)", line)
            assert found, line
            said = found[2].partition(" (got ")[0]
            assert RIGHT_WORDS.match(said), line
            assert not WRONG_WORDS.search(said), line


@pytest.mark.parametrize("depth", DEPTHS)
def test_value_of_no_kind_is_a_mistake_of_each_key(depth: int) -> None:
    refused = " ".join(_mistakes(with_values(depth, "[[{a: [b]}]]")))

    wrong = [place for place in PLACES if len(place) == depth and f"{place[-1]}" not in refused]
    assert wrong == []


def _mistakes(text: str) -> list[str]:
    try:
        configuration.parse(text)
    except ConfigError as error:
        return re.findall(r"^deploy\.yml:.*$", error.details, re.MULTILINE)
    return []
