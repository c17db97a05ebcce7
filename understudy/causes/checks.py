"""The checks that rules share: what they ask of the commit, the lock, deploy.yml and the host."""

import re
from collections.abc import Callable
from typing import Any

from understudy.diagnosis import Check, Finding, Groups, fill, holds
from understudy.known_facts import KnownFacts


def on_host(kind: str, name: str, expected: str | Callable[[str], bool | None]) -> Check:
    """The host's answer to that question: as expected, or as a function of it says.

    name may name groups. `unknown` is no answer: the one who asks may not look there.
    """

    def check(groups: Groups, facts: KnownFacts) -> Finding | None:
        question = kind, fill(name, {**facts.words(), **groups})
        answer = facts.host.answer(*question) if facts.host else None
        if answer in (None, "", "unknown"):
            return Finding(confirmed=False, question=question)
        agrees = answer == expected if isinstance(expected, str) else expected(answer)
        return holds(agrees, answer=answer)

    return check


def on_disk(state: str, path: str) -> Check:
    """A file of the app in that state (a field of CommitFacts), as the group `found`.

    path: a regular expression, that may name groups.
    """

    def check(groups: Groups, facts: KnownFacts) -> Finding | None:
        if facts.commit is None:
            return holds(None)
        pattern = fill(path, {name: re.escape(text) for name, text in groups.items()})
        found = facts.commit.find(state, pattern)
        return holds(found is not None, found=found or "")

    return check


def not_on_disk(state: str, path: str) -> Check:
    """There is no such file."""

    def check(groups: Groups, facts: KnownFacts) -> Finding | None:
        if facts.commit is None:
            return holds(None)
        return holds(on_disk(state, path)(groups, facts) is None)

    return check


def setting(key: str, agrees: Callable[[Any, Groups], bool]) -> Check:
    """A key of the app in deploy.yml, by a function of its value (as JSON has it) and the groups."""

    def check(groups: Groups, facts: KnownFacts) -> Finding | None:
        return holds(agrees(facts.settings.get(key), groups))

    return check
