"""deploy.yml -> Config: one frozen value, checked in full before anything is touched.

Each part of deploy.yml has a module beside this one.
"""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Self

import yaml
from pydantic import Field, ValidationError, model_validator

from understudy.config import backups as off_host
from understudy.config import (
    databases,
    deploy_file,
    host_choice,
    mistakes,
    packages,
    report,
    spots,
    staging_hosts,
    topology,
    yaml_mistakes,
    yaml_text,
)
from understudy.config import notify as notifying
from understudy.config.app import App
from understudy.config.backups import Backups
from understudy.config.base import Strict
from understudy.config.browser import BrowserConfig
from understudy.config.data import Data
from understudy.config.hooks import Hooks
from understudy.config.machines import Host, Vm
from understudy.config.mistakes import validation_error
from understudy.config.notify import Notify
from understudy.config.parity import Parity
from understudy.config.processes import Process, UnitName
from understudy.config.receipts import Receipts
from understudy.config.secrets import Secret, SecretName
from understudy.config.services import AllServices, Services, refuse_missing
from understudy.config.target import TargetConfig
from understudy.config.timers import Timer
from understudy.config.values import Name
from understudy.config.verify import Verify
from understudy.errors import ConfigError, did_you_mean


def load(path: Path) -> "Config":
    """Reads and checks deploy.yml. Raises ConfigError for all that is wrong in it, at once."""
    return parse(deploy_file.text(path), path)


def parse(text: str, path: Path = Path("deploy.yml")) -> "Config":
    """Text of a deploy.yml -> Config. path: of the file, for messages and for the paths in it.

    Raises ConfigError; its details have each mistake with its line and key.
    """
    name = str(path)
    try:
        tree, data = yaml_text.read(text)
    except yaml.YAMLError as error:
        wrong = yaml_mistakes.find(error, text)
        hidden = set(spots.indented_below(text, mistakes.SECRET_PARTS))
        details = report.error(text, name, [wrong], hidden=hidden).details
        hint = yaml_mistakes.HINT
        raise ConfigError(f"{name} is not YAML", details=details, hint=hint) from None
    if data is None:
        raise ConfigError(f"{name} is empty", hint="`python deploy.py init` writes a first one.")
    if not isinstance(data, dict):
        raise ConfigError(
            f"{name} must be a mapping with app: and targets:", hint=yaml_mistakes.HINT
        )
    if found := list(mistakes.twice(tree)):
        data = yaml_text.joined(tree)
    try:
        config = Config.model_validate(data, context=path.absolute().parent)
    except ValidationError as error:
        found += mistakes.format_errors(error, tree, Config)
    if found:
        hidden = set(spots.lines_below(tree, mistakes.SECRET_PARTS))
        raise report.error(text, name, found, hidden=hidden)
    return config


