"""The ladder of the VM's snapshots: which levels are good to restore, which give way. Pure.

Below the lowest level lies the box, which is cached by its own inputs; see box.py.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

PROVISIONED = "provisioned"  # as just after `up`
DEPLOYED = "deployed"  # with one commit serving
SEEDED = "seeded"  # with data, too


@dataclass(frozen=True)
class Level:
    """A state of the VM that is worth keeping. name: how far it got. key: a digest of what made it."""

    name: str
    key: str

    def __str__(self) -> str:
        """What libvirt calls its snapshot."""
        return f"{self.name}-{self.key}"


@dataclass(frozen=True)
class Saved:
    """A level with a snapshot. Times are ISO 8601 in UTC. size: bytes of disk that it took when made."""

    level: Level
    made_at: str
    used_at: str
    size: int


def level(name: str, *fingerprint_inputs: str) -> Level:
    """A level of these inputs; for one that stands on another, the text of that one is an input."""
    return Level(name, sha256("\0".join(fingerprint_inputs).encode()).hexdigest()[:12])


def restorable(wanted: Sequence[Level], saved: Iterable[Saved]) -> list[Level]:
    """Those wanted that are saved, in their order, highest first.

    The last one wanted says how the VM itself is to be made: if that isn't saved, the VM there was
    made otherwise or is half-made, and no snapshot of it is any good.
    """
    there = {one.level for one in saved}
    return [one for one in wanted if one in there] if wanted[-1] in there else []


def used(one: Level, saved: Iterable[Saved], now: str) -> tuple[Saved, ...]:
    """The same, with one level used now."""
    return tuple(replace(each, used_at=now) if each.level == one else each for each in saved)


def without(one: Level, saved: Iterable[Saved]) -> tuple[Saved, ...]:
    return tuple(each for each in saved if each.level != one)


def to_prune(saved: Iterable[Saved], budget: int) -> Iterator[Level]:
    """Those that go so that the others fit into that many bytes: what was not used for longest first.

    'provisioned' stays: everything else can be made from it.
    """
    oldest_first = sorted(saved, key=lambda one: one.used_at)
    excess = sum(one.size for one in oldest_first) - budget
    for one in oldest_first:
        if excess > 0 and one.level.name != PROVISIONED:
            excess -= one.size
            yield one.level


def dump(saved: Iterable[Saved]) -> str:
    return json.dumps([asdict(one) for one in saved], indent=1)


def parse(text: str) -> tuple[Saved, ...]:
    """What dump() wrote. Nothing, if it's anything else: then the levels are made anew."""
    try:
        return tuple(_saved(**one) for one in json.loads(text))
    except (ValueError, TypeError):
        return ()


def _saved(level: dict[str, str], made_at: str, used_at: str, size: int) -> Saved:
    return Saved(Level(**level), made_at, used_at, int(size))
