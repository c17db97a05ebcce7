"""A value that could break out of the place where it's used is refused; unusual ones are taken."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from tests.unit.config.deploy_yml import mistakes
from tests.unit.fakes import config, settings
from understudy.config import model as configuration

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

    mistake = mistakes(yaml.safe_dump(tree))[0].split(": ")[1]

    # Where two users have one name, the app's is reported.
    assert mistake.startswith((".".join(keys), "app.name"))


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


@pytest.mark.parametrize(
    ("given", "meant"),
    [("keys/id", "/project/keys/id"), ("/etc/id", "/etc/id"), ("~/id", "/home/ann/id")],
)
def test_path_is_relative_to_deploy_yml_and_not_to_the_working_directory(
    given: str, meant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    text = yaml.safe_dump(settings(target={"key": given}))

    parsed = configuration.parse(text, Path("/project/deploy.yml"))

    assert parsed.target("staging").key == Path(meant)


@pytest.mark.parametrize(
    "value",
    ["{nope}", "{", "{}", "{0}", "{domain.nope}", "{domain[x]}", "{database:d}", "{domain!x}"],
)
@pytest.mark.parametrize("part", ["app", "target"])
def test_unknown_placeholder_is_a_mistake(part: Any, value: str) -> None:
    with pytest.raises(ValidationError, match=r"must have no placeholders but \{database\}, "):
        config(**{part: {"environment": {"GREETING": value}}})
