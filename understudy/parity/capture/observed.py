"""Values that change by themselves, as a judgement: captures of an untouched host stay equal."""

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
        **dict(_renewal(answer)),
        **dict(_free_space(answer)),
        **dict(_certificates(answer)),
    }


def _clock(answer: Answer) -> str:
    """The host's clock against this machine's, to one digit."""
    text = "".join(answer.lines("clock"))
    try:
        skew = float(text) - answer.started_at
    except ValueError:
        return "unknown"
    if abs(skew) <= SECONDS_OF_SKEW:
        return f"right to {SECONDS_OF_SKEW} s"
    return f"{'ahead' if skew > 0 else 'behind'} by about {float(f'{abs(skew):.1g}'):g} s"


def _renewal(answer: Answer) -> Iterator[tuple[str, str]]:
    """Of certificates, by certbot's timer. Nothing of a host that has none."""
    lines = answer.lines("observed")
    if "renewal" in lines or "no renewal" in lines:
        yield "certbot's timer", "ran" if "renewal" in lines else "has not run for two days"


def _free_space(answer: Answer) -> Iterator[tuple[str, str]]:
    for space in spaces(answer):
        parts = (("space", space.free, space.blocks), ("inodes", space.free_inodes, space.inodes))
        for what, free, total in parts:
            # Some file systems, such as btrfs, create inodes on demand and report none.
            if total:
                enough = 100 * free >= PERCENT_FREE * total
                more = f"{PERCENT_FREE} % or more" if enough else f"under {PERCENT_FREE} %"
                yield f"free {what} on {space.place}", more


def _certificates(answer: Answer) -> Iterator[tuple[str, str]]:
    now = datetime.fromtimestamp(answer.started_at, UTC)
    for path, end in ends(answer):
        soon = timedelta(days=DAYS_OF_CERTIFICATE)
        state = "ended" if end <= now else "ends soon" if end - now <= soon else "valid"
        yield f"certificate {path}", state
