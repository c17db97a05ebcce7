"""What a container has of the machine that it runs on: patterns, each with its reason."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from understudy.config.parity import Intended
from understudy.parity.capture.value import Capture

_KERNEL = "a container has its machine's kernel"
_NETWORK = "the kernel has it once for all containers"
_ROOT = "a container's files lie on its machine's disk"

# Paths of captures. Kernel settings of the network are a container's own, except for these few.
_SHARED: Mapping[str, str] = {
    "os.kernel": _KERNEL,
    "time.clock source": _KERNEL,
    "memory.swap": _KERNEL,
    "sysctl.dev.*": _KERNEL,
    "sysctl.fs.*": _KERNEL,
    "sysctl.kernel.*": _KERNEL,
    "sysctl.vm.*": _KERNEL,
    "sysctl.transparent_hugepage": _KERNEL,
    "sysctl.net.core.[rw]mem_*": _NETWORK,
    "sysctl.net.core.default_qdisc": _NETWORK,
    "sysctl.net.core.netdev_max_backlog": _NETWORK,
    "mounts./.*": _ROOT,
}


def is_shared(path: str) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in _SHARED)


def differences(model: Capture, copy: Capture) -> Iterator[Intended]:
    """What can't be the same in a container as on the machine that it mirrors."""
    if copy.entry("os.container") and not model.entry("os.container"):
        yield from (Intended(path=path, reason=reason) for path, reason in _SHARED.items())
