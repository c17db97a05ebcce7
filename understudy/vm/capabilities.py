"""What this machine can run: a guest under KVM, a container."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from understudy.paths import Project

# Where Debian's packages and `vagrant plugin install` list Vagrant's plugins. To ask Vagrant takes seconds.
_PLUGIN_LISTS = (
    "/usr/share/vagrant-plugins/plugins.d/vagrant-lxc.json",
    "~/.vagrant.d/plugins.json",
)


def accelerator(project: Project) -> str:
    """kvm or qemu, by starting a guest; empty if that can't be found out."""
    try:
        program = str(project.box_scripts / "accelerator")
        return subprocess.run([program], capture_output=True, text=True, timeout=20).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def runs_kvm(project: Project) -> bool:
    return accelerator(project) == "kvm"


def obstacle_to_containers() -> str:
    """Why no container can run here, as a clause; empty if one can."""
    return next(_obstacles(), "")


def _obstacles() -> Iterator[str]:
    if shutil.which("lxc-start") is None or not _has_plugin():
        yield "lxc or vagrant-lxc is not installed"
    if os.geteuid() != 0 and shutil.which("sudo") is None:
        yield "a container needs root or sudo"
    if "\toverlay\n" not in Path("/proc/filesystems").read_text() and not _can_load("overlay"):
        yield "the kernel has no overlayfs"
    if not _is_mount_point():
        yield "this is a chroot, from which no container can start"
    if os.geteuid() == 0 and not _may_make_namespaces():
        yield "this machine is a container that may start no other one"


def _has_plugin() -> bool:
    files = (Path(name).expanduser() for name in _PLUGIN_LISTS)
    return any(_lists_plugin(file) for file in files)


def _lists_plugin(file: Path) -> bool:
    try:
        content = json.loads(file.read_text())
    except (OSError, ValueError):
        return False
    return "vagrant-lxc" in content.get("installed", content)


def _can_load(module: str) -> bool:
    return _succeeds("/sbin/modprobe", "--dry-run", "--quiet", module)


def _is_mount_point() -> bool:
    """Whether / is one: pivot_root(2) refuses anything else."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return any(line.split()[4] == "/" for line in lines)


def _may_make_namespaces() -> bool:
    return _succeeds("unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "true")


def _succeeds(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
