"""A web host's own flag that it is drained: nginx answers 503 at the health path to all but the host itself. A
proxy has such a file for each host that it drains.

All run as the site's user, who may write there. A boot clears the flag.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from understudy.commands import Argv, script

# The verb of a user, whose drain no other verb ends.
BY_HAND = "drain"


@dataclass(frozen=True)
class Mark:
    """What is in the file. verb: what has drained the host. by: who; "" if that is not known."""

    verb: str
    by: str = ""
    since: datetime | None = None

    @property
    def by_hand(self) -> bool:
        return self.verb == BY_HAND

    @property
    def line(self) -> str:
        at = self.since.isoformat(timespec="seconds") if self.since else ""
        return "\t".join((self.verb, self.by, at))


def parse(text: str) -> Mark | None:
    """None for an empty text. A file that is not of this version may have the verb alone."""
    verb, by, at = (*text.strip("\n").split("\t"), "", "")[:3]
    try:
        since = datetime.fromisoformat(at)
    except ValueError:
        return Mark(verb) if verb else None
    return Mark(verb, by, since if since.tzinfo else None)


def set_flag(flag: PurePosixPath, mark: Mark) -> Argv:
    return script('printf "%s\\n" "$2" >"$1"', flag, mark.line)


def clear_flag(flag: PurePosixPath) -> Argv:
    return ("rm", "-f", str(flag))


def read_flag(flag: PurePosixPath) -> Argv:
    """Prints what parse() reads."""
    return script('if [ -e "$1" ]; then head -c 300 "$1"; fi', flag)


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
