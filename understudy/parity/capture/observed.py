"""What changes by itself, as a judgement: so two captures of an untouched host are the same."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from understudy.parity.capture.answer import Answer
from understudy.parity.capture.services import ends
from understudy.parity.capture.system import spaces
from understudy.parity.capture.value import Section

SECONDS_OF_SKEW = 2
PERCENT_FREE = 10
DAYS_OF_CERTIFICATE = 14


def observed(answer: Answer) -> Section:
    return {
        "clock": _clock(answer),
        "reboot required": "yes" if "reboot" in answer.lines("observed") else "no",
        **dict(_room(answer)),
        **dict(_certificates(answer)),
    }


def _clock(answer: Answer) -> str:
    """How far it is from this machine's, to one digit."""
    told = "".join(answer.lines("clock"))
    try:
        skew = float(told) - answer.asked_at
    except ValueError:
        return "unknown"
    if abs(skew) <= SECONDS_OF_SKEW:
        return f"right to {SECONDS_OF_SKEW} s"
    return f"{'ahead' if skew > 0 else 'behind'} by about {float(f'{abs(skew):.1g}'):g} s"


def _room(answer: Answer) -> Iterator[tuple[str, str]]:
    for space in spaces(answer):
        parts = (("space", space.free, space.blocks), ("inodes", space.free_inodes, space.inodes))
        for what, free, total in parts:
            # Some file systems make inodes as they need them.
            if total:
                enough = 100 * free >= PERCENT_FREE * total
                more = f"{PERCENT_FREE} % or more" if enough else f"under {PERCENT_FREE} %"
                yield f"free {what} on {space.place}", more


def _certificates(answer: Answer) -> Iterator[tuple[str, str]]:
    now = datetime.fromtimestamp(answer.asked_at, UTC)
    for path, end in ends(answer):
        soon = timedelta(days=DAYS_OF_CERTIFICATE)
        state = "ended" if end <= now else "ends soon" if end - now <= soon else "valid"
        yield f"certificate {path}", state
