"""The whole command line: its verbs in groups, and how its words are read."""

import argparse
from collections.abc import Mapping, Sequence

from understudy.cli import too_early
from understudy.cli.arguments import (
    data,
    deploying,
    global_options,
    inspecting,
    project,
    running,
    staging,
)
from understudy.cli.arguments.group import Group, Verb
from understudy.cli.arguments.parser import Parser, WrongUsage
from understudy.cli.arguments.top import TopParser
from understudy.cli.called import DEPLOY_PY
from understudy.cli.verbs.project import show_page
from understudy.errors import ConfigError

# In the help they come in this order.
GROUPS = {
    "rehearse on the staging VM": staging.add,
    "deploy": deploying.add,
    "inspect": inspecting.add,
    "operate": running.add,
    "data": data.add,
    "project and this machine": project.add,
}


def make_parser(verbs: Mapping[str, Verb], program: str = DEPLOY_PY) -> TopParser:
    """The parser of the command line. It sets `verb`, and `run` to the function of that verb.

    program: as the user calls it.
    """
    parser = TopParser(prog=program)
    parser.program = program
    global_options.add_before_verb(parser)
    parser.set_defaults(parser=parser)
    subparsers = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=Parser)
    common = global_options.common_options()
    for heading, add in GROUPS.items():
        group = Group(heading, subparsers, verbs, program)
        add(group, common)
        parser.groups[heading] = group.summaries
    parser.add_help_verb(subparsers, common.every, show_page)
    return parser


def parse(parser: TopParser, words: Sequence[str]) -> argparse.Namespace:
    """The options of these words. Ends with exit code 2 if they are wrong; with --json an event, too."""
    try:
        options: argparse.Namespace = parser.parse_args(words)
        global_options.settle(options)
        if options.verb is None and options.json:
            parser.fail("there is no verb", "")
    except WrongUsage as wrong:
        if too_early.wants_json(words):
            too_early.write_event(ConfigError(wrong.summary, hint=wrong.hint))
        raise
    return options
