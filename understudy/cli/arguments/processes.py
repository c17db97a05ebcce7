"""The verbs about the processes of the live release: their arguments."""

import argparse
import re

from understudy.cli.arguments import completion
from understudy.cli.arguments.global_options import Common
from understudy.cli.arguments.group import Group

# Of one name, as in deploy.yml.
MOST = 64


def add_restart(group: Group, common: Common) -> None:
    restart = group.add(
        "restart",
        "restart processes of the live release",
        common.change,
        examples=(
            ("restart worker --target production", "after its tasks have ended"),
            ("restart web", "its workers are replaced; requests are answered meanwhile"),
        ),
        docs="docs/processes.md",
    )
    names = restart.add_argument(
        "names", nargs="+", metavar="NAME", help="for example worker, or web"
    )
    completion.complete(names, lambda options: ["web", *completion.processes(options)])


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
    completion.complete(
        counts, lambda options: [f"{one}=" for one in completion.processes(options)]
    )


def count(text: str) -> tuple[str, int]:
    """worker=4 -> ("worker", 4)"""
    found = re.fullmatch(r"([a-z][a-z0-9-]*)=(\d{1,2})", text)
    if found and int(found[2]) == 0:
        raise argparse.ArgumentTypeError(
            f"{found[1]} can't be scaled to 0: to end it, take it out of `processes` in deploy.yml and deploy"
        )
    if not found or not 1 <= int(found[2]) <= MOST:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no name and count of 1 to {MOST}, such as worker=4"
        )
    return found[1], int(found[2])
