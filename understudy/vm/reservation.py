"""Subnets that runs on this machine have chosen and whose VMs are not built yet."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network


@contextmanager
def reserved(subnet: IPv4Network) -> Iterator[bool]:
    """Reserves the subnet for the block. False if another run on this machine has reserved it.

    A reservation is the name of a socket (unix(7), "abstract"): it is visible to all users of this machine's
    network, needs no file, and the kernel frees it when its process ends, however that ends.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as name:
        try:
            name.bind(f"\0understudy/subnet/{subnet}")
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            yield False
        else:
            yield True
