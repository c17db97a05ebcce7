"""Mistakes in deploy.yml are reported all at once, each with its line, its key and what is right."""

import pytest

from tests.unit.config.deploy_yml import TEXT, lines, mistakes
from understudy.config import model as configuration
from understudy.errors import ConfigError


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
            "{release}, {static}, {valkey_url}, and each literal brace twice; did you mean {release}?",
            id="placeholder",
        ),
        pytest.param("  source", "  1: a\n  source", "3: app.1: unknown key", id="key-is-a-number"),
        pytest.param(
            "  name: shop\n", "", "1: app.name: missing; for example name: shop", id="missing"
        ),
        pytest.param(
            "    admin: debian\n",
            "",
            "8: targets.staging.admin: missing; for example admin: debian",
            id="missing-deep",
        ),
        pytest.param(
            "name: shop",
            "name: Todo App",
            "2: app.name: must be lower-case letters, digits and hyphens, starting with a letter, "
            "for example shop (got 'Todo App')",
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
            '3: app.build_commands.0: must be a command, for example "python manage.py check" (got [])',
            id="empty-list",
        ),
        pytest.param(
            "admin: debian",
            "admin: debian\n    port: ssh",
            "12: targets.staging.port: must be a whole number from 1 to 65535, for example 22 (got 'ssh')",
            id="text-for-a-number",
        ),
        pytest.param(
            "  source",
            "  workers: 65\n  source",
            "3: app.workers: must be a whole number from 1 to 64, for example 2 (got 65)",
            id="too-much",
        ),
        pytest.param(
            "  source",
            "  drain_timeout: -1\n  source",
            "3: app.drain_timeout: must be a whole number from 0 to 3600, for example 30 (got -1)",
            id="too-little",
        ),
        pytest.param(
            "admin: debian",
            "admin: debian\n    disposable: maybe",
            "12: targets.staging.disposable: must be true or false, for example false (got 'maybe')",
            id="neither-true-nor-false",
        ),
        pytest.param(
            "admin: debian",
            "admin: debian\n    key: 5",
            "12: targets.staging.key: must be a path, for example ~/.ssh/understudy (got 5)",
            id="number-for-a-path",
        ),
        pytest.param(
            'DEBUG: "0"',
            "DEBUG: 0",
            '6: app.environment.DEBUG: must be text: YAML reads 0 as a number; write "0"',
            id="number-for-text",
        ),
        pytest.param(
            'DEBUG: "0"',
            "DEBUG:",
            '6: app.environment.DEBUG: must be text: nothing is given; write "" for an empty text',
            id="nothing-for-text",
        ),
        pytest.param(
            "DEBUG",
            "debug",
            "6: app.environment.debug: the key must be capital letters, digits and underscores, "
            "not starting with a digit, for example DEBUG (got 'debug')",
            id="name-in-a-mapping",
        ),
        pytest.param(
            '  environment:\n    DEBUG: "0"\n',
            "  environment: DEBUG=0\n",
            "5: app.environment: must be a mapping, with a line `key: value` for each key, for example "
            "{DEBUG: a word}",
            id="text-for-a-mapping",
        ),
        pytest.param(
            '    DEBUG: "0"',
            "    COUNTRY: no",
            '6: app.environment.COUNTRY: must be text: YAML reads no as false; write "no"',
            id="norway",
        ),
        pytest.param(
            '    DEBUG: "0"',
            "    AT: 10:30",
            '6: app.environment.AT: must be text: YAML reads 10:30 as the number 630; write "10:30"',
            id="sexagesimal",
        ),
        pytest.param(
            '    DEBUG: "0"',
            "    MODE: 0755",
            '6: app.environment.MODE: must be text: YAML reads 0755 as the number 493; write "0755"',
            id="octal",
        ),
        pytest.param(
            '    DEBUG: "0"',
            "    DAY: 2026-01-02",
            '6: app.environment.DAY: must be text: YAML reads 2026-01-02 as a date; write "2026-01-02"',
            id="date",
        ),
        pytest.param(
            '    DEBUG: "0"',
            "    NO: a",
            '6: app.environment.NO: the key must be text: YAML reads NO as false; write "NO"',
            id="key-that-yaml-reads-as-no",
        ),
        pytest.param(
            "  source",
            "  revision: 1.10\n  source",
            '3: app.revision: must be text: YAML reads 1.10 as the number 1.1; write "1.10"',
            id="version",
        ),
        pytest.param(
            "  source",
            "  memory_max: 512\n  source",
            "3: app.memory_max: must be a number with K, M or G, for example 512M (got 512)",
            id="number-that-quotes-would-not-help",
        ),
        pytest.param(
            "  source",
            "  workers: yes\n  source",
            "3: app.workers: must be a whole number from 1 to 64, for example 2 (got yes)",
            id="yes-for-a-number",
        ),
        pytest.param(
            "  source",
            "  database: postgres\n  source",
            "3: app.database: must be sqlite, postgresql, mariadb or external (got 'postgres'); did you mean "
            "postgresql?",
            id="almost-one-of-a-few",
        ),
        pytest.param(
            "targets",
            "workers: 3\ntargets",
            "7: workers: unknown key here; there is app.workers",
            id="key-of-another-part",
        ),
        pytest.param(
            "targets",
            "processes: {worker: {command: a, ready: [1]}}\ntargets",
            '7: processes.worker.ready.0: must be text: YAML reads 1 as a number; write "1"',
            id="one-message-for-a-choice-of-kinds",
        ),
        pytest.param(
            "    admin: debian",
            "    admin: debian\n    key: ~no-one-here/key",
            "12: targets.staging.key: begins with a user that this machine does not have: ~no-one-here/key "
            "(got '~no-one-here/key')",
            id="user-that-is-not-there",
        ),
        pytest.param(
            "  source",
            "  source: .\n  source",
            "4: app.source: is given twice, for the first time in line 3",
            id="given-twice",
        ),
        pytest.param(
            "  source",
            "  preset: [django]\n  source",
            "3: app.preset: must be django or plain (got [django])",
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


def details(text: str) -> str:
    with pytest.raises(ConfigError) as raised:
        configuration.parse(text)
    return raised.value.details


def test_line_of_a_mistake_is_shown_with_the_place_in_it() -> None:
    assert details(TEXT.replace("name: shop", "name: Shop!")).splitlines()[1:] == [
        "   2 |   name: Shop!",
        "     |         ^^^^^",
    ]
    assert details(TEXT.replace("  source", "  sauce: 1\n  source")).splitlines()[1:] == [
        "   3 |   sauce: 1",
        "     |   ^^^^^",
    ]


def test_long_line_is_shown_where_its_mistake_is() -> None:
    text = TEXT.replace("  source", f"  extras: [{', '.join(['good'] * 40)}, '!', good]\n  source")

    _, line, marks = details(text).splitlines()

    assert max(len(line), len(marks)) < 80
    assert line[marks.index("^") :].startswith("'!'")


def test_many_mistakes_are_all_reported_without_a_look_at_each() -> None:
    keys = "".join(f"  key{number}: 1\n" for number in range(40))
    text = details(TEXT.replace("  source", f"{keys}  source"))

    assert len(lines(text)) == len(text.splitlines()) == 40


@pytest.mark.parametrize(
    "given",
    [
        "  environment: {SECRET_KEY: [hunter2]}",
        "  environment: {SECRET_KEY: 'hunter2{'}",
        "  environment: {SECRET_KEY: hunter2, debug: '1'}",
        "  environment:\n    SECRET_KEY: |\n      a\n      hunter2",
        "  environment: hunter2",
        "  module: {environment: {SECRET_KEY: hunter2}}",
    ],
)
def test_secret_is_not_shown_by_a_mistake(given: str) -> None:
    """Cut or escaped, a report could not mask it."""
    text = TEXT.replace('  environment:\n    DEBUG: "0"', given)
    if "module" in given:
        text = text.replace("  module: shop.wsgi:application\n", "", 1)

    assert "hunter2" not in details(text)


def test_secret_in_the_same_line_is_not_shown() -> None:
    text = "app: {name: Shop!, source: ., module: 'a:b', environment: {SECRET_KEY: hunter2}}\n"

    assert "hunter2" not in details(f"{text}targets: {{}}\n")


def test_mistakes_are_in_the_order_of_the_file() -> None:
    text = TEXT.replace("  name: shop", "  workers: 0\n  name: Shop!").replace(
        "staging:", "Staging:"
    )

    assert [line.split(":")[1] for line in mistakes(text)] == ["2", "3", "9"]


def test_long_value_is_cut() -> None:
    [line] = mistakes(
        TEXT.replace("name: shop", f"name: {'A' * 31}\n  subdirectory: {['x'] * 99}")
    )[1:]

    assert len(line) < 150
