"""What went wrong -> why, and what fixes it: hypotheses over evidence, each with a check on facts.

Words in a log only raise a hypothesis. It becomes a cause if all its checks hold; if a check can't be
made, say because the host is gone, it stays a possibility. The rules are data, in understudy/causes/.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from understudy.diagnosis.known_facts import KnownFacts

# Source of evidence -> its text. Which sources there are: docs/rehearsal.md.
Evidence = Mapping[str, str]
Groups = Mapping[str, str]
# A kind of question to the host and a name, see commands/examine.py.
Question = tuple[str, str]
# A clue may be found in many places: so many are tried.
_READINGS = 200


@dataclass(frozen=True)
class Finding:
    """A check that didn't fail. groups: what it has found. confirmed: it could be made.

    question: what the host must be asked, so that it can be made.
    """

    groups: Groups = field(default_factory=dict)
    confirmed: bool = True
    question: Question | None = None


# What a rule's clues have found -> whether the facts agree. None: they don't.
Check = Callable[[Groups, KnownFacts], Finding | None]


def holds(truth: bool | None, **groups: str) -> Finding | None:
    """A check's answer. None: it can't be known."""
    return None if truth is False else Finding(groups, confirmed=truth is True)


@dataclass(frozen=True)
class Clue:
    """A regular expression that must be found in a source of evidence, line by line.

    `{name}` in the pattern is replaced by what a group of that name in an earlier clue has found.
    """

    source: str
    pattern: str


@dataclass(frozen=True)
class Cause:
    """rule: its name. sentence: one line. hint: what to do about it.

    confirmed: all checks were made. questions: what a host must be asked for that.
    """

    rule: str
    sentence: str
    hint: str
    confirmed: bool = True
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Rule:
    """If all clues are found and all checks hold, then this is the cause.

    Both texts may name the groups of clues and checks, and the words of KnownFacts.words().
    """

    name: str
    clues: tuple[Clue, ...]
    cause: str
    hint: str
    checks: tuple[Check, ...] = ()

    def __call__(self, evidence: Evidence, facts: KnownFacts) -> Cause | None:
        """A confirmed cause, else a possible one, else None."""
        possible = None
        for groups in islice(readings(evidence, self.clues), _READINGS):
            found = self._checked(groups, facts)
            if found and found.confirmed:
                return found
            possible = possible or found
        return possible

    def _checked(self, groups: Groups, facts: KnownFacts) -> Cause | None:
        confirmed, questions = True, []
        for check in self.checks:
            finding = check(groups, facts)
            if finding is None:
                return None
            groups = {**groups, **finding.groups}
            confirmed = confirmed and finding.confirmed
            questions += [finding.question] if finding.question else []
        words = {**facts.words(), **groups}
        sentence, hint = fill(self.cause, words), fill(self.hint, words)
        return Cause(self.name, sentence, hint, confirmed, tuple(questions))


def diagnose(
    evidence: Evidence, facts: KnownFacts, rules: Iterable[Callable[..., Cause | None]]
) -> tuple[Cause, ...]:
    """All that may be the cause: what is confirmed first, then in the order of the rules.

    A sentence is given once.
    """
    causes: dict[str, Cause] = {}
    found = (rule(evidence, facts) for rule in rules)
    for cause in sorted(filter(None, found), key=lambda cause: not cause.confirmed):
        causes.setdefault(cause.sentence, cause)
    return tuple(causes.values())


def readings(evidence: Evidence, clues: tuple[Clue, ...]) -> Iterator[Groups]:
    """Each way to find all of the clues: what their groups have found."""
    return _read(evidence, clues, {})


def _read(evidence: Evidence, clues: tuple[Clue, ...], groups: Groups) -> Iterator[Groups]:
    if not clues:
        yield groups
        return
    pattern = fill(clues[0].pattern, {name: re.escape(text) for name, text in groups.items()})
    seen = set()
    for found in re.finditer(pattern, evidence.get(clues[0].source, ""), re.MULTILINE):
        texts = {name: text or "" for name, text in found.groupdict().items()}
        if (key := tuple(texts.values())) not in seen:
            seen.add(key)
            yield from _read(evidence, clues[1:], {**groups, **texts})


def as_possible(cause: Cause) -> Cause:
    """The same with a sentence that claims nothing."""
    possible = f"could not be confirmed: {cause.sentence}"
    return cause if cause.confirmed else replace(cause, sentence=possible)


def fill(text: str, groups: Groups) -> str:
    """Not str.format: a regular expression has braces of its own."""
    return re.sub(r"\{([\w. ]+)\}", lambda place: groups.get(place[1], place[0]), text)
