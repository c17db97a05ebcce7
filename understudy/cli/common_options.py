"""The options that many verbs have."""

import argparse
from dataclasses import dataclass

CONFIG_HELP = "read this file instead of deploy.yml"


@dataclass(frozen=True)
class Common:
    """The options that verbs share; each set includes the one before it."""

    every: argparse.ArgumentParser
    host: argparse.ArgumentParser
    target: argparse.ArgumentParser
    change: argparse.ArgumentParser


def common_options() -> Common:
    every = argparse.ArgumentParser(add_help=False)
    every.add_argument("--config", metavar="FILE", default=argparse.SUPPRESS, help=CONFIG_HELP)
    every.add_argument(
        "--json", action="store_true", help="print one JSON object per line instead of text"
    )
    host = argparse.ArgumentParser(add_help=False, parents=[every])
    host.add_argument("--host", metavar="ADDRESS", help="only this host of the target")
    target = argparse.ArgumentParser(add_help=False, parents=[host])
    target.add_argument(
        "--target",
        default="vagrant",
        metavar="NAME",
        help="a target of deploy.yml; default: vagrant",
    )
    change = argparse.ArgumentParser(add_help=False, parents=[target])
    change.add_argument(
        "--wait",
        type=int,
        default=0,
        metavar="SECONDS",
        help="how long to wait for another deploy to end; default: 0",
    )
    return Common(every, host, target, change)
