"""The tests' production: a second VM from a bare box, of which Understudy knows only SSH.

It is defined through libvirt alone. Neither Vagrant nor Understudy's code for Vagrant sees it.
"""

import shutil
import subprocess
import tarfile
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

NAME = "understudy-test-production"
ADDRESS = "192.168.57.10"
_DISK = Path("/var/lib/libvirt/images") / f"{NAME}.qcow2"

_NETWORK = f"""
<network>
  <name>{NAME}</name>
  <forward mode='nat'/>
  <bridge name='virbr57' stp='off' delay='0'/>
  <ip address='192.168.57.1' netmask='255.255.255.0'>
    <dhcp><range start='{ADDRESS}' end='{ADDRESS}'/></dhcp>
  </ip>
</network>
"""

_DOMAIN = f"""
<domain type='{{kind}}'>
  <name>{NAME}</name>
  <memory unit='MiB'>1024</memory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64'>hvm</type></os>
  <features><acpi/></features>
  {{cpu}}
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cache='unsafe'/>
      <source file='{_DISK}'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <interface type='network'>
      <source network='{NAME}'/>
      <model type='virtio'/>
    </interface>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <serial type='pty'/>
    <console type='pty'/>
  </devices>
</domain>
"""


# As in the Vagrantfile: the plainest processor is emulated fastest, with what wheels may ask of one.
_EMULATED = """<cpu mode='custom'><model>qemu64</model>
    <feature name='ssse3' policy='require'/><feature name='sse4.1' policy='require'/>
    <feature name='sse4.2' policy='require'/><feature name='popcnt' policy='require'/>
    <feature name='svm' policy='disable'/></cpu>"""


@dataclass(frozen=True)
class Production:
    """A host that is reached by SSH only. key, known_hosts: files of its admin's."""

    admin: str
    key: Path
    known_hosts: Path

    def ssh(self, command: str) -> str:
        return _ssh(self.admin, self.key, self.known_hosts, command)


def start(box: Path, kind: str, directory: Path) -> Production:
    """Boots the VM from a bare box and gives it an admin with a key of his own."""
    remove()
    _import_disk(box)
    _define("net-define", _NETWORK, directory)
    _virsh("net-start", NAME)
    cpu = "<cpu mode='host-passthrough'/>" if kind == "kvm" else _EMULATED
    _define("define", _DOMAIN.format(kind=kind, cpu=cpu), directory)
    _virsh("start", NAME)
    known_hosts = directory / "known_hosts"
    _wait_for_host_key(known_hosts)
    return _with_admin(directory, known_hosts)


def remove() -> None:
    """Removes the VM and its network, or what a killed run left of them."""
    for command in (
        ("destroy", NAME),
        ("undefine", NAME),
        ("net-destroy", NAME),
        ("net-undefine", NAME),
    ):
        subprocess.run(["virsh", "-qc", "qemu:///system", *command], capture_output=True)
    _DISK.unlink(missing_ok=True)


def _import_disk(box: Path) -> None:
    with tarfile.open(box) as tar, _DISK.open("wb") as disk:
        image = tar.extractfile("box.img")
        assert image
        shutil.copyfileobj(image, disk, 1 << 20)


def _define(command: str, xml: str, directory: Path) -> None:
    file = directory / f"{command}.xml"
    file.write_text(textwrap.dedent(xml).strip())
    _virsh(command, str(file))


def _virsh(*command: str) -> None:
    done = subprocess.run(
        ["virsh", "-qc", "qemu:///system", *command], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def _wait_for_host_key(known_hosts: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        scan = subprocess.run(
            ["ssh-keyscan", "-T", "5", "-t", "ed25519", ADDRESS], capture_output=True, text=True
        )
        if scan.stdout:
            known_hosts.write_text(scan.stdout)
            return
        time.sleep(0.5)
    raise AssertionError(f"{NAME} did not answer at {ADDRESS}:22 within 180 s")


def _with_admin(directory: Path, known_hosts: Path) -> Production:
    key = directory / "id_ed25519"
    subprocess.run(["ssh-keygen", "-qt", "ed25519", "-N", "", "-f", key], check=True)
    public = key.with_suffix(".pub").read_text().strip()
    vagrant = Path("~/.vagrant.d/insecure_private_key").expanduser()
    _ssh(
        "vagrant",
        vagrant,
        known_hosts,
        "sudo useradd -m -s /bin/bash ops"
        " && sudo install -d -o ops -g ops -m 700 /home/ops/.ssh"
        f" && echo '{public}' | sudo tee /home/ops/.ssh/authorized_keys >/dev/null"
        " && sudo chown ops: /home/ops/.ssh/authorized_keys"
        " && echo 'ops ALL=(ALL) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/ops >/dev/null",
    )
    return Production("ops", key, known_hosts)


def _ssh(user: str, key: Path, known_hosts: Path, command: str) -> str:
    done = subprocess.run(
        [
            *("ssh", "-i", key, "-o", f"UserKnownHostsFile={known_hosts}", "-o", "BatchMode=yes"),
            *("-o", "IdentitiesOnly=yes", f"{user}@{ADDRESS}", command),
        ],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout
