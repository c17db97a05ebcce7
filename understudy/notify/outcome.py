"""How a run has ended, as hooks and messages name it. Pure, and quick to import: most runs have neither."""

from collections.abc import Mapping

from understudy.errors import INTERRUPTED
from understudy.report.record import Record

READY, PARTLY, NOT_READY = "READY", "PASSED IN PART", "NOT READY"
# Exit codes: a step failed, a host could not be reached. Before others nothing was begun.
_FAILED = (1, 4)


def verdict(record: Record, code: int) -> str:
    """The word for a rehearsal; "" if it has ended without a verdict. code: its exit code."""
    if record.verb != "rehearse" or code not in (0, 1):
        return ""
    if code:
        return NOT_READY
    left_out = any(phase.reason.startswith("left out") for phase in record.phases)
    return PARTLY if left_out else READY


def has_failed(record: Record, code: int) -> bool:
    """Whether a deploy or rollback was begun and has failed."""
    return record.verb in ("deploy", "rollback") and code in _FAILED


def was_interrupted(record: Record, code: int) -> bool:
    """Whether Ctrl-C has ended a deploy or rollback that was begun: that had a first step."""
    return (
        record.verb in ("deploy", "rollback")
        and code == INTERRUPTED
        and any(phase.steps for phase in record.phases)
    )


def backup_failed(record: Record, code: int) -> bool:
    return record.verb == "backup" and code in _FAILED


def live(record: Record) -> Mapping[str, str]:
    """commit and release that the run has made live, of the last host; empty if none has."""
    found: Mapping[str, Mapping[str, str]] = record.attachments.get("live", {})
    return next(reversed([*found.values()]), {})


def commit_id(record: Record) -> str:
    """ "" if it is not known."""
    return record.commit.id if record.commit else live(record).get("commit", "")


def happened(record: Record, code: int) -> bool:
    """Whether there is anything that a hook or a message could be about."""
    return bool(
        verdict(record, code)
        or has_failed(record, code)
        or was_interrupted(record, code)
        or backup_failed(record, code)
        or live(record)
    )
