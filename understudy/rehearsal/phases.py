"""The phases of a rehearsal: their order, what each needs, which are left out and why. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Phase:
    """name: as --only and --from know it. needs: the phase without which it makes no sense.

    probed: requests are sent meanwhile.
    """

    name: str
    title: str
    needs: str = ""
    probed: bool = False


PHASES = (
    Phase("up", "bring up the VM"),
    Phase("reset", "put the VM back to a known state", "up"),
    Phase("baseline", "put on it what production runs", "reset"),
    Phase("data", "put production's data on it, as it was pulled", "baseline"),
    Phase("deploy", "deploy over it, under probe", "up", probed=True),
    Phase("host-tests", "host tests", "deploy"),
    Phase("browser-tests", "browser tests", "deploy"),
    Phase("again", "deploy again: nothing to do", "deploy"),
    Phase("rollback", "roll back, under probe", "deploy", probed=True),
    Phase("forward", "and forward again, under probe", "rollback", probed=True),
    Phase("reboot", "reboot, and serve again by itself", "deploy"),
)
NAMES = tuple(phase.name for phase in PHASES)


class Outcome(StrEnum):
    """What became of a phase."""

    PASSED = "passed"
    # It did what it should, but not well: the verdict is no, what comes after it makes sense.
    WARNED = "warned"
    FAILED = "failed"
    UNAVAILABLE = "lacking"  # skipped: what it needs isn't there
    LEFT_OUT = "left out"  # skipped: it was not asked for


@dataclass(frozen=True)
class Selection:
    """What of a rehearsal is asked for. only: names, all if there are none. since: a name.

    keep: what is on the VM stays. fail_fast: end at the first phase that fails.
    """

    only: frozenset[str] = frozenset()
    since: str = NAMES[0]
    keep: bool = False
    fail_fast: bool = False


@dataclass(frozen=True)
class Skip:
    outcome: Outcome
    reason: str


def skipped(phase: Phase, choice: Selection, outcomes: Mapping[str, Outcome]) -> Skip | None:
    """Why a phase is skipped, given what became of those before; None if it's to be taken."""
    if phase.name == "up":
        return None
    if choice.only and phase.name not in choice.only:
        return Skip(Outcome.LEFT_OUT, "left out by --only")
    if NAMES.index(phase.name) < NAMES.index(choice.since):
        return Skip(Outcome.LEFT_OUT, "left out by --from")
    if choice.keep and phase.name in ("reset", "baseline", "data"):
        return Skip(Outcome.LEFT_OUT, "left out by --keep")
    if choice.fail_fast and {Outcome.FAILED, Outcome.WARNED} & set(outcomes.values()):
        return Skip(Outcome.UNAVAILABLE, "what came before it failed")
    return _lacking(phase, outcomes)


def _lacking(phase: Phase, outcomes: Mapping[str, Outcome]) -> Skip | None:
    match outcomes.get(phase.needs):
        case Outcome.FAILED:
            return Skip(Outcome.UNAVAILABLE, f"{phase.needs} failed")
        case Outcome.UNAVAILABLE:
            return Skip(Outcome.UNAVAILABLE, f"there was no {phase.needs}")
    return None


def seconds_left(names: Iterable[str], earlier: Mapping[str, float]) -> float | None:
    """How long these phases will take, by how long each took before. None if one is not known."""
    known = [earlier.get(name) for name in names]
    return None if None in known else sum(seconds for seconds in known if seconds)


def verdict(outcomes: Mapping[str, Outcome], seconds: float) -> str:
    """Of a run in which nothing failed. READY is kept for one that left out nothing it could rehearse."""
    skipped_ones = [
        name for name in NAMES if outcomes.get(name) in (Outcome.UNAVAILABLE, Outcome.LEFT_OUT)
    ]
    word = "READY" if is_whole(outcomes) else "PASSED IN PART"
    skips = f"; skipped: {', '.join(skipped_ones)}" if skipped_ones else ""
    return f"verdict: {word} after {seconds:.0f} s{skips}"


def is_whole(outcomes: Mapping[str, Outcome]) -> bool:
    """Whether all that could be rehearsed was, and went well: only then it counts for production."""
    return (
        all(outcomes.get(phase.name) in (Outcome.PASSED, Outcome.UNAVAILABLE) for phase in PHASES)
        and outcomes.get("deploy") is Outcome.PASSED
    )
