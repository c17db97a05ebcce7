"""The phases of a rehearsal: their order, what each one needs, which are skipped and why. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Phase:
    """name: for --only and --from. title: for reports. needs: the phase that it makes no sense without.

    under_load: requests are sent to the site meanwhile.
    """

    name: str
    title: str
    needs: str = ""
    under_load: bool = False


PHASES = (
    Phase("up", "bring up the VM"),
    Phase("reset", "reset the VM to a snapshot", "up"),
    Phase("baseline", "deploy the baseline (production's live release)", "reset"),
    Phase("data", "load the data pulled from production", "baseline"),
    Phase("deploy", "deploy the candidate under traffic", "up", under_load=True),
    Phase("host-tests", "run the host tests", "deploy"),
    Phase("browser-tests", "run the browser tests", "deploy"),
    Phase("again", "idempotence: a second deploy changes nothing", "deploy"),
    Phase("rollback", "roll back under traffic", "deploy", under_load=True),
    Phase("forward", "redeploy the candidate under traffic", "rollback", under_load=True),
    Phase("reboot", "reboot the host and wait for the site", "deploy"),
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
    outcome: Outcome
    reason: str


def skipped(phase: Phase, selection: Selection, outcomes: Mapping[str, Outcome]) -> Skip | None:
    """Why a phase is skipped, given how the earlier ones ended; None if it is to run."""
    if phase.name == "up":
        return None
    if selection.only and phase.name not in selection.only:
        return Skip(Outcome.LEFT_OUT, "left out by --only")
    if NAMES.index(phase.name) < NAMES.index(selection.start_at):
        return Skip(Outcome.LEFT_OUT, "left out by --from")
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


def seconds_left(names: Iterable[str], earlier: Mapping[str, float]) -> float | None:
    """Seconds that these phases will take, by how long each took before. None if one is unknown."""
    known = [earlier.get(name) for name in names]
    return None if None in known else sum(seconds for seconds in known if seconds)


def verdict(outcomes: Mapping[str, Outcome], seconds: float) -> str:
    """The last line of a run in which nothing failed. READY only if every phase ran that could run."""
    not_run = [
        name for name in NAMES if outcomes.get(name) in (Outcome.UNAVAILABLE, Outcome.LEFT_OUT)
    ]
    word = "READY" if is_complete(outcomes) else "PASSED IN PART"
    skips = f"; skipped: {', '.join(not_run)}" if not_run else ""
    return f"verdict: {word} after {seconds:.0f} s{skips}"


def is_complete(outcomes: Mapping[str, Outcome]) -> bool:
    """Whether every phase that could run has passed: only then does the rehearsal count for production."""
    return (
        all(outcomes.get(phase.name) in (Outcome.PASSED, Outcome.UNAVAILABLE) for phase in PHASES)
        and outcomes.get("deploy") is Outcome.PASSED
    )
