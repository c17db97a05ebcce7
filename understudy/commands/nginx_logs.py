"""Log files of nginx and PostgreSQL: each line with its time, as the journal has it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath

from understudy.commands import Argv, script

ACCESS, ERROR = "access", "error"

# nginx writes the host's local time: `2026/11/28 05:06:43 [error] …`, `… [28/Nov/2026:05:06:43 +0000] "GET …`.
# So does PostgreSQL: `2026-11-28 05:06:43.740 UTC [80] LOG:  …`.
_WITH_TIME = """
BEGIN {
    split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", names)
    for (i in names) month[names[i]] = i
}
function seconds(year, month, day) { return mktime(year" "month" "day" "at[4]" "at[5]" "at[6]) }
/^[0-9]+\\/[0-9]+\\/[0-9]+ / { split($0, at, /[\\/ :]/); time = seconds(at[1], at[2], at[3]) }
/^[0-9]+-[0-9]+-[0-9]+ / { split($0, at, /[- :.]/); time = seconds(at[1], at[2], at[3]) }
match($0, /\\[[0-9]+\\/[A-Z][a-z]+\\/[0-9:]+ /) {
    split(substr($0, RSTART + 1), at, /[\\/ :]/)
    time = seconds(at[3], month[at[2]], at[1])
}
time >= since { print time "\\t" $0; fflush() }
"""
# $1 lines, $2 since, $3 pattern, $4 `follow`, $5 awk's program, then files. A line without a time, such as a
# second one of a message, has that of the line before it.
_READ = """
lines=$1 since=$2 pattern=$3 follow=$4 program=$5
shift 5
# The names may be patterns.
set -- $@
case $pattern in *[A-Z]*) any= ;; *) any=-i ;; esac
matching() {
    if [ -n "$pattern" ]; then grep -aP $any --line-buffered -e "$pattern" || [ $? = 1 ]
    else cat; fi
}
# mawk would wait for some kilobytes of lines.
at_once=
case $(readlink -f "$(command -v awk)") in */mawk) at_once='-W interactive' ;; esac
with_time() { matching | awk $at_once -v "since=$since" "$program"; }
last() { if [ "$lines" = all ]; then cat; else tail -n "$lines"; fi; }
# With the rotated ones of the time that is asked for; without a time yesterday's.
whole() {
    [ "$since" != 0 ] || set -- "$1.1" "$1"
    [ "$since" = 0 ] || set -- $(find "${1%/*}" -name "${1##*/}*" -newermt "@$since")
    for one; do [ ! -r "$one" ] || zcat -f -- "$one"; done
}
[ -n "$follow" ] || at_once=
for file; do whole "$file"; done | with_time | sort -n -s -k1,1 | last
if [ -n "$follow" ]; then
    tail -q -n 0 -F "$@" 2>/dev/null | { since=0; with_time; } &
    # It ends with the connection.
    cat >/dev/null
    trap '' TERM
    kill 0
fi
"""


# Of the host's own server, which other sites may share.
POSTGRESQL = (PurePosixPath("/var/log/postgresql/*.log"),)


def files(site: str, names: Sequence[str]) -> list[PurePosixPath]:
    """names: ACCESS or ERROR or both."""
    return [PurePosixPath(f"/var/log/nginx/{site}.{name}.log") for name in names]


def read(
    logs: Sequence[PurePosixPath],
    *,
    lines: int | None,
    follow: bool = False,
    since: datetime | None = None,
    grep: str = "",
) -> Argv:
    """Prints `seconds since 1970<TAB>line` of these files, as commands.journal.read() chooses them: by time.

    With `follow` it ends when its standard input does.
    """
    number = "all" if lines is None else str(lines)
    begin = 0 if since is None else int(since.timestamp())
    return script(_READ, number, begin, grep, "follow" if follow else "", _WITH_TIME, *logs)
