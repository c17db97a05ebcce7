"""Mistakes in deploy.yml are reported all at once, each with its line, its key and what is right."""

import copy
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from tests.unit.config.deploy_yml import TEXT, mistakes
from tests.unit.fakes import settings
from understudy.config.app import App
from understudy.config.machines import Host, Vm
from understudy.config.mistakes import message_for
from understudy.config.model import Config
from understudy.config.receipts import Receipts
from understudy.config.target import TargetConfig


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        pytest.param(
            "  source",
            "  sauce: 1\n  source",
            "3: app.sauce: unknown key; did you mean source?",
            id="unknown",
        ),
        pytest.param(
            "targets",
            "target: {}\ntargets",
            "7: target: unknown key; did you mean targets?",
            id="unknown-top",
        ),
        pytest.param(
            "    admin: debian",
            "    admim: debian\n    admin: debian",
            "11: targets.staging.admim: unknown key; did you mean admin?",
            id="unknown-of-a-target",
        ),
        pytest.param(
            '    DEBUG: "0"',
            "    RELEASE: '{relase}'",
            "6: app.environment.RELEASE: must have no placeholders but {database}, {domain}, {domains}, "
            "{media}, {memcached}, {memcached_url}, {origin}, {origins}, {rabbitmq_url}, {redis_url}, "
            "{release}, {static}, {valkey_url}, and each literal brace twice (got '{relase}')",
            id="placeholder",
        ),
        pytest.param("  source", "  1: a\n  source", "3: app.1: unknown key", id="key-is-a-number"),
        pytest.param("  name: shop\n", "", "1: app.name: missing", id="missing"),
        pytest.param(
            "    admin: debian\n", "", "8: targets.staging.admin: missing", id="missing-deep"
        ),
        pytest.param(
            "name: shop",
            "name: Todo App",
            "2: app.name: must be lower-case letters, digits and hyphens, starting with a letter "
            "(got 'Todo App')",
            id="pattern",
        ),
        pytest.param(
            "name: shop",
            f"name: {'a' * 32}",
            f"2: app.name: must have at most 31 characters (got '{'a' * 32}')",
            id="too-long",
        ),
        pytest.param(
            "  source",
            "  check_paths: /\n  source",
            """3: app.check_paths: must be a list, for example ["/"] (got '/')""",
            id="text-for-a-list",
        ),
        pytest.param(
            "  source",
            "  build_commands: make\n  source",
            '3: app.build_commands: must be a list, for example ["npm ci", "npm run build"] '
            "(got 'make')",
            id="text-for-commands",
        ),
        pytest.param(
            "  source",
            "  build_commands:\n    - [make]\n    - 7\n  source",
            '5: app.build_commands.1: must be a command, for example "python manage.py check" (got 7)',
            id="second-of-a-list",
        ),
        pytest.param(
            "  source",
            "  build_commands: [[]]\n  source",
            "3: app.build_commands.0: must not be empty (got [])",
            id="empty-list",
        ),
        pytest.param(
            "admin: debian",
            "admin: debian\n    port: ssh",
            "12: targets.staging.port: must be a whole number (got 'ssh')",
            id="text-for-a-number",
        ),
        pytest.param(
            "  source",
            "  workers: 65\n  source",
            "3: app.workers: must be at most 64 (got 65)",
            id="too-much",
        ),
        pytest.param(
            "  source",
            "  drain_timeout: -1\n  source",
            "3: app.drain_timeout: must be at least 0 (got -1)",
            id="too-little",
        ),
        pytest.param(
            "admin: debian",
            "admin: debian\n    disposable: maybe",
            "12: targets.staging.disposable: must be true or false (got 'maybe')",
            id="neither-true-nor-false",
        ),
        pytest.param(
            "admin: debian",
            "admin: debian\n    key: 5",
            "12: targets.staging.key: must be a path (got 5)",
            id="number-for-a-path",
        ),
        pytest.param(
            'DEBUG: "0"',
            "DEBUG: 0",
            "6: app.environment.DEBUG: must be text: put it in quotes (got 0)",
            id="number-for-text",
        ),
        pytest.param(
            'DEBUG: "0"',
            "DEBUG:",
            "6: app.environment.DEBUG: must be text (got nothing)",
            id="nothing-for-text",
        ),
        pytest.param(
            "DEBUG",
            "debug",
            "6: app.environment.debug: the key must be capital letters, digits and underscores, "
            "not starting with a digit (got 'debug')",
            id="name-in-a-mapping",
        ),
        pytest.param(
            '  environment:\n    DEBUG: "0"\n',
            "  environment: DEBUG=0\n",
            "5: app.environment: must be a mapping, with a line `key: value` for each key "
            "(got 'DEBUG=0')",
            id="text-for-a-mapping",
        ),
        pytest.param(
            "  source",
            "  preset: [django]\n  source",
            "3: app.preset: must be django or plain (got ['django'])",
            id="one-of-a-few",
        ),
        pytest.param(
            "    domain: shop.test",
            "    path: /shop\n    domain: shop.test",
            "9: targets.staging.path: unknown key: an app is deployed to a name of its own, such as "
            "shop.example.com, not below another site's",
            id="path-below-another-site",
        ),
        pytest.param(
            "name: shop",
            "name: root",
            "2: app.name: another user of the hosts has this name (got 'root')",
            id="name-of-another-user",
        ),
    ],
)
def test_mistake_is_reported_with_its_line_its_key_and_what_is_right(
    before: str, after: str, mistake: str
) -> None:
    assert mistakes(TEXT.replace(before, after, 1)) == [f"deploy.yml:{mistake}"]


