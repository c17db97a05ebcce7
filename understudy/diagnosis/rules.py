"""From what went wrong to its cause and how to fix it: rules over evidence, each with checks of facts.

Words in a log only suggest a cause. It is confirmed if all its checks hold; if a check is not possible,
for example because the host is gone, the cause stays a possible one. The rules are data, in causes/.
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
# A clue may match in many places: at most so many combinations are tried.
_READINGS = 200


@dataclass(frozen=True)
class Finding:
    """The result of a check that didn't fail. groups: what it has found. confirmed: whether it holds.

    question: what to ask the host, where the check needs that.
    """

    groups: Groups = field(default_factory=dict)
    confirmed: bool = True
    question: Question | None = None


# The groups of a rule's clues -> the check's result. None: the facts contradict.
Check = Callable[[Groups, KnownFacts], Finding | None]


def holds(truth: bool | None, **groups: str) -> Finding | None:
    """A check's result. truth: None if it is not known."""
    return None if truth is False else Finding(groups, confirmed=truth is True)


@dataclass(frozen=True)
class Clue:
    """A regular expression that must match in a source of evidence; ^ and $ match at each line.

    `{name}` in the pattern is replaced by the group of that name in an earlier clue.
    """

    source: str
    pattern: str


@dataclass(frozen=True)
class Cause:
    """Why a step failed. rule: the name of its rule. sentence: one line. hint: how to fix it.

    confirmed: all checks hold. questions: what to ask the host for these.
    """

    rule: str
    sentence: str
    hint: str
    confirmed: bool = True
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A cause, if all clues are found and all checks hold.

    cause and hint may have placeholders: the groups of clues and checks, and KnownFacts.words(). They may speak
    of Django, if no_django has both for an app that is not Django's; "" is the same cause.
    """

    name: str
    clues: tuple[Clue, ...]
    cause: str
    hint: str
    checks: tuple[Check, ...] = ()
    no_django: tuple[str, str] | None = None

    def __call__(self, evidence: Evidence, facts: KnownFacts) -> Cause | None:
        """The confirmed cause, or else a possible one, or else None."""
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
        sentence, hint = (fill(text, words) for text in self._texts(facts))
        return Cause(self.name, sentence, hint, confirmed, tuple(questions))

    def _texts(self, facts: KnownFacts) -> tuple[str, str]:
        if self.no_django is None or facts.may_be_django:
            return self.cause, self.hint
        cause, hint = self.no_django
        return cause or self.cause, hint


def diagnose(
    evidence: Evidence, facts: KnownFacts, rules: Iterable[Callable[..., Cause | None]]
) -> tuple[Cause, ...]:
    """All causes, the confirmed ones first, then in the order of the rules; each sentence once."""
    causes: dict[str, Cause] = {}
    found = (rule(evidence, facts) for rule in rules)
    for cause in sorted(filter(None, found), key=lambda cause: not cause.confirmed):
        causes.setdefault(cause.sentence, cause)
    return tuple(causes.values())


def readings(evidence: Evidence, clues: tuple[Clue, ...]) -> Iterator[Groups]:
    """The groups of each combination of matches of all clues."""
    return _read(evidence, clues, {})


def as_possible(cause: Cause) -> Cause:
    """The cause; if it is not confirmed, its sentence says so."""
    possible = f"could not be confirmed: {cause.sentence}"
    return cause if cause.confirmed else replace(cause, sentence=possible)


def fill(text: str, groups: Groups) -> str:
    """Fills in the placeholders. Not by str.format(): a regular expression has braces of its own."""
    return re.sub(r"\{([\w. ]+)\}", lambda place: groups.get(place[1], place[0]), text)


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
