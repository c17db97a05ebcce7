"""Lynis on a host: copied there from this machine, run once, removed again."""

import re
import shlex
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

# As Debian's package has them; `make setup` installs it. In one directory Lynis runs where it lies.
PROGRAM = Path("/usr/sbin/lynis")
PARTS = (Path("/usr/share/lynis"), Path("/etc/lynis"))

_AUDIT = """
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
tar -xzC "$place" -f -
cd "$place"
# What the packages' archive says of today is not the host's doing.
echo refresh-repositories=no >>default.prf
./lynis audit system --quick --no-colors --profile "$place/default.prf" \
    --logfile "$place/log" --report-file "$place/report" >"$place/output" 2>&1 </dev/null || true
cat "$place/log" || cat "$place/output"
"""
_TEST = re.compile(r"Performing test ID (\S+)")
_POINTS = re.compile(r"hardening points \((\d+) of (\d+)\)|points for this item \((\d+)\)")


@dataclass(frozen=True)
class Item:
    """What a host got for one thing that Lynis looked at. why: the log's line before it."""

    test: str
    points: int
    most: int
    why: str


@dataclass(frozen=True)
class Audit:
    items: tuple[Item, ...]

    @property
    def index(self) -> float:
        """Lynis' hardening index, of 100. Lynis itself prints it rounded down."""
        return 100 * sum(i.points for i in self.items) / sum(i.most for i in self.items)

    @property
    def missed(self) -> str:
        short = (item for item in self.items if item.points < item.most)
        return "\n".join(f"{i.test} {i.points} of {i.most}: {i.why}" for i in short)


def audit(*ssh: str) -> Audit:
    """ssh: the words of a command that logs in to the host, as a user who may use sudo."""
    done = subprocess.run(
        [*ssh, f"sudo sh -euc {shlex.quote(_AUDIT)}"],
        input=_tar(),
        stdout=subprocess.PIPE,
        stderr=sys.stderr,
        check=True,
        timeout=3000,  # minutes on an emulated processor
    )
    return read(done.stdout.decode(errors="replace"))


def read(log: str) -> Audit:
    """From Lynis' log, whose lines begin with the time."""
    test, before, items = "", "", []
    for line in log.splitlines():
        text = line[20:]
        if found := _TEST.match(text):
            test = found[1]
        if points := _POINTS.search(text):
            got, most, all_of_them = points.groups()
            items.append(Item(test, int(got or all_of_them), int(most or all_of_them), before))
        before = text
    assert items, f"Lynis gave no points:\n{log[-2000:]}"
    return Audit(tuple(items))


def _tar() -> bytes:
    made = BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        tar.add(PROGRAM, PROGRAM.name)
        for part in PARTS:
            for path in part.iterdir():
                tar.add(path, path.name)
    return made.getvalue()
