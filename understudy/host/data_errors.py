"""Why a host's data could not be read, backed up or restored, by the output of its programs. Pure."""

import re

from understudy.errors import StepFailed

_PROVISION = "python deploy.py provision --target {target}"
# A regular expression for the output, and the hint; the first that matches counts.
_HINTS = (
    (
        r"Is the server running",
        f"PostgreSQL is down: {_PROVISION} starts it; `journalctl -u 'postgresql@*'` on the host "
        "shows why it ended.",
    ),
    (
        r"Can't connect to local .*server through socket",
        f"MariaDB is down: {_PROVISION} starts it; `journalctl -u mariadb` on the host shows why it ended.",
    ),
    (
        r"(role|database) \S+ does not exist|Peer authentication failed"
        r"|ERROR 1(045|698|049|044) |Access denied for user|Unknown database",
        _PROVISION,
    ),
    (
        r"the database is INCOMPLETE",
        "MariaDB can't restore in one transaction. `python deploy.py restore --target {target}` lists the "
        "backups; restore one again before the site starts.",
    ),
    (r"^sudo: |[Pp]ermission denied|can't cd to|not found$", _PROVISION),
    (
        r"there is no database \(",
        "The app makes it when it is deployed: python deploy.py deploy --target {target}. A database that "
        "the app keeps elsewhere must move there: `{database}`, in `environment` of deploy.yml, names that "
        "place.",
    ),
    (
        r"MiB free|No space left on device|disk is full",
        "Make room on the host; `keep_backups` and `keep_releases` in deploy.yml say how much is kept.",
    ),
    (
        r"lock timeout|[Ll]ock wait timeout|database is locked",
        "Another program, such as a migration, keeps a table locked: wait until it has ended.",
    ),
    (
        r"ERROR: +22021",
        "A text in the table is not UTF-8. Fix it in the app, or give its column a rule that replaces it.",
    ),
    (
        r"ERROR: +22",
        "A value in the table does not fit the expression of an `sql` rule. The value is not shown, since it "
        "is production's.",
    ),
    (
        r"Parse error|syntax error|no such (column|function)|(column|function|operator) .*does not exist",
        "An `sql` rule under `data` in deploy.yml is an expression of its table's columns, in the "
        "database's own SQL.",
    ),
)


def failed(target: str, summary: str, output: str, hint: str = "") -> StepFailed:
    """The error to raise. output: what the programs have printed. hint: shown instead of the one that follows
    from the output.
    """
    hint = hint or _hint(output).replace("{target}", target)
    return StepFailed(summary, details=output, hint=hint)


def _hint(output: str) -> str:
    found = (hint for pattern, hint in _HINTS if re.search(pattern, output, re.MULTILINE))
    return next(found, "")
