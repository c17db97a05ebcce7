"""A likeness: what a VM takes over from a capture, as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True)
class Likeness:
    """What deploy.yml itself doesn't say of the VM.

    release, memory in MiB, cpus: of the VM. versions: production's, by package. install: packages
    that the box shall have besides its own. files: path on the VM -> text. sysctl: what the kernel
    is to be told. taken, notes: in words, what is taken over and what can't be.
    """

    release: str
    memory: int
    cpus: int
    versions: Mapping[str, str]
    install: tuple[str, ...]
    files: Mapping[str, str]
    sysctl: Mapping[str, str]
    taken: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def key(self) -> str:
        """A digest of all that the box is made by. Memory and processors are not the box's."""
        parts = [*_pairs(self.versions), "", *self.install, "", *_pairs(self.files)]
        return sha256("\0".join(parts).encode()).hexdigest()


def _pairs(values: Mapping[str, str]) -> list[str]:
    return [text for pair in sorted(values.items()) for text in pair]
