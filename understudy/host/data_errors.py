"""Why a host's data could not be read, saved or put back, by what its programs said. Pure."""

import re

from understudy.errors import StepFailed

_PROVISION = "python deploy.py provision --target {target}"
# A regular expression and what mends that; the first that is found tells.
_HINTS = (
    (
        r"Is the server running",
        f"PostgreSQL is down: {_PROVISION} starts it; `journalctl -u 'postgresql@*'` on the host "
        "tells why it ended.",
    ),
    (r"(role|database) \S+ does not exist|Peer authentication failed", _PROVISION),
    (r"^sudo: |[Pp]ermission denied|can't cd to|not found$", _PROVISION),
    (
        r"there is no database \(",
        "The app makes it when it is deployed: python deploy.py deploy --target {target}. One that it "
        "keeps elsewhere must move there: `{database}` in `environment` of deploy.yml names the place.",
    ),
    (
        r"MiB free|No space left on device|disk is full",
        "Make room on the host; `keep_backups` and `keep_releases` in deploy.yml say how much is kept.",
    ),
    (
        r"lock timeout|database is locked",
        "Another program holds a table for long, such as a migration: wait for its end.",
    ),
    (
        r"ERROR: +22021",
        "Its text is not UTF-8. Mend it in the app, or give its column a rule that makes another one.",
    ),
    (
        r"ERROR: +22",
        "A value of it does not fit the expression of an `sql` rule. It is not shown: it is production's.",
    ),
    (
        r"Parse error|syntax error|no such (column|function)|(column|function|operator) .*does not exist",
        "An `sql` rule under `data` in deploy.yml is an expression of its table's columns, in the "
        "database's own SQL.",
    ),
)


def failed(target: str, summary: str, told: str, hint: str = "") -> StepFailed:
    """told: what was printed. hint: instead, where the caller knows better."""
    return StepFailed(summary, details=told, hint=hint or _hint(told).replace("{target}", target))


def _hint(told: str) -> str:
    found = (hint for pattern, hint in _HINTS if re.search(pattern, told, re.MULTILINE))
    return next(found, "")
