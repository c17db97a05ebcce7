"""What goes wrong between two hosts, planted into the network of one of them: as long as a context lasts.

The hosts are containers, or anything else with a network of its own on this machine. Needs root.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_DELAY = Path(__file__).with_name("delay.py")


@dataclass(frozen=True)
class End:
    """A host. process: its init, as a process of this machine."""

    process: int
    address: str

    @property
    def inside(self) -> tuple[str, ...]:
        """The beginning of a command in its network."""
        return ("nsenter", f"--net=/proc/{self.process}/ns/net")


@dataclass(frozen=True)
class Link:
    """Between two hosts."""

    host: End
    peer: End

    @contextmanager
    def partition(self) -> Iterator[None]:
        """Nothing gets through, and neither end hears of that."""
        with self._dropping(""):
            yield

    @contextmanager
    def loss(self, percent: int) -> Iterator[None]:
        """So many of a hundred packets are lost, in each direction."""
        with self._dropping(f"numgen random mod 100 < {percent}"):
            yield

    @contextmanager
    def latency(self, milliseconds: int) -> Iterator[None]:
        """Each answer of the peer comes so much later."""
        command = [*self.host.inside, sys.executable, str(_DELAY), self.peer.address]
        command.append(str(milliseconds))
        delaying = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert delaying.stdout
            assert delaying.stdout.readline() == "ready\n"
            yield
        finally:
            # With the program goes its device, and with that the route.
            delaying.kill()
            delaying.communicate()

    @contextmanager
    def _dropping(self, which: str) -> Iterator[None]:
        """Where they come in: at the sender, its program would get an error."""
        with _dropped(self.host, self.peer, which), _dropped(self.peer, self.host, which):
            yield


@contextmanager
def _dropped(at: End, sender: End, which: str) -> Iterator[None]:
    rule = f"ip saddr {sender.address} {which} drop"
    chain = f"chain input {{ type filter hook input priority -200; {rule}; }}"
    # One for each of several links of a host.
    table = f"inet understudy-test-fault-{sender.address.replace('.', '-')}"
    _nft(at, f"table {table} {{\n{chain}\n}}\n")
    try:
        yield
    finally:
        _nft(at, f"delete table {table}\n")


def _nft(at: End, rules: str) -> None:
    done = subprocess.run(
        [*at.inside, "nft", "-f", "-"], input=rules, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
