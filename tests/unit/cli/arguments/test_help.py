"""The help of each verb: short enough for a terminal, with examples that work."""

import shlex
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.unit.fakes import TOP
from understudy.cli import main
from understudy.cli.arguments.command_line import make_parser, parse
from understudy.cli.arguments.parser import Parser
from understudy.cli.arguments.top import START
from understudy.cli.called import INSTALLED


def parsers(parser: Parser | None = None) -> Iterator[Parser]:
    """Of each verb and of each action."""
    for one in (parser or make_parser(main.VERBS)).actions().values():
        yield one
        yield from parsers(one)


EXAMPLES = [(one.words, words) for one in parsers() for words, _ in one.examples]


@pytest.mark.parametrize("words", [words for _, words in EXAMPLES] + [words for words, _ in START])
def test_example_can_be_parsed(words: str) -> None:
    assert parse(make_parser(main.VERBS), shlex.split(words)).run


def test_each_verb_has_one_to_three_examples_of_its_own() -> None:
    for verb, parser in make_parser(main.VERBS).actions().items():
        if verb != "help":
            assert 1 <= len(parser.examples) <= 3, verb
            assert all(words.split()[0] == verb for words, _ in parser.examples), verb


def test_page_of_more_exists() -> None:
    pages = {parser.docs for parser in parsers()} - {""}

    assert pages
    for page in pages:
        assert (TOP / page).is_file(), page


@pytest.mark.parametrize("program", ["python deploy.py", INSTALLED])
def test_help_fits_80_columns(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    top = make_parser(main.VERBS, program)
    texts = [top.format_help(), *(parser.format_help() for parser in parsers(top))]

    assert [line for text in texts for line in text.splitlines() if len(line) > 80] == []


def test_each_verb_has_one_short_line_under_a_heading() -> None:
    parser = make_parser(main.VERBS)
    listed = [verb for summaries in parser.groups.values() for verb in summaries]

    assert sorted(listed) == sorted(main.VERBS)
    for verb, summary in ((v, s) for group in parser.groups.values() for v, s in group.items()):
        assert f"    {verb:<12} {summary}\n" in parser.format_help()


@pytest.mark.parametrize("words", ["data pull", "deploy", ""])
def test_help_verb_is_the_help_of_that_verb(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = []
    for line in (f"help {words}", f"{words} --help"):
        with pytest.raises(SystemExit) as raised:
            main.main(line.split(), TOP)
        shown.append((raised.value.code, capsys.readouterr().out))

    assert shown[0] == shown[1]
    assert shown[0][0] == 0


def test_module_is_the_installed_program() -> None:
    command = [sys.executable, "-m", "understudy", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=TOP, check=True)

    assert done.stdout == make_parser(main.VERBS, INSTALLED).format_help()
