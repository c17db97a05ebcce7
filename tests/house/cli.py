"""`python -m tests.house.cli`: the part of docs/cli.md that is made from the parser of the command line."""

import os
import re
from collections.abc import Iterator
from unittest.mock import patch

from tests.house.measure import TOP
from understudy.cli import main
from understudy.cli.arguments.command_line import make_parser
from understudy.cli.arguments.parser import Parser
from understudy.cli.called import INSTALLED

FILE = TOP / "docs" / "cli.md"
BEGIN, END = "<!-- made by python -m tests.house.cli -->\n", "<!-- end -->\n"


def current() -> str:
    """The page with that part as the parser is now."""
    before, _, rest = FILE.read_text().partition(BEGIN)
    with patch.dict(os.environ, {"COLUMNS": "80"}):
        return f"{before}{BEGIN}{_part()}{END}{rest.partition(END)[2]}"


def _part() -> str:
    parser = make_parser(main.VERBS, INSTALLED)
    verbs = parser.actions()
    lines = ["", *_block(parser.format_help())]
    for heading, summaries in parser.groups.items():
        lines += [f"## {heading[0].upper()}{heading[1:]}", ""]
        for verb in summaries:
            lines += _verb(verbs[verb])
    return "\n".join([*lines, ""])


def _verb(parser: Parser) -> Iterator[str]:
    for level, one in (("###", parser), *(("####", one) for one in parser.actions().values())):
        yield from (f"{level} {one.words}", "", *_help(one))


def _help(parser: Parser) -> Iterator[str]:
    """What it does as text, the rest as the terminal shows it. The global options are said once."""
    usage, description, *parts = parser.format_help().rstrip("\n").split("\n\n")
    parts = [part for part in parts if not re.match("global options:|more:", part)]
    page = parser.docs.removeprefix("docs/")
    more = f" More: [{page.removesuffix('.md')}]({page})." if page else ""
    yield from (f"{' '.join(description.split())}{more}", "")
    yield from _block("\n\n".join([usage, *parts]))


def _block(text: str) -> tuple[str, ...]:
    return ("```text", text.rstrip("\n"), "```", "")


if __name__ == "__main__":
    FILE.write_text(current())
