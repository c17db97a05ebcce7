"""The processes of a command on a host: what they do, and how to end them. A command has a session."""

from dataclasses import dataclass

from understudy.commands import Argv, script

_STATES = {
    "R": "computes",
    "D": "waits for the disk",
    "S": "sleeps",
    "T": "is stopped",
    "Z": "has ended",
}
_LONGEST = 120

# Only its own user may read where a process waits: proc(5), wchan.
_LIST = """
ps -s "$1" -o pid=,ppid=,user:32=,stat=,args= | while read -r pid parent user state command; do
    case $user in
    root | "$(id -un)") waits=$(cat "/proc/$pid/wchan" 2>/dev/null || true) ;;
    *) waits=$(sudo -n -u "$user" cat "/proc/$pid/wchan" 2>/dev/null || true) ;;
    esac
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$pid" "$parent" "$user" "$state" "${waits:-0}" "$command"
done
"""

# The session's first process is the shell that waits for the others, and holds the lock until they
# have ended. sudo runs as root, and ends with what it runs. So do our own shells and timeout(1), which are
# spared at first: without them the lock would be free while what they wait for is still at work.
END = """
end() {
    ps -s "$2" -o pid=,user:32=,args= | while read -r pid user args; do
        [ "$pid" != "$2" ] || continue
        case $1:$args in
        KILL:*) ;;
        *:"sh -euc "* | *:"timeout --signal=INT "*) continue ;;
        esac
        case $user in
        "$(id -un)") kill -s "$1" "$pid" || true ;;
        root) [ -z "${3-}" ] || sudo -n kill -s "$1" "$pid" || true ;;
        *) sudo -n -u "$user" kill -s "$1" "$pid" || true ;;
        esac
    done 2>/dev/null
}
"""


def end(signal: str, session: int, *, may_be_root: bool) -> Argv:
    """Sends a signal, "INT" or "KILL", to all that a command has started.

    may_be_root: whether this user can end root's processes, too.
    """
    return script(f'{END} end "$@"', signal, session, "root" if may_be_root else "")


def listing(session: int) -> Argv:
    """Prints what at_work() reads. session: that of the command on the host."""
    return script(_LIST, session)


@dataclass(frozen=True)
class Process:
    """state: a letter of ps(1). waits_in: the kernel's function, "0" if unknown."""

    pid: int
    parent: int
    user: str
    state: str
    waits_in: str
    command: str

    def __str__(self) -> str:
        where = f" in {self.waits_in}" if self.waits_in not in ("0", "-") else ""
        return (
            f"{self.command[:_LONGEST]} (process {self.pid} of {self.user}, "
            f"{_STATES.get(self.state[:1], self.state)}{where})"
        )


def at_work(output: str) -> str:
    """What listing() printed -> the processes that the others wait for, in words; "" if none is left."""
    found = [_process(line) for line in output.splitlines() if line.count("\t") >= 5]
    waiting = {process.parent for process in found}
    return ", ".join(str(process) for process in found if process.pid not in waiting)


def _process(line: str) -> Process:
    pid, parent, user, state, waits_in, command = line.split("\t", 5)
    return Process(int(pid), int(parent), user, state, waits_in, command)
