"""What a plan is made for: a release that shall serve, and the files that may have to travel."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from understudy.config.app import App
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.release.layout import Manifest, Paths
from understudy.release.render import RenderedFile


@dataclass(frozen=True)
class DesiredState:
    """What a host shall look like: one release serving, and the files around it."""

    config: Config
    target: TargetConfig
    release: Manifest
    release_files: tuple[RenderedFile, ...] = ()
    host_files: tuple[RenderedFile, ...] = ()

    @cached_property
    def paths(self) -> Paths:
        return Paths(self.config.root)

    @property
    def app(self) -> App:
        return self.config.app


@dataclass(frozen=True)
class Shipment:
    """Files on this machine that may have to travel.

    packages: names of all that the environment needs, if the host hasn't got it. packages_tar: those
    that the host lacks. compiled: whether bytecode travels too. room: bytes that all of it takes on
    the host.
    """

    release_tar: Path
    packages_tar: Path
    packages: tuple[str, ...]
    compiled: bool
    room: int


# Enough to tell whether there is anything to do at all.
NO_SHIPMENT = Shipment(Path(), Path(), (), compiled=True, room=0)
