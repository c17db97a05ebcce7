"""A capture -> versions that the box's packages shall have, and packages that it shall have besides."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from understudy.parity.capture.value import UNREADABLE, Capture
from understudy.vm.mirror import left_out
from understudy.vm.mirror.machine import RELEASES

_NAME = re.compile(r"[a-z0-9][a-z0-9.+-]+")
_VERSION = re.compile(r"[0-9][A-Za-z0-9.+:~-]*")


@dataclass(frozen=True)
class Packages:
    """versions: of all that may come onto the box. install: what somebody asked for on production."""

    versions: Mapping[str, str]
    install: tuple[str, ...]
    note: str = ""


def packages(capture: Capture, release: str) -> Packages:
    """Nothing, if they are of another release than the box: its versions have nothing to do with them."""
    name = capture.entry("os.name") or "an unknown system"
    if RELEASES.get(name) != release:
        note = f"production runs {name}, and the VM {release}: its packages are the VM's own"
        return Packages({}, (), note)
    if why := capture.unreadable.get("packages"):
        return Packages({}, (), f"production's packages can't be read: {why}")
    versions = dict(_versions(capture))
    asked_for = capture.sections.get("manual", {})
    return Packages(versions, tuple(sorted(name for name in versions if name in asked_for)))


def _versions(capture: Capture) -> list[tuple[str, str]]:
    """An entry is a version, and perhaps a word more: `7.88.1-10 held`."""
    found = []
    for name, entry in capture.sections.get("packages", {}).items():
        version = entry.partition(" ")[0]
        usable = name != UNREADABLE and _NAME.fullmatch(name) and _VERSION.fullmatch(version)
        if usable and not left_out.why(name, left_out.PACKAGES):
            found.append((name, version))
    return found
