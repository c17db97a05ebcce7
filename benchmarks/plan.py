"""What a run of the benchmarks measures: on which providers of the staging VM, and how often."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Provider:
    """word: as `vm.provider` in deploy.yml. label: for tables and the history, with the accelerator of a VM."""

    word: str
    label: str


@dataclass(frozen=True)
class Plan:
    """providers: the fastest first. quick: fewest runs. with_box: the box is built again, too."""

    providers: tuple[Provider, ...]
    quick: bool = False
    with_box: bool = False

    def rounds(self, usual: int) -> int:
        return 1 if self.quick else usual


def providers(wanted: Sequence[str], *, accelerator: str, container: bool) -> tuple[Provider, ...]:
    """Those of the wanted ones, or of all, that this machine has.

    accelerator: kvm or qemu. container: whether a container can run. Raises ValueError if a wanted one is
    unknown or can't run.
    """
    found = {"lxc": Provider("lxc", "lxc")} if container else {}
    found["libvirt"] = Provider("libvirt", f"libvirt by {accelerator}")
    if lacking := [word for word in wanted if word not in found]:
        raise ValueError(f"this machine has {' and '.join(found)}, not {', '.join(lacking)}")
    return tuple(found[word] for word in wanted or found)


def word_of(label: str) -> str:
    """The word of a provider's label."""
    return label.partition(" by ")[0]
