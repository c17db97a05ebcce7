"""The firewall's rules in a kernel: what comes in, and what doesn't. Each rule is held by one of these.

Two network namespaces with a cable between them: the host, with the rules of provisioning, and another
machine.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from tests.unit.fakes import TOP

NFT, UNSHARE = shutil.which("nft"), shutil.which("unshare")
HOST, OTHER = "192.0.2.1", "192.0.2.2"


def rules(ssh_port: int, *clients: str, web: str = "on", proxies: tuple[str, ...] = ()) -> str:
    """What provisioning writes. clients: the other hosts that use the database of this one. proxies: through
    which alone visitors come.
    """
    part = (TOP / "provision" / "60-firewall.sh").read_text()
    lines = part[part.index("web_ports=") : part.index("changed=\n")]
    program = f"""
    WEB={web} WEB_FOR={",".join(proxies)} STAMP_FILE=/none ssh_port={ssh_port}
    web_proxies() {{ for one in {" ".join(proxies)}; do echo "$one"; done; }}
    database_clients() {{ for one in {" ".join(clients)}; do echo "$one"; done; }}
    mktemp() {{ echo /dev/stdout; }}
    {lines}
    """
    done = subprocess.run(("sh", "-euc", program), capture_output=True, text=True, check=True)
    return done.stdout


@dataclass
class Cable:
    """Both ends, by the process that keeps each namespace."""

    host: int
    other: int

    def run(self, end: int, program: str) -> subprocess.CompletedProcess[str]:
        argv = ("nsenter", "--net", f"--target={end}", "--", "python3", "-c", PRELUDE + program)
        return subprocess.run(argv, capture_output=True, text=True, timeout=30)

    def serve(self, end: int, program: str) -> subprocess.Popen[str]:
        argv = ("nsenter", "--net", f"--target={end}", "--", "python3", "-c", PRELUDE + program)
        serving = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        assert serving.stdout
        assert serving.stdout.readline() == "ready\n"
        return serving


PRELUDE = """
import socket, sys
from concurrent.futures import ThreadPoolExecutor
def listen(port, kind=socket.SOCK_STREAM, address=""):
    s = socket.socket(socket.AF_INET, kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, port))
    if kind == socket.SOCK_STREAM: s.listen()
    return s
def connect(address, port):
    # Longer than the second after which a lost packet is sent again: this machine may be busy.
    socket.create_connection((address, port), timeout=2.5).close()
def reached(address, ports):
    def reaches(port):
        try: connect(address, port)
        except TimeoutError: return False
        return True
    with ThreadPoolExecutor() as pool:
        return [port for port, one in zip(ports, pool.map(reaches, ports)) if one]
"""


def sh(text: str) -> None:
    subprocess.run(("sh", "-euc", text), check=True, capture_output=True)


@pytest.fixture(scope="module")
def cable() -> Iterator[Cable]:
    keep = ("unshare", "--net", "sh", "-c", "echo ready; exec sleep 600")
    ends = [subprocess.Popen(keep, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        for end in ends:
            assert end.stdout
            if end.stdout.readline() != "ready\n":
                pytest.skip("network namespaces need root")
        host, other = (end.pid for end in ends)
        sh(f"""
            ip link add ud-host netns {host} type veth peer name ud-other netns {other}
            for end in "{host} ud-host {HOST}" "{other} ud-other {OTHER}"; do
                set -- $end
                nsenter --net --target="$1" -- ip addr add "$3/24" dev "$2"
                nsenter --net --target="$1" -- ip link set "$2" up
                nsenter --net --target="$1" -- ip link set lo up
            done
        """)
        load = ("nsenter", "--net", f"--target={host}", "--", str(NFT), "-f", "-")
        subprocess.run(load, input=rules(2222), text=True, check=True)
        yield Cable(host, other)
    finally:
        for end in ends:
            end.kill()
            end.wait()


pytestmark = pytest.mark.needs("nft", "unshare")

# One server for all of the ports that a test connects to.
SERVER = """
held = [listen(port) for port in (22, 80, 443, 2222, 5432, 8000)]
print("ready", flush=True)
import time; time.sleep(600)
"""


@pytest.fixture(scope="module")
def server(cable: Cable) -> Iterator[None]:
    serving = cable.serve(cable.host, SERVER)
    yield
    serving.kill()
    serving.wait()


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("port", "open_"),
    [(2222, True), (80, True), (443, True), (22, False), (5432, False), (8000, False)],
)
def test_port_from_outside(port: int, open_: bool, cable: Cable) -> None:
    """SSH's is where sshd listens. What is closed gives no answer at all: the packets are dropped."""
    done = cable.run(cable.other, f"connect('{HOST}', {port})")

    assert (done.returncode == 0) == open_, done.stderr
    assert open_ or "timed out" in done.stderr


@pytest.mark.usefixtures("server")
def test_host_reaches_itself(cable: Cable) -> None:
    assert cable.run(cable.host, "connect('127.0.0.1', 8000)").returncode == 0


