"""The Vagrant box: built by provision/box/build, cached by a digest of all its inputs."""

import os
import subprocess
from collections import deque
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from understudy.errors import StepFailed, Unreachable
from understudy.host.provisioning import Provisioning
from understudy.local.atomic_write import atomic_write
from understudy.paths import Project
from understudy.report.events import Report
from understudy.vm import box_inputs
from understudy.vm.mirror.value import Mirror


@dataclass(frozen=True)
class Box:
    """A box by its name in Vagrant and its version, which is a digest of its inputs.

    archive: the URL that its packages come from, or "" for the distribution's own.
    """

    release: str
    version: str
    archive: str = ""

    @property
    def name(self) -> str:
        return f"understudy/{self.release}"


def box_for(
    project: Project,
    release: str,
    provisioning: Provisioning | None,
    mirror: Mirror | None = None,
    archive: str = "",
) -> Box:
    """The box of a release: provisioned, or bare without provisioning.

    mirror: what the box takes over from production.
    """
    digest = sha256(release.encode())
    for path in sorted(project.box_scripts.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(project.resources).as_posix().encode())
            digest.update(path.read_bytes())
    if provisioning:
        digest.update(provisioning.stamp.encode())
    if mirror:
        digest.update(mirror.key.encode())
    digest.update(archive.encode())
    # Vagrant accepts versions of numbers and dots only.
    return Box(release, f"1.{int(digest.hexdigest()[:8], 16)}", archive)


def build(
    project: Project,
    box: Box,
    provisioning: Provisioning | None,
    report: Report,
    mirror: Mirror | None = None,
) -> Path:
    """Builds the box unless it is built. Returns its catalog file, for `vagrant box add`.

    Takes minutes, and half a gigabyte of disk. Raises StepFailed, with the end of the build's log.
    """
    catalog = _catalog(project, box)
    if catalog.exists():
        return catalog
    directory = catalog.parent
    directory.mkdir(parents=True, exist_ok=True)
    command = [
