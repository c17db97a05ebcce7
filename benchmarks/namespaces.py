"""Hosts on this one machine: network namespaces, each with an sshd and files of its own. Needs root.

They have no systemd, so systemctl.sh answers in its place. That's enough for a query.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.timing import run
from benchmarks.tools import Place
from understudy.host.health import wait_for_port

HERE = Path(__file__).parent
BRIDGE = "benchmark"
NETWORK = "10.157.59"
HOST_KEY = "etc/ssh/ssh_host_ed25519_key.pub"


@contextmanager
def hosts(tree: Path, count: int, known_hosts: Path) -> Iterator[Place]:
    """So many hosts, each with the files of the tree, for as long as the context lasts."""
    remove()
    try:
        _make_bridge()
        addresses = tuple(_start(tree, number) for number in range(1, count + 1))
        key = (tree / HOST_KEY).read_text()
        known_hosts.write_text("".join(f"{address} {key}" for address in addresses))
        for address in addresses:
            wait_for_port(address, 22, 30)
        yield Place(addresses, known_hosts)
    finally:
        remove()


def remove() -> None:
    """Removes all of them, also those that a killed run left."""
    for name in _names():
        for process in run("ip", "netns", "pids", name).output.split():
            subprocess.run(["kill", "-KILL", process], capture_output=True)
        # Removed at once: with its namespace it would go some time later.
        subprocess.run(["ip", "link", "delete", name], capture_output=True)
        run("ip", "netns", "delete", name)
    subprocess.run(["ip", "link", "delete", BRIDGE], capture_output=True)


def _names() -> list[str]:
    lines = run("ip", "netns", "list").output.splitlines()
    return [line.split()[0] for line in lines if line.startswith(f"{BRIDGE}-")]


def _make_bridge() -> None:
    run("ip", "link", "add", BRIDGE, "type", "bridge")
    run("ip", "address", "add", f"{NETWORK}.1/24", "dev", BRIDGE)
    run("ip", "link", "set", BRIDGE, "up")


def _start(tree: Path, number: int) -> str:
    """Starts a host, which continues in the background. Returns its address."""
    name, address = f"{BRIDGE}-{number}", f"{NETWORK}.{10 + number}"
    run("ip", "netns", "add", name)
    run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
    run("ip", "link", "set", name, "master", BRIDGE, "up")
    run("ip", "-n", name, "address", "add", f"{address}/24", "dev", "eth0")
    run("ip", "-n", name, "link", "set", "eth0", "up")
    run("ip", "-n", name, "link", "set", "lo", "up")
    apart = ("unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child")
    files = (str(HERE / "host.sh"), str(tree), str(HERE))
    with (tree.parent / f"{name}.log").open("w") as log:
        subprocess.Popen(
            ["ip", "netns", "exec", name, *apart, *files],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return address