def test_answers_to_the_host_come_in(cable: Cable) -> None:
    serving = cable.serve(cable.other, SERVER)
    try:
        assert cable.run(cable.host, f"connect('{OTHER}', 8000)").returncode == 0
    finally:
        serving.kill()
        serving.wait()


PING = """
import struct
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
s.settimeout(1)
data = struct.pack("!BBHHH", 8, 0, 0, 7, 1)
total = sum(struct.unpack("!4H", data)) + 0
total = (total & 0xffff) + (total >> 16)
s.sendto(struct.pack("!BBHHH", 8, 0, ~total & 0xffff, 7, 1), ("{host}", 0))
while True:
    got = s.recv(100)
    if got[20] == 0: break
"""


def test_ping_is_answered(cable: Cable) -> None:
    done = cable.run(cable.other, PING.format(host=HOST))

    assert done.returncode == 0, done.stderr


# The answer to a request that was never made. Without the rule the host refuses it, and so is seen.
STRAY = """
import struct
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
s.settimeout(1)
def segment(total): return struct.pack("!HHIIBBHHH", 5555, 80, 1, 1, 5 << 4, 0x12, 1024, total, 0)
pseudo = socket.inet_aton("{other}") + socket.inet_aton("{host}") + struct.pack("!BBH", 0, 6, 20)
total = sum(struct.unpack("!16H", pseudo + segment(0)))
while total >> 16: total = (total & 0xffff) + (total >> 16)
s.sendto(segment(~total & 0xffff), ("{host}", 0))
try: print("answered" if s.recv(100) else "")
except TimeoutError: print("dropped")
"""


def test_packet_that_belongs_to_no_connection_is_dropped(cable: Cable) -> None:
    done = cable.run(cable.other, STRAY.format(host=HOST, other=OTHER))

    assert done.stdout.strip() == "dropped", done.stderr


@pytest.mark.parametrize(
    ("source", "target", "arrives"), [(67, 68, True), (68, 67, False), (53, 5353, False)]
)
def test_lease_of_an_address_arrives_and_no_other_datagram(
    source: int, target: int, arrives: bool, cable: Cable
) -> None:
    receive = f"""
s = listen({target}, socket.SOCK_DGRAM)
s.settimeout(2)
print("ready", flush=True)
try: print(s.recv(10))
except OSError: print("nothing")
"""
    receiver = cable.serve(cable.host, receive)
    cable.run(
        cable.other, f"listen({source}, socket.SOCK_DGRAM).sendto(b'x', ('{HOST}', {target}))"
    )
    output, _ = receiver.communicate(timeout=10)

    assert output.strip() == ("b'x'" if arrives else "nothing")


def test_rules_replace_the_table_and_leave_others(cable: Cable) -> None:
    """Loaded twice they are the same; a table of the admin's stays."""
    enter = ("nsenter", "--net", f"--target={cable.host}", "--", str(NFT))
    subprocess.run((*enter, "add table inet mine"), check=True)
    subprocess.run((*enter, "-f", "-"), input=rules(2222), text=True, check=True)
    subprocess.run((*enter, "-f", "-"), input=rules(2222), text=True, check=True)

    listed = subprocess.run((*enter, "list", "ruleset"), capture_output=True, text=True, check=True)

    assert listed.stdout.count("ct state invalid drop") == 1
    assert "table inet mine" in listed.stdout
    assert re.search(r"type filter hook input priority \w+; policy drop;", listed.stdout)


def open_to_the_other(cable: Cable, text: str, ports: Sequence[int]) -> set[int]:
    """Those of the ports that the other end reaches under these rules, which are taken back afterwards."""
    load = ("nsenter", "--net", f"--target={cable.host}", "--", str(NFT), "-f", "-")
    try:
        subprocess.run(load, input=text, text=True, check=True)
        done = cable.run(cable.other, f"print(*reached('{HOST}', {tuple(ports)}))")
        assert done.returncode == 0, done.stderr
        return set(map(int, done.stdout.split()))
    finally:
        subprocess.run(load, input=rules(2222), text=True, check=True)


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("clients", "web", "open_"),
    [
        ((OTHER,), "on", {2222, 80, 443, 5432}),
        (("192.0.2.77", OTHER), "off", {2222, 5432}),
        (("192.0.2.77", "fd00::1"), "on", {2222, 80, 443}),
    ],
)
def test_database_lets_in_its_hosts_alone(
    clients: tuple[str, ...], web: str, open_: set[int], cable: Cable
) -> None:
    found = open_to_the_other(cable, rules(2222, *clients, web=web), (2222, 80, 443, 5432))

    assert found == open_


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("proxies", "open_"),
    [((OTHER, "fd00::5"), {2222, 80}), (("192.0.2.77",), {2222})],
)
def test_web_host_lets_in_its_proxies_alone(
    proxies: tuple[str, ...], open_: set[int], cable: Cable
) -> None:
    found = open_to_the_other(cable, rules(2222, proxies=proxies), (2222, 80, 443))

    assert found == open_
