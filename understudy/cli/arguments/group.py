"""Adds verbs to the command line, under one heading of its help."""

import argparse
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from understudy.cli.arguments import global_options
from understudy.cli.arguments.parser import Example, Parser
from understudy.paths import Project

if TYPE_CHECKING:
    from understudy.report.events import Report

Verb = Callable[[argparse.Namespace, Project, "Report"], None]
Subparsers = Any  # argparse has no public name for it.


@dataclass
class Group:
    """heading: in the help. summaries: of each verb one short line."""

    heading: str
    subparsers: Subparsers
    verbs: Mapping[str, Verb]
    program: str
    summaries: dict[str, str] = field(default_factory=dict)

    def add(
        self,
        name: str,
        summary: str,
        options: Parser,
        *,
        examples: Sequence[Example],
        docs: str = "",
        more: str = "",
    ) -> Parser:
        """The parser of another verb, to add its own options to.

        options: one of the sets that verbs share. more: what the help of the verb says besides.
        """
        self.summaries[name] = summary
        parser = _add(self.subparsers, self.program, name, summary, options, examples, docs, more)
        parser.set_defaults(run=self.verbs[name])
        return parser

    def add_with_actions(
        self,
        name: str,
        summary: str,
        *,
        examples: Sequence[Example],
        docs: str = "",
        default: str = "",
    ) -> "Actions":
        """A verb with actions of their own options: `data pull`. default: the action without a word."""
        parser = self.add(name, summary, Parser(), examples=examples, docs=docs)
        subparsers = parser.add_subparsers(
            dest="action",
            metavar="ACTION",
            title="actions",
            required=not default,
            parser_class=Parser,
        )
        if default:
            parser.set_defaults(action=default, default_target=global_options.DEFAULT_TARGET)
        global_options.add_before_verb(parser)
        return Actions(parser, subparsers)


@dataclass(frozen=True)
class Actions:
    """parser: of the verb before an action is named."""

    parser: Parser
    subparsers: Subparsers

    def add(
        self, name: str, summary: str, options: Parser, *, examples: Sequence[Example] = ()
    ) -> Parser:
        """The parser of another action, to add its own options to."""
        docs = self.parser.docs
        return _add(
            self.subparsers, self.parser.program, name, summary, options, examples, docs, ""
        )


def _add(
    subparsers: Subparsers,
    program: str,
    name: str,
    summary: str,
    options: Parser,
    examples: Sequence[Example],
    docs: str,
    more: str,
) -> Parser:
    description = f"{summary[0].upper()}{summary[1:]}.{' ' if more else ''}{more}"
    parser: Parser = subparsers.add_parser(
        name, help=summary, description=textwrap.fill(description, 78), parents=[options]
    )
    parser.program, parser.examples, parser.docs = program, examples, docs
    parser.set_defaults(parser=parser)
    return parser
