"""A VM of several machines: its snapshots are of one moment, and all of it is restored or nothing."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
import yaml

from tests.unit.fakes import FakeReport, config
from tests.unit.mirror_samples import production
from tests.unit.virtual_machine import Machine
from understudy.config.topology import TargetHost
from understudy.errors import NoConnection, StepFailed
from understudy.host import provision, shared
from understudy.job import Job
from understudy.parity.capture import lockfile
from understudy.paths import Project
from understudy.vm import address as vm_address
from understudy.vm import follow, libvirt_network, members, no_vm, now
from understudy.vm.guest_machine import GuestMachine
from understudy.vm.levels import DEPLOYED, PROVISIONED, Level
from understudy.vm.mirror.machine import Capacity
from understudy.vm.snapshots import Snapshots

BASE, SITE = Level(PROVISIONED, "1"), Level(DEPLOYED, "1")


@dataclass
class Recording:
    """A machine that notes what is done with it in a list that all share. breaks: verbs that fail."""

    name: str
    notes: list[str]
    breaks: frozenset[str] = frozenset()
    kept: set[str] = field(default_factory=set)

    def _note(self, verb: str) -> None:
        if verb in self.breaks:
            raise StepFailed(f"{self.name} can't {verb}")
        self.notes.append(f"{verb} {self.name}")

    def pause(self) -> None:
        self._note("pause")

    def unpause(self) -> None:
        self._note("unpause")

    def cut_power(self) -> None:
        self._note("cut")

    def save(self, snapshot: str) -> None:
        self._note("save")
        self.kept.add(snapshot)

    def restore(self, snapshot: str) -> None:
        self._note("restore")

    def delete(self, snapshot: str) -> None:
        self.kept.remove(snapshot)

    def snapshots(self) -> list[str]:
        return sorted(self.kept)

    def disk(self) -> int:
        return 2**30 * len(self.kept)


@dataclass
class Machines:
    snapshots: Snapshots
    web: Recording
    database: Recording
    notes: list[str]

    @property
    def both(self) -> list[GuestMachine]:
        return [cast(GuestMachine, self.web), cast(GuestMachine, self.database)]

    def verbs(self) -> list[str]:
        """What was done, in its order; what is done at the same time in any."""
        return [note.split()[0] for note in self.notes]


@pytest.fixture
def machines(tmp_path: Path) -> Machines:
    notes: list[str] = []
    snapshots = Snapshots(tmp_path / "snapshots.json", 4 * 2**30, FakeReport())
    return Machines(snapshots, Recording("web", notes), Recording("database", notes), notes)


def test_all_are_paused_before_the_first_is_saved(machines: Machines) -> None:
    machines.snapshots.save(machines.both, BASE)

    assert machines.verbs() == ["pause", "pause", "save", "save", "unpause", "unpause"]
    (saved,) = machines.snapshots.saved()
    assert (saved.level, saved.size) == (BASE, 2 * 2**30)


def test_none_stays_paused_if_one_can_not_be_saved(machines: Machines) -> None:
    machines.database.breaks = frozenset({"save"})

    with pytest.raises(StepFailed, match="database can't save"):
        machines.snapshots.save(machines.both, BASE)

    assert machines.verbs()[-2:] == ["unpause", "unpause"]
    assert machines.snapshots.saved() == ()


def test_all_are_off_before_the_first_is_restored(machines: Machines) -> None:
    """Or a web host as it is now would write into the database as it was."""
    machines.snapshots.save(machines.both, BASE)
    machines.notes.clear()

    machines.snapshots.restore(machines.both, BASE)

    assert machines.verbs() == ["cut", "cut", "restore", "restore", "unpause", "unpause"]


def test_single_machine_pauses_itself(machines: Machines) -> None:
    machines.snapshots.save(machines.both[:1], BASE)
    machines.snapshots.restore(machines.both[:1], BASE)

    assert machines.verbs() == ["save", "restore"]


def test_removed_snapshot_is_removed_from_all(machines: Machines) -> None:
    machines.snapshots.save(machines.both, BASE)
    machines.snapshots.save(machines.both, SITE)

    machines.snapshots.remove(machines.both, SITE)

    assert machines.web.kept == machines.database.kept == {str(BASE)}


def test_old_snapshots_of_all_make_room_together(machines: Machines) -> None:
    """Each of them takes 2 GiB, and there is room for 4."""
    for level in (BASE, SITE, Level(DEPLOYED, "2")):
        machines.snapshots.save(machines.both, level)

    assert [one.level for one in machines.snapshots.saved()] == [BASE, Level(DEPLOYED, "2")]
    assert machines.web.kept == machines.database.kept == {str(BASE), "deployed-2"}


def test_all_are_waited_for_also_if_one_fails() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number == 1:
            raise StepFailed("the first")
        done.append(number)

    with pytest.raises(StepFailed, match="the first"):
        members.at_once([1, 2, 3], work)
    assert sorted(done) == [2, 3]


def job(tmp_path: Path, *hosts: TargetHost) -> Job:
    """hosts: the VM's, () before its first `up`."""
    made = config()
    mirrored = made.targets["staging"].model_copy(
        update={
            "host_list": (
                TargetHost(address="203.0.113.9", roles=("database",)),
                TargetHost(address="203.0.113.7", roles=("web",)),
            )
        }
    )
    own = made.targets["staging"].model_copy(update={"address": "", "host_list": hosts})
    vm = made.vm.model_copy(update={"topology": "production", "stands_for": "live"})
    changed = made.model_copy(update={"vm": vm, "targets": {"vagrant": own, "live": mirrored}})
    return Job(Project(tmp_path, tmp_path / "deploy.yml"), changed, "vagrant", FakeReport())


