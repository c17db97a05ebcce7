"""The staging VM's life: built, restored from snapshots, put to sleep, removed.

Vagrant builds and removes it. What is done often goes straight to its provider: each call of Vagrant
costs over a second.
"""

from collections.abc import Sequence

from understudy.config.model import Config
from understudy.errors import StepFailed, UnderstudyError
from understudy.host import all_hosts, provision, secrets, shared
from understudy.job import Job
from understudy.paths import Project, project_of
from understudy.report.events import Report
from understudy.ssh.connection import SshConnection
from understudy.vm import address as vm_address
from understudy.vm import follow, guest, levels, members, new_address, place, stale, vm_host
from understudy.vm import provider as providers
from understudy.vm.address import TARGET
from understudy.vm.blueprint import Blueprint
from understudy.vm.guest_machine import RUNNING, SHUT_OFF, GuestMachine
from understudy.vm.issuer.pebble import Issuer
from understudy.vm.levels import Level
from understudy.vm.members import Member, at_once
from understudy.vm.snapshots import Snapshots
from understudy.vm.vagrant import VagrantCalls
from understudy.vm.vagrant_box import VagrantBox


class Vm:
    """The staging VM of one deploy.yml: one machine, or one for each host of production (`vm.topology`).

    Its methods raise Unreachable if Vagrant, the provider or the VM does not answer, StepFailed if one of
    them refuses, and ConfigError if the VM follows a capture that is damaged.
    """

    def __init__(self, project: Project, config: Config, report: Report) -> None:
        self._project = project
        self._name = config.vm.name
        self._place = place.of(project, config, report)
        self._report = report
        self._job = Job(project, config, TARGET, report)
        self._members = members.members(self._job)
        self.issuer = Issuer(project, config)
        self._blueprint = Blueprint(self._job)
        self._state = members.directory(project, self._name)
        for member in self._members:
            member.console.parent.mkdir(parents=True, exist_ok=True)
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
        return any(machine.state() for machine in self._machines())

    def up(self) -> None:
        """Starts the VM. Builds it if there is none, or rebuilds it if what it is built from changed."""
        states = [machine.state() for machine in self._machines()]
        provider = self._blueprint.provider
        self._report.say(f"staging VM {self._title} is {provider}")
        self._report.attach("provider", {"name": provider.name, "text": str(provider)})
        self._report_issuer()
        if all(states) and self._blueprint.level in self.saved():
            self._resume(states)
        else:
            if any(states):
                self._report.say("the VM was built with other settings: rebuilding it")
            self._build()
        self._report_mirror()

    def reset(self, *wanted: Level) -> Level:
        """Restores the first of these levels that has a snapshot, or else `provisioned`.

        A snapshot that turns out broken is removed, and the next level is tried; without a usable
        snapshot the VM is rebuilt. Returns the level that the VM is on.
        """
        if not self.exists():
            raise StepFailed("there is no VM to reset", hint="python deploy.py up")
        self._place.connect()
        provisioned = self._blueprint.level
        for level in levels.restorable((*wanted, provisioned), self._snapshots.saved()):
            if self._restores(level):
                self._restore_secrets()
                return level
        self._report.say("the VM has no usable snapshot: rebuilding it")
        self._build()
        return provisioned

    def save(self, level: Level) -> None:
        """Saves a snapshot of the running VM. Snapshots unused for longest are removed to make room."""
        self._snapshots.save(self._machines(), level)

    def saved(self) -> frozenset[Level]:
        """The levels that have a snapshot."""
        return frozenset(one.level for one in self._snapshots.saved())

    def down(self) -> None:
        """Puts the VM to sleep: it uses no memory, and `up` resumes it."""
        running = [machine for machine in self._machines() if machine.state() == RUNNING]
        if not running:
            self._report.say(f"VM {self._name} is not running")
            return
        with self._report.step(f"put VM {self._name} to sleep"):
            at_once(running, lambda machine: machine.sleep())
        self._place.disconnect()

    def destroy(self) -> None:
        """Removes the VM, its disk and its snapshots; the box stays."""
        self._remove()
        vm_address.forget(self._project, self._name)
        vm_host.forget(self._project, self._name)

    @property
    def _title(self) -> str:
        """With names and addresses of the machines, if they are several."""
        found = vm_address.machines(self._job.config)
        listed = ", ".join(f"{name} {address}" for name, address in found.items())
        return self._name if len(found) == 1 else f"{self._name} ({listed})"

    def _machines(self) -> list[GuestMachine]:
        return [self._machine(member.name) for member in self._members]

    def _machine(self, name: str) -> GuestMachine:
        """As it was built, also if deploy.yml wants another provider by now."""
        provider = self._built_by or self._wanted_provider
        return providers.machine(self._project, name, provider, self._place.url, self._name)

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

    def _resume(self, states: Sequence[str]) -> None:
        """Gets an existing VM to answer: as it runs, from its sleep, or by a boot."""
        self._place.connect()
        found = zip(self._members, states, strict=True)
        down = [one for one in found if one[1] != RUNNING or not guest.answers(one[0].job)]
        if not down:
            where = ", ".join(member.job.target.address for member in self._members)
            self._report.say(f"VM {self._name} is up at {where}")
        elif not (self._are_asleep(down) and self._wake([member for member, _ in down])):
            self._boot()

    def _are_asleep(self, found: Sequence[tuple[Member, str]]) -> bool:
        return all(
            state == SHUT_OFF and self._machine(member.name).is_asleep() for member, state in found
        )

    def _wake(self, asleep: Sequence[Member]) -> bool:
        """Whether a sleeping VM resumes. If it does not, its power is cut so that it can boot."""
        machines = [self._machine(member.name) for member in asleep]
        try:
            with self._report.step(f"wake VM {self._name}"):
                at_once(machines, lambda machine: machine.start())
                at_once(asleep, self._wait_until_it_answers)
        except UnderstudyError as error:
            self._report.warn(f"the VM does not wake up: booting it\n{_message(error)}")
            at_once(machines, lambda machine: machine.cut_power())
            return False
        return True

    def _wait_until_it_answers(self, member: Member) -> None:
        guest.wait_for_ssh(member.job, self._console(member))
        # Its clock stood still with its RAM.
        if self._machine(member.name).keeps_ram:
            guest.set_clock(member.job)

    def _console(self, member: Member) -> str:
        return self._place.console_log if member.name == self._name else str(member.console)

    def _restores(self, level: Level) -> bool:
        """Whether the VM answers once a snapshot is restored. A snapshot that fails is removed."""
        machines = self._machines()
        try:
            with self._report.step(f"restore the snapshot '{level}'"):
                self._snapshots.restore(machines, level)
                at_once(self._members, self._wait_until_it_answers)
        except UnderstudyError as error:
            self._report.warn(f"the snapshot '{level}' is broken: removing it\n{_message(error)}")
            self._snapshots.remove(machines, level)
            return False
        return True

    def _restore_secrets(self) -> None:
        for host in all_hosts.jobs(self._job):
            secrets.restore(host)

    def _build(self) -> None:
        self._place.prepare()
        self._check_names()
        new_address.check(self._project, self._job.config)
        self._box.ensure()
        # Another VM may have taken the subnet while the box was built.
        new_address.check(self._project, self._job.config)
        if self.exists():
            self._remove()
        else:
            self._remove_stale()
        self._boot()
        if len(self._members) > 1:
            self._provision()
        self._report_refused_settings()
        # The snapshot comes last: a VM without it was not built to the end.
        self.save(self._blueprint.level)
        self._restore_secrets()

    def _check_names(self) -> None:
        """Vagrant's own advice would be to remove the other project's VM."""
        for member in self._members:
            machine = self._machine_of_that_name(member.name)
            if origin := stale.of_another_project(machine, self._project.vagrantfile):
                raise StepFailed(
                    f"another project has a VM named {member.name}",
                    cause=f"{project_of(origin)} has a VM {member.name}, too",
                    hint="Set another vm.name in deploy.yml. For two apps on one VM: docs/vm.md.",
                )

    def _remove(self) -> None:
        """Also machines that deploy.yml no longer wants."""
        with self._report.step(f"remove VM {self._name}"):
            self._snapshots.forget_all()
            self.issuer.forget_roots()
            names = members.built(self._project, self._name)
            machines = [self._machine(name) for name in names]
            self._vagrant.destroy()
            for machine in machines:
                machine.remove_remains()
            members.forget(self._project, self._name)
            self._place.disconnect()

    def _remove_stale(self) -> None:
        for member in self._members:
            machine = self._machine_of_that_name(member.name)
            if origin := stale.remove(machine, self._project.vagrantfile):
                self._report.say(
                    f"removed a VM of the same name, which {project_of(origin)} had left"
                )

    def _machine_of_that_name(self, name: str) -> GuestMachine:
        provider = self._wanted_provider
        return providers.any_of_name(self._project, name, provider, self._place.url)

    def _boot(self) -> None:
        self._box.ensure()
        members.record(self._project, self._members, self._blueprint.sizes)
        if len(self._members) > 1:
            addresses = [member.job.target.address for member in self._members]
            providers.make_network(self._wanted_provider, self._name, addresses)
        with self._report.step(f"boot VM {self._name}"):
            self._vagrant.up()
            self._place.connect()
            for member in self._members:
                guest.remember_host_key(member.job, self._console(member))

    def _provision(self) -> None:
        """The box has what a single host needs. Each machine becomes one with its roles, as on production."""
        all_hosts.look(all_hosts.machines(self._job), provision.provision)
        shared.share(self._job)

    @property
    def _box(self) -> VagrantBox:
        return VagrantBox(self._project, self._blueprint, self._vagrant, self._place, self._report)

    def _report_issuer(self) -> None:
        """Now, so that a missing Pebble is known before the VM is built."""
        if self.issuer.is_needed:
            version = self.issuer.version()
            self._report.say(f"certificates for the VM are issued here by Pebble {version}")
            self._report.attach("issuer", {"name": "Pebble", "version": version})

    def _report_mirror(self) -> None:
        if mirror := self._blueprint.mirror:
            follow.report_mirror(self._job, mirror, self._box.packages())

    def _report_refused_settings(self) -> None:
        mirror = self._blueprint.mirror
        if mirror and mirror.sysctl:
            target = self._members[0].job.target
            with SshConnection(target, target.admin) as connection:
                follow.report_refused_settings(self._report, mirror, connection)


def _message(error: UnderstudyError) -> str:
    return "\n".join(part for part in (error.summary, error.details) if part)
