"""A web host's own flag that it is drained: nginx answers 503 at the health path to all but the host itself.

All run as the site's user, who may write there. A boot clears the flag.
"""

from pathlib import PurePosixPath

from understudy.commands import Argv, script


def set_flag(flag: PurePosixPath, verb: str) -> Argv:
    """verb: what drains it."""
    return script('echo "$2" >"$1"', flag, verb)


def clear_flag(flag: PurePosixPath) -> Argv:
    return ("rm", "-f", str(flag))


def read_flag(flag: PurePosixPath) -> Argv:
    """Prints the verb that has drained the host; nothing if none has."""
    return script('if [ -e "$1" ]; then head -c 40 "$1"; fi', flag)


def await_health(check: Argv, seconds: int) -> Argv:
    """Ends once that command succeeds, or fails with what it printed after so many seconds."""
    text = """
    end=$(($(date +%s) + $1))
    shift
    until answer=$("$@" 2>&1); do
        [ "$(date +%s)" -lt "$end" ] || { printf '%s\n' "$answer"; exit 1; }
        sleep 0.5
    done
    """
    return script(text, seconds, *check)
