"""A capture of production that a VM may follow, and how to change it."""

from collections.abc import Mapping
from typing import Any

from tests.unit.fakes import settings
from understudy.config.model import Config
from understudy.parity.capture.parse import SECTIONS
from understudy.parity.capture.value import Capture
from understudy.vm.mirror.decide import mirror_of
from understudy.vm.mirror.machine import Capacity
from understudy.vm.mirror.value import Mirror

LARGE = Capacity(memory=32768, cpus=8)
PRODUCTION: Mapping[str, Mapping[str, str]] = {
    "os": {"name": "debian 12"},
    "packages": {
        "linux-image-amd64": "6.1.140-1",
        "nginx": "1.22.1-9+deb12u2",
        "python3": "3.11.2-1+b1",
        "redis-server": "5:7.0.15-1~deb12u1 held",
    },
    "manual": {"linux-image-amd64": "yes", "redis-server": "yes"},
    "locale": {
        "LANG": "de_DE.UTF-8",
        "LC_TIME": "C.UTF-8",
        "available C.utf8": "yes",
        "available de_DE.utf8": "yes",
    },
    "time": {"zone": "Europe/Berlin", "clock source": "kvm-clock"},
    "cpu": {"count": "4"},
    "memory": {"total": "3.8 GiB", "swap": "1 GiB"},
    "sysctl": {"net.core.somaxconn": "512", "transparent_hugepage": "never"},
    "limits": {"systemd.DefaultLimitNOFILE": "65536", "systemd.DefaultLimitNOFILESoft": "1024"},
    "observed": {"free space on /": "10 % or more"},
}


def production(**sections: Mapping[str, str]) -> Capture:
    """The sample. sections: replace those of the sample."""
    return Capture({**{name: {} for name in SECTIONS}, **PRODUCTION, **sections})


def with_entries(section: str, **entries: str) -> Capture:
    """The sample with entries of one section added or changed; `__` in a name is a dot."""
    more = {name.replace("__", "."): value for name, value in entries.items()}
    return production(**{section: {**PRODUCTION.get(section, {}), **more}})


def of(capture: Capture, capacity: Capacity = LARGE, **given: Any) -> Mirror:
    """What the VM takes over from a capture. given: parts of deploy.yml."""
    return mirror_of(Config.model_validate({**settings(), **given}), capture, capacity)
