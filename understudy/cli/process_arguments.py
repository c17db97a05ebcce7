"""The verbs about the processes of the live release: their arguments."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path

from understudy.cli.common_options import Common

# Of one name, as in deploy.yml.
MOST = 64


def add_processes(
    add_verb: Callable[[str, str, argparse.ArgumentParser], argparse.ArgumentParser],
    common: Common,
) -> None:
    restart = add_verb("restart", "restart processes of the live release", common.change)
    names = restart.add_argument("names", nargs="+", metavar="NAME", help="for example worker")
    scale = add_verb(
        "scale",
        "run more or fewer processes of the live release, until the next deploy",
        common.change,
    )
    counts = scale.add_argument(
        "counts", nargs="+", type=count, metavar="NAME=COUNT", help="for example worker=4"
    )
    complete(names)
    complete(counts, "=")


def add_process(logs: argparse.ArgumentParser) -> None:
    """The option of `logs`."""
    process = logs.add_argument(
        "-p", "--process", metavar="NAME", help="only of this process or timer, or of web"
    )
    complete(process)


def count(text: str) -> tuple[str, int]:
    """worker=4 -> ("worker", 4)"""
    found = re.fullmatch(r"([a-z][a-z0-9-]*)=(\d{1,2})", text)
    if not found or not 1 <= int(found[2]) <= MOST:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no name and count of 1 to {MOST}, such as worker=4"
        )
    return found[1], int(found[2])


def complete(argument: argparse.Action, end: str = "") -> None:
    """The shell completes it to the names of processes in deploy.yml. end: after each name."""

    def completer(prefix: str, parsed_args: argparse.Namespace, **_: object) -> list[str]:
        return [f"{name}{end}" for name in _names(parsed_args) if name.startswith(prefix)]

    # argcomplete's own attribute.
    argument.completer = completer  # type: ignore[attr-defined]


def _names(options: argparse.Namespace) -> list[str]:
    """None if there is no deploy.yml that can be read."""
    from understudy.config import model
    from understudy.errors import UnderstudyError
    from understudy.paths import find_project

    try:
        config = model.load(find_project(Path.cwd(), options.config).config_file)
    except (UnderstudyError, OSError):
        return []
    return [*config.processes, *config.timers]
