"""The staging VM's life: built, restored from snapshots, put to sleep, removed.

Vagrant builds and removes it. What is done often goes straight to its provider: each call of Vagrant
costs over a second.
"""

import json

from understudy.config.model import Config
from understudy.errors import StepFailed, UnderstudyError
from understudy.host import secrets
from understudy.job import Job
from understudy.local.atomic_write import atomic_write
from understudy.paths import Project, project_of
from understudy.report.events import Report
from understudy.ssh.connection import SshConnection
from understudy.vm import address as vm_address
from understudy.vm import box as boxes
from understudy.vm import follow, given_box, guest, levels, new_address, place, stale, vm_host
from understudy.vm import provider as providers
from understudy.vm.address import TARGET
from understudy.vm.blueprint import Blueprint
from understudy.vm.given_box import GivenBox
from understudy.vm.guest_machine import RUNNING, SHUT_OFF, GuestMachine
from understudy.vm.issuer.pebble import Issuer
from understudy.vm.levels import Level
from understudy.vm.snapshots import Snapshots
from understudy.vm.vagrant import VagrantCalls


class Vm:
    """The staging VM of one deploy.yml.

    Its methods raise Unreachable if Vagrant, the provider or the VM does not answer, StepFailed if one of
    them refuses, and ConfigError if the VM follows a capture that is damaged.
    """

    def __init__(self, project: Project, config: Config, report: Report) -> None:
        self._project = project
        self._name = config.vm.name
        self._place = place.of(project, config, report)
        self._report = report
        self._job = Job(project, config, TARGET, report)
        self.issuer = Issuer(project, config)
        self._blueprint = Blueprint(self._job)
        self._state = project.state / "vm" / self._name
        self._state.mkdir(parents=True, exist_ok=True)
        budget = config.vm.snapshots_disk * 2**30
        self._snapshots = Snapshots(self._state / "snapshots.json", budget, report)

    @property
    def where(self) -> str:
        """What the VM is, if it is no virtual machine: "a container"; else empty."""
        return "a container" if self._wanted_provider == providers.LXC else ""

    @property
    def name(self) -> str:
        return self._name

    def exists(self) -> bool:
        return bool(self._machine().state())

    def up(self) -> None:
        """Starts the VM. Builds it if there is none, or rebuilds it if what it is built from changed."""
        machine = self._machine()
        state = machine.state()
        provider = self._blueprint.provider
        self._report.say(f"staging VM {self._name} is {provider}")
        self._report.attach("provider", {"name": provider.name, "text": str(provider)})
        self._report_issuer()
        if state and self._blueprint.level in self.saved():
            self._resume(machine, state)
        else:
            if state:
                self._report.say("the VM was built with other settings: rebuilding it")
            self._build()
        self._report_mirror()

    def reset(self, *wanted: Level) -> Level:
        """Restores the first of these levels that has a snapshot, or else `provisioned`.

        A snapshot that turns out broken is removed, and the next level is tried; without a usable
        snapshot the VM is rebuilt. Returns the level that the VM is on.
        """
        machine = self._machine()
        if not machine.state():
            raise StepFailed("there is no VM to reset", hint="python deploy.py up")
        self._place.connect()
        provisioned = self._blueprint.level
        for level in levels.restorable((*wanted, provisioned), self._snapshots.saved()):
            if self._restores(machine, level):
                secrets.restore(self._job)
                return level
        self._report.say("the VM has no usable snapshot: rebuilding it")
        self._build()
        return provisioned

    def save(self, level: Level) -> None:
        """Saves a snapshot of the running VM. Snapshots unused for longest are removed to make room."""
        self._snapshots.save(self._machine(), level)

    def saved(self) -> frozenset[Level]:
        """The levels that have a snapshot."""
        return frozenset(one.level for one in self._snapshots.saved())

    def down(self) -> None:
        """Puts the VM to sleep: it uses no memory, and `up` resumes it."""
        machine = self._machine()
        if machine.state() != RUNNING:
            self._report.say(f"VM {self._name} is not running")
            return
        with self._report.step(f"put VM {self._name} to sleep"):
            machine.sleep()
        self._place.disconnect()

    def destroy(self) -> None:
        """Removes the VM, its disk and its snapshots; the box stays."""
        self._remove()
        vm_address.forget(self._project, self._name)
        vm_host.forget(self._project, self._name)

    def _machine(self) -> GuestMachine:
        """The VM as it was built, also if deploy.yml wants another provider by now."""
        provider = self._built_by or self._wanted_provider
        return providers.machine(self._project, self._name, provider, self._place.url)

    @property
    def _built_by(self) -> str:
        return providers.built(self._project, self._name)

    @property
    def _wanted_provider(self) -> str:
        return self._blueprint.provider.name

    @property
    def _vagrant(self) -> VagrantCalls:
        provider, where = self._wanted_provider, self._place
        return VagrantCalls(self._project, self._name, provider, self._state, where, self._report)

    def _resume(self, machine: GuestMachine, state: str) -> None:
        """Gets an existing VM to answer: as it runs, from its sleep, or by a boot."""
        self._place.connect()
        if state == RUNNING and guest.answers(self._job):
            self._report.say(f"VM {self._name} is up at {self._job.target.address}")
        elif not (state == SHUT_OFF and machine.is_asleep() and self._wakes(machine)):
            self._boot()

    def _wakes(self, machine: GuestMachine) -> bool:
        """Whether a sleeping VM resumes. If it does not, its power is cut so that it can boot."""
        try:
            with self._report.step(f"wake VM {self._name}"):
                machine.start()
                self._wait_until_it_answers(machine)
        except UnderstudyError as error:
            self._report.warn(f"the VM does not wake up: booting it\n{_message(error)}")
            machine.cut_power()
            return False
        return True

    def _wait_until_it_answers(self, machine: GuestMachine) -> None:
        guest.wait_for_ssh(self._job, self._place.console_log)
        # Its clock stood still with its RAM.
        if machine.keeps_ram:
            guest.set_clock(self._job)

    def _restores(self, machine: GuestMachine, level: Level) -> bool:
        """Whether the VM answers once a snapshot is restored. A snapshot that fails is removed."""
        try:
            with self._report.step(f"restore the snapshot '{level}'"):
                self._snapshots.restore(machine, level)
                self._wait_until_it_answers(machine)
        except UnderstudyError as error:
            self._report.warn(f"the snapshot '{level}' is broken: removing it\n{_message(error)}")
            self._snapshots.remove(machine, level)
            return False
        return True

    def _build(self) -> None:
        self._place.prepare()
        self._check_name()
        new_address.check(self._project, self._job.config)
        self._add_box()
        # Another VM may have taken the subnet while the box was built.
        new_address.check(self._project, self._job.config)
        if self._machine().state():
            self._remove()
        elif origin := stale.remove(self._machine_of_that_name(), self._project.vagrantfile):
            self._report.say(f"removed a VM of the same name, which {project_of(origin)} had left")
        self._boot()
        self._report_refused_settings()
        # The snapshot comes last: a VM without it was not built to the end.
        self.save(self._blueprint.level)
        secrets.restore(self._job)

    def _check_name(self) -> None:
        """Vagrant's own advice would be to remove the other project's VM."""
        if origin := stale.of_another_project(
            self._machine_of_that_name(), self._project.vagrantfile
        ):
            raise StepFailed(
                f"another project has a VM named {self._name}",
                cause=f"{project_of(origin)} has a VM {self._name}, too",
                hint="Set another vm.name in deploy.yml. For two apps on one VM: docs/vm.md.",
            )

    def _remove(self) -> None:
        with self._report.step(f"remove VM {self._name}"):
            self._snapshots.forget_all()
            self.issuer.forget_roots()
            machine = self._machine()
            self._vagrant.destroy()
            machine.remove_remains()
            self._place.disconnect()

    def _machine_of_that_name(self) -> GuestMachine:
        provider = self._wanted_provider
        return providers.any_of_name(self._project, self._name, provider, self._place.url)

    def _boot(self) -> None:
        self._add_box()
        with self._report.step(f"boot VM {self._name}"):
            self._vagrant.up()
            self._place.connect()
            guest.remember_host_key(self._job, self._place.console_log)

    def _add_box(self) -> None:
        """Adds the box to Vagrant, unless Vagrant has it: it is built here, or fetched."""
        if not self._vagrant.has(self._blueprint.box):
            given = self._blueprint.given_box
            self._add_built_box() if given is None else self._add_given_box(given)
        self._write_vagrant_settings()

    def _add_built_box(self) -> None:
        blueprint = self._blueprint
        box = blueprint.built_box
        catalog = boxes.build(
            self._project, box, blueprint.provisioning, self._report, blueprint.mirror
        )
        with self._report.step(f"add box {box.name} to Vagrant"):
            self._vagrant.add(box, catalog)

    def _add_given_box(self, given: GivenBox) -> None:
        vagrant, box = self._vagrant, self._blueprint.box
        if not vagrant.has(given):
            with self._report.step(f"get box {given.url or given.name}"):
                self._get(given)
        folder = vagrant.folder(given)
        if folder is not None and box != given:
            with (
                self._report.step("make the box a container's"),
                given_box.container_box(self._project, given, folder) as made,
            ):
                vagrant.add(box, made)

    def _get(self, given: GivenBox) -> None:
        try:
            self._vagrant.add(given, given.url)
        except StepFailed as error:
            provider = self._wanted_provider
            error.hint = f"vm.box must be a box for {provider}; vm.provider sets another provider."
            raise

    def _write_vagrant_settings(self) -> None:
        """Writes what the Vagrantfile reads: the box's version, and what follows from a capture."""
        box, blueprint = self._blueprint.box, self._blueprint
        shape = {"release": blueprint.release, **blueprint.size} if blueprint.mirror else {}
        if isinstance(box, GivenBox):
            shape["box_name"] = box.name
        else:
            pinned = self._project.state / "boxes" / f"{box.release}.version"
            atomic_write(pinned, box.version)
        atomic_write(self._state / "like-production.json", json.dumps(shape))
        atomic_write(self._state / "vm-host.json", json.dumps(self._place.settings()))

    def _report_issuer(self) -> None:
        """Now, so that a missing Pebble is known before the VM is built."""
        if self.issuer.is_needed:
            version = self.issuer.version()
            self._report.say(f"certificates for the VM are issued here by Pebble {version}")
            self._report.attach("issuer", {"name": "Pebble", "version": version})

    def _report_mirror(self) -> None:
        if mirror := self._blueprint.mirror:
            packages = self._vagrant.packages(self._blueprint.box)
            follow.report_mirror(self._job, mirror, packages)

    def _report_refused_settings(self) -> None:
        mirror = self._blueprint.mirror
        if mirror and mirror.sysctl:
            with SshConnection(self._job.target, self._job.target.admin) as connection:
                follow.report_refused_settings(self._report, mirror, connection)


def _message(error: UnderstudyError) -> str:
    return "\n".join(part for part in (error.summary, error.details) if part)
