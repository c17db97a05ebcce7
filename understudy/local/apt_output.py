"""Lines that apt-get and dpkg print -> how far they are: bytes fetched, then packages. Pure.

Their texts have been the same for twenty years, and come through SSH, chroot and mmdebstrap, where a file
descriptor for APT::Status-Fd does not.
"""

import re

from understudy.local.share import Share

_PACKAGES = re.compile(r"(\d+) upgraded, (\d+) newly installed, ")
_NEEDED = re.compile(r"Need to get ([\d.,]+) ?([kMGT]?B)[ /]")
_FILE = re.compile(r"Get:\d+ .*\[([\d.,]+) ?([kMGT]?B)\]")
# Each package is unpacked, then set up.
_DONE = re.compile(r"(?:Unpacking|Setting up) \S+ \(.*\.\.\.")
_SIZES = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


class AptOutput:
    """Takes what is printed, line by line."""

    def __init__(self) -> None:
        self._begin(packages=0)

    def _begin(self, packages: int) -> None:
        """apt has printed how many packages it installs next."""
        self._packages, self._steps = packages, 0
        # Bytes. apt prints the size of a file as it begins with it.
        self._needed = self._fetched = self._coming = 0

    def take(self, line: str) -> Share | None:
        """How far it is after that line; None if the line does not say so, or the whole is not known."""
        if found := _PACKAGES.match(line):
            self._begin(int(found[1]) + int(found[2]))
        elif found := _NEEDED.match(line):
            self._needed = _bytes(found)
        elif line.startswith("Fetched "):
            # What comes now are the lists of the next `apt-get update`.
            self._needed = 0
        elif self._needed and (found := _FILE.match(line)):
            self._fetched += self._coming
            self._coming = _bytes(found)
            return Share(min(self._fetched, self._needed), self._needed)
        elif self._packages and _DONE.match(line):
            self._steps += 1
            return Share(min(self._steps // 2, self._packages), self._packages, "packages")
        return None


def _bytes(found: re.Match[str]) -> int:
    return round(float(found[1].replace(",", "")) * _SIZES[found[2]])
