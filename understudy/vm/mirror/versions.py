"""Versions of Debian packages: their order, and which of several is nearest to another."""

import re
from collections.abc import Sequence

from understudy.host.fingerprint import upstream

Key = tuple[int, tuple[tuple[tuple[int, ...], int], ...], tuple[tuple[tuple[int, ...], int], ...]]


def order(version: str) -> Key:
    """A key to sort by, in the order of deb-version(7): epoch, upstream version, Debian's revision."""
    epoch, colon, rest = version.partition(":")
    number, rest = (int(epoch), rest) if colon and epoch.isdigit() else (0, version)
    main, dash, revision = rest.rpartition("-")
    return (number, _parts(main), _parts(revision)) if dash else (number, _parts(rest), _parts("0"))


def _parts(text: str) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Alternately a part without digits and a number. The last pair is empty, so that ends compare."""
    return tuple(
        ((*map(_rank, letters), 0), int(digits or 0))
        for letters, digits in re.findall(r"(\D*)(\d*)", text)
    )


def _rank(character: str) -> int:
    """`~` sorts before the end of a part, then letters, then all other characters."""
    if character == "~":
        return -1
    return ord(character) + (0 if character.isalpha() else 256)


def nearest(wanted: str, there: Sequence[str]) -> str:
    """The wanted version itself if it is there. If not, of those with the same upstream version, or of
    all if none has it, the next one above the wanted version, or the highest if none is above.
    `there` must not be empty.
    """
    if wanted in there:
        return wanted
    same = [version for version in there if upstream(version) == upstream(wanted)]
    candidates = sorted(same or there, key=order)
    above = [version for version in candidates if order(version) > order(wanted)]
    return above[0] if above else candidates[-1]
