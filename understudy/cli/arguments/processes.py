"""The verbs about the processes of the live release: their arguments."""

import argparse
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.cli.arguments.global_options import Common
from understudy.cli.arguments.group import Group
from understudy.cli.arguments.parser import Parser

if TYPE_CHECKING:
    from understudy.config.model import Config

# Of one name, as in deploy.yml.
MOST = 64


def add_restart(group: Group, common: Common) -> None:
    restart = group.add(
        "restart",
        "restart processes of the live release",
        common.change,
        examples=(("restart worker --target production", "after its tasks have ended"),),
        docs="docs/processes.md",
    )
    names = restart.add_argument("names", nargs="+", metavar="NAME", help="for example worker")
    _complete(names, lambda config: config.processes)


def add_scale(group: Group, common: Common) -> None:
    scale = group.add(
        "scale",
        "run more or fewer of a process, until the next deploy",
        common.change,
        examples=(("scale worker=4 --target production", "four of the process `worker`"),),
        docs="docs/processes.md",
    )
    counts = scale.add_argument(
        "counts", nargs="+", type=count, metavar="NAME=COUNT", help="for example worker=4"
    )
    _complete(counts, lambda config: [f"{name}=" for name in config.processes])


def add_process(logs: Parser) -> None:
    """The option of `logs`."""
    process = logs.add_argument(
        "-p", "--process", metavar="NAME", help="only of this process or timer, or of web"
    )
    _complete(process, lambda config: ["web", *config.processes, *config.timers])


def count(text: str) -> tuple[str, int]:
    """worker=4 -> ("worker", 4)"""
    found = re.fullmatch(r"([a-z][a-z0-9-]*)=(\d{1,2})", text)
    if not found or not 1 <= int(found[2]) <= MOST:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no name and count of 1 to {MOST}, such as worker=4"
        )
    return found[1], int(found[2])


def _complete(argument: argparse.Action, names: "Callable[[Config], Iterable[str]]") -> None:
    """The shell completes it to what deploy.yml has."""

    def completer(prefix: str, parsed_args: argparse.Namespace, **_: object) -> list[str]:
        config = _config(parsed_args)
        return [name for name in names(config) if name.startswith(prefix)] if config else []

    # argcomplete's own attribute.
    argument.completer = completer  # type: ignore[attr-defined]


def _config(options: argparse.Namespace) -> "Config | None":
    """None without a deploy.yml that can be read."""
    from understudy.config import model
    from understudy.errors import UnderstudyError
    from understudy.paths import find_project

    try:
        return model.load(find_project(Path.cwd(), options.config).config_file)
    except (UnderstudyError, OSError):
        return None
