"""The provisioning script: one text for the box build, for Vagrant and for any SSH host. Pure, but for
reading the files of provision/.
"""

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from understudy.commands import off_host
from understudy.config import backups, mail, roles, topology
from understudy.config.model import Config
from understudy.config.services import PACKAGES
from understudy.config.target import TargetConfig
from understudy.paths import Project
from understudy.release.layout import Paths


@dataclass(frozen=True)
class Provisioning:
    """A script and its arguments. stamp: a digest of both, which a provisioned host keeps in a file.

    package_keys: package -> the key of deploy.yml that wants it.
    """

    script: str
    arguments: tuple[str, ...]
    package_keys: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def stamp(self) -> str:
        return self.arguments[5]

    @property
    def packages(self) -> tuple[str, ...]:
        """Names of the Debian packages that it installs: the list of the loop in provision/10-packages.sh."""
        found = re.search(r'^for package in (.+) "\$@"; do$', self.script, re.MULTILINE)
        own = found.group(1).split() if found else []
        return (
            *own,
            *(_package(word) for word in self.arguments[6:] if not topology.is_word(word)),
        )


def of_project(project: Project, config: Config, target: TargetConfig) -> Provisioning:
    """The provisioning of a host of this project's target, run by its admin."""
    return provisioning(config, target, (path.read_text() for path in project.provision_parts))


def provisioning(config: Config, target: TargetConfig, parts: Iterable[str]) -> Provisioning:
    """parts: the texts of provision/[0-9]*.sh in their order. The Vagrantfile computes the same."""
    is_proxy = roles.is_proxy_alone(target)
    name = "" if is_proxy else config.backups_of(target)
    script = (_off_host(config, name) if name else "") + "".join(parts)
    host = config.host
    settings = (config.app.name, host.deployer, target.admin, host.locale, host.timezone)
    mails = (mail.CAPTURED,) if target.captures_mail else ()
    more = (
        *mails,
        *topology.words(target.host_list, target.address),
        *(() if is_proxy else config.services.words()),
        *roles.packages(config, target),
        *((backups.PACKAGE,) if name else ()),
    )
    digest = sha256("\0".join((script, *settings, *more)).encode()).hexdigest()
    return Provisioning(script, (*settings, digest[:16], *more), _package_keys(config, target))


def _package_keys(config: Config, target: TargetConfig) -> Mapping[str, str]:
    services = {PACKAGES[name]: f"services.{name}" for name in config.services.here()}
    mails = {mail.PACKAGE: "mail"} if target.captures_mail else {}
    restic = {backups.PACKAGE: "backups"} if config.backups_of(target) else {}
    return {**restic, **mails, **services, **config.package_keys}


def _off_host(config: Config, name: str) -> str:
    """What provision/74-off-host-units.sh finds in front of it."""
    elsewhere = config.backups
    if elsewhere is None:
        return ""
    settings = {
        "name": name,
        "repository": elsewhere.repository(name),
        "directory": elsewhere.directory,
        "ssh": elsewhere.ssh,
        "keep": elsewhere.keep.words(),
    }
    variables = {
        "SETTINGS": json.dumps(settings, indent=1),
        "AT": elsewhere.at,
        "DATA": off_host.program(config.app, Paths(config.root)),
    }
    return "".join(f"OFF_HOST_{key}={shlex.quote(text)}\n" for key, text in variables.items())


def _package(word: str) -> str:
    """Of a service with its settings, or the package that the word is."""
    if word == mail.CAPTURED:
        return mail.PACKAGE
    service, is_service, _ = word.partition("=")
    return PACKAGES[service] if is_service else word