def test_each_member_has_its_own_job_and_console(tmp_path: Path) -> None:
    hosts = (
        TargetHost(address="192.168.60.10", roles=("web",)),
        TargetHost(address="192.168.60.11", roles=("database",)),
    )

    web, database = members.members(job(tmp_path, *hosts))

    assert (web.name, web.job.target.address) == ("understudy", "192.168.60.10")
    assert (database.name, database.job.target.address) == ("understudy-database", "192.168.60.11")
    assert database.console == tmp_path / ".understudy/vm/understudy-database/console.log"


def test_members_have_names_before_they_have_addresses(tmp_path: Path) -> None:
    found = members.members(job(tmp_path))

    assert [member.name for member in found] == ["understudy", "understudy-database"]


def test_machines_are_written_down_until_they_are_removed(tmp_path: Path) -> None:
    hosts = (
        TargetHost(address="192.168.60.10", roles=("web",)),
        TargetHost(address="192.168.60.11", roles=("database",)),
    )
    one = job(tmp_path, *hosts)
    file = members.directory(one.project, "understudy") / "machines.json"
    file.parent.mkdir(parents=True)

    members.record(one.project, members.members(one), {"understudy-database": {"memory": 4096}})

    assert json.loads(file.read_text()) == [
        {"name": "understudy", "address": "192.168.60.10"},
        {"name": "understudy-database", "address": "192.168.60.11", "memory": 4096},
    ]
    assert members.built(one.project, "understudy") == ("understudy", "understudy-database")
    members.forget(one.project, "understudy")
    assert members.built(one.project, "understudy") == ("understudy",)


def test_single_machine_is_not_written_down(tmp_path: Path) -> None:
    one = job(tmp_path)

    members.record(one.project, members.members(one)[:1], {})

    assert not (tmp_path / ".understudy").exists()


def test_network_of_virtual_machines_leases_each_its_own_address() -> None:
    text = libvirt_network.xml("shop", ["192.168.60.10", "192.168.60.11"])

    assert "<name>shop</name>" in text
    assert "<ip address='192.168.60.1' netmask='255.255.255.0'>" in text
    assert "<host mac='52:54:00:a8:3c:0a' ip='192.168.60.10'/>" in text
    assert "<host mac='52:54:00:a8:3c:0b' ip='192.168.60.11'/>" in text


HOSTS = [
    {"address": "203.0.113.9", "roles": ["database"]},
    {"address": "203.0.113.7", "roles": ["web", "worker"]},
]


