"""Each verb has an answer for programs, or a reason why it has none: docs/json.md lists them."""

import re
from collections.abc import Iterator

from tests.unit import event_schema
from tests.unit.fakes import TOP
from understudy.cli import main
from understudy.cli.arguments.command_line import make_parser
from understudy.cli.arguments.parser import Parser

ROW = re.compile(r"^\| `([a-z ]+)` \| (.+) \|$", re.MULTILINE)
TEXT = (TOP / "docs" / "json.md").read_text()
ROWS = dict(ROW.findall(TEXT.partition("| verb | answer |")[2].partition("\n\n")[0]))
# What happens meanwhile, and what ends a run.
OTHERS = {
    *("error", "warning", "message", "attached", "expected", "phase", "phase ended", "skipped"),
    *("started", "ended", "detail", "progress", "output"),
}


def words(name: str, parser: Parser) -> Iterator[str]:
    actions = parser.actions()
    yield from (f"{name} {action}" for action in actions) if actions else [name]


def test_each_verb_of_the_parser_is_listed() -> None:
    verbs = make_parser(main.VERBS).actions()

    assert [word for name in verbs for word in words(name, verbs[name])]
    assert {word for name in verbs for word in words(name, verbs[name])} == set(ROWS)


def test_each_has_an_event_or_a_reason() -> None:
    known = set(event_schema.names()) - OTHERS
    named: set[str] = set()
    for verb, answer in ROWS.items():
        events = set(re.findall(r"`([^`]+)`", answer)) & known
        assert events or answer.startswith("none: "), verb
        named |= events

    assert named == known, "each answer is that of a verb"
