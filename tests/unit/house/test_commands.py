"""Every command that the docs and the messages name is one that the command line takes."""

import ast
import re
import shlex
from collections.abc import Iterator

import pytest

from tests.unit.fakes import TOP
from understudy.cli import main
from understudy.cli.arguments.command_line import make_parser, parse

PAGES = [TOP / "README.md", TOP / "CONTRIBUTING.md", *sorted((TOP / "docs").glob("*.md"))]
# In code, up to what is no word of it: a comment, a pipe, the end of the line or of `inline code`.
IN_DOCS = re.compile(r"(?:^    |`|\$ )python deploy\.py ([^`\n#|]+)", re.M)
PARSER = make_parser(main.VERBS)
# In the text of a message: the verb, an action, options; a value may be anything.
IN_MESSAGES = re.compile(
    r"python deploy\.py(?: --config)?((?: [a-z]+)(?: (?:--)?[a-z][a-z-]*(?: ID)?)*)"
)


def of_docs() -> list[tuple[str, str]]:
    return [
        (page.name, found.strip())
        for page in PAGES
        for found in IN_DOCS.findall(page.read_text())
        if not re.match("VERB|-|help VERB", found)
    ]


@pytest.mark.parametrize(("page", "command"), of_docs())
def test_command_of_the_docs_can_be_parsed(page: str, command: str) -> None:
    assert parse(PARSER, shlex.split(command)).run


def of_messages() -> set[str]:
    """The commands in texts of the package; ID for what a message fills in."""
    modules = (path.read_text() for path in (TOP / "understudy").rglob("*.py"))
    named = (text for text in modules if "python deploy.py " in text)
    return {
        found for module in named for text in _texts(module) for found in IN_MESSAGES.findall(text)
    }


def _texts(module: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(module)):
        match node:
            case ast.JoinedStr(values=parts):
                yield "".join(
                    getattr(part, "value", "") if isinstance(part, ast.Constant) else "ID"
                    for part in parts
                )
            case ast.Constant(value=str(text)):
                yield text


def unknown(command: str) -> str:
    """What of it the command line doesn't have. A sentence may go on with words that are no part of it."""
    verb, *words = command.split()
    parser = PARSER.actions().get(verb)
    if parser is None:
        return verb
    for word in words:
        parser = parser.actions().get(word, parser)
        if word.startswith("--") and not parser.takes(word):
            return word
    return ""


def test_commands_of_messages_are_known() -> None:
    commands = of_messages()

    assert len(commands) > 50
    assert {command: word for command in sorted(commands) if (word := unknown(command))} == {}
