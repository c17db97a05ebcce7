"""docs/deploy.schema.json takes what the model takes, has words for each key, and is made from both."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.house import deploy_schema
from tests.unit.fakes import TOP, settings
from understudy.config import model as configuration
from understudy.config import schema as schemas
from understudy.errors import ConfigError

SCHEMA: dict[str, Any] = json.loads(deploy_schema.FILE.read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def test_schema_in_the_docs_is_made_from_the_model_and_the_docs() -> None:
    made = deploy_schema.FILE.read_text() == deploy_schema.current()
    assert made, "`python -m tests.house.deploy_schema` makes it"


def test_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def parts() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, part in {"deploy.yml": SCHEMA, **SCHEMA["$defs"]}.items():
        for key, node in part.get("properties", {}).items():
            yield name, key, node


@pytest.mark.parametrize(
    ("part", "key", "node"), [pytest.param(*one, id=".".join(one[:2])) for one in parts()]
)
def test_each_key_has_a_description_and_an_example_that_is_right(
    part: str, key: str, node: dict[str, Any]
) -> None:
    assert node["description"]
    own = VALIDATOR.evolve(schema={**node, "$defs": SCHEMA["$defs"]})
    for example in node["examples"]:
        assert own.is_valid(example), (part, key, example)


def test_no_part_takes_unknown_keys() -> None:
    lax = [
        name for name, part in SCHEMA["$defs"].items() if part.get("additionalProperties", False)
    ]

    assert lax == []


def documented() -> dict[tuple[str | int, ...], deploy_schema.Row]:
    return {row.place: row for row in deploy_schema.rows()}


def test_each_key_of_the_docs_is_one_of_the_schema() -> None:
    assert [place for place in documented() if not schemas.at(SCHEMA, place)] == []


# Keys of `secrets` are names of variables.
_ELSEWHERE = {"secrets"}


def test_each_key_of_the_model_is_in_the_docs() -> None:
    rows = documented()
    for part in SCHEMA["properties"]:
        place: tuple[str | int, ...] = (part, "name") if part in deploy_schema.NAMED else (part,)
        for key in schemas.keys(SCHEMA, place):
            own = (*place, key)
            assert part in _ELSEWHERE or any(row[: len(own)] == own for row in rows), own


def test_defaults_of_the_docs_are_those_of_the_model() -> None:
    for place, row in documented().items():
        default = schemas.at(SCHEMA, place).get("default")
        if isinstance(default, str | int | float) and default != "":
            shown = json.dumps(default) if isinstance(default, bool) else str(default)
            said = re.sub(r"[`,;]", " ", row.kind).split()
            assert shown in said or "captured" in row.kind or "Encrypt" in row.kind, (
                place,
                row.kind,
            )


def texts() -> Iterator[Any]:
    """Each deploy.yml of this repository."""
    yield pytest.param(yaml.safe_dump(settings()), id="small")
    for path in sorted({TOP / "deploy.yml", *TOP.glob("tests/traps/apps/*/deploy.yml")}):
        yield pytest.param(path.read_text(), id=str(path.relative_to(TOP)))


@pytest.mark.parametrize("text", list(texts()))
def test_schema_takes_each_deploy_yml_of_this_repository(text: str) -> None:
    tree = _completed(yaml.safe_load(text))

    assert _is_taken(tree)
    VALIDATOR.validate(tree)


SNIPPET = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def snippets() -> Iterator[Any]:
    """Parts of deploy.yml in the docs, with what they need besides."""
    for page in sorted(TOP.glob("docs/*.md")):
        for number, text in enumerate(SNIPPET.findall(page.read_text())):
            # With … for what is left out.
            tree = None if "…" in text else yaml.safe_load(text)
            if isinstance(tree, dict) and tree and set(tree) <= set(SCHEMA["properties"]):
                yield pytest.param(tree, id=f"{page.name}-{number}")


def _completed(tree: dict[str, Any]) -> dict[str, Any]:
    base = settings()
    targets = {
        name: {**base["targets"]["staging"], **(target or {})}
        for name, target in (tree.get("targets") or {"staging": {}}).items()
    }
    for target in targets.values():
        for one, other in (("domains", "domain"), ("addresses", "address"), ("hosts", "address")):
            if one in target:
                target.pop(other, None)
    return {**tree, "app": {**base["app"], **tree.get("app", {})}, "targets": targets}


@pytest.mark.parametrize("tree", list(snippets()))
def test_schema_takes_the_snippets_of_the_docs(tree: dict[str, Any]) -> None:
    VALIDATOR.validate(_completed(tree))


ODD: list[Any] = [
    *(None, "", "x y", "-", -1, 0, 1.5, 10**30, True, [], [[]], [[1]], ["a b"], {}, {"a": 1}),
    *({"A": None}, "/", "/a/", "a.b", "512M", "1d", "daily", "off", False, "münchen.example", 8001),
]


@pytest.mark.parametrize("key", [*SCHEMA["properties"]])
def test_editor_marks_nothing_that_is_right_and_each_value_of_no_kind(key: str) -> None:
    for place in _places(key):
        assert not VALIDATOR.is_valid(_with(place, [[{"a": ["b"]}]])), place
        for value in ODD:
            tree = _with(place, value)
            fits = VALIDATOR.is_valid(tree) or _is_written(place, value)
            assert fits or not _is_taken(tree), (place, value)


def _places(key: str) -> Iterator[tuple[str | int, ...]]:
    above: tuple[str | int, ...] = (key, "staging" if key == "targets" else "name")
    for place in ((key,), above) if key in deploy_schema.NAMED else ((key,),):
        for one in schemas.keys(SCHEMA, place):
            yield (*place, one)


def _with(place: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    tree: dict[str, Any] = settings()
    branch: Any = tree
    for depth, part in enumerate(place[:-1]):
        example = schemas.example(SCHEMA, schemas.at(SCHEMA, place[: depth + 1]))
        branch = branch.setdefault(part, dict(example) if isinstance(example, dict) else {})
    branch[place[-1]] = value
    return tree


def _is_written(place: tuple[str | int, ...], value: Any) -> bool:
    """A number or `off` in quotes: the model takes it as what it spells."""
    kinds = schemas.branches(SCHEMA, schemas.at(SCHEMA, place))
    return isinstance(value, str) and any(kind.get("type") != "string" for kind in kinds)


def _is_taken(tree: dict[str, Any]) -> bool:
    try:
        configuration.parse(yaml.safe_dump(tree))
    except ConfigError:
        return False
    return True
