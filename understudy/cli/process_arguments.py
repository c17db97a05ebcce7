"""The verbs about the processes of the live release: their arguments."""

import argparse
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.cli.common_options import Common

if TYPE_CHECKING:
    from understudy.config.model import Config

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
    _complete(names, lambda config: config.processes)
    _complete(counts, lambda config: [f"{name}=" for name in config.processes])


def add_process(logs: argparse.ArgumentParser) -> None:
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
