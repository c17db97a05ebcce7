"""Snapshot levels of the VM: which ones can be restored, which ones are pruned. Pure.

The lowest level is built from the box, which is cached by its own inputs; see box.py.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

PROVISIONED = "provisioned"  # as just after `up`
DEPLOYED = "deployed"  # with one commit live
SEEDED = "seeded"  # with production's data, too


@dataclass(frozen=True)
class Level:
    """A state of the VM that can be saved. name: one of those above. key: a digest of its inputs."""

    name: str
    key: str

    def __str__(self) -> str:
        """The name of its snapshot."""
        return f"{self.name}-{self.key}"


@dataclass(frozen=True)
class Saved:
    """A level with a snapshot. Times: ISO 8601, UTC. size: bytes of disk that saving it took."""

    level: Level
    made_at: str
    used_at: str
    size: int


def level(name: str, *fingerprint_inputs: str) -> Level:
    """A level of these inputs. For a level on top of another, that level's text is one of the inputs."""
    return Level(name, sha256("\0".join(fingerprint_inputs).encode()).hexdigest()[:12])


def restorable(wanted: Sequence[Level], saved: Iterable[Saved]) -> list[Level]:
    """The wanted levels that are saved, in their order, highest first.

    The last one wanted is how the VM itself is to be built. If that is not saved, the VM was built with
    other settings or not to the end, and no snapshot of it can be used.
    """
    there = {one.level for one in saved}
    return [one for one in wanted if one in there] if wanted[-1] in there else []


def mark_used(one: Level, saved: Iterable[Saved], now: str) -> tuple[Saved, ...]:
    """The same, with one level's time of use set to now."""
    return tuple(replace(each, used_at=now) if each.level == one else each for each in saved)


def without(one: Level, saved: Iterable[Saved]) -> tuple[Saved, ...]:
    return tuple(each for each in saved if each.level != one)


def to_prune(saved: Iterable[Saved], budget: int) -> Iterator[Level]:
    """The levels to remove so that the others fit into that many bytes, unused for longest first.

    'provisioned' is never removed: every other level is built on it.
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
    """What dump() wrote. Empty if it is anything else: the levels are then built again."""
    try:
        return tuple(_saved(**one) for one in json.loads(text))
    except (ValueError, TypeError):
        return ()


def _saved(level: dict[str, str], made_at: str, used_at: str, size: int) -> Saved:
    return Saved(Level(**level), made_at, used_at, int(size))
