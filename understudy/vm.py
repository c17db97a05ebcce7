"""The one door to Vagrant: the staging VM's life. Calls are few, for each costs over a second."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO

import paramiko
import vagrant

from understudy import box as boxes
from understudy import orphan
from understudy.box import Box
from understudy.config import Config, TargetConfig
from understudy.connection import SshConnection
from understudy.errors import StepFailed, UnderstudyError, Unreachable
from understudy.health import wait_for_port
from understudy.project import Project
from understudy.provision import Provisioning
from understudy.report import Report

# The target that stands for the VM in deploy.yml.
TARGET = "vagrant"
PROVISIONED = "provisioned"
SEEDED = "seeded"
SECONDS_TO_WAKE = 60
TAIL_LINES = 20


class Vm:
    """The staging VM of one deploy.yml."""

    def __init__(self, project: Project, config: Config, report: Report) -> None:
        self._project = project
        self._config = config
        self._report = report
        self._state = project.state / "vm" / config.vm.name
        self._state.mkdir(parents=True, exist_ok=True)
        self._vagrant = vagrant.Vagrant(
            root=str(project.directory),
            out_cm=self._open_log,
            err_cm=self._open_log,
            env={**os.environ, "UNDERSTUDY_CONFIG": str(project.config_file.absolute())},
        )

    def up(self) -> None:
        """Brings up the VM, provisioned, from a box that matches deploy.yml and provision/."""
        recipe = self._provisioning()
        box = boxes.box_for(self._project, self._config.vm.release, recipe)
        if self._made_from() == box.version and self._answers():
            self._report.say(f"VM {self._config.vm.name} is up at {self._config.vm.address}")
            return
        self._add_box(box, recipe)
        there = self._vagrant_knows_it()
        if there and self._made_from() == box.version:
            self._boot()
            return
        if there:
            self._report.say("the VM there is not from this box: it is made anew")
            self.destroy()
        elif origin := orphan.remove(self._config.vm.name):
            self._report.say(f"removed a VM of the same name, left by {origin}, which is gone")
        self._make(box)

    def reset(self, rung: str = PROVISIONED) -> None:
        """Puts the VM back to a snapshot: without a name, to what it was just after up."""
        if not self._made_from():
            raise StepFailed("there is no VM to reset", hint="python deploy.py up")
        if rung not in self.rungs():
            known = ", ".join(sorted(self.rungs()))
            raise StepFailed(f"there is no snapshot {rung}", hint=f"There are: {known}.")
        with self._report.step(f"restore the snapshot '{rung}'"):
            self._call("snapshot restore", lambda: self._vagrant.snapshot_restore(rung))
            self._wake()

    def save(self, rung: str) -> None:
        """Saves the VM as it runs as a snapshot, in place of those above 'provisioned'."""
        with self._report.step(f"save the snapshot '{rung}'"):
            for old in self.rungs() - {PROVISIONED}:
                self._remember_rungs(self.rungs() - {old})
                self._call("snapshot delete", partial(self._vagrant.snapshot_delete, old))
            self._call("snapshot save", lambda: self._vagrant.snapshot_save(rung))
            self._remember_rungs(self.rungs() | {rung})

    def rungs(self) -> frozenset[str]:
        """The names of the snapshots there are."""
        file = self._state / "rungs"
        return frozenset(file.read_text().split()) if file.exists() else frozenset()

    def _remember_rungs(self, rungs: frozenset[str]) -> None:
        (self._state / "rungs").write_text("\n".join(sorted(rungs)))

    def down(self) -> None:
        """Shuts the VM down."""
        with self._report.step(f"stop VM {self._config.vm.name}"):
            self._call("halt", self._vagrant.halt)

    def destroy(self) -> None:
        """Removes the VM, its disk and its snapshots; the box stays."""
        with self._report.step(f"remove VM {self._config.vm.name}"):
            self._mark_made_from("")
            self._call("destroy", self._vagrant.destroy)

    def _make(self, box: Box) -> None:
        self._mark_made_from("")
        self._boot()
        self._remember_rungs(frozenset())
        self.save(PROVISIONED)
        # Last: a VM without this mark is half-made.
        self._mark_made_from(box.version)

    def _boot(self) -> None:
        with self._report.step(f"boot VM {self._config.vm.name}"):
            self._call("up", self._up_telling)
            self._remember_host_key()

    def _up_telling(self) -> None:
        with self._open_log() as log:
            for line in self._vagrant.up(stream_output=True):
                # A progress bar draws itself anew in one endless line.
                line = line.rpartition("\x1b[K")[2]
                log.write(line)
                told = line.partition(": ")[2].strip()
                # Lines with dashes list the domain's settings; the log has them.
                if told and not told.startswith("--"):
                    self._report.detail(told.removeprefix("==> "))

    def _add_box(self, box: Box, recipe: Provisioning) -> None:
        """Builds the box and hands it to Vagrant, unless Vagrant has it."""
        (self._project.state / "boxes").mkdir(parents=True, exist_ok=True)
        pinned = self._project.state / "boxes" / f"{box.release}.version"
        home = Path(os.environ.get("VAGRANT_HOME", "~/.vagrant.d")).expanduser()
        if not (home / "boxes" / box.name.replace("/", "-VAGRANTSLASH-") / box.version).is_dir():
            catalog = boxes.build(self._project, box, recipe, self._report)
            with self._report.step(f"add box {box.name} to Vagrant"):
                self._call("box add", lambda: self._vagrant.box_add(box.name, str(catalog)))
        pinned.write_text(box.version)

    def _vagrant_knows_it(self) -> bool:
        (machine,) = self._vagrant.status(self._config.vm.name)
        return bool(machine.state != self._vagrant.NOT_CREATED)

    def _wake(self) -> None:
        """After a restore: waits for SSH and sets the guest's clock, which stood still meanwhile."""
        wait_for_port(self._config.vm.address, self._target.port, SECONDS_TO_WAKE)
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
        wait_for_port(address, port, SECONDS_TO_WAKE)
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
        return self._config.target(TARGET)

    def _provisioning(self) -> Provisioning:
        return self._project.provisioning(self._config, self._target.admin)

    def _made_from(self) -> str:
        mark = self._state / "made-from"
        return mark.read_text() if mark.exists() else ""

    def _mark_made_from(self, version: str) -> None:
        (self._state / "made-from").write_text(version)

    @contextmanager
    def _open_log(self) -> Iterator[IO[str]]:
        with (self._state / "vagrant.log").open("a") as log:
            yield log

    def _call(self, title: str, call: Callable[[], object]) -> None:
        """Calls Vagrant. What it says goes to a log, whose end is shown if it fails."""
        (self._state / "vagrant.log").write_text("")
        try:
            call()
        except (FileNotFoundError, RuntimeError):
            # python-vagrant's own way to say that there is no vagrant on the PATH.
            raise Unreachable("vagrant is not installed", hint="make setup") from None
        except subprocess.CalledProcessError as error:
            said = _tail(self._state / "vagrant.log") or str(error)
            raise StepFailed(
                f"vagrant {title} failed",
                details=f"{said}\n--- serial console ---\n{_tail(self._state / 'console.log')}",
                hint=self._hint(said),
            ) from None

    def _hint(self, said: str) -> str:
        name = self._config.vm.name
        if "already taken" in said or "storage vol" in said:
            return (
                f"Another directory made a VM named {name}: set another vm.name, or "
                f"virsh -c qemu:///system destroy {name}; virsh -c qemu:///system undefine {name} "
                "--snapshots-metadata --remove-all-storage"
            )
        return "python deploy.py doctor. Once mended, the same command goes on."


def _tail(file: Path) -> str:
    if not file.exists():
        return ""
    return "\n".join(file.read_text(errors="replace").splitlines()[-TAIL_LINES:])
