"""The host: its services, its boot, its disk."""

from understudy.diagnosis import Clue, Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "disk-full",
        (Clue("said", r"No space left on device|database or disk is full"),),
        "the disk of the host is full",
        "`df -h` on the host tells which one; app.keep_releases and keep_backups take room, too.",
    ),
    Rule(
        "file-in-tmp",
        (Clue("said", r"FileNotFoundError: .*'(?P<path>/(?:var/)?tmp/[^']+)'"),),
        "{path} is not there: the app has a /tmp of its own, and a boot empties it",
        "Keep it in {database} or {media}, or make it where it is read.",
    ),
    Rule(
        "file-gone-with-the-boot",
        (Clue("said", r"FileNotFoundError: .*'(?P<path>/(?:run|dev/shm)/[^']+)'"),),
        "{path} is gone: what is there ends with a boot",
        "Keep it in {database} or {media}, or make it when the app starts.",
    ),
)
