"""Hosts made of a box by libvirt or lxc alone: neither Vagrant nor Understudy's code for it sees them.

Each of a run's workers has two, in a network of its own.
"""

import fcntl
import os
import shutil
import subprocess
import tarfile
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import ClassVar, Protocol

from tests.integration.staging import PROJECT, run
from understudy.paths import Project
from understudy.vm import provider

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
# Outside of the addresses from which VMs get their subnets.
_SUBNET = f"10.157.{57 + _WORKER}"
NETWORK = f"understudy-test-production-{_WORKER}"
GATEWAY = f"{_SUBNET}.1"


@dataclass(frozen=True)
class Machine:
    """A host. mac: of its network card, by which libvirt's network gives it its address."""

    name: str
    address: str
    mac: str


FIRST = Machine(f"{NETWORK}-1", f"{_SUBNET}.10", f"52:54:00:9d:{39 + _WORKER}:0a")
SECOND = Machine(f"{NETWORK}-2", f"{_SUBNET}.11", f"52:54:00:9d:{39 + _WORKER}:0b")


class Hardware(Protocol):
    """What runs a machine. Equal to another one of its kind."""

    def create(self, machine: Machine, catalog: Path) -> None:
        """With the disk of a box. catalog: the box's, as the build wrote it."""

    def copy(self, machine: Machine, twin: Machine) -> None:
        """Creates the twin with a copy of the other one's disk. Both are off."""

    def power_on(self, machine: Machine) -> None: ...

    def cut_power(self, machine: Machine) -> None: ...

    def is_off(self, machine: Machine) -> bool: ...

    def process(self, machine: Machine) -> int | None:
        """The machine's init, as a process of this one; None if it is none."""

    def remove(self) -> None:
        """Removes both machines, also what a killed run left."""


@cache
def default() -> Hardware:
    """Of the same kind as the staging VM of the tests."""
    project = Project(PROJECT, PROJECT / "deploy.yml", PROJECT)
    is_container = provider.chosen(project, "no VM has this name", "auto").name == provider.LXC
    return Containers() if is_container else VirtualMachines()


@dataclass(frozen=True)
class Containers:
    """By lxc. Each has a network link of its own to this machine, and its own layer over the box's files."""

    _HOME: ClassVar = Path("/var/lib/lxc")
    # Where those of the staging VMs lie, too: the next one removes those that no container lies on.
    _TREES: ClassVar = Path("/var/lib/understudy/boxes")
    _CONFIG: ClassVar = """\
        lxc.arch = amd64
        lxc.pty.max = 1024
        lxc.tty.max = 0
        lxc.apparmor.profile = unconfined
        lxc.mount.auto = proc:mixed sys:mixed cgroup:mixed
        lxc.cap.drop = sys_module sys_rawio sys_time mac_admin mac_override
        lxc.signal.halt = SIGRTMIN+4
        lxc.rootfs.path = overlay:{tree}:{home}/upper
        lxc.uts.name = understudy
        lxc.net.0.type = veth
        lxc.net.0.name = eth0
        lxc.net.0.flags = up
        lxc.net.0.ipv4.address = {machine.address}/24
        lxc.net.0.ipv4.gateway = {gateway}
        lxc.net.0.script.up = {home}/link
        """
    # lxc gives it the interface as the fifth word.
    _LINK: ClassVar = """\
        #!/bin/sh
        set -e
        ip address add {gateway}/32 dev "$5"
        ip link set "$5" up
        ip route replace {machine.address} dev "$5"
        # This machine answers for the other host, which is not on this link.
        echo 1 >"/proc/sys/net/ipv4/conf/$5/proxy_arp"
        echo 1 >/proc/sys/net/ipv4/ip_forward
        nft -f - <<END
        table ip {machine.name}
        delete table ip {machine.name}
        table ip {machine.name} {{
            chain postrouting {{
                type nat hook postrouting priority srcnat
                ip saddr {machine.address} ip daddr != {gateway}/24 masquerade
            }}
        }}
        END
        """

    def create(self, machine: Machine, catalog: Path) -> None:
        home = self._home(machine)
        resolved = home / "upper/etc/systemd/resolved.conf.d"
        resolved.mkdir(parents=True)
        servers = Path("/etc/resolv.conf").read_text().split("nameserver ")[1:]
        listed = " ".join(server.split()[0] for server in servers)
        (resolved / "tests.conf").write_text(f"[Resolve]\nDNS={listed}\n")
        (home / "upper/etc/fstab").write_text("")
        self._TREES.mkdir(parents=True, exist_ok=True)
        with self._TREES.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            tree = self._unpacked(catalog.with_suffix(".lxc.box"))
            values = {"home": home, "machine": machine, "gateway": GATEWAY, "tree": tree}
            for name, text in (("config", self._CONFIG), ("link", self._LINK)):
                (home / name).write_text(textwrap.dedent(text).format(**values))
        (home / "link").chmod(0o755)

    def copy(self, machine: Machine, twin: Machine) -> None:
        run("cp", "-a", self._home(machine), self._home(twin))
        for file in (self._home(twin) / name for name in ("config", "link")):
            text = file.read_text().replace(machine.name, twin.name)
            file.write_text(text.replace(machine.address, twin.address))

    def power_on(self, machine: Machine) -> None:
        _output("lxc-start", "--name", machine.name)

    def cut_power(self, machine: Machine) -> None:
        _output("lxc-stop", "--kill", "--name", machine.name)

    def is_off(self, machine: Machine) -> bool:
        return "STOPPED" in _output("lxc-info", "--state", "--name", machine.name)

    def process(self, machine: Machine) -> int:
        return int(_output("lxc-info", "--pid", "--no-humanize", "--name", machine.name))

    def remove(self) -> None:
        for machine in (FIRST, SECOND):
            if self._home(machine).exists():
                _try("lxc-stop", "--kill", "--name", machine.name)
                _try("nft", "delete", "table", "ip", machine.name)
                shutil.rmtree(self._home(machine))

    def _home(self, machine: Machine) -> Path:
        return self._HOME / machine.name

    def _unpacked(self, box: Path) -> Path:
        """The files of a box, which no host changes."""
        made = f"{box} {box.stat().st_mtime_ns}"
        tree = self._TREES / sha256(made.encode()).hexdigest()[:16]
        if not tree.exists():
            new = tree.with_suffix(".new")
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir()
            unpack = (
                f"tar -xOf {box} ./rootfs.tar.gz | tar -xzf - --strip-components=2 --numeric-owner"
            )
            run("sh", "-ec", f"cd {new} && {unpack} --xattrs '--xattrs-include=*'")
            new.rename(tree)
        return tree


