"""The provisioning script: one text for the box build, for Vagrant and for any SSH host.

Pure: reads the files it is given, decides nothing else.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from understudy.config.model import Config
from understudy.paths import Project


@dataclass(frozen=True)
class Provisioning:
    """A script and its arguments. stamp: digest of both, kept by the host that ran it."""

    script: str
    arguments: tuple[str, ...]

    @property
    def stamp(self) -> str:
        return self.arguments[5]

    @property
    def packages(self) -> tuple[str, ...]:
        """The names of what it installs: those that provision/10-packages.sh goes through."""
        found = re.search(r'^for package in (.+) "\$@"; do$', self.script, re.MULTILINE)
        return (*(found.group(1).split() if found else ()), *self.arguments[6:])


def of_project(project: Project, config: Config, admin: str) -> Provisioning:
    """What provisions a host of this project, for its admin."""
    return provisioning(config, admin, (path.read_text() for path in project.provision_parts))


def provisioning(config: Config, admin: str, parts: Iterable[str]) -> Provisioning:
    """parts: the texts of provision/[0-9]*.sh in order. The Vagrantfile does just the same."""
    script = "".join(parts)
    host = config.host
    settings = (config.app.name, host.deployer, admin, host.locale, host.timezone)
    digest = sha256("\0".join((script, *settings, *config.packages)).encode()).hexdigest()
    return Provisioning(script, (*settings, digest[:16], *config.packages))
