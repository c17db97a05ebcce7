"""The help of the whole command line: what people begin with, then the verbs in groups."""

import argparse
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from understudy.cli.arguments import completion
from understudy.cli.arguments.group import Verb
from understudy.cli.arguments.parser import Example, Parser, unknown

START: Sequence[Example] = (
    ("init", "write a first deploy.yml"),
    ("rehearse", "try it on the VM: READY or not"),
    ("deploy --target production", "then deploy it there"),
)
EXIT_CODES = """\
exit codes: 0 done; 1 a check, a test or a step failed; 2 wrong command line or
deploy.yml; 3 refused; 4 a host or a program is missing or does not answer;
130 interrupted"""


class TopParser(Parser):
    """groups: the summary of each verb, by heading."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.groups: dict[str, dict[str, str]] = {}
        self.word_hint = ""

    def add_help_verb(self, subparsers: Any, options: Parser, show_page: Verb) -> None:
        """`help VERB`: the same as `VERB --help`. show_page: of docs/, if that is no verb."""
        parser = subparsers.add_parser("help", parents=[options])
        parser.program = self.program
        parser.set_defaults(run=show_page)
        words = parser.add_argument("words", nargs="*", metavar="VERB")
        completion.complete(words, self._next_words)

    def _next_words(self, options: argparse.Namespace) -> list[str]:
        """What `help` takes after the words that are there."""
        parser: Parser = self
        for word in getattr(options, "words", None) or ():
            parser = parser.actions().get(word, parser)
        return list(parser.actions())

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        options = super().parse_args(args, namespace)
        if options.verb == "help" and not self._is_page(options.words):
            self.find(options.words).print_help()
            self.exit()
        return options

    def _is_page(self, words: Sequence[str]) -> bool:
        from understudy.cli import manual

        return len(words) == 1 and words[0] not in self.actions() and manual.is_page(words[0])

    def find(self, words: Sequence[str]) -> Parser:
        """The parser of that verb and action. Ends with exit code 2 if there is none."""
        parser: Parser = self
        for word in words:
            choices = parser.actions()
            if word not in choices:
                self.error(unknown("verb" if parser is self else "action", word, choices))
            parser = choices[word]
        return parser

    def _refuse_word(self, word: str) -> NoReturn:
        option = word.partition("=")[0]
        if any(verb.takes(option) for verb in self.actions().values()):
            self.fail(f"{option} belongs to a verb", "give it after the verb")
        super()._refuse_word(word)

    def format_help(self) -> str:
        self._shorten_usage()
        return "\n".join(self._help())

    def _help(self) -> Iterator[str]:
        yield f"usage: {self.program} [options] VERB [...]\n"
        yield "Rehearse each deploy of a Python web app on a staging VM, then deploy.\n"
        yield "start with:"
        width = max(len(words) for words, _ in START)
        for words, what in START:
            yield f"  {self.program} {words:<{width}}  {what}"
        for heading, summaries in self.groups.items():
            yield f"\n{heading}:"
            yield from (f"    {name:<12} {summary}" for name, summary in summaries.items())
        yield f"\n{self._options()}"
        yield f"\n`{self.program} help VERB` shows a verb's options, with examples;"
        yield f"`{self.program} help docs` lists the pages about all else.\n"
        yield f"{EXIT_CODES}\n"

    def _options(self) -> str:
        formatter = self._get_formatter()
        formatter.start_section("options, before or after the verb")
        formatter.add_arguments([one for one in self._actions if one.option_strings])
        formatter.end_section()
        return formatter.format_help().rstrip()
