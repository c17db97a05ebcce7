"""The releases of Debian and Ubuntu that a box can be built of, and what differs between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ReleaseName = Literal["bookworm", "trixie", "jammy", "noble", "resolute"]


@dataclass(frozen=True)
class Release:
    """system: as captures name it. python: of the package python3, as "3.11"."""

    system: str
    python: str

    @property
    def family(self) -> str:
        """debian or ubuntu."""
        return self.system.split()[0]


RELEASES: Mapping[str, Release] = {
    "bookworm": Release("debian 12", "3.11"),
    "trixie": Release("debian 13", "3.13"),
    "jammy": Release("ubuntu 22.04", "3.10"),
    "noble": Release("ubuntu 24.04", "3.12"),
    "resolute": Release("ubuntu 26.04", "3.14"),
}


def of_system(system: str) -> str:
    """The release's code name for a system such as "ubuntu 24.04", or ""."""
    return next((name for name, release in RELEASES.items() if release.system == system), "")
