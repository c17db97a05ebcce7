"""The phases of a rehearsal: their order, which run at the same time, which are skipped and why. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Phase:
    """name: for --only and --start-at. title: for reports. needs: the phase that it makes no sense without.

    under_load: others send requests to the site meanwhile. beside: the phase before it, at the same time as
    which it runs. prepared_in: the phase during which a part of it is done ahead that doesn't need the VM
    as this phase leaves it. idle: this machine only waits meanwhile, and can begin with the report.
    """

    name: str
    title: str
    needs: str = ""
    under_load: bool = False
    beside: str = ""
    prepared_in: str = ""
    idle: bool = False


PHASES = (
    Phase("up", "bring up the VM"),
    Phase("reset", "reset the VM to a snapshot", "up"),
    # Production is asked meanwhile what is live there.
    Phase("baseline", "deploy the baseline (production's live release)", "reset", prepared_in="up"),
    Phase("data", "load the data pulled from production", "baseline"),
    Phase("deploy", "deploy the candidate under traffic", "up", under_load=True),
    # With the browser as a visitor: the host tests look at the host, and write nothing.
    Phase("host-tests", "run the host tests", "deploy", under_load=True),
    # The browser is started meanwhile.
    Phase(
        "browser-tests",
        "run the browser tests",
        "deploy",
        beside="host-tests",
        prepared_in="deploy",
    ),
    Phase("again", "idempotence: a second deploy changes nothing", "deploy"),
    # After the browser tests, whose data they may remove.
    Phase("timers", "run each timer once", "deploy"),
    Phase("edge", "renew the certificate under traffic", "deploy", under_load=True),
    Phase("rollback", "roll back under traffic", "deploy", under_load=True),
    Phase("forward", "redeploy the candidate under traffic", "rollback", under_load=True),
    Phase("interrupted", "deploy over an interrupted rollback", "rollback"),
    Phase("reboot", "reboot the host and wait for the site", "deploy", idle=True),
)
NAMES = tuple(phase.name for phase in PHASES)


class Outcome(StrEnum):
    """How a phase ended."""

    PASSED = "passed"
    # Done, but with warnings: the verdict is NOT READY, and later phases still make sense.
    WARNED = "warned"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"  # skipped: a prerequisite is missing
    LEFT_OUT = "left out"  # skipped: by an option


@dataclass(frozen=True)
class Selection:
    """Which phases to run. only: names; empty for all. start_at: the name of the first one.

    keep: leave the VM as it is. fail_fast: stop at the first phase that fails.
    """

    only: frozenset[str] = frozenset()
    start_at: str = NAMES[0]
    keep: bool = False
    fail_fast: bool = False


@dataclass(frozen=True)
class Skip:
    """enable: what a user can do so that the phase runs; "" if the reason says that."""

    outcome: Outcome
    reason: str
    enable: str = ""


def skipped(phase: Phase, selection: Selection, outcomes: Mapping[str, Outcome]) -> Skip | None:
    """Why a phase is skipped, given how the earlier ones ended; None if it is to run."""
    if phase.name == "up":
        return None
    if selection.only and phase.name not in selection.only:
        return Skip(Outcome.LEFT_OUT, "left out by --only")
    if NAMES.index(phase.name) < NAMES.index(selection.start_at):
        return Skip(Outcome.LEFT_OUT, "left out by --start-at")
    if selection.keep and phase.name in ("reset", "baseline", "data"):
        return Skip(Outcome.LEFT_OUT, "left out by --keep")
    if selection.fail_fast and {Outcome.FAILED, Outcome.WARNED} & set(outcomes.values()):
        return Skip(Outcome.UNAVAILABLE, "an earlier phase failed")
    return _missing_phase(phase, outcomes)


def _missing_phase(phase: Phase, outcomes: Mapping[str, Outcome]) -> Skip | None:
    match outcomes.get(phase.needs):
        case Outcome.FAILED:
            return Skip(Outcome.UNAVAILABLE, f"{phase.needs} failed")
        case Outcome.UNAVAILABLE:
            return Skip(Outcome.UNAVAILABLE, f"{phase.needs} was skipped")
    return None


def groups(phases: Sequence[Phase] = PHASES) -> Iterator[tuple[Phase, ...]]:
    """The phases in their order, those that run at the same time together."""
    for phase in phases:
        if not phase.beside:
            together = [other for other in phases if other.beside == phase.name]
            yield (phase, *together)


def seconds_left(names: Collection[str], earlier: Mapping[str, float]) -> float | None:
    """Seconds that these phases will take, by how long each took before. None if one is unknown."""
    if not set(names) <= set(earlier):
        return None
    return sum(
        max((earlier[phase.name] for phase in group if phase.name in names), default=0)
        for group in groups()
    )


def is_complete(outcomes: Mapping[str, Outcome]) -> bool:
    """Whether every phase that could run has passed: only then does the rehearsal count for production."""
    return (
        all(outcomes.get(phase.name) in (Outcome.PASSED, Outcome.UNAVAILABLE) for phase in PHASES)
        and outcomes.get("deploy") is Outcome.PASSED
    )
