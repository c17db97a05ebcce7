"""What the staging VM takes over from production's capture, as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True)
class Mirror:
    """What the VM has as production has it, where deploy.yml sets nothing else.

    release: Debian's code name. memory: MiB. versions: package -> production's version. install:
    packages for the box besides those that every box has. files: path on the VM -> text. sysctl:
    kernel setting -> value. units: unit -> `disabled` or `masked`, of those that the box has.
    taken_over, notes: sentences about what is taken over and what is not. shared: sentences about what is
    this machine's, because the VM is a container.
    """

    release: str
    memory: int
    cpus: int
    versions: Mapping[str, str] = field(default_factory=dict)
    install: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    sysctl: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    taken_over: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """A digest of what the box is built from. Memory and processors are the VM's, not the box's."""
        parts = [*_pairs(self.versions), "", *self.install, "", *_pairs(self.files)]
        # Captures of before don't have these.
        parts += ["", *_pairs(self.units)] if self.units else []
        return sha256("\0".join(parts).encode()).hexdigest()


def _pairs(values: Mapping[str, str]) -> list[str]:
    return [text for pair in sorted(values.items()) for text in pair]
