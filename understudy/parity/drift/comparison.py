"""Two captures -> what is different, ranked, and one number for all of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from understudy.config.parity import Intended
from understudy.host.fingerprint import upstream
from understudy.parity.capture.value import UNREADABLE, Capture, Section
from understudy.parity.drift.rules import NEVER, POINTS, rule_for

# What stands for any value that is there: code wants nginx, whichever version it is.
ANY = "any"


@dataclass(frozen=True)
class Side:
    """One of two. partial: it says nothing of what it doesn't name, as code doesn't."""

    name: str
    capture: Capture
    partial: bool = False


@dataclass(frozen=True)
class Difference:
    """model, copy: the values at a path, None where there is none. intended: why it's meant to be."""

    path: str
    model: str | None
    copy: str | None
    weight: int
    reason: str
    intended: str = ""


@dataclass(frozen=True)
class Comparison:
    """differences: the most likely to break an app first. intended: those that deploy.yml declares.

    compared: how many values were. unread: sections that neither side could read, and why.
    unused: patterns of deploy.yml that fit nothing here.
    """

    model: str
    copy: str
    differences: tuple[Difference, ...]
    intended: tuple[Difference, ...]
    compared: int
    unread: Mapping[str, str]
    unused: tuple[str, ...]

    @property
    def score(self) -> float:
        """100 less the points of each difference: 10 for weight 3, 1 for 2, 0.1 for 1."""
        lost = sum(POINTS[difference.weight] for difference in self.differences)
        return round(max(0.0, 100 - lost), 1)

    def to_json(self) -> dict[str, Any]:
        return {
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


def compare(model: Side, copy: Side, declared: Sequence[Intended] = ()) -> Comparison:
    """What is different about the copy. declared: differences that are meant to be."""
    values = list(_values(model, copy))
    own_units = {*_own_units(model.capture), *_own_units(copy.capture)}
    found = [
        _difference(path, a, b, own_units, declared) for path, a, b in values if not _same(a, b)
    ]
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
        compared=len(values),
        unread=_unread(model.capture, copy.capture),
        unused=() if partial else tuple(_unused(declared, [path for path, *_ in values])),
    )


def _values(model: Side, copy: Side) -> Iterator[tuple[str, str | None, str | None]]:
    """path, the model's value, the copy's."""
    for name in sorted({*model.capture.sections, *copy.capture.sections}):
        ours, theirs = (side.capture.sections.get(name, {}) for side in (model, copy))
        if (model.partial and not ours) or (copy.partial and not theirs):
            continue
        if UNREADABLE in ours or UNREADABLE in theirs:
            if ours != theirs:
                yield name, _summary(ours), _summary(theirs)
            continue
        keys = ours if model.partial else theirs if copy.partial else {*ours, *theirs}
        yield from ((f"{name}.{key}", ours.get(key), theirs.get(key)) for key in sorted(keys))


def _summary(section: Section) -> str:
    """Entry by entry, all of a section that one side couldn't read would look missing there."""
    if UNREADABLE in section:
        return f"{UNREADABLE}: {section[UNREADABLE]}"
    return f"{len(section)} values"


def _same(model: str | None, copy: str | None) -> bool:
    return model == copy or (ANY in (model, copy) and None not in (model, copy))


def _own_units(capture: Capture) -> Iterator[str]:
    """Paths of the units whose files were made on the host."""
    files = map(PurePosixPath, capture.readable("unit_files"))
    # Not those of users, nor drop-ins.
    return (f"units.{file.name}" for file in files if file.parent.name == "system")


def _difference(
    path: str,
    model: str | None,
    copy: str | None,
    own_units: Collection[str],
    declared: Sequence[Intended],
) -> Difference:
    revision = _is_revision(path, model, copy)
    rule = rule_for(path, revision_only=revision, own_unit=path in own_units)
    why = next((one.reason for one in declared if _fits(path, one)), "")
    return Difference(path, model, copy, rule.weight, rule.reason, why)


def _is_revision(path: str, model: str | None, copy: str | None) -> bool:
    versions = path.startswith("packages.") and model and copy
    return bool(versions and model and copy and upstream(model) == upstream(copy))


def _unread(model: Capture, copy: Capture) -> Mapping[str, str]:
    return {name: why for name, why in model.unreadable.items() if copy.unreadable.get(name) == why}


def _unused(declared: Sequence[Intended], paths: Sequence[str]) -> Iterator[str]:
    for one in declared:
        if not any(_fits(path, one) for path in paths):
            yield one.path


def _fits(path: str, declared: Intended) -> bool:
    """As it stands, too: the brackets of `ports.tcp [::]:80` would be a pattern of another path."""
    return path == declared.path or fnmatchcase(path, declared.path)
