"""Names of processes are completed by the shell."""

import argparse
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.fakes import settings
from understudy.cli import main
from understudy.cli.arguments.command_line import make_parser
from understudy.cli.arguments.processes import count

PARTS = {
    "processes": {"worker": {"command": "worker"}, "beat": {"command": "beat"}},
    "timers": {"prune": {"command": "prune", "calendar": "daily"}},
}


def completer(verb: str, option: str) -> Any:
    """What argcomplete calls for that argument of the verb."""
    verbs = make_parser(main.VERBS)._subparsers
    assert verbs
    [choices] = [action.choices for action in verbs._group_actions]
    actions = dict(choices or {})[verb]._actions
    [found] = [action for action in actions if action.dest == option]
    return found.completer


@pytest.mark.parametrize(
    ("verb", "option", "prefix", "completed"),
    [
        ("restart", "names", "", ["worker", "beat"]),
        ("restart", "names", "be", ["beat"]),
        ("scale", "counts", "w", ["worker="]),
        ("logs", "process", "", ["web", "worker", "beat", "prune"]),
    ],
)
def test_names_of_deploy_yml_are_completed(
    verb: str, option: str, prefix: str, completed: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "deploy.yml"
    file.write_text(yaml.safe_dump({**settings(), **PARTS}, sort_keys=False))
    options = argparse.Namespace(config=str(file))

    assert completer(verb, option)(prefix, options) == completed


def test_nothing_is_completed_without_a_deploy_yml_that_can_be_read(tmp_path: Path) -> None:
    options = argparse.Namespace(config=str(tmp_path / "deploy.yml"))

    assert completer("restart", "names")("", options) == []


def test_count_is_a_name_and_a_number() -> None:
    assert count("mail-out=4") == ("mail-out", 4)
