"""What went wrong -> why, and what mends it: rules over the evidence.

A rule is data, in understudy/causes/; docs/traps.md shows each of them at work.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Source of evidence -> its text. Which sources there are: docs/rehearsal.md.
Evidence = Mapping[str, str]


@dataclass(frozen=True)
class Clue:
    """A regular expression that must be found in a source of evidence, line by line.

    `{name}` in the pattern stands for what a group of that name in an earlier clue has found.
    """

    source: str
    pattern: str


@dataclass(frozen=True)
class Rule:
    """If all clues are found, then this is the cause. Both texts may name the clues' groups."""

    name: str
    clues: tuple[Clue, ...]
    cause: str
    hint: str


@dataclass(frozen=True)
class Diagnosis:
    """rule: its name. cause: one line. hint: what to do about it."""

    rule: str
    cause: str
    hint: str


def diagnose(evidence: Evidence, rules: Iterable[Rule]) -> Diagnosis | None:
    """The first rule that fits tells: the more particular ones come first."""
    for rule in rules:
        groups = _found(evidence, rule.clues)
        if groups is not None:
            return Diagnosis(rule.name, _fill(rule.cause, groups), _fill(rule.hint, groups))
    return None


def _found(evidence: Evidence, clues: Iterable[Clue]) -> Mapping[str, str] | None:
    """What the clues' groups have found, or None if one of the clues isn't there."""
    groups: dict[str, str] = {}
    for clue in clues:
        pattern = _fill(clue.pattern, {name: re.escape(text) for name, text in groups.items()})
        found = re.search(pattern, evidence.get(clue.source, ""), re.MULTILINE)
        if found is None:
            return None
        groups |= {name: text or "" for name, text in found.groupdict().items()}
    return groups


def _fill(text: str, groups: Mapping[str, str]) -> str:
    """Not str.format: a regular expression has braces of its own."""
    return re.sub(r"\{(\w+)\}", lambda place: groups.get(place[1], place[0]), text)