def test_all_mistakes_are_reported_at_once() -> None:
    text = TEXT.replace("name: shop", "name: Shop!").replace("  source: .\n", "")

    found = mistakes(text.replace("admin:", "amdin:"))

    assert [line.split(": ")[1] for line in found] == [
        "app.source",
        "app.name",
        "targets.staging.admin",
        "targets.staging.amdin",
    ]


def test_mistakes_are_in_the_order_of_the_file() -> None:
    text = TEXT.replace("  name: shop", "  workers: 0\n  name: Shop!").replace(
        "staging:", "Staging:"
    )

    assert [line.split(":")[1] for line in mistakes(text)] == ["2", "3", "9"]


def test_long_value_is_cut() -> None:
    [line] = mistakes(
        TEXT.replace("name: shop", f"name: {'A' * 31}\n  subdirectory: {['x'] * 99}")
    )[1:]

    assert len(line) < 130


ODD: list[Any] = [
    *(None, "", "x y", "\ud800", b"\xff", date(2026, 1, 2)),
    *(-1, 0, 1.5, 10**30, float("nan"), float("inf"), True),
    *([], [[]], [[1]], ["a b"], {}, {"a": 1}, {1: 2}, {"A": None}),
]


def parts() -> Iterator[tuple[str | int, ...]]:
    """The place of each key of deploy.yml."""
    models: list[tuple[tuple[str, ...], type[BaseModel]]] = [
        (("app",), App),
        (("host",), Host),
        (("vm",), Vm),
        (("receipts",), Receipts),
        (("targets", "staging"), TargetConfig),
    ]
    for place, model in models:
        yield place
        yield from ((*place, key) for key in model.model_fields)
    yield from (("targets", "staging", "certificate", key) for key in ("chain", "key"))
    yield from [("data",), ("data", "media"), ("data", "tables"), ("data", "tables", "person")]
    yield from [("data", "tables", "person", "email"), ("parity",), ("parity", "threshold")]
    yield from [
        ("parity", "intended"),
        ("parity", "intended", 0),
        ("parity", "intended", 0, "path"),
    ]
    yield from [("targets",), ("colour",)]


def with_value(place: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    tree = settings() | {"parity": {"intended": [{"path": "os.*", "reason": "newer"}]}}
    tree["data"] = {"tables": {"person": {"email": "email"}}}
    branch: Any = tree
    for key in place[:-1]:
        branch = branch.setdefault(key, {}) if isinstance(branch, dict) else branch[key]
    branch[place[-1]] = copy.deepcopy(value)
    return tree


@pytest.mark.parametrize("place", list(parts()), ids=lambda place: ".".join(map(str, place)))
def test_each_message_says_what_the_value_must_be(place: tuple[str | int, ...]) -> None:
    for value in ODD:
        for message in messages(with_value(place, value)):
            assert re.match(r"missing$|unknown key$|(the key )?must |another |give ", message), (
                message
            )


def messages(tree: dict[str, Any]) -> list[str]:
    try:
        Config.model_validate(tree)
    except ValidationError as error:
        return [message_for(issue) for issue in error.errors()]
    return []
