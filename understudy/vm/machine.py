"""The staging VM's life. Vagrant makes and removes it; what is done often goes straight to libvirt.

For a call of Vagrant costs over a second before it begins.
"""

import json
from datetime import UTC, datetime
from functools import cached_property

import paramiko

from understudy.config.machines import Vm as VmConfig
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.errors import StepFailed, UnderstudyError, Unreachable
from understudy.host import secrets
from understudy.host.health import wait_for_port
from understudy.host.provisioning import Provisioning, of_project
from understudy.job import Job
from understudy.local.atomic_write import atomic_write
from understudy.paths import Project
from understudy.report.events import Report
from understudy.ssh.connection import SshConnection
from understudy.vm import address as vm_address
from understudy.vm import box as boxes
from understudy.vm import follow, levels, libvirt, stale
from understudy.vm.address import TARGET
from understudy.vm.box import Box
from understudy.vm.levels import PROVISIONED, Level
from understudy.vm.libvirt import RUNNING, SHUT_OFF, Domain
from understudy.vm.mirror.value import Likeness
from understudy.vm.snapshots import Snapshots
from understudy.vm.vagrant import VagrantCalls

SECONDS_TO_WAKE = 60


class Vm:
    """The staging VM of one deploy.yml."""

    def __init__(self, project: Project, config: Config, report: Report) -> None:
        self._project = project
        self._config = config
        self._report = report
        self._state = project.state / "vm" / config.vm.name
        self._state.mkdir(parents=True, exist_ok=True)
        self._vagrant = VagrantCalls(project, config.vm.name, self._state, report)
        budget = config.vm.snapshots_disk * 2**30
        self._snapshots = Snapshots(self._state / "snapshots.json", budget, report)

    def up(self) -> None:
        """Brings up the VM, provisioned, from a box that matches deploy.yml and provision/."""
        domain = self._domain()
        state = domain.state()
        if state and self._floor in self.saved():
            self._go_on(domain, state)
        else:
            if state:
                self._report.say("the VM there was made otherwise: it is made anew")
            self._make()
        self._tell_likeness()

    def reset(self, *wanted: Level) -> Level:
        """Puts the VM back to the first of these levels that is saved, or else to just after up.

        What turns out broken is removed, and the next one is tried; without any good one the VM is
        made anew. Returns the level that the VM is on.
        """
        domain = self._domain()
        state = domain.state()
        if not state:
            raise StepFailed("there is no VM to reset", hint="python deploy.py up")
        if state != RUNNING:
            libvirt.start_network(self._config.vm.name)
            domain.forget_sleep()
        for level in levels.restorable((*wanted, self._floor), self._snapshots.saved()):
            if self._restores(domain, level):
                secrets.put_back(self._job)
                return level
        self._report.say("no snapshot of the VM is any good: it is made anew")
        self._make()
        return self._floor

    def save(self, level: Level) -> None:
        """Saves the VM as it runs. Snapshots not used for long may give way to it."""
        self._snapshots.save(self._domain(), level)

    def saved(self) -> frozenset[Level]:
        """The levels that there is a snapshot of."""
        return frozenset(one.level for one in self._snapshots.saved())

    def down(self) -> None:
        """Puts the VM to sleep: it takes no memory, and goes on from there when it's up again."""
        domain = self._domain()
        if domain.state() != RUNNING:
            self._report.say(f"VM {self._config.vm.name} is not running")
            return
        with self._report.step(f"put VM {self._config.vm.name} to sleep"):
            domain.sleep()

    def destroy(self) -> None:
        """Removes the VM, its disk and its snapshots; the box stays."""
        self._remove()
        vm_address.forget(self._project, self._config.vm.name)

    def _go_on(self, domain: Domain, state: str) -> None:
        """With a VM that is there and as wanted, whatever it does now."""
        if state == RUNNING and self._answers():
            self._report.say(f"VM {self._config.vm.name} is up at {self._config.vm.address}")
        elif not (state == SHUT_OFF and domain.sleeps() and self._wakes(domain)):
            self._boot()

    def _wakes(self, domain: Domain) -> bool:
        """Whether a VM that was put to sleep goes on. If not, its power is cut, and it has to boot."""
        try:
            with self._report.step(f"wake VM {self._config.vm.name}"):
                libvirt.start_network(self._config.vm.name)
                domain.start()
                self._wait_for_ssh()
        except UnderstudyError as error:
            self._report.warn(f"the VM does not wake up, so it boots\n{_told(error)}")
            domain.cut_power()
            return False
        self._set_clock()
        return True

    def _restores(self, domain: Domain, level: Level) -> bool:
        """Whether the VM goes on from a snapshot and answers. A snapshot it can't go on from is removed."""
        try:
            with self._report.step(f"restore the snapshot '{level}'"):
                self._snapshots.restore(domain, level)
                self._wait_for_ssh()
                self._set_clock()
        except UnderstudyError as error:
            self._report.warn(f"the snapshot '{level}' is broken and removed\n{_told(error)}")
            self._snapshots.remove(domain, level)
            return False
        return True

    def _make(self) -> None:
        self._add_box()
        if self._domain().state():
            self._remove()
        elif origin := stale.remove(self._config.vm.name):
            self._report.say(f"removed a VM of the same name, left by {origin}, which is gone")
        self._boot()
        self._tell_what_the_kernel_refused()
        # A VM without it is half-made.
        self.save(self._floor)
        secrets.put_back(self._job)

    def _remove(self) -> None:
        name = self._config.vm.name
        with self._report.step(f"remove VM {name}"):
            self._snapshots.forget_all()
            self._vagrant.destroy()
            # Vagrant leaves the network of a VM that could not be started.
            if not Domain(name).state():
                libvirt.remove_network(name)

    def _boot(self) -> None:
        self._add_box()
        with self._report.step(f"boot VM {self._config.vm.name}"):
            self._vagrant.up()
            self._remember_host_key()

    def _domain(self) -> Domain:
        """By the id that Vagrant knows: another project may have a VM of the same name."""
        return Domain(self._vagrant.vm_id())

    def _add_box(self) -> None:
        """Builds the box and hands it to Vagrant, unless Vagrant has it."""
        if not self._vagrant.has(self._box):
            catalog = boxes.build(
                self._project, self._box, self._recipe, self._report, self._likeness
            )
            with self._report.step(f"add box {self._box.name} to Vagrant"):
                self._vagrant.add(self._box, catalog)
        self._tell_the_vagrantfile()

    def _tell_the_vagrantfile(self) -> None:
        """Which build of the box is meant, and what the VM has from a capture: it can't tell itself."""
        pinned = self._project.state / "boxes" / f"{self._box.release}.version"
        atomic_write(pinned, self._box.version)
        shape = {"release": self._shape.release, **self._size} if self._likeness else {}
        atomic_write(self._state / "like-production.json", json.dumps(shape))

    def _tell_likeness(self) -> None:
        if self._likeness:
            packages = self._vagrant.packages(self._box)
            follow.tell(self._job, self._likeness, packages)

    def _tell_what_the_kernel_refused(self) -> None:
        found = self._likeness
        if found and found.sysctl:
            with SshConnection(self._target, self._target.admin) as connection:
                follow.tell_what_the_kernel_refused(self._report, found, connection)

    def _wait_for_ssh(self) -> None:
        try:
            wait_for_port(self._config.vm.address, self._target.port, SECONDS_TO_WAKE)
        except Unreachable as error:
            console = self._state / "console.log"
            raise Unreachable(error.summary, hint=f"{console} has what the VM said.") from None

    def _set_clock(self) -> None:
        """The guest's, which stood still while the VM was asleep or a snapshot."""
        with SshConnection(self._target, self._target.admin) as connection:
            now = datetime.now(UTC).timestamp()
            connection.run(("sudo", "-n", "date", "--set", f"@{now:.3f}"))

    def _answers(self) -> bool:
        try:
            with SshConnection(self._target, self._target.admin):
                return True
        except UnderstudyError:
            return False

    def _remember_host_key(self) -> None:
        """The VM made its key at its first boot; this machine alone can reach it, and saw it first."""
        file = self._target.known_hosts
        if file is None:
            return
        address, port = self._target.address, self._target.port
        self._wait_for_ssh()
        with paramiko.Transport((address, port)) as transport:
            transport.start_client(timeout=SECONDS_TO_WAKE)
            key = transport.get_remote_server_key()
        known = paramiko.HostKeys(str(file) if file.exists() else None)
        name = address if port == 22 else f"[{address}]:{port}"
        known.pop(name, None)
        known.add(name, key.get_name(), key)
        file.parent.mkdir(parents=True, exist_ok=True)
        known.save(str(file))

    @property
    def _target(self) -> TargetConfig:
        return self._config.one_host(TARGET)

    @cached_property
    def _recipe(self) -> Provisioning:
        return of_project(self._project, self._config, self._target.admin)

    @cached_property
    def _box(self) -> Box:
        return boxes.box_for(self._project, self._shape.release, self._recipe, self._likeness)

    @property
    def _job(self) -> Job:
        return Job(self._project, self._config, TARGET, self._report)

    @cached_property
    def _likeness(self) -> Likeness | None:
        """Only asked for by what makes the VM: a damaged capture must not keep it from being removed."""
        return follow.likeness(self._job)

    @property
    def _shape(self) -> Likeness | VmConfig:
        """What says which release it is, and how much memory and how many processors it has."""
        return self._likeness or self._config.vm

    @property
    def _size(self) -> dict[str, int]:
        return {"memory": self._shape.memory, "cpus": self._shape.cpus}

    @cached_property
    def _floor(self) -> Level:
        """The VM as just after up, by all that it's made from."""
        vagrantfile = (self._project.directory / "Vagrantfile").read_text()
        size = map(str, self._size.values())
        address = self._config.vm.address
        return levels.level(PROVISIONED, self._box.version, address, *size, vagrantfile)


def _told(error: UnderstudyError) -> str:
    return "\n".join(part for part in (error.summary, error.details) if part)
