"""Mistakes in deploy.yml are found before anything is touched, and told by line and key."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from tests.unit.fakes import TOP, config, settings
from understudy.config import model as configuration
from understudy.config.model import Config
from understudy.errors import ConfigError

TEXT = """\
app:
  name: shop
  source: .
  module: shop.wsgi:application
  environment:
    DEBUG: "0"
targets:
  staging:
    domain: shop.test
    address: 192.0.2.7
    admin: debian
"""


def mistakes(text: str) -> list[str]:
    """The lines in which the mistakes of a deploy.yml are told."""
    with pytest.raises(ConfigError) as raised:
        configuration.parse(text)
    assert raised.value.exit_code == 2
    return raised.value.details.splitlines()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param("  source", "  sauce: 1\n  source", "3: app.sauce: unknown key", id="unknown"),
        pytest.param("targets", "target: {}\ntargets", "7: target: unknown key", id="unknown-top"),
        pytest.param("  name: shop\n", "", "1: app.name: missing", id="missing"),
        pytest.param(
            "    admin: debian\n", "", "8: targets.staging.admin: missing", id="missing-deep"
        ),
        pytest.param(
            "admin: debian",
            "admin: debian\n    port: ssh",
            "12: targets.staging.port: Input should be a valid integer",
            id="wrong-type",
        ),
        pytest.param(
            'DEBUG: "0"',
            "DEBUG: 0",
            "6: app.environment.DEBUG: Input should be a valid string",
            id="number-for-text",
        ),
        pytest.param(
            "  source",
            "  build_commands:\n    - [make]\n    - make all\n  source",
            "5: app.build_commands.1: Input should be a valid tuple",
            id="second-of-a-list",
        ),
        pytest.param(
            "  source", "  preset: [django]\n  source", "3: app.preset: Input should be 'django'"
        ),
    ],
)
def test_mistake_is_told_with_its_line_and_its_key(before: str, after: str, told: str) -> None:
    [line] = mistakes(TEXT.replace(before, after, 1))

    assert line.startswith(f"deploy.yml:{told}")


def test_all_mistakes_are_told_at_once() -> None:
    text = TEXT.replace("name: shop", "name: Shop!").replace("  source: .\n", "")

    told = mistakes(text.replace("admin:", "amdin:"))

    assert [line.split(": ")[1] for line in told] == [
        "app.name",
        "app.source",
        "targets.staging.admin",
        "targets.staging.amdin",
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("app: [", id="unclosed"),
        pytest.param("app:\n\tname: shop", id="tab"),
        pytest.param("app: 2024-13-45", id="date-that-no-calendar-has"),
        pytest.param("--- 1\n--- 2", id="two-documents"),
        pytest.param("app: !!python/object:os.system {}", id="python-object"),
        pytest.param("app: \0", id="binary"),
    ],
)
def test_what_is_not_yaml_is_told_as_such(text: str) -> None:
    with pytest.raises(ConfigError, match=r"deploy\.yml is not YAML") as raised:
        configuration.parse(text)
    assert "quotes" in raised.value.hint


@pytest.mark.parametrize("text", ["", "- app\n- targets", "just words", "42"])
def test_other_yaml_than_a_mapping_is_told_as_such(text: str) -> None:
    with pytest.raises(ConfigError, match="must be a mapping with app: and targets:"):
        configuration.parse(text)


@pytest.mark.parametrize("kind", ["missing", "directory", "binary"])
def test_file_that_cannot_be_read_is_named(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "other.yml"
    if kind == "directory":
        path.mkdir()
    if kind == "binary":
        path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigError, match=r"other\.yml") as raised:
        configuration.load(path)

    assert "--config" in raised.value.hint


# What these could break out of: a user or unit name, an nginx block, a line of a unit or of a
# shell script, the words of a command.
BREAKING_OUT: list[tuple[Sequence[str], Any]] = [
    *(
        (("app", "name"), value)
        for value in ("../etc", "a/b", "a b", "-rf", "a;b", "Shop", "", "a" * 32)
    ),
    *(
        (("app", "name"), value)
        for value in ("shop\n", "shöp", "root", "www-data", "debian", "deploy")
    ),
    *(
        (("app", "module"), value)
        for value in ("a b:c", "a:b\nUser=root", "a:b;c", "-x:y", "a:$b", "wsgi")
    ),
    *(
        (("app", "health_path"), value)
        for value in ("health", "/a b", "/a;b", "/a\n", "/$x", "/{}", "/'")
    ),
    *(
        (("app", "static_url"), value)
        for value in ("/static", "/", "static/", "/../", "/a;b/", "/a b/")
    ),
    *((("app", "media_url"), value) for value in ("/media", "/", "/media/../", "/m}/")),
    *((("app", "upload_limit"), value) for value in ("10m;", "10 m", "-1", "ten")),
    *((("app", "static_expires"), value) for value in ("1h; deny all", "modified", "1h\n")),
    *((("app", "workers"), value) for value in (0, -1, 65, 1.5, "many", None)),
    *(
        (("app", "environment"), {name: "x"})
        for name in ("A B", "A;B", "A=B", "1A", "", "$(id)", "A\n")
    ),
    *((("app", "environment"), {"A": value}) for value in ("a\nB=b", "a\r", "a\0")),
    (("app", "build_commands"), [[]]),
    (("app", "build_commands"), "make"),
    *((("host", "deployer"), value) for value in ("shop", "a b", "ALL=(ALL)", "deploy\n")),
    *((("host", "locale"), value) for value in ("C.UTF-8; id", "../x", "$LANG")),
    *(
        (("host", "timezone"), value)
        for value in ("../../etc/shadow", "/etc/passwd", "Etc/UTC;id", "Etc/")
    ),
    *(
        (("host", "packages"), [value])
        for value in (
            "--allow-downgrades",
            "a b",
            "a;id",
            "./x.deb",
            "nginx-",
            "nginx=1",
            "nginx/sid",
        )
    ),
    *(
        (("targets", "staging", "domain"), value)
        for value in ("a.b;", "a b", "a.b\n", "{}", "-a", "a_b", "*")
    ),
    *(
        (("targets", "staging", "address"), value)
        for value in ("-oProxyCommand=id", "a b", "a;b", "")
    ),
    *((("targets", "staging", "admin"), value) for value in ("-l", "a@b", "a b", "shop")),
    *((("targets", "staging", "port"), value) for value in (0, 65536, "22;id")),
    *(
        (("targets", "staging", "certificate"), {"chain": value, "key": "/etc/ssl/k"})
        for value in ("x", "/etc/ssl/a b", "/etc/ssl/a;", "/etc/shadow", "/etc/ssl/../shadow")
    ),
    *(
        (("app", "loosen"), value)
        for value in (
            *({"NoNewPrivileges": "x"}, {"User": "x"}, {"PrivateUsers": ""}, {"PrivateUsers": " "}),
            *({"PrivateUsers": "a\nb"}, ["PrivateUsers"], "PrivateUsers"),
        )
    ),
    *((("app", "database"), value) for value in ("mysql", "", None, "SQLite", ["sqlite"])),
    (("targets",), {"-rf": settings()["targets"]["staging"]}),
    (("vm",), {"release": "woody"}),
]


@pytest.mark.parametrize(("keys", "value"), BREAKING_OUT)
def test_value_that_could_break_out_of_its_place_is_refused(
    keys: Sequence[str], value: Any
) -> None:
    tree: dict[str, Any] = settings()
    branch = tree
    for key in keys[:-1]:
        branch = branch.setdefault(key, {})
    branch[keys[-1]] = value

    told = mistakes(yaml.safe_dump(tree))[0].split(": ")[1]

    # Where two users have one name, it's the app's that is told.
    assert told.startswith((".".join(keys), "app.name"))


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("app", "module"), "shop.wsgi:create_app()"),
        (("app", "static_url"), "/assets/v1.2/"),
        (("app", "environment"), {"GREETING": "äöü $HOME `id` \"'\\"}),
        (("host", "timezone"), "America/Argentina/Buenos_Aires"),
        (("host", "locale"), "de_DE.UTF-8"),
        (("host", "packages"), ["libpq5", "g++", "python3.11"]),
        (("targets", "staging", "address"), "2001:db8::1"),
        (("targets", "staging", "domain"), "xn--shp-tna.example"),
    ],
)
def test_unusual_but_good_value_is_taken(keys: Sequence[str], value: Any) -> None:
    tree: dict[str, Any] = settings()
    branch = tree
    for key in keys[:-1]:
        branch = branch.setdefault(key, {})
    branch[keys[-1]] = value

    configuration.parse(yaml.safe_dump(tree))


def test_django_preset_migrates_and_serves_static_files() -> None:
    app = config().app

    commands = [*app.release_commands, app.migrations_pending, *app.migrate_commands]
    assert [command and command[2] for command in commands] == [
        "makemigrations",
        "collectstatic",
        "migrate",
        "migrate",
    ]
    asking = [*app.release_commands, *app.migrate_commands]
    assert all(command and "--noinput" in command for command in asking), "nobody answers there"
    assert (app.static_url, app.media_url) == ("/static/", "/media/")


def test_given_key_wins_over_the_preset_even_if_it_is_empty() -> None:
    app = config(app={"static_url": None, "release_commands": []}).app

    assert (app.static_url, app.release_commands) == (None, ())
    assert app.media_url, "what is not given still comes from the preset"


def test_plain_preset_runs_nothing() -> None:
    app = config(app={"preset": "plain"}).app

    assert (app.build_commands, app.release_commands, app.static_url) == ((), (), None)


@pytest.mark.parametrize("name", ["postgres", "template0", "template1", "public", "none"])
def test_app_does_not_take_the_place_of_what_postgresql_has_itself(name: str) -> None:
    """As its superuser the app could do anything to the host."""
    with pytest.raises(ValidationError, match="has this name"):
        config(app={"name": name, "database": "postgresql"})
    with pytest.raises(ValidationError, match="has this name"):
        Config.model_validate({**settings({"name": name}), "host": {"packages": ["postgresql"]}})

    assert config(app={"name": name}).app.database == "sqlite"


@pytest.mark.parametrize(
    ("engine", "packages", "installed"),
    [
        ("sqlite", ["git"], ("git",)),
        ("postgresql", ["git"], ("git", "postgresql")),
        ("postgresql", ["postgresql", "git"], ("postgresql", "git")),
    ],
)
def test_server_of_the_database_is_installed_once(
    engine: str, packages: list[str], installed: tuple[str, ...]
) -> None:
    tree = {**settings(app={"database": engine}), "host": {"packages": packages}}

    assert Config.model_validate(tree).packages == installed


def test_unknown_target_lists_the_known_ones() -> None:
    tree = settings()
    tree["targets"]["other"] = tree["targets"]["staging"]

    with pytest.raises(ConfigError, match="no target 'prod'") as raised:
        Config.model_validate(tree).target("prod")

    assert "staging, other" in raised.value.hint


@pytest.mark.parametrize(
    ("given", "meant"),
    [("keys/id", "/project/keys/id"), ("/etc/id", "/etc/id"), ("~/id", "/home/somebody/id")],
)
def test_path_is_relative_to_deploy_yml_and_not_to_the_working_directory(
    given: str, meant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    text = yaml.safe_dump(settings(target={"key": given}))

    parsed = configuration.parse(text, Path("/project/deploy.yml"))

    assert parsed.target("staging").key == Path(meant)


def test_shipped_deploy_yml_is_good() -> None:
    shipped = configuration.load(TOP / "deploy.yml")

    assert shipped.target("vagrant").disposable
    assert not shipped.target("vagrant").require_receipt
    assert not shipped.target("production").disposable
    assert shipped.target("production").require_receipt
    assert shipped.target("production").require_clean


def test_nothing_downstream_can_write_upstream() -> None:
    parsed = config()

    with pytest.raises(ValidationError, match="frozen"):
        parsed.app.name = "other"


def test_key_given_twice_is_told_with_its_line() -> None:
    text = "app: {}\ntargets:\n  production: {port: 22,\n    port: 23}\n"
    with pytest.raises(ConfigError) as raised:
        configuration.parse(text)
    assert raised.value.details == "line 4: port"


@pytest.mark.parametrize(
    ("receipts", "key", "allowed"),
    [
        ("", None, Path("/etc/shop/allowed_signers")),
        ("receipts: {key: ci/key}", Path("/etc/shop/ci/key"), Path("/etc/shop/allowed_signers")),
        ("receipts: {allowed_signers: /etc/who}", None, Path("/etc/who")),
    ],
)
def test_keys_of_receipts_are_beside_deploy_yml(
    receipts: str, key: Path | None, allowed: Path
) -> None:
    """Also where the default is taken."""
    found = configuration.parse(TEXT + receipts, Path("/etc/shop/deploy.yml")).receipts

    assert (found.key, found.allowed_signers, found.max_age_days) == (key, allowed, 7)


def test_target_that_says_nothing_requires_a_receipt() -> None:
    assert configuration.parse(TEXT).target("staging").require_receipt


def several(*addresses: str) -> Config:
    return config(target={"addresses": addresses})


def test_target_may_have_several_hosts() -> None:
    found = several("192.0.2.8", "web2.shop.test")

    hosts = found.hosts("staging")
    assert [host.address for host in hosts] == ["192.0.2.8", "web2.shop.test"]
    assert {(host.domain, host.addresses) for host in hosts} == {("shop.test", ())}
    assert found.one_host("staging", "web2.shop.test") == hosts[1]
    assert found.target("staging").max_unavailable == 1


@pytest.mark.parametrize("found", [config(), several("192.0.2.7")], ids=["address", "addresses"])
def test_only_host_of_a_target_need_not_be_chosen(found: Config) -> None:
    assert found.one_host("staging").address == "192.0.2.7"


def test_host_must_be_chosen_and_be_there_where_there_are_several() -> None:
    found = several("192.0.2.8", "192.0.2.9")

    with pytest.raises(ConfigError, match="staging has 2 hosts") as raised:
        found.one_host("staging")
    assert raised.value.hint == "Choose it with --host: 192.0.2.8, 192.0.2.9."
    with pytest.raises(ConfigError, match=r"staging has no host 192\.0\.2\.7") as raised:
        found.hosts("staging", "192.0.2.7")
    assert raised.value.hint == "Its hosts: 192.0.2.8, 192.0.2.9."


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("", "3: targets.p.address: missing"),
        ("    addresses: []\n", "3: targets.p.address: missing"),
        ("    address: a\n    addresses: [b]\n", "7: targets.p.addresses: Give either"),
        ("    addresses:\n      - a\n      - b\n      - a\n", "9: targets.p.addresses.2: Another"),
        ("    addresses: [a]\n    max_unavailable: 0\n", "7: targets.p.max_unavailable: "),
        ("    addresses: [a, b c]\n", "6: targets.p.addresses.1: "),
    ],
)
def test_each_target_has_its_hosts_given_once(lines: str, told: str) -> None:
    text = "app: {name: shop, source: ., module: a:b}\ntargets:\n  p:\n    domain: a.b\n"

    with pytest.raises(ConfigError, match="has 1 mistake") as raised:
        configuration.parse(f"{text}    admin: debian\n{lines}")

    assert f"deploy.yml:{told}" in raised.value.details


def bomb() -> str:
    """Twenty lines that stand for 10^19 values."""
    lines = [f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 10)}]" for i in range(1, 20)]
    return "\n".join(["x0: &x0 [a]", *lines, ""])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(bomb(), "more than 20000 values", id="bomb"),
        pytest.param(
            f"? {{a: b}}\n: c\n{bomb()}", "more than 20000 values", id="bomb-behind-a-key"
        ),
        pytest.param("a: &a [*a]\n", "part of what it names", id="in-itself"),
        pytest.param("a: &a {b: {c: *a}}\n", "part of what it names", id="deeper-in-itself"),
        pytest.param("a: &a {<<: *a}\n", "part of what it names", id="merged-into-itself"),
        pytest.param("a: " + "[" * 2000, "nested too deeply", id="deep"),
    ],
)
@pytest.mark.timeout(20)
def test_aliases_without_an_end_are_refused_before_they_are_followed(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match="is not YAML") as raised:
        configuration.parse(text)

    assert told in raised.value.details


def test_anchors_are_read() -> None:
    text = yaml.safe_dump(settings()).replace("app:", "app: &app", 1)

    assert configuration.parse(text).app == config().app
