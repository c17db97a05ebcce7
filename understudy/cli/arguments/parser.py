"""A parser of one verb: short usage, examples in its help, and errors that name what was meant."""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

from understudy.errors import did_you_mean

# Words of a command, and what it does.
Example = tuple[str, str]
# Choices in an error; the help lists more.
_MOST_LISTED = 15
# Python has no translations of argparse, which looks for some on the disk with each parser: half of their time.
vars(argparse)["_"] = lambda text: text


class WrongUsage(SystemExit):
    """The command line is wrong, and standard error says so. summary, hint: for programs."""

    def __init__(self, summary: str, hint: str) -> None:
        super().__init__(2)
        self.summary, self.hint = summary, hint


class Parser(argparse.ArgumentParser):
    """examples: each a command without the program, and what it does. docs: the page about it.

    instead: what to use in place of an option that it doesn't take, or of a word that is missing. word_hint:
    what a word more may have been meant for; `{}` is the word.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        # An abbreviation would mean something else as soon as another option begins with it.
        settings = {"allow_abbrev": False, "formatter_class": _Formatter, "add_help": False}
        super().__init__(*args, **{**settings, **named})
        self._positionals.title = "arguments"
        self.program = ""
        self.examples: Sequence[Example] = ()
        self.docs = ""
        self.instead: dict[str, str] = {}
        self.word_hint = "for a target use --target {}"

    @property
    def words(self) -> str:
        """The verb and the action: `data pull`."""
        return self.prog.removeprefix(self.program).strip()

    def actions(self) -> "Mapping[str, Parser]":
        """The parsers of its verbs, or of the actions of its verb."""
        found = [one.choices for one in self._actions if isinstance(one.choices, dict)]
        return found[0] if found else {}

    def takes(self, option: str) -> bool:
        return option in self._option_string_actions

    def refuse(self, option: str) -> NoReturn:
        """Ends with exit code 2, for an option that only other verbs have."""
        self.fail(f"{self.words} takes no {option}", self.instead.get(option, ""))

    def fail(self, message: str, hint: str) -> NoReturn:
        """Ends with exit code 2: raises WrongUsage."""
        hint = hint or f"`{self.prog} --help` shows what can be given"
        self._print_message(f"{self.format_usage()}error: {message}\ntry: {hint}\n")
        raise WrongUsage(message, hint)

    def error(self, message: str) -> NoReturn:
        """argparse's own messages, and those of _check_value with a hint on a second line."""
        message, _, hint = message.partition("\n")
        missing = message.removeprefix("the following arguments are required: ")
        if missing != message:
            self.fail(f"{self.words} needs {missing}", self.instead.get(missing, ""))
        self.fail(message, hint)

    def format_usage(self) -> str:
        self._shorten_usage()
        return super().format_usage()

    def format_help(self) -> str:
        self._shorten_usage()
        self.epilog = self._epilog()
        return super().format_help()

    # argparse has the type of parse_known_args only as overloads.
    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As its name says, but each word that it doesn't know is an error, with the usage of this verb."""
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self._refuse_word(unknown[0])
        return options, unknown

    def _refuse_word(self, word: str) -> NoReturn:
        if not word.startswith("-"):
            takes_target = self.takes("--target")
            hint = self.word_hint.format(word) if takes_target else ""
            self.fail(f"unrecognized word: {word}", hint)
        option = word.partition("=")[0]
        hint = self.instead.get(option, "")
        meant = "" if hint else did_you_mean(option, self._option_string_actions)
        self.fail(f"{self.words or self.program} has no option {option}{meant}", hint)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """As argparse's, but names the choice that was meant."""
        if action.choices is not None and value not in action.choices:
            kind = str(action.metavar or action.dest).lower()
            raise argparse.ArgumentError(None, unknown(kind, value, action.choices))

    def _shorten_usage(self) -> None:
        """Only the words: options are listed below."""
        formatter = argparse.HelpFormatter(prog=f"{self.prog} [options]", width=200)
        formatter.add_usage(None, self._get_positional_actions(), [], prefix="")
        self.usage = formatter.format_help().strip().replace("%", "%%")

    def _epilog(self) -> str:
        lines = ["examples:"] if self.examples else []
        for words, what in self.examples:
            lines += [f"  # {what}", f"  {self.program} {words}"]
        if self.docs:
            lines += [*([""] if lines else []), f"more: {self.program} help {self.docs}"]
        return "\n".join(lines).replace("%", "%%")


def unknown(kind: str, word: str, choices: Iterable[str]) -> str:
    """The message and, on a second line, the hint."""
    known = list(choices)
    if not known:
        return f"there is no {kind} here: {word}\n"
    hint = f"one of {', '.join(known)}" if len(known) <= _MOST_LISTED else ""
    return f"unknown {kind}: {word}{did_you_mean(word, known)}\n{hint}"


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26)

    def _format_action(self, action: argparse.Action) -> str:
        if isinstance(action, argparse._SubParsersAction):
            # Without a line for the word ACTION.
            return "".join(map(self._format_action, self._iter_indented_subactions(action)))
        return super()._format_action(action)
