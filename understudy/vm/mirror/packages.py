"""A capture -> the wanted versions of the box's packages, and the packages to install besides."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from understudy.config import releases
from understudy.parity.capture.value import UNREADABLE, Capture
from understudy.vm.mirror import left_out

_NAME = re.compile(r"[a-z0-9][a-z0-9.+-]+")
_VERSION = re.compile(r"[0-9][A-Za-z0-9.+:~-]*")


@dataclass(frozen=True)
class Packages:
    """versions: of all packages that may be in the box. install: what was asked for on production."""

    versions: Mapping[str, str]
    install: tuple[str, ...]
    note: str = ""


def packages(capture: Capture, release: str) -> Packages:
    """Empty, with a note, if production runs another release than the VM: versions don't compare then."""
    name = capture.entry("os.name") or "an unknown system"
    if releases.of_system(name) != release:
        note = f"production runs {name}, the VM {release}: the VM has its own release's packages"
        return Packages({}, (), note)
    if why := capture.unreadable.get("packages"):
        return Packages({}, (), f"production's packages can't be read: {why}")
    versions = dict(_versions(capture))
    asked_for = capture.sections.get("manual", {})
    return Packages(versions, tuple(sorted(name for name in versions if name in asked_for)))


def _versions(capture: Capture) -> list[tuple[str, str]]:
    """name, version. An entry is a version, and perhaps a state after it: `7.88.1-10 held`."""
    found = []
    for name, entry in capture.sections.get("packages", {}).items():
        version = entry.partition(" ")[0]
        usable = name != UNREADABLE and _NAME.fullmatch(name) and _VERSION.fullmatch(version)
        if usable and not left_out.why(name, left_out.PACKAGES):
            found.append((name, version))
    return found