class Config(Strict):
    """The whole of deploy.yml."""

    app: App
    processes: Mapping[UnitName, Process] = {}
    timers: Mapping[UnitName, Timer] = {}
    services: AllServices = Services()
    host: Host = Host()
    secrets: Mapping[SecretName, Secret] = {}
    vm: Vm = Vm()
    # Not a value made here: its paths are beside deploy.yml.
    receipts: Receipts = Field(default_factory=dict, validate_default=True)
    parity: Parity = Parity()
    data: Data = Data()
    verify: Verify = Verify()
    browser: BrowserConfig = Field(
        default=BrowserConfig(), description="where the browsers of tests run, if not here"
    )
    hooks: Hooks = Field(
        default=Hooks(), description="commands before and after what Understudy does"
    )
    notify: Notify = Field(default=Notify(), description="who gets a message of what has happened")
    backups: Backups | None = Field(
        default=None, description="backups in a place that is not the host"
    )
    targets: Mapping[Name, TargetConfig]

    @model_validator(mode="after")
    def mirror_a_target(self) -> Self:
        """Without a `production` the VM mirrors the only target that is not disposable, if there is one."""
        others = self._lasting_targets
        if "stands_for" not in self.vm.model_fields_set:
            if "production" not in others and len(others) == 1:
                vm = self.vm.model_copy(update={"stands_for": others[0]})
                return self.model_copy(update={"vm": vm})
        elif self.vm.stands_for not in ("production", *self.targets):
            known = f"must be one of the targets: {', '.join(self.targets)}"
            raise validation_error("target", known, "vm", "stands_for", given=self.vm.stands_for)
        return self

    @model_validator(mode="after")
    def keep_users_apart(self) -> Self:
        """The app's user may do nothing but run the app: not even write its own code."""
        others = {"root", "www-data", self.host.deployer}
        others |= {target.admin for target in self.targets.values()}
        for package in self.packages:
            others |= databases.RESERVED.get(package, frozenset())
        if self.app.name in others:
            taken = "another user of the hosts has this name"
            raise validation_error("taken", taken, "app", "name", given=self.app.name)
        return self

    @model_validator(mode="after")
    def name_each_unit_once(self) -> Self:
        for name in self.timers:
            if name in self.processes:
                taken = "a process has this name"
                raise validation_error("taken", taken, "timers", name, given=name)
        return self

    @model_validator(mode="after")
    def have_a_timer_that_notifies(self) -> Self:
        """Of the site, like the user's own: so it is listed, and a rehearsal runs it once."""
        if not self.notify.on_hosts():
            return self
        if notifying.TIMER in self.timers or notifying.TIMER in self.processes:
            taken = "`notify` has a timer of this name: give yours another"
            part = "timers" if notifying.TIMER in self.timers else "processes"
            raise validation_error("taken", taken, part, notifying.TIMER, given=notifying.TIMER)
        own = Timer(command=notifying.CHECK, calendar="*-*-* 07:00", timeout=300, jitter=1800)
        return self.model_copy(update={"timers": {**self.timers, notifying.TIMER: own}})

    @model_validator(mode="after")
    def leave_room_for_backups(self) -> Self:
        """One that a host has made would be lost with it. Their timer is not the site's own."""
        for part, names in (("timers", self.timers), ("processes", self.processes)):
            if self.backups and off_host.TIMER in names:
                taken = "`backups` has a timer of this name: give yours another"
                raise validation_error("taken", taken, part, off_host.TIMER, given=off_host.TIMER)
        for name in self.secrets if self.backups else ():
            if name.startswith(off_host.SECRETS):
                lost = "is lost with the host that makes it: give it by `secrets set`"
                raise validation_error("lost", lost, "secrets", name, given=name)
        return self

    @model_validator(mode="after")
    def have_the_services_that_variables_name(self) -> Self:
        refuse_missing(self.services, self.app.environment, "app")
        for name, target in self.targets.items():
            refuse_missing(self.services, target.environment, "targets", name)
        return self

    @model_validator(mode="after")
    def have_the_targets_of_hooks(self) -> Self:
        if found := self.hooks.unknown_target(frozenset(self.targets)):
            event, place, name = found
            known = f"must be targets of this file: {', '.join(self.targets)}"
            raise validation_error("target", known, "hooks", event, place, "targets", given=name)
        return self

    @model_validator(mode="after")
    def have_the_targets_of_notify(self) -> Self:
        for name in self.notify.targets or ():
            if name not in self.targets:
                known = f"must be targets of this file: {', '.join(self.targets)}"
                raise validation_error("target", known, "notify", "targets", given=name)
        return self

    @model_validator(mode="after")
    def fit_the_hosts(self) -> Self:
        topology.refuse_unfit(self)
        staging_hosts.refuse_unfit(self)
        return self

    def notifies(self, target: TargetConfig) -> bool:
        """Whether that host of a target sends messages to people, and not to its own mail catcher."""
        chosen = (self.targets[name].without_address for name in self.notified_targets)
        return target.without_address in chosen

    @property
    def notified_targets(self) -> frozenset[str]:
        """Those whose deploys and hosts notify people: by default none where tests may destroy data."""
        chosen = self.notify.targets
        return frozenset(self._lasting_targets if chosen is None else chosen)

    def backups_of(self, target: TargetConfig) -> str:
        """The name of the backups elsewhere of that host of a target: no other has it. "" for none, as where
        tests may destroy data. Of hosts that share their data one makes them: the one with deploys' backups.
        """
        if self.backups is None or target.disposable:
            return ""
        if topology.backups_on(target.host_list, target.address):
            return ""
        for name, one in self.targets.items():
            if (target.address, target.domain) in [(it.address, it.domain) for it in one.hosts()]:
                has_several = len(one.hosts()) > 1 and not one.host_list
                host = f"-{target.address}" if has_several else ""
                return f"{self.app.name}-{name}{host}".replace(":", "-")
        return ""

    def mirrored_target(self) -> str:
        """The target that the VM mirrors. Raises ConfigError if it's not clear which one that is."""
        if self.vm.stands_for not in self.targets:
            known = ", ".join(self._lasting_targets)
            raise ConfigError(
                "deploy.yml names no server that the staging VM mirrors",
                hint=f"Set vm.stands_for to one of {known}."
                if known
                else "Add the server under `targets` in deploy.yml, for example as `production`.",
            )
        return self.vm.stands_for

    @property
    def _lasting_targets(self) -> list[str]:
        return [name for name, target in self.targets.items() if not target.disposable]

    def target(self, name: str) -> TargetConfig:
        """The target of that name. Raises ConfigError if deploy.yml has none."""
        if name not in self.targets:
            known = ", ".join(self.targets)
            meant = did_you_mean(name, self.targets)
            raise ConfigError(
                f"no target '{name}' in deploy.yml{meant}", hint=f"Targets there: {known}."
            )
        return self.targets[name]

    def hosts(self, name: str, address: str | None = None) -> tuple[TargetConfig, ...]:
        """All hosts of that target, or the one of that address. Raises ConfigError without any."""
        target = self.target(name)
        hosts = target.hosts()
        chosen = tuple(host for host in hosts if address in (None, host.address))
        if not chosen and topology.of_host(target.host_list, address or ""):
            return (target.at(address or ""),)
        if not chosen:
            raise ConfigError(
                f"{name} has no host {address}", hint=f"Its hosts: {host_choice.all_of(target)}."
            )
        return chosen

    def one_host(self, name: str, address: str | None = None) -> TargetConfig:
        """The only host of that target, or the one of that address.

        Raises ConfigError if that is none, or several.
        """
        hosts = self.hosts(name, address)
        if len(hosts) > 1:
            known = host_choice.all_of(self.target(name), host_choice.APP)
            raise host_choice.several(name, len(hosts), known)
        return hosts[0]

    @property
    def packages(self) -> tuple[str, ...]:
        """What the app needs from the distribution, its database server and certbot's plugins included."""
        more = (one for one in self.package_keys if one not in self.host.packages)
        return (*self.host.packages, *more)

    @property
    def package_keys(self) -> Mapping[str, str]:
        """Each of these packages -> the key of deploy.yml that wants it."""
        wanted = packages.keys(self.app, self.targets, self.notify)
        return {**wanted, **dict.fromkeys(self.host.packages, "host.packages")}

    @property
    def calendars(self) -> Mapping[str, str]:
        """Their places in deploy.yml -> those that systemd has to be able to read."""
        found = {f"timers.{name}.calendar": timer.calendar for name, timer in self.timers.items()}
        return {**found, "backups.at": self.backups.at} if self.backups else found

    @property
    def root(self) -> PurePosixPath:
        """The site's directory on every host."""
        return PurePosixPath("/srv") / self.app.name
