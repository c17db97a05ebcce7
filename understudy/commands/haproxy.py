"""HAProxy's runtime API on the host of a proxy: which web hosts get requests.

For the site's user, who runs it.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath

from understudy.commands import Argv, answers, drained
from understudy.commands.drained import Mark
from understudy.local.numbers import number_of

BACKEND = "web"
# Sends commands, and prints the answer to the last one.
_ASK = """
import os, socket, sys, time
def ask(command):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(sys.argv[1])
        client.sendall(command.encode() + b"\\n")
        return b"".join(iter(lambda: client.recv(65536), b"")).decode()
def servers():
    lines = ask("show stat").lstrip("# ").splitlines()
    names = lines[0].split(",")
    rows = [dict(zip(names, line.split(","))) for line in lines[1:] if line]
    found = {row["svname"]: row for row in rows if row["pxname"] == sys.argv[2] and row["svname"] != "BACKEND"}
    # One whose health path answers 503 meanwhile is DOWN in the words above. Bit 3: drained by the runtime API.
    for line in ask(f"show servers state {sys.argv[2]}").splitlines()[2:]:
        fields = line.split()
        if fields and int(fields[6]) & 8:
            found[fields[3]]["status"] = "DRAIN"
    return found
"""
_SHOW = (
    _ASK
    + """
def mark_of(name):
    try:
        with open(f"{os.path.dirname(sys.argv[1])}/drained-{name}") as file:
            return file.readline(300).strip("\\n")
    except OSError:
        return ""
for name, row in servers().items():
    status = row["status"]
    if status == "DOWN" and row.get("check_code") == "503":
        status += " 503"
    print(name, row["scur"], status, mark_of(name), sep="\\t")
"""
)
# A server's state is of the process that a reload replaces: the host's own flag outlives that.
_SET = (
    _ASK
    + """
name, state, seconds = sys.argv[3], sys.argv[4], float(sys.argv[5])
if name not in servers():
    sys.exit(f"HAProxy knows no {name}")
said = ask(f"set server {sys.argv[2]}/{name} state {state}").strip()
if said:
    sys.exit(said)
deadline = time.monotonic() + seconds
while True:
    row = servers()[name]
    done = int(row["scur"]) == 0 if state == "drain" else row["status"].startswith("UP")
    if done or time.monotonic() > deadline:
        break
    time.sleep(0.1)
print(name, row["scur"], row["status"], sep="\\t")
"""
)


@dataclass(frozen=True)
class Server:
    """A web host as a proxy sees it. address: in the network of the hosts. sessions: under way. status: in
    HAProxy's words, such as UP, DOWN, DRAIN or `UP 1/2`, and `DOWN 503` after that answer at the health path.
    mark: who has drained it, if that was noted.
    """

    address: str
    sessions: int
    status: str
    mark: Mark | None = None

    @property
    def is_up(self) -> bool:
        return self.status.startswith("UP")

    @property
    def is_taken_out(self) -> bool:
        """Whether a user has drained it. A reload of HAProxy forgets a drain: then the host's own flag answers
        503. Any other reason to be down is a trouble, drained or not.
        """
        by_hand = self.mark is not None and self.mark.by_hand
        return by_hand and (self.is_drained or self.status == "DOWN 503")

    @property
    def state(self) -> str:
        """`ok`, or what is wrong with it."""
        if self.is_drained:
            by = f" by {self.mark.verb}" if self.mark else ""
            return f"drained{by}" + (
                f", with {number_of(self.sessions, 'request')} left" if self.sessions else ""
            )
        return "ok" if self.is_up else f"gets no requests: {self.status}"

    @property
    def is_drained(self) -> bool:
        return self.status.startswith(("DRAIN", "MAINT"))


def servers(socket: PurePosixPath) -> Argv:
    """Prints what parse() reads: all web hosts, with the marks of `drained-ADDRESS` beside the socket."""
    return ("python3", "-I", "-c", _SHOW, str(socket), BACKEND)


def drain(socket: PurePosixPath, address: str, seconds: float) -> Argv:
    """Sends that web host no new requests; ends once it has none left, or after so many seconds. Prints what
    parse() reads.
    """
    return ("python3", "-I", "-c", _SET, str(socket), BACKEND, address, "drain", str(seconds))


def ready(socket: PurePosixPath, address: str, seconds: float) -> Argv:
    """Sends it requests again; ends once it is up, or after so many seconds. Prints what parse() reads."""
    return ("python3", "-I", "-c", _SET, str(socket), BACKEND, address, "ready", str(seconds))


def parse(output: str) -> tuple[Server, ...]:
    """Raises StepFailed for what these commands can't have printed."""
    with answers.understood("HAProxy's servers"):
        return tuple(_server(*line.split("\t", 3)) for line in output.splitlines())


def _server(address: str, sessions: str, status: str, mark: str = "") -> Server:
    return Server(address, int(sessions), status[:40], drained.parse(mark))
