"""What Debian's archive has -> which version of each package the box takes, as apt is told it."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from understudy.vm.mirror.value import Likeness
from understudy.vm.mirror.versions import nearest, order

T = TypeVar("T")
# Whether apt, with these preferences, can give a box all of these packages.
Fits = Callable[[str, Sequence[str]], bool]


@dataclass(frozen=True)
class Offer:
    """A package in a version that the archive has, and the source package that it's made from."""

    package: str
    version: str
    source: str


@dataclass(frozen=True)
class Selection:
    """preferences: a file for apt. install: what is to be installed and can be."""

    preferences: str
    install: tuple[str, ...]


NOTHING = Selection("", ())


def choose(likeness: Likeness, answer: str, needed: Sequence[str], fits: Fits) -> Selection:
    """answer: the archive's offers of each package of the likeness. needed: what a box has anyway.

    What came to production at another time may not fit to what the archive has by now: that is
    left out, and the rest is kept.
    """
    offers: dict[str, list[Offer]] = {}
    for offer in parse(answer):
        offers.setdefault(offer.package, []).append(offer)
    there = [name for name in likeness.install if name in offers]
    install = kept(there, lambda names: fits("", [*needed, *names]))
    older = kept(
        _older(likeness, offers), lambda sources: fits(_preferences(sources), [*needed, *install])
    )
    return Selection(_preferences(older), tuple(install))


def kept(items: Sequence[T], good: Callable[[Sequence[T]], bool]) -> list[T]:
    """As many of them as are good together: half by half, for nearly always all of them are."""

    def more(before: list[T], rest: Sequence[T]) -> list[T]:
        if not rest or good([*before, *rest]):
            return [*before, *rest]
        if len(rest) == 1:
            return before
        middle = len(rest) // 2
        return more(more(before, rest[:middle]), rest[middle:])

    return more([], items)


def parse(answer: str) -> Iterator[Offer]:
    """Records of `apt-cache show`, of which there are Package, Source and Version, in this order."""
    for record in re.split(r"^Package: ", answer, flags=re.MULTILINE)[1:]:
        package, *lines = record.splitlines()
        fields = dict(line.split(": ", 1) for line in lines if ": " in line)
        if version := fields.get("Version"):
            yield Offer(package, version, fields.get("Source", package).split()[0])


def _older(likeness: Likeness, offers: dict[str, list[Offer]]) -> list[tuple[Offer, ...]]:
    """What apt wouldn't take by itself, by source: packages of one need each other in one version."""
    found = []
    for name, version in likeness.versions.items():
        by_version = {offer.version: offer for offer in offers.get(name, ())}
        if by_version and (wanted := nearest(version, [*by_version])) != max(by_version, key=order):
            found.append(by_version[wanted])
    found.sort(key=lambda offer: (offer.source, offer.package))
    return [tuple(group) for _, group in groupby(found, key=lambda offer: offer.source)]


def _preferences(sources: Iterable[tuple[Offer, ...]]) -> str:
    """Packages of these sources that production hasn't are to have its version, too: they come last,
    for the first pin that fits a package counts.
    """
    older = [offer for group in sources for offer in group]
    pins = [(offer.package, offer.version) for offer in older]
    pins += dict.fromkeys((f"src:{offer.source}", offer.version) for offer in older)
    return "\n".join(
        f"Package: {name}\nPin: version {version}\nPin-Priority: 1001\n" for name, version in pins
    )
