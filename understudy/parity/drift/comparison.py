"""Two captures -> their differences, ranked, and the parity score."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from understudy.config.parity import Intended
from understudy.host.fingerprint import upstream
from understudy.local.numbers import number_of
from understudy.parity.capture.value import UNREADABLE, Capture, Section
from understudy.parity.drift import captured_mail, container, folded, unused_server
from understudy.parity.drift.rules import NEVER, POINTS, rule_for

# Matches every value: code wants nginx in any version.
ANY = "any"


@dataclass(frozen=True)
class Side:
    """One of the two captures. partial: it names only some values, as code does; others don't count.

    others: of further hosts that the copy of this one plays as well. has_database: false if it is on another
    host.
    """

    name: str
    capture: Capture
    partial: bool = False
    others: Mapping[str, Capture] = field(default_factory=dict)
    has_database: bool = True


@dataclass(frozen=True)
class Difference:
    """model, copy: the values at a path, None if there is none. weight, reason: see rules.py.

    intended: why it does not count, by parity.intended, or since the copy is a container or captures mail;
    or else empty.
    """

    path: str
    model: str | None
    copy: str | None
    weight: int
    reason: str
    intended: str = ""


@dataclass(frozen=True)
class Comparison:
    """differences: most likely to break an app first. intended: those that do not count.

    compared: the number of values. unread: section that neither side could read -> why. unused: patterns
    of parity.intended that match nothing. host: the address of one of several hosts that are compared.
    """

    model: str
    copy: str
    differences: tuple[Difference, ...]
    intended: tuple[Difference, ...]
    compared: int
    unread: Mapping[str, str]
    unused: tuple[str, ...]
    host: str = ""

    @property
    def score(self) -> float:
        """The parity score: 100 minus the points of each difference, at least 0. Points: see rules.py."""
        lost = sum(POINTS[difference.weight] for difference in self.differences)
        return round(max(0.0, 100 - lost), 1)

    def to_json(self) -> dict[str, Any]:
        return {
            **({"host": self.host} if self.host else {}),
            "from": self.model,
            "to": self.copy,
            "score": self.score,
            "compared": self.compared,
            "differences": [_to_json(difference) for difference in self.differences],
            "intended": [
                {**_to_json(difference), "intended": difference.intended}
                for difference in self.intended
            ],
            "unread": dict(self.unread),
        }


def _to_json(difference: Difference) -> dict[str, Any]:
    return {
        "path": difference.path,
        "from": difference.model,
        "to": difference.copy,
        "weight": difference.weight,
        "reason": difference.reason,
    }


def compare(
    model: Side, copy: Side, declared: Sequence[Intended] = (), host: str = ""
) -> Comparison:
    """Compares the copy with the model. declared: intended differences. host: see Comparison."""
    pairs = list(_pairs(model, copy))
    own_units = {*_own_units(model.capture), *_own_units(copy.capture)}
    sides = model.capture, copy.capture
    expected = (
        *declared,
        *container.differences(*sides),
        *captured_mail.differences(*sides),
        *folded.differences(*sides, model.others),
        *(() if model.has_database else unused_server.differences(*sides)),
    )
    found = [_difference(pair, own_units, expected) for pair in pairs if not pair.is_same]
    counted = sorted(
        (difference for difference in found if difference.weight != NEVER),
        key=lambda difference: (-difference.weight, difference.path),
    )
    partial = model.partial or copy.partial
    return Comparison(
        model=model.name,
        copy=copy.name,
        differences=tuple(difference for difference in counted if not difference.intended),
        intended=tuple(difference for difference in counted if difference.intended),
        compared=len(pairs),
        unread=_unread(model.capture, copy.capture),
        unused=() if partial else tuple(_unused(declared, [pair.path for pair in pairs])),
        host=host,
    )


@dataclass(frozen=True)
class _Pair:
    """The values at one path; None if there is none."""

    path: str
    model: str | None
    copy: str | None

    @property
    def is_same(self) -> bool:
        values = (self.model, self.copy)
        is_any = ANY in values and None not in values
        return is_any or self._effect(self.model) == self._effect(self.copy)

    @property
    def is_revision(self) -> bool:
        """Whether these are two Debian revisions of one upstream version of a package."""
        if not (self.path.startswith("packages.") and self.model and self.copy):
            return False
        return upstream(self.model) == upstream(self.copy)

    def _effect(self, value: str | None) -> str | None:
        """A disabled unit has the effect of one that isn't there, whose package is a difference itself."""
        if not (value and self.path.startswith("units.")):
            return value
        return ", ".join(word for word in value.split(", ") if word != "disabled") or None


def _pairs(model: Side, copy: Side) -> Iterator[_Pair]:
    for name in sorted({*model.capture.sections, *copy.capture.sections}):
        ours, theirs = (side.capture.sections.get(name, {}) for side in (model, copy))
        if (model.partial and not ours) or (copy.partial and not theirs):
            continue
        if UNREADABLE in ours or UNREADABLE in theirs:
            if ours != theirs:
                yield _Pair(name, _summary(ours), _summary(theirs))
            continue
        keys = ours if model.partial else theirs if copy.partial else {*ours, *theirs}
        yield from (_Pair(f"{name}.{key}", ours.get(key), theirs.get(key)) for key in sorted(keys))


def _summary(section: Section) -> str:
    """A whole section as one value: of an unreadable one each entry would look missing."""
    if UNREADABLE in section:
        return f"{UNREADABLE}: {section[UNREADABLE]}"
    return number_of(len(section), "value")


def _own_units(capture: Capture) -> Iterator[str]:
    """Paths of the units whose files come from no package."""
    files = map(PurePosixPath, capture.readable("unit_files"))
    # Without drop-ins and users' units.
    return (f"units.{file.name}" for file in files if file.parent.name == "system")


def _difference(
    pair: _Pair, own_units: Collection[str], declared: Sequence[Intended]
) -> Difference:
    rule = rule_for(pair.path, revision_only=pair.is_revision, own_unit=pair.path in own_units)
    why = next((one.reason for one in declared if _matches(pair.path, one)), "")
    return Difference(pair.path, pair.model, pair.copy, rule.weight, rule.reason, why)


def _unread(model: Capture, copy: Capture) -> Mapping[str, str]:
    return {name: why for name, why in model.unreadable.items() if copy.unreadable.get(name) == why}


def _unused(declared: Sequence[Intended], paths: Sequence[str]) -> Iterator[str]:
    for one in declared:
        if not any(_matches(path, one) for path in paths):
            yield one.path


def _matches(path: str, declared: Intended) -> bool:
    """By the pattern, or literally: the brackets of `ports.tcp [::]:80` are a pattern of another path."""
    return path == declared.path or fnmatchcase(path, declared.path)
