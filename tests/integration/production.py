"""The tests' production: hosts from a bare box, of which Understudy knows only SSH."""

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml

from tests.integration.hardware import FIRST, SECOND, Hardware, Machine, default, remove_all, until
from tests.integration.staging import PROJECT, Staging, run
from understudy.config import model as configuration
from understudy.host.provisioning import of_project
from understudy.paths import Project
from understudy.report.terminal import TextReport
from understudy.vm import box as boxes


@dataclass(frozen=True)
class Production:
    """A host that is reached by SSH only. directory: holds its admin's key and known_hosts."""

    machine: Machine
    hardware: Hardware
    directory: Path
    admin: str = "ops"

    @property
    def address(self) -> str:
        return self.machine.address

    @property
    def key(self) -> Path:
        return self.directory / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        return self.directory / "known_hosts"

    def target(self, domain: str, **keys: object) -> dict[str, object]:
        """As deploy.yml has it."""
        known = {"key": str(self.key), "known_hosts": str(self.known_hosts)}
        return {"domain": domain, "address": self.address, "admin": self.admin, **known, **keys}

    def ssh(self, command: str) -> str:
        return _output(self._ssh(self.admin, self.key, command))

    def ssh_as_vagrant(self, command: str) -> str:
        """Runs a command as the user of a bare box."""
        key = Path("~/.vagrant.d/insecure_private_key").expanduser()
        return _output(self._ssh("vagrant", key, command))

    def _ssh(self, user: str, key: Path, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                *("ssh", "-i", key, "-o", f"UserKnownHostsFile={self.known_hosts}"),
                *("-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"),
                *(f"{user}@{self.address}", command),
            ],
            capture_output=True,
            text=True,
            timeout=300,
        )

    @property
    def process(self) -> int:
        """Its init, as a process of this machine. Skips a test if it has none."""
        found = self.hardware.process(self.machine)
        if found is None:
            pytest.skip("needs a container, whose network this machine can reach into")
        return found

    def power_on(self) -> None:
        self.hardware.power_on(self.machine)

    def cut_power(self) -> None:
        self.hardware.cut_power(self.machine)

    def shut_down(self) -> None:
        # A moment later, and not as a child of sudo, so that the command ends before its connection does.
        self.ssh("(sleep 1; sudo systemctl poweroff) </dev/null >/dev/null 2>&1 &")
        until(
            lambda: self.hardware.is_off(self.machine),
            180,
            f"{self.machine.name} did not shut down",
        )

    def wait_until_booted(self) -> None:
        """SSH answers earlier, while only root may log in and the site may not run yet."""
        until(self._has_booted, 300, f"{self.machine.name} did not boot")

    def _has_booted(self) -> bool:
        asked = self._ssh(self.admin, self.key, "systemctl is-system-running --wait")
        return asked.stdout.strip() in {"running", "degraded"}


def start(
    directory: Path, catalog: Path | None = None, hardware: Hardware | None = None
) -> Production:
    """Boots a host from a bare box, or another one, and gives it an admin with a key of his own."""
    remove()
    host = Production(FIRST, hardware or default(), directory)
    host.hardware.create(FIRST, catalog or _bare_box())
    host.power_on()
    _wait_for_host_key(host)
    _add_admin(host)
    return host


def start_twin(host: Production) -> Production:
    """A second host with a copy of the first one's disk. The first is off during the copy.

    They have the same host key and the same secrets.
    """
    twin = replace(host, machine=SECOND)
    host.shut_down()
    host.hardware.copy(host.machine, twin.machine)
    known = host.known_hosts.read_text()
    host.known_hosts.write_text(known + known.replace(host.address, twin.address))
    for each in (host, twin):
        each.power_on()
    for each in (host, twin):
        each.wait_until_booted()
    return twin


def requiring_receipts(app: Staging, directory: Path) -> Staging:
    """The same app and the same target `production`, to which only what has a signed receipt is deployed."""
    run("ssh-keygen", "-qt", "ed25519", "-N", "", "-f", directory / "key")
    public = (directory / "key.pub").read_text()
    (directory / "allowed_signers").write_text(f"tests@localhost {public}")
    settings = yaml.safe_load(app.config.read_text())
    settings["targets"]["production"]["require_receipt"] = True
    settings["receipts"] = {"key": str(directory / "key")}
    config = directory / "deploy.yml"
    config.write_text(yaml.safe_dump(settings))
    return Staging(app.repository, config)


def remove() -> None:
    """Removes the hosts, also those that a killed run left."""
    remove_all()


def provisioned_box(app: Staging) -> Path:
    """The catalog of the box that the app's staging VM is made from: its packages are there."""
    project = Project(PROJECT, app.config, PROJECT)
    config = configuration.load(app.config)
    recipe = of_project(project, config, config.target("vagrant"))
    box = boxes.box_for(project, config.vm.release, recipe)
    return boxes.build(project, box, recipe, TextReport())


def _bare_box() -> Path:
    """The catalog of the box."""
    project = Project(PROJECT, PROJECT / "deploy.yml", PROJECT)
    return boxes.build(project, boxes.box_for(project, "bookworm", None), None, TextReport())


def _output(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, f"{done.args[-1]}: {done.stderr}"
    return done.stdout


def _wait_for_host_key(host: Production) -> None:
    def is_known() -> bool:
        scan = ["ssh-keyscan", "-T", "5", "-t", "ed25519", host.address]
        host.known_hosts.write_text(subprocess.run(scan, capture_output=True, text=True).stdout)
        return bool(host.known_hosts.read_text())

    until(is_known, 180, f"{host.machine.name} did not answer at {host.address}:22")


def _add_admin(host: Production) -> None:
    subprocess.run(["ssh-keygen", "-qt", "ed25519", "-N", "", "-f", host.key], check=True)
    public = host.key.with_suffix(".pub").read_text().strip()
    host.ssh_as_vagrant(
        "sudo useradd -m -s /bin/bash ops"
        " && sudo install -d -o ops -g ops -m 700 /home/ops/.ssh"
        f" && echo '{public}' | sudo tee /home/ops/.ssh/authorized_keys >/dev/null"
        " && sudo chown ops: /home/ops/.ssh/authorized_keys"
        " && echo 'ops ALL=(ALL) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/ops >/dev/null",
    )
