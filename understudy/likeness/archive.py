"""What Debian's archive has -> which version of each package the box takes, as apt is told it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from understudy.likeness.value import Likeness
from understudy.likeness.versions import nearest, order


@dataclass(frozen=True)
class Offer:
    """A package in a version that the archive has, and the source package that it's made from."""

    package: str
    version: str
    source: str


@dataclass(frozen=True)
class Choice:
    """preferences: a file for apt. install: what is to be installed and can be."""

    preferences: str
    install: tuple[str, ...]


def choose(likeness: Likeness, answer: str) -> Choice:
    """answer: of provision/box/archive, about each package of the likeness."""
    offers: dict[str, list[Offer]] = {}
    for offer in parse(answer):
        offers.setdefault(offer.package, []).append(offer)
    chosen = [
        _chosen(likeness.versions[name], there)
        for name, there in sorted(offers.items())
        if name in likeness.versions
    ]
    older = [offer for offer in chosen if offer.version != _newest(offers[offer.package])]
    return Choice(
        preferences="\n".join(_pins(older)),
        install=tuple(name for name in likeness.install if name in offers),
    )


def parse(answer: str) -> Iterator[Offer]:
    """Records of `apt-cache show`, of which there are Package, Source and Version, in this order."""
    for record in re.split(r"^Package: ", answer, flags=re.MULTILINE)[1:]:
        package, *lines = record.splitlines()
        fields = dict(line.split(": ", 1) for line in lines if ": " in line)
        if version := fields.get("Version"):
            yield Offer(package, version, fields.get("Source", package).split()[0])


def _chosen(wanted: str, there: Iterable[Offer]) -> Offer:
    by_version = {offer.version: offer for offer in there}
    return by_version[nearest(wanted, [*by_version])]


def _newest(there: Iterable[Offer]) -> str:
    """What apt takes by itself."""
    return max((offer.version for offer in there), key=order)


def _pins(older: Iterable[Offer]) -> Iterator[str]:
    """Packages of one source need each other in the same version, those that production hasn't, too."""
    wanted: Mapping[tuple[str, str], None] = dict.fromkeys(
        pin
        for offer in older
        for pin in ((offer.package, offer.version), (f"src:{offer.source}", offer.version))
    )
    # For one package the first pin that fits counts: its own.
    for name, version in sorted(wanted, key=lambda pin: pin[0].startswith("src:")):
        yield f"Package: {name}\nPin: version {version}\nPin-Priority: 1001\n"
