"""The checks that rules share: what they ask of the commit, the lock, deploy.yml and the host."""

import re
from collections.abc import Callable
from typing import Any

from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Check, Finding, Groups, fill, holds
from understudy.release.commit_facts import CommitFacts, LockFacts

_UNKNOWN = "unknown"


def on_host(kind: str, name: str, expected: str | Callable[[str], bool | None]) -> Check:
    """The host's answer to that question: as expected, or as a function of it says.

    name may name groups. `unknown` is no answer: the one who asks may not look there. The group
    `answer` is what the host said.
    """

    def check(groups: Groups, facts: KnownFacts) -> Finding | None:
        question = kind, fill(name, {**facts.words(), **groups})
        answer = facts.host.answer(*question) if facts.host else None
        if answer in (None, "", _UNKNOWN):
            said = {"answer": answer or "no answer"}
            return Finding(said, confirmed=False, question=question)
        agrees = answer == expected if isinstance(expected, str) else expected(answer)
        return holds(agrees, answer=answer)

    return check


def missing(path: str) -> Check:
    """The host has no such file, and the clue is the error of a program that looked for it.

    That program, of the app or of root, has more rights than the deployer, who asks: where the
    deployer may not look, its word counts.
    """
    look = on_host("path", path, "missing")

    def check(groups: Groups, facts: KnownFacts) -> Finding | None:
        found = look(groups, facts)
        return holds(True) if found and found.groups["answer"] == _UNKNOWN else found

    return check


def in_commit(test: Callable[[CommitFacts, Groups], bool | str | None]) -> Check:
    """A function of the commit and the groups. A text that it finds is the group `found`."""

    def check(groups: Groups, facts: KnownFacts) -> Finding | None:
        if facts.commit is None:
            return holds(None)
        found = test(facts.commit, groups)
        return holds(bool(found), found=found) if isinstance(found, str) else holds(found)

    return check


def in_lock(test: Callable[[LockFacts, Groups], bool | None]) -> Check:
    """A function of the lock and the groups."""

    def check(groups: Groups, facts: KnownFacts) -> Finding | None:
        return holds(None if facts.lock is None else test(facts.lock, groups))

    return check


def setting(key: str, agrees: Callable[[Any, Groups], bool]) -> Check:
    """A function of a key of the app in deploy.yml, as JSON has it, and the groups."""

    def check(groups: Groups, facts: KnownFacts) -> Finding | None:
        return holds(agrees(facts.settings[key], groups) if key in facts.settings else None)

    return check


def variable(agrees: Callable[[str, str], bool]) -> Check:
    """A variable of app.environment that a function of its name and value picks, as `name` and `value`."""

    def check(groups: Groups, facts: KnownFacts) -> Finding | None:
        for name, value in facts.environment.items():
            if agrees(name, value):
                return holds(True, name=name, value=value)
        return None

    return check


def on_disk(state: str, path: str) -> Check:
    """A file of the app in that state (a field of CommitFacts), as the group `found`.

    path: a regular expression, that may name groups.
    """

    def find(commit: CommitFacts, groups: Groups) -> str:
        pattern = fill(path, {name: re.escape(text) for name, text in groups.items()})
        return commit.find(state, pattern) or ""

    return in_commit(find)


def not_committed(path: str) -> Check:
    """No file of the commit has such a path."""
    find = on_disk("committed", path)

    def check(groups: Groups, facts: KnownFacts) -> Finding | None:
        return holds(None if facts.commit is None else find(groups, facts) is None)

    return check


def written(text: str, *, where: str = ".*") -> Check:
    """The app's files or its deploy.yml have that text, a regular expression that may name groups.

    where: the paths that count. The group `found` is the file.
    """

    def check(groups: Groups, facts: KnownFacts) -> Finding | None:
        pattern = fill(text, {name: re.escape(value) for name, value in groups.items()})
        if re.search(pattern, str(facts.settings)):
            return holds(True, found="deploy.yml")
        if facts.commit is None:
            return holds(None)
        texts = facts.commit.texts.items()
        files = (path for path, content in texts if re.search(pattern, content))
        found = next((path for path in files if re.fullmatch(where, path)), "")
        return holds(bool(found), found=found)

    return check


def not_written(text: str) -> Check:
    """Neither the app's files nor its deploy.yml have that text."""

    def check(groups: Groups, facts: KnownFacts) -> Finding | None:
        found = written(text)(groups, facts)
        return holds(True) if found is None else (holds(None) if facts.commit is None else None)

    return check


def _has_line(commit: CommitFacts, groups: Groups) -> bool:
    text = commit.texts.get(groups["file"])
    return text is not None and int(groups.get("line") or 1) <= len(text.splitlines())


# The groups `file` and `line` of a traceback are in the commit: it's not of an older release.
own_line = in_commit(_has_line)
