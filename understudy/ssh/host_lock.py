"""The lock of a host: held by a connection, so that it ends with the connection. Pure."""

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from understudy.commands import Argv, script
from understudy.commands.processes import END
from understudy.errors import DISK_HINT, Refused, StepFailed
from understudy.local.minutes import in_minutes

# To wait for a step of a deploy whose connection broke, even without --wait.
SECONDS_FOR_A_STEP_LEFT = 60
MINE, HELD, WAITING = "mine", "held", "waiting"

# `cat` ends with the connection. Until then each step of the deploy records its session; what is left
# of them then is ended: only what changes the database ignores TERM, see templates/commands.py.
_HOLD = (
    END
    + """
umask 077 # who may open the file could hold the lock: no other user may, and the app's user neither
exec 9>>"$1"
flock -w "$3" 9 || { echo "held $(head -n 1 "$1")"; exit 1; }
if ! flock -n "$1.step" true; then
    echo waiting
    flock -w "$4" "$1.step" true || {
        left=$(for session in $(cat "$1.step"); do ps -s "$session" -o pid=,args= || true; done)
        echo "held a step of a deploy that was cut off is still at work:" $(echo "$left" | tail -n 1)
        exit 1
    }
fi
: >"$1.step"
read -r before <"$1" || true
echo "$2" >"$1"
# Each user may read from this pipe. As long as this shell has it open, a release that was preloaded waits.
[ -p "$1.pipe" ] || mkfifo -m 0644 "$1.pipe"
exec 7<>"$1.pipe"
echo "mine $before"
cat >/dev/null
sessions=$(cat "$1.step")
! flock -n "$1.step" true || echo ended >>"$1" # see host/facts.sh
exec 7>&- 9>&-
flock -n "$1.step" true || for session in $sessions; do end TERM "$session"; done
"""
)


def hold(path: PurePosixPath, holder: str, wait: int) -> Argv:
    """Takes the lock and keeps it until its standard input ends.

    Prints a line: `mine` and who held it before, or `held` and who holds it; before that a line
    `waiting` if a step was left at work. holder: is written into the lock. wait: for another deploy, in s.
    """
    return script(_HOLD, path, holder, wait, max(wait, SECONDS_FOR_A_STEP_LEFT))


def answer(lines: Iterator[str], on_wait: Callable[[str], None]) -> str:
    """The line that says who has the lock; "" if there is none. on_wait: called if a step is waited for."""
    line = next(lines, "")
    if line == WAITING:
        on_wait("waiting for the end of a step that was left at work when its deploy was cut off")
        line = next(lines, "")
    return line


def held(host: str, answer: str) -> Refused:
    """The error if another deploy has the lock. answer: the line that begins with `held`."""
    return Refused(
        f"{host}: another deploy is at work",
        details=in_minutes(answer.removeprefix(HELD).strip()),
        hint="--wait SECONDS waits for its end. If its connection broke, the host notices within half "
        "a minute.",
    )


def failed(host: str, path: PurePosixPath, errors: str) -> StepFailed:
    """The error if the host can't lock that file. errors: what it printed."""
    return StepFailed(f"{host}: can't lock {path}", details=errors.strip(), hint=DISK_HINT)
