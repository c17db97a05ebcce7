"""The firewall of a host that captures mail, in a kernel: no mail gets out, by IPv4, by IPv6, of a container.

Three network namespaces: a container, the host that routes for it, another machine.
"""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.unit.fakes import TOP

NFT = shutil.which("nft")
MAIL = (25, 465, 587, 2525)
OTHER = ("192.0.2.2", "fd00:1::2")
PORTS = (*MAIL, 443)

SERVER = f"""
import socket, sys, time
held = []
for port in {PORTS}:
    for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        s = socket.socket(family)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.bind((address, port))
        s.listen()
        held.append(s)
print("ready", flush=True)
time.sleep(600)
"""
# What is not refused at once is a TimeoutError.
CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=3)"


def rules() -> str:
    part = (TOP / "provision" / "62-mail-firewall.sh").read_text()
    return part.partition("<<'NFT'")[2].partition("\n")[2].partition("\nNFT\n")[0]


@dataclass(frozen=True)
class Net:
    container: int
    host: int

    def tried(self, end: int, address: str, port: int) -> str:
        """ "" for a connection; else the error."""
        argv = ("nsenter", "--net", f"--target={end}", "--", "python3", "-c", CONNECT)
        done = subprocess.run([*argv, address, str(port)], capture_output=True, text=True)
        return done.stderr.strip().rpartition("\n")[2]


@pytest.fixture(scope="module")
def net() -> Iterator[Net]:
    keep = ("unshare", "--net", "sh", "-c", "echo ready; exec sleep 600")
    ends = [subprocess.Popen(keep, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    try:
        for end in ends:
            assert end.stdout
            if end.stdout.readline() != "ready\n":
                pytest.skip("network namespaces need root")
        container, host, other = (end.pid for end in ends)
        subprocess.run(("sh", "-euc", _wires(container, host, other)), check=True)
        load = ("nsenter", "--net", f"--target={host}", "--", str(NFT), "-f", "-")
        subprocess.run(load, input=rules(), text=True, check=True)
        for place in (host, other):
            ends.append(
                subprocess.Popen(
                    ("nsenter", "--net", f"--target={place}", "--", "python3", "-c", SERVER),
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            assert ends[-1].stdout
            assert ends[-1].stdout.readline() == "ready\n"
        yield Net(container, host)
    finally:
        for end in ends:
            end.kill()
            end.wait()


def _wires(container: int, host: int, other: int) -> str:
    return f"""
    at() {{ nsenter --net --target="$1" -- sh -euc "$2"; }}
    ip link add ud-a netns {host} type veth peer name ud-b netns {other}
    ip link add ud-c netns {host} type veth peer name ud-d netns {container}
    at {host} '
        echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
        ip addr add 192.0.2.1/24 dev ud-a; ip -6 addr add fd00:1::1/64 dev ud-a nodad
        ip addr add 198.51.100.1/24 dev ud-c; ip -6 addr add fd00:2::1/64 dev ud-c nodad
        ip link set ud-a up; ip link set ud-c up; ip link set lo up'
    at {other} '
        ip addr add 192.0.2.2/24 dev ud-b; ip -6 addr add fd00:1::2/64 dev ud-b nodad
        ip link set ud-b up; ip route add default via 192.0.2.1; ip -6 route add default via fd00:1::1'
    at {container} '
        ip addr add 198.51.100.2/24 dev ud-d; ip -6 addr add fd00:2::2/64 dev ud-d nodad
        ip link set ud-d up; ip route add default via 198.51.100.1; ip -6 route add default via fd00:2::1'
    """


pytestmark = pytest.mark.needs("nft", "unshare")


@pytest.mark.parametrize("address", OTHER)
@pytest.mark.parametrize("end", ["host", "container"])
def test_mail_is_refused_at_once_and_all_else_gets_out(net: Net, end: str, address: str) -> None:
    place = getattr(net, end)
    assert net.tried(place, address, 443) == ""
    for port in MAIL:
        assert "ConnectionRefusedError" in net.tried(place, address, port), port


@pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.1"])
def test_host_reaches_its_own_mail_server(net: Net, address: str) -> None:
    for port in MAIL:
        assert net.tried(net.host, address, port) == ""
