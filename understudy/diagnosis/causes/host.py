"""The host: its services, its boot, its disk."""

from understudy.diagnosis.causes.checks import missing, on_host, written
from understudy.diagnosis.causes.tracebacks import NEAREST
from understudy.diagnosis.rules import Clue, Rule

_LITTLE_KILOBYTES = 100_000


def _is_little(kilobytes: str) -> bool:
    """Space that a failed deploy has given back counts, too: it is a few files."""
    return int(kilobytes) < _LITTLE_KILOBYTES


RULES: tuple[Rule, ...] = (
    Rule(
        "disk-full",
        (Clue("said", r"No space left on device|database or disk is full"),),
        "the disk of the host is full",
        "`df -h` on the host shows which one; app.keep_releases and keep_backups take room, too.",
        (on_host("free", "/srv", _is_little),),
    ),
    Rule(
        "file-in-tmp",
        (Clue("said", r"FileNotFoundError: .*'(?P<path>/(?:var/)?tmp/[^']+)'"),),
        "{path} is not there: the app has a /tmp of its own, and a boot empties it",
        "Keep it in {database} or {media}, or make it where it is read.",
        (written("{path}"),),
    ),
    Rule(
        "file-gone-with-the-boot",
        (Clue("said", NEAREST + r"FileNotFoundError: .*'(?P<path>/(?:run|dev/shm)/[^']+)'"),),
        "{path} is gone: what is there ends with a boot",
        "Keep it in {database} or {media}, or make it when the app starts.",
        (missing("{path}"), on_host("rebooted", "{release}", "yes")),
    ),
)
