"""What the archive of a release has -> which version of each package the box gets, as preferences for apt."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from understudy.vm.mirror.value import Mirror
from understudy.vm.mirror.versions import nearest, order

T = TypeVar("T")
# Whether apt, with these preferences, can install all of these packages together.
Fits = Callable[[str, Sequence[str]], bool]


@dataclass(frozen=True)
class Offer:
    """A version of a package that the archive has, and the source package that it is built from."""

    package: str
    version: str
    source: str


@dataclass(frozen=True)
class Selection:
    """preferences: a file for apt, see apt_preferences(5). install: packages that apt can install."""

    preferences: str
    install: tuple[str, ...]


NOTHING = Selection("", ())


def choose(mirror: Mirror, answer: str, needed: Sequence[str], fits: Fits) -> Selection:
    """Which versions and packages the box gets.

    answer: the archive's offers of each package in mirror.versions. needed: what every box has.

    Versions that production got at another time may conflict with what the archive has now: those are
    left out.
    """
    offers: dict[str, list[Offer]] = {}
    for offer in parse(answer):
        offers.setdefault(offer.package, []).append(offer)
    there = [name for name in mirror.install if name in offers]
    install = compatible(there, lambda names: fits("", [*needed, *names]))
    older = compatible(
        _older(mirror, offers), lambda sources: fits(_preferences(sources), [*needed, *install])
    )
    return Selection(_preferences(older), tuple(install))


def compatible(items: Sequence[T], good: Callable[[Sequence[T]], bool]) -> list[T]:
    """As many items as are good together. Searches by halves: nearly always all of them are."""

    def more(before: list[T], rest: Sequence[T]) -> list[T]:
        if not rest or good([*before, *rest]):
            return [*before, *rest]
        if len(rest) == 1:
            return before
        middle = len(rest) // 2
        return more(more(before, rest[:middle]), rest[middle:])

    return more([], items)


def parse(answer: str) -> Iterator[Offer]:
    """Output of `apt-cache show`, of which only Package, Source and Version are kept, in this order."""
    for record in re.split(r"^Package: ", answer, flags=re.MULTILINE)[1:]:
        package, *lines = record.splitlines()
        fields = dict(line.split(": ", 1) for line in lines if ": " in line)
        if version := fields.get("Version"):
            yield Offer(package, version, fields.get("Source", package).split()[0])


def _older(mirror: Mirror, offers: dict[str, list[Offer]]) -> list[tuple[Offer, ...]]:
    """Offers that apt would not choose by itself, by source package: those need one version of it."""
    found = []
    for name, version in mirror.versions.items():
        by_version = {offer.version: offer for offer in offers.get(name, ())}
        if by_version and (wanted := nearest(version, [*by_version])) != max(by_version, key=order):
            found.append(by_version[wanted])
    found.sort(key=lambda offer: (offer.source, offer.package))
    return [tuple(group) for _, group in groupby(found, key=lambda offer: offer.source)]


def _preferences(sources: Iterable[tuple[Offer, ...]]) -> str:
    """Pins for apt. Other packages of the same sources get production's version, too: their pins come
    last, because the first pin that matches a package counts.
    """
    older = [offer for group in sources for offer in group]
    pins = [(offer.package, offer.version) for offer in older]
    pins += dict.fromkeys((f"src:{offer.source}", offer.version) for offer in older)
    return "\n".join(
        f"Package: {name}\nPin: version {version}\nPin-Priority: 1001\n" for name, version in pins
    )
