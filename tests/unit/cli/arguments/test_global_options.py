"""The global options mean the same on either side of the verb."""

from argparse import Namespace

import pytest

from understudy import __version__
from understudy.cli import main
from understudy.cli.arguments.command_line import make_parser, parse


def options(line: str) -> Namespace:
    return parse(make_parser(main.VERBS), line.split())


@pytest.mark.parametrize(
    ("option", "name", "value"),
    [
        ("--config x.yml", "config", "x.yml"),
        ("--target live", "target", "live"),
        ("--host 192.0.2.1", "host", "192.0.2.1"),
        ("--json", "json", True),
        ("-v", "verbosity", 1),
        ("--quiet", "verbosity", -1),
    ],
)
@pytest.mark.parametrize("verb", ["deploy", "timers", "secrets list", "capture"])
def test_option_before_or_after_the_verb(option: str, name: str, value: object, verb: str) -> None:
    first, *rest = verb.split()
    for line in (f"{option} {verb}", f"{verb} {option}", " ".join((first, option, *rest))):
        assert vars(options(line))[name] == value, line


@pytest.mark.parametrize("verb", ["deploy", "timers", "secrets list"])
def test_defaults(verb: str) -> None:
    found = options(verb)

    assert (found.config, found.target, found.host) == (None, "vagrant", None)
    assert (found.json, found.verbosity) == (False, 0)


def test_target_that_depends_on_deploy_yml_is_left_open() -> None:
    assert [options(line).target for line in ("capture", "drift", "data load")] == [None] * 3


def test_verb_without_a_target_has_none() -> None:
    assert not {"target", "host"} & set(vars(options("up")))


def test_the_last_one_counts() -> None:
    assert options("--target a deploy --target b").target == "b"


@pytest.mark.parametrize("words", [["--version"], ["deploy", "--version"], ["data", "--version"]])
def test_version_is_shown_anywhere(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(make_parser(main.VERBS), words)

    assert capsys.readouterr().out == f"understudy {__version__}\n"
