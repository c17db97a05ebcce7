"""doctor's checks of what works, but slowly or at a risk."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from understudy.cli.finding import Finding
from understudy.paths import Project
from understudy.report.live import size
from understudy.vm import old_files
from understudy.vm import provider as providers
from understudy.vm.provider import Choice

ENOUGH_DISK_GIB = 20
MUCH = 5 * 10**9
SECONDS_FOR_A_NAME = 2.0
OLDEST_VAGRANT = (2, 3)
_MIRROR = "deb.debian.org"


def provider(choice: Choice) -> Finding:
    advice = ""
    if "emulated" in choice.reason:
        advice = "a machine with KVM, or one that can run containers: a rehearsal takes ten times as long here"
    elif choice.name == providers.LXC:
        advice = (
            "a machine with KVM also rehearses the kernel, the firewall and the boot of production"
        )
    return Finding("staging VM", str(choice), advice=advice)


def disk(title: str, seen: str, free: float) -> Finding:
    """free: GiB."""
    few = f"have {ENOUGH_DISK_GIB} GiB free: each box and each snapshot takes one or two"
    return Finding(title, seen, advice=few if free < ENOUGH_DISK_GIB else "")


def umask() -> Finding:
    """Who may write the files that this user makes, also those of receipts and of pulled data."""
    status = Path("/proc/self/status")
    text = status.read_text() if status.exists() else ""
    found = re.search(r"^Umask:\s*(\d+)", text, re.MULTILINE)
    now = int(found[1], 8) if found else 0o022
    open_to_all = not now & 0o002
    advice = "umask 022: other users of this machine can write your files" if open_to_all else ""
    return Finding("umask", f"{now:03o}", advice=advice)


def name_servers() -> Finding:
    began = time.monotonic()
    try:
        socket.getaddrinfo(_MIRROR, 443)
    except OSError:
        advice = "see /etc/resolv.conf: boxes and packages can't be downloaded, only what is cached works"
        return Finding("name servers", f"{_MIRROR} is not found", advice=advice)
    seconds = time.monotonic() - began
    slow = "another name server in /etc/resolv.conf: each connection waits for this one"
    seen = f"they answer in {seconds:.1f} s"
    return Finding("name servers", seen, advice=slow if seconds > SECONDS_FOR_A_NAME else "")


def vagrant() -> Finding:
    """Whether it is one that this project is tested with; that it is there, another check says."""
    title = "Vagrant's version"
    program = shutil.which("vagrant")
    done = program and subprocess.run([program, "--version"], capture_output=True, text=True)
    found = re.search(r"(\d+)\.(\d+)", done.stdout) if done else None
    if not found:
        return Finding(title, "not known")
    old = (int(found[1]), int(found[2])) < OLDEST_VAGRANT
    wanted = ".".join(map(str, OLDEST_VAGRANT))
    return Finding(title, found[0], advice=f"Vagrant {wanted} or newer" if old else "")


def unused_files(project: Project) -> Finding:
    total = sum(one.size for one in old_files.find(project))
    advice = "python deploy.py prune" if total >= MUCH else ""
    return Finding("old boxes, images and caches", size(total), advice=advice)


CHECKS: tuple[Callable[[], Finding], ...] = (umask, name_servers, vagrant)
