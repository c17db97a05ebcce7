"""journalctl: the journal of a site's units, one JSON object a line."""

from collections.abc import Sequence
from datetime import datetime

from understudy.commands import Argv

_FIELDS = "MESSAGE,PRIORITY,_SYSTEMD_UNIT,UNIT"


def read(
    units: Sequence[str],
    *,
    lines: int | None,
    follow: bool = False,
    since: datetime | None = None,
    grep: str = "",
) -> Argv:
    """Prints the last lines of these units, which may be patterns. lines: how many, None for all.

    grep: only messages that the regular expression matches. It fails without a word if there is none.
    """
    of = (word for unit in units for word in ("-u", unit))
    then = ("--since", f"@{since.timestamp():.0f}") if since else ()
    matching = (f"--grep={grep}",) if grep else ()
    number = ("-n", "all" if lines is None else str(lines))
    how = ("-o", "json", f"--output-fields={_FIELDS}", "--all", "--no-pager", "--quiet")
    return ("journalctl", *of, *number, *then, *matching, *how, *(("-f",) if follow else ()))
