"""The options that many verbs have. They may be given before the verb as well."""

import argparse
from dataclasses import dataclass

from understudy import __version__
from understudy.cli.arguments import completion
from understudy.cli.arguments.parser import Parser

Group = argparse._ArgumentGroup

DEFAULT_TARGET = "vagrant"
_VERBOSITY = (
    ("-v", "--verbose", 1, "also show each command that runs on a host"),
    ("-q", "--quiet", -1, "show only warnings, errors and the result, as short as it can be"),
)


@dataclass(frozen=True)
class Common:
    """The options that verbs share; each set includes the one before it."""

    every: Parser
    host: Parser
    target: Parser
    change: Parser


def common_options() -> Common:
    every = Parser(add_help=False)
    _add_to_every(every)
    host = Parser(add_help=False, parents=[every])
    _add_host(host)
    target = Parser(add_help=False, parents=[host])
    add_target(target, "a target of deploy.yml; default: vagrant", DEFAULT_TARGET)
    change = Parser(add_help=False, parents=[target])
    change.add_argument(
        "--wait",
        type=int,
        default=0,
        metavar="SECONDS",
        help="how long to wait for another deploy to end; default: 0",
    )
    return Common(every, host, target, change)


def add_target(parser: Parser, help: str, default: str | None = None) -> None:
    """--target of one verb. default: None if it depends on deploy.yml."""
    _add_target(parser, help)
    parser.set_defaults(default_target=default)


def add_before_verb(parser: Parser) -> None:
    """All of them, for a parser whose verbs or actions follow."""
    group = _add_to_every(parser)
    _add_target(group, "a target of deploy.yml")
    _add_host(group)


def settle(options: argparse.Namespace) -> None:
    """Gives the options their defaults, once all words were read: a default can't replace what was given
    before the verb. A verb that doesn't take an option has none of that name. Ends with exit code 2 if it was
    given all the same.
    """
    parser: Parser = options.parser
    for name, default in (("config", None), ("json", False), ("verbosity", 0)):
        vars(options).setdefault(name, default)
    for name, default in (("target", parser.get_default("default_target")), ("host", None)):
        if parser.takes(f"--{name}"):
            vars(options).setdefault(name, default)
        elif hasattr(options, name):
            parser.refuse(f"--{name}")
    for internal in ("parser", "default_target"):
        vars(options).pop(internal, None)


def _add_target(parser: Parser | Group, help: str) -> None:
    option = parser.add_argument("--target", metavar="NAME", default=argparse.SUPPRESS, help=help)
    completion.complete(option, completion.targets)


def _add_host(parser: Parser | Group) -> None:
    option = parser.add_argument(
        "--host", metavar="ADDRESS", default=argparse.SUPPRESS, help="only this host of the target"
    )
    completion.complete(option, completion.hosts)


def _add_to_every(parser: Parser) -> Group:
    group = parser.add_argument_group("global options")
    group.add_argument("-h", "--help", action="help", help="show this help")
    config = group.add_argument(
        "--config",
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="read this file instead of deploy.yml",
    )
    completion.complete_files(config)
    group.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS,
        help="print one JSON object per line instead of text",
    )
    for short, long, value, shown in _VERBOSITY:
        group.add_argument(
            *(short, long),
            dest="verbosity",
            action="store_const",
            const=value,
            default=argparse.SUPPRESS,
            help=shown,
        )
    group.add_argument(
        "--version",
        action="version",
        version=f"understudy {__version__}",
        help="show Understudy's version",
    )
    return group