@pytest.fixture
def staging(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Containers of a web host and its database; which of them were provisioned is reported."""

    def provisioned(host: Job) -> None:
        host.report.say(f"provisioned {host.target.address.rpartition('.')[2]}")

    monkeypatch.setattr(provision, "provision", provisioned)
    monkeypatch.setattr(shared, "share", lambda job: job.report.say("shared"))
    configure(machine, topology="production")
    return machine


def configure(machine: Machine, **vm: object) -> None:
    settings = yaml.safe_load(machine.project.config_file.read_text())
    settings["app"] |= {"database": "postgresql"}
    settings["vm"] = {"provider": "lxc", **vm}
    settings["targets"]["production"].pop("address", None)
    settings["targets"]["production"]["hosts"] = HOSTS
    machine.project.config_file.write_text(yaml.safe_dump(settings))


DATABASE = "understudy-database"


def state_of(machine: Machine, name: str) -> str:
    file = machine.tools / name / "state"
    return file.read_text().strip() if file.exists() else ""


def snapshots_of(machine: Machine, name: str) -> set[str]:
    return {one.name.rpartition("-")[0] for one in (machine.tools / name / "snapshots").iterdir()}


def test_up_builds_all_and_provisions_each_by_its_roles(staging: Machine) -> None:
    staging.vm().up()

    assert staging.vagrant_calls() == ["box", "up"]
    assert (staging.state, state_of(staging, DATABASE)) == ("running", "running")
    said = [line for line in staging.report.said if line.startswith(("provisioned", "shared"))]
    addresses = vm_address.machines(vm_address.load(staging.project))
    listed = f"understudy {addresses['understudy']}, {DATABASE} {addresses[DATABASE]}"
    assert f"staging VM understudy ({listed}) is a container" in staging.report.said[0]
    # The database first, as on production.
    assert said == ["provisioned 11", "provisioned 10", "shared"]
    assert staging.snapshots() == snapshots_of(staging, DATABASE) == {"provisioned"}


def test_second_up_builds_nothing(staging: Machine) -> None:
    staging.vm().up()
    staging.vagrant_calls()

    staging.vm().up()

    assert staging.vagrant_calls() == []


def test_all_go_to_sleep_and_wake_together(staging: Machine) -> None:
    staging.vm().up()
    staging.vagrant_calls()

    staging.vm().down()
    asleep = (staging.state, state_of(staging, DATABASE))
    staging.vm().up()

    assert asleep == ("shut off", "shut off")
    assert (staging.state, state_of(staging, DATABASE)) == ("running", "running")
    assert staging.vagrant_calls() == []


def test_snapshot_that_is_broken_for_one_counts_for_none(staging: Machine) -> None:
    vm = staging.vm()
    vm.up()
    vm.save(SITE)
    (staging.tools / DATABASE / "snapshots" / str(SITE)).write_text("damaged")

    assert vm.reset(SITE).name == PROVISIONED
    assert staging.snapshots() == snapshots_of(staging, DATABASE) == {"provisioned"}


@pytest.mark.parametrize(
    "vm",
    [{"topology": "single"}, {"topology": "production", "fold": ["web", "worker", "database"]}],
)
def test_other_topology_is_another_vm(vm: dict[str, object], staging: Machine) -> None:
    staging.vm().up()
    staging.vagrant_calls()
    configure(staging, **vm)

    staging.vm().up()

    assert staging.vagrant_calls()[-2:] == ["destroy", "up"]
    assert (staging.state, state_of(staging, DATABASE)) == ("running", "")


def test_destroyed_vm_leaves_no_machine(staging: Machine) -> None:
    staging.vm().up()

    staging.vm().destroy()

    assert not staging.vm().exists()
    assert members.built(staging.project, "understudy") == ("understudy",)


def test_each_machine_is_an_answer_of_up(staging: Machine) -> None:
    staging.vm().up()
    (staging.tools / DATABASE / "state").write_text("shut off\n")

    found = now.look(staging.project, vm_address.load(staging.project))

    assert [(one.name, one.state) for one in found] == [
        ("understudy", "running"),
        (DATABASE, "asleep"),
    ]


def test_machine_that_is_off_is_named_where_it_does_not_answer(staging: Machine) -> None:
    staging.vm().up()
    (staging.tools / DATABASE / "state").write_text("shut off\n")
    error = NoConnection("no SSH connection")
    error.address = vm_address.machines(vm_address.load(staging.project))[DATABASE]

    no_vm.explain(error, staging.project)

    assert error.cause == f"VM {DATABASE} is not running"


def test_captured_host_shapes_its_machine(
    staging: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "capacity", lambda: Capacity(memory=8192, cpus=8))
    file = staging.project.directory / "provision" / "production-203.0.113.9.lock.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(lockfile.dump(production(), "production:203.0.113.9"))
    config = vm_address.load(staging.project)

    found = follow.sizes(Job(staging.project, config, "vagrant", staging.report))

    # It has 3.8 GiB; half of this machine is for two of them.
    assert found == {DATABASE: {"memory": 2048, "cpus": 4}}
