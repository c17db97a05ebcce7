"""The tests' production: VMs from a bare box, of which Understudy knows only SSH.

They are defined through libvirt alone. Neither Vagrant nor Understudy's code for Vagrant sees them.
"""

import os
import shutil
import subprocess
import tarfile
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from tests.integration.staging import PROJECT, Staging, run
from understudy.paths import Project
from understudy.report.terminal import TextReport
from understudy.vm import box as boxes

NAME = "understudy-test-production"


@dataclass(frozen=True)
class Machine:
    """A VM. mac: of its network card, which gets it its address."""

    name: str
    address: str
    mac: str

    @property
    def disk(self) -> Path:
        return Path("/var/lib/libvirt/images") / f"{self.name}.qcow2"


# Outside of the addresses from which VMs get their subnets.
FIRST = Machine(NAME, "10.157.57.10", "52:54:00:9d:39:0a")
SECOND = Machine(f"{NAME}-2", "10.157.57.11", "52:54:00:9d:39:0b")

_NETWORK = f"""
<network>
  <name>{NAME}</name>
  <forward mode='nat'/>
  <bridge name='virbr57' stp='off' delay='0'/>
  <ip address='10.157.57.1' netmask='255.255.255.0'>
    <dhcp>
      <host mac='{FIRST.mac}' ip='{FIRST.address}'/>
      <host mac='{SECOND.mac}' ip='{SECOND.address}'/>
    </dhcp>
  </ip>
</network>
"""

_DOMAIN = f"""
<domain type='{{kind}}'>
  <name>{{machine.name}}</name>
  <memory unit='MiB'>1024</memory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64'>hvm</type></os>
  <features><acpi/></features>
  {{cpu}}
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cache='unsafe'/>
      <source file='{{machine.disk}}'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <interface type='network'>
      <mac address='{{machine.mac}}'/>
      <source network='{NAME}'/>
      <model type='virtio'/>
    </interface>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <serial type='pty'/>
    <console type='pty'/>
  </devices>
</domain>
"""


# As in the Vagrantfile: the plainest processor is emulated fastest. Wheels may require x86-64-v2.
_EMULATED = """<cpu mode='custom'><model>qemu64</model>
    <feature name='ssse3' policy='require'/><feature name='sse4.1' policy='require'/>
    <feature name='sse4.2' policy='require'/><feature name='popcnt' policy='require'/>
    <feature name='svm' policy='disable'/></cpu>"""


@dataclass(frozen=True)
class Production:
    """A host that is reached by SSH only. directory: holds its admin's key and known_hosts."""

    machine: Machine
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

    def power_on(self) -> None:
        _virsh("start", self.machine.name)

    def cut_power(self) -> None:
        _virsh("destroy", self.machine.name)

    def shut_down(self) -> None:
        # A moment later, and not as a child of sudo, so that the command ends before its connection does.
        self.ssh("(sleep 1; sudo systemctl poweroff) </dev/null >/dev/null 2>&1 &")
        _until(self._is_off, 180, f"{self.machine.name} did not shut down")

    def _is_off(self) -> bool:
        return _virsh("domstate", self.machine.name).strip() == "shut off"

    def wait_until_booted(self) -> None:
        """SSH answers earlier, while only root may log in and the site may not run yet."""
        _until(self._has_booted, 300, f"{self.machine.name} did not boot")

    def _has_booted(self) -> bool:
        asked = self._ssh(self.admin, self.key, "systemctl is-system-running --wait")
        return asked.stdout.strip() in {"running", "degraded"}


def start(directory: Path, box: Path | None = None) -> Production:
    """Boots a VM from a bare box, or another one, and gives it an admin with a key of his own."""
    remove()
    host = Production(FIRST, directory)
    _import_disk(box or _bare_box(), FIRST)
    _define("net-define", _NETWORK, directory)
    _virsh("net-start", NAME)
    _define_machine(host)
    host.power_on()
    _wait_for_host_key(host)
    _add_admin(host)
    return host


def start_twin(host: Production) -> Production:
    """A second VM with a copy of the first one's disk. The first is off during the copy.

    They have the same host key and the same secrets. Nothing on the disk is bound to the network card.
    """
    twin = replace(host, machine=SECOND)
    host.shut_down()
    shutil.copyfile(host.machine.disk, twin.machine.disk)
    _define_machine(twin)
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
    """Removes the VMs and their network, also those that a killed run left."""
    for machine in (FIRST, SECOND):
        _try_virsh("destroy", machine.name)
        _try_virsh("undefine", machine.name)
        machine.disk.unlink(missing_ok=True)
    _try_virsh("net-destroy", NAME)
    _try_virsh("net-undefine", NAME)


def _bare_box() -> Path:
    project = Project(PROJECT, PROJECT / "deploy.yml")
    bare = boxes.box_for(project, "bookworm", None)
    return boxes.build(project, bare, None, TextReport()).with_suffix(".box")


def _import_disk(box: Path, machine: Machine) -> None:
    with tarfile.open(box) as tar, machine.disk.open("wb") as disk:
        image = tar.extractfile("box.img")
        assert image
        shutil.copyfileobj(image, disk, 1 << 20)


def _define_machine(host: Production) -> None:
    kind = run("provision/box/accelerator").text.strip()
    cpu = "<cpu mode='host-passthrough'/>" if kind == "kvm" else _EMULATED
    _define("define", _DOMAIN.format(kind=kind, cpu=cpu, machine=host.machine), host.directory)


def _define(command: str, xml: str, directory: Path) -> None:
    file = directory / f"{command}.xml"
    file.write_text(textwrap.dedent(xml).strip())
    _virsh(command, str(file))


def _virsh(*command: str) -> str:
    return _output(_try_virsh(*command))


def _try_virsh(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["virsh", "-qc", "qemu:///system", *command],
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
    )


def _output(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, f"{done.args[-1]}: {done.stderr}"
    return done.stdout


def _until(is_so: Callable[[], bool], seconds: int, complaint: str) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return
        time.sleep(0.5)
    raise AssertionError(f"{complaint} within {seconds} s")


def _wait_for_host_key(host: Production) -> None:
    def is_known() -> bool:
        scan = ["ssh-keyscan", "-T", "5", "-t", "ed25519", host.address]
        host.known_hosts.write_text(subprocess.run(scan, capture_output=True, text=True).stdout)
        return bool(host.known_hosts.read_text())

    _until(is_known, 180, f"{host.machine.name} did not answer at {host.address}:22")


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
