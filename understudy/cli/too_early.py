"""Errors before a verb begins, when there is no report yet: with --json they are an event all the same."""

from collections.abc import Sequence

from understudy.errors import UnderstudyError

JSON = "--json"


def wants_json(words: Sequence[str]) -> bool:
    """Whether --json is among the words of a command line, which may be wrong. Those behind -- are not ours."""
    own = words[: words.index("--")] if "--" in words else words
    return JSON in own


def write_event(error: UnderstudyError) -> None:
    from understudy.report.events import JsonReport

    JsonReport().error(error)
