"""A program: delays what the network of this process sends to one address, until it is killed.

    python delay.py ADDRESS MILLISECONDS

By a TUN device, to which that address is routed: the kernel may have no netem. Prints "ready" once it delays.
"""

import fcntl
import os
import select
import socket
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

DEVICE = "fault0"
# linux/if_tun.h
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
# Answers come by another device than that which the address is routed to: 2 allows that.
_REVERSE_PATH = Path("/proc/sys/net/ipv4/conf/all/rp_filter")


def main(address: str, milliseconds: float) -> None:
    device, source = _way_to(address)
    tun = _open_tun()
    subprocess.run(["ip", "link", "set", DEVICE, "up"], check=True)
    _REVERSE_PATH.write_text("2")
    route = ["ip", "route", "replace", f"{address}/32", "dev", DEVICE, "src", source]
    subprocess.run(route, check=True)
    out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    out.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    print("ready", flush=True)
    for packet in _late(tun, milliseconds / 1000):
        # A device of its own also gets what the kernel asks of neighbours, by IPv6.
        if packet[16:20] == socket.inet_aton(address):
            out.sendto(packet, (address, 0))


def _way_to(address: str) -> tuple[str, str]:
    """The device by which packets leave, and the address that they come from."""
    way = subprocess.run(
        ["ip", "route", "get", address], check=True, capture_output=True, text=True
    )
    words = way.stdout.split()
    return words[words.index("dev") + 1], words[words.index("src") + 1]


def _open_tun() -> int:
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, _TUNSETIFF, struct.pack("16sH", DEVICE.encode(), _IFF_TUN | _IFF_NO_PI))
    return tun


def _late(tun: int, delay: float) -> Iterator[bytes]:
    """The packets, each so many seconds after it came."""
    waiting = deque[tuple[float, bytes]]()
    while True:
        left = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        if select.select([tun], [], [], left)[0]:
            waiting.append((time.monotonic() + delay, os.read(tun, 65536)))
        while waiting and waiting[0][0] <= time.monotonic():
            yield waiting.popleft()[1]


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
