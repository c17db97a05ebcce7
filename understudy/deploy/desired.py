"""What a plan is made for: the release that is to be live, and the files that may have to be sent. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from understudy.config import topology
from understudy.config.app import App
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.host.facts import ObservedState
from understudy.release.layout import Manifest, Paths
from understudy.release.render import RenderedFile


@dataclass(frozen=True)
class InMaintenance:
    """site_config: the site's nginx file, with maintenance on, and its unit. page: what visitors see.

    migrations: of Django, that the databases have had before; None if that is not known.
    """

    site_config: tuple[RenderedFile, ...]
    page: RenderedFile
    migrations: frozenset[str] | None = None


@dataclass(frozen=True)
class DesiredState:
    """What a host is to be like: one live release, and the files around it.

    release_files: rendered files of the release's own directory. site_config: the site's nginx file and
    systemd unit. while_migrating: those of maintenance, if this deploy turns it on for its migrations.
    config_before_https: site_config of a site that has no certificate yet and answers the challenges of an
    issuer, () without `https: auto`. acme_ca: of the issuer, "" for a public one. migrated_by: the address of
    the host that migrates for this one in the same deploy, "" if it does so itself.
    """

    config: Config
    target: TargetConfig
    release: Manifest
    release_files: tuple[RenderedFile, ...] = ()
    site_config: tuple[RenderedFile, ...] = ()
    while_migrating: InMaintenance | None = None
    config_before_https: tuple[RenderedFile, ...] = ()
    acme_ca: str = ""
    migrated_by: str = ""

    @cached_property
    def paths(self) -> Paths:
        return Paths(self.config.root)

    @property
    def app(self) -> App:
        return self.config.app

    @property
    def has_company(self) -> bool:
        """Whether the site is on several hosts that share their data, and so are changed together."""
        return topology.has_several_sites(self.target.host_list)


@dataclass(frozen=True)
class Shipment:
    """What may have to be sent to the host. Hosts that need the same share it.

    release: one gzipped tar in parts; () if the host has the release already.
    packages: names of all packages of the environment, () if the host has the environment already.
    packages_tars: those packages that the host lacks. compiled: whether bytecode is sent as well.
    room: bytes that all of it takes on the host, unpacked. zstd: whether packages_tars are compressed by it,
    and not by gzip. libraries: that the packages built here link to, each with its Debian package.
    """

    release: tuple[bytes, ...]
    packages_tars: tuple[Path, ...]
    packages: tuple[str, ...]
    compiled: bool
    room: int
    zstd: bool = False
    libraries: Mapping[str, str] = field(default_factory=dict)


def installed_nginx(desired: DesiredState, observed: ObservedState) -> str:
    """The site's nginx file as the host has it, "" if it has none."""
    return observed.files.get(str(desired.paths.nginx_file), "")


# Enough to find out whether there is anything to do at all.
NO_SHIPMENT = Shipment((), (), (), compiled=True, room=0)
