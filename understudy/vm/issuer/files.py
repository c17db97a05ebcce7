"""Where a VM's issuer keeps its files."""

from dataclasses import dataclass
from pathlib import Path

from understudy.paths import Project


@dataclass(frozen=True)
class Files:
    """Of the issuer of one VM. Removed with the VM: only its snapshots have certificates of these roots."""

    folder: Path

    @property
    def ca(self) -> Path:
        """The CA of Pebble's own HTTPS: it vouches for the ACME directory, for no site."""
        return self.folder / "ca.pem"

    @property
    def ca_key(self) -> Path:
        return self.folder / "ca.key"

    @property
    def certificate(self) -> Path:
        """Of Pebble's own HTTPS."""
        return self.folder / "pebble.pem"

    @property
    def key(self) -> Path:
        return self.folder / "pebble.key"

    @property
    def settings(self) -> Path:
        return self.folder / "pebble.json"

    @property
    def log(self) -> Path:
        return self.folder / "pebble.log"

    @property
    def dns_log(self) -> Path:
        return self.folder / "dns.log"

    @property
    def each_root(self) -> Path:
        """A directory with the root of each Pebble that has issued a certificate."""
        return self.folder / "roots"

    @property
    def roots(self) -> Path:
        """All roots in one file, for the browser and the other clients."""
        return self.folder / "roots.pem"


def of_vm(project: Project, name: str) -> Files:
    return Files(project.state.absolute() / "vm" / name / "issuer")