@dataclass(frozen=True)
class VirtualMachines:
    """By libvirt."""

    _NETWORK: ClassVar = f"""
    <network>
      <name>{NETWORK}</name>
      <forward mode='nat'/>
      <bridge name='virbr{57 + _WORKER}' stp='off' delay='0'/>
      <ip address='{GATEWAY}' netmask='255.255.255.0'>
        <dhcp>
          <host mac='{FIRST.mac}' ip='{FIRST.address}'/>
          <host mac='{SECOND.mac}' ip='{SECOND.address}'/>
        </dhcp>
      </ip>
    </network>
    """
    _DOMAIN: ClassVar = """
    <domain type='{kind}'>
      <name>{machine.name}</name>
      <memory unit='MiB'>1024</memory>
      <vcpu>2</vcpu>
      <os><type arch='x86_64'>hvm</type></os>
      <features><acpi/></features>
      {cpu}
      <devices>
        <disk type='file' device='disk'>
          <driver name='qemu' type='qcow2' cache='unsafe'/>
          <source file='{disk}'/>
          <target dev='vda' bus='virtio'/>
        </disk>
        <interface type='network'>
          <mac address='{machine.mac}'/>
          <source network='{network}'/>
          <model type='virtio'/>
        </interface>
        <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
        <serial type='pty'/>
        <console type='pty'/>
      </devices>
    </domain>
    """
    # As in the Vagrantfile: the plainest processor is emulated fastest. Wheels may require x86-64-v2.
    _EMULATED: ClassVar = """<cpu mode='custom'><model>qemu64</model>
      <feature name='ssse3' policy='require'/><feature name='sse4.1' policy='require'/>
      <feature name='sse4.2' policy='require'/><feature name='popcnt' policy='require'/>
      <feature name='svm' policy='disable'/></cpu>"""

    def create(self, machine: Machine, catalog: Path) -> None:
        box = catalog.with_suffix(".box")
        with tarfile.open(box) as tar, self._disk(machine).open("wb") as disk:
            image = tar.extractfile("box.img")
            assert image
            shutil.copyfileobj(image, disk, 1 << 20)
        self._define("net-define", self._NETWORK)
        _virsh("net-start", NETWORK)
        self._define_machine(machine)

    def copy(self, machine: Machine, twin: Machine) -> None:
        """Nothing on the disk is bound to the network card."""
        shutil.copyfile(self._disk(machine), self._disk(twin))
        self._define_machine(twin)

    def power_on(self, machine: Machine) -> None:
        _virsh("start", machine.name)

    def cut_power(self, machine: Machine) -> None:
        _virsh("destroy", machine.name)

    def is_off(self, machine: Machine) -> bool:
        return _virsh("domstate", machine.name).strip() == "shut off"

    def process(self, machine: Machine) -> None:
        return None

    def remove(self) -> None:
        for machine in (FIRST, SECOND):
            _try(*_VIRSH, "destroy", machine.name)
            _try(*_VIRSH, "undefine", machine.name)
            self._disk(machine).unlink(missing_ok=True)
        _try(*_VIRSH, "net-destroy", NETWORK)
        _try(*_VIRSH, "net-undefine", NETWORK)

    def _disk(self, machine: Machine) -> Path:
        return Path("/var/lib/libvirt/images") / f"{machine.name}.qcow2"

    def _define_machine(self, machine: Machine) -> None:
        kind = run("provision/box/accelerator").text.strip()
        cpu = "<cpu mode='host-passthrough'/>" if kind == "kvm" else self._EMULATED
        values = {"kind": kind, "cpu": cpu, "disk": self._disk(machine), "network": NETWORK}
        self._define("define", self._DOMAIN.format(machine=machine, **values))

    def _define(self, command: str, xml: str) -> None:
        text = textwrap.dedent(xml).strip()
        done = subprocess.run(
            [*_VIRSH, command, "/dev/stdin"], input=text, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr


_VIRSH = ("virsh", "-qc", "qemu:///system")


def _virsh(*words: str) -> str:
    return _output(*_VIRSH, *words)


def _output(*command: str) -> str:
    done = _try(*command)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout


def _try(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}
    )


def remove_all() -> None:
    """What any run left: the two kinds have the same addresses."""
    for kind in (Containers(), VirtualMachines()):
        kind.remove()


def until(is_so: Callable[[], bool], seconds: int, complaint: str) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return
        time.sleep(0.2)
    raise AssertionError(f"{complaint} within {seconds} s")
