"""Checks this machine and prints, for each problem, the command that fixes it."""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from understudy.cli import browser_checks, issuer_checks, override_checks, risks, vm_host_checks
from understudy.cli.finding import Finding
from understudy.cli.findings import Findings
from understudy.config.browser import BrowserConfig
from understudy.config.model import Config
from understudy.config.releases import RELEASES
from understudy.errors import UnderstudyError
from understudy.job import Job
from understudy.parity import capture_host
from understudy.parity.capture import lockfile
from understudy.paths import Project, project_of
from understudy.report.events import Report
from understudy.vm import address as vm_address
from understudy.vm import capabilities, follow, new_address, stale, unrehearsed
from understudy.vm import provider as providers
from understudy.vm.blueprint import Blueprint
from understudy.vm.mirror import unmatched
from understudy.vm.provider import Choice

NEEDED_DISK_GIB = 8
NEEDED_MEMORY_GIB = 3


_Check = Callable[[], Finding]


def examine(project: Project, report: Report) -> None:
    """Prints all findings. Raises Unreachable if any is a problem, ConfigError for a wrong deploy.yml."""
    found = Findings(tuple(_findings(project, report)))
    report.answer(found)
    if error := found.error():
        raise error


def _findings(project: Project, report: Report) -> Iterator[Finding]:
    if project.has_no_config:
        where = f"none in {project.directory} or above"
        yield Finding("deploy.yml", f"{where}; python deploy.py init writes one")
        choice = providers.for_new_vm(project)
        yield risks.provider(choice)
        yield from _in_parallel(
            (*_machine_checks(project, choice.name, BrowserConfig()), _BOX_BUILDER)
        )
        return
    config = vm_address.load(project)
    yield Finding("deploy.yml", str(project.config_file))
    yield from override_checks.findings(project)
    if vm_address.TARGET not in config.targets:
        yield Finding("staging VM", f"none: deploy.yml has no target {vm_address.TARGET}")
        yield from issuer_checks.findings(config)
        yield from (check() for check in DEPLOYS)
        return
    for sentence in unrehearsed.sentences(config):
        report.warn(sentence)
    choice = providers.chosen(project, config.vm.name, config.vm.provider, config.vm.host)
    yield _capture(Job(project, config, config.vm.stands_for, report), choice)
    yield risks.provider(choice)
    yield from issuer_checks.findings(config)
    job = Job(project, config, vm_address.TARGET, report)
    runs = ELSEWHERE if config.vm.host else choice.name
    machine = _machine_checks(project, runs, config.browser)
    yield from _in_parallel((*machine, *_vm_checks(job, choice.name)))
    yield from vm_host_checks.findings(project, config)


def _in_parallel(checks: Iterable[_Check]) -> Iterator[Finding]:
    """Most checks wait for a program, and Vagrant takes seconds."""
    with ThreadPoolExecutor() as pool:
        yield from pool.map(lambda check: check(), checks)


def _vm_checks(job: Job, provider: str) -> Iterable[_Check]:
    project, config = job.project, job.config
    return (
        *([] if config.vm.box else [partial(_keyring, job), _BOX_BUILDER]),
        partial(_vm_name, project, config, provider),
        partial(_vm_address, project, config),
    )


def _machine_checks(project: Project, runs: str, browser: BrowserConfig) -> Iterable[_Check]:
    """runs: the VM's provider, or ELSEWHERE."""
    return (
        *DEPLOYS,
        *risks.CHECKS,
        partial(risks.unused_files, project),
        _memory,
        partial(_disk, project.directory),
        partial(_tool, "Vagrant", ["vagrant", "--version"], "only the staging VM needs it"),
        *(_CHECKS_OF[runs]),
        lambda: browser_checks.of_grid(browser, os.environ) or _browser(),
    )


def _capture(job: Job, choice: Choice) -> Finding:
    """Whether the VM can mirror production: whether its capture can be read and followed."""
    title, name = "capture", capture_host.mirrored_target(job)
    try:
        found = follow.mirror(job, in_container=choice.name == providers.LXC)
    except UnderstudyError as error:
        return Finding(title, error.summary, error.hint)
    if found is None and job.config.vm.stands_for not in job.config.targets:
        nothing = "deploy.yml names no server that the VM mirrors: it follows deploy.yml alone"
        return Finding(title, nothing)
    if found is None:
        command = lockfile.command(name)
        return Finding(
            title, f"{name} has none, so the VM follows deploy.yml alone; {command} makes one"
        )
    summary = "; ".join((unmatched.summary(found, None), *found.notes, *unmatched.shared(found)))
    advice = "; ".join(capture_host.warnings(job, name, capture_host.load(job, name)))
    return Finding(title, f"{capture_host.shown_path(job, name)}: {summary}", advice=advice)


def _python() -> Finding:
    seen = platform.python_version()
    return Finding("Python", seen, "" if sys.version_info >= (3, 11) else "install Python 3.11")


def _memory() -> Finding:
    free = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES") / 2**30
    text = Path("/proc/meminfo").read_text() if Path("/proc/meminfo").exists() else ""
    if found := re.search(r"^MemAvailable:\s+(\d+) kB", text, re.MULTILINE):
        free = int(found.group(1)) / 2**20
    fix = (
        ""
        if free >= NEEDED_MEMORY_GIB
        else "close programs, or set a lower vm.memory in deploy.yml"
    )
    return Finding("memory", f"{free:.1f} GiB free", fix)


def _disk(directory: Path) -> Finding:
    while not directory.exists():
        directory = directory.parent
    free = shutil.disk_usage(directory).free / 2**30
    title, seen = f"disk at {directory}", f"{free:.0f} GiB free"
    needed = f"free {NEEDED_DISK_GIB} GiB there; `df -h {directory}` shows the use"
    return Finding(title, seen, needed) if free < NEEDED_DISK_GIB else risks.disk(title, seen, free)


def _tool(title: str, command: list[str], note: str = "") -> Finding:
    """note: added to the message if the tool is missing."""
    answer = _answer(command)
    if answer is None:
        missing = f"{command[0]} is missing or broken"
        return Finding(
            title, f"{missing}; {note}" if note else missing, "python deploy.py doctor --fix"
        )
    return Finding(title, answer.splitlines()[0])


def _keyring(job: Job) -> Finding:
    """The keys that check the packages of the box."""
    try:
        release = Blueprint(job).release
    except UnderstudyError as error:
        return Finding("keys of the box's release", error.summary, error.hint)
    family = RELEASES[release].family
    file = Path(f"/usr/share/keyrings/{family}-archive-keyring.gpg")
    if file.exists():
        return Finding(f"keys of {release}", str(file))
    return Finding(
        f"keys of {release}", f"{file} is missing", f"sudo apt-get install {_KEYS[family]}"
    )


def _vagrant_plugin() -> Finding:
    plugins = _answer(["vagrant", "plugin", "list"]) or ""
    found = re.search(r"vagrant-libvirt \(([^,)]+)", plugins)
    if found:
        return Finding("vagrant-libvirt", found.group(1))
    if shutil.which("VBoxManage"):
        return Finding("VirtualBox", _answer(["VBoxManage", "--version"]) or "installed")
    return Finding("vagrant-libvirt", "missing", "python deploy.py doctor --fix")


def _libvirt() -> Finding:
    answer = _answer(["virsh", "--connect", "qemu:///system", "version", "--daemon"])
    if answer is None:
        return Finding("libvirt", "the daemon does not answer", "python deploy.py doctor --fix")
    daemon = re.search(r"daemon: (\S+)", answer)
    return Finding("libvirt", f"daemon {daemon.group(1) if daemon else 'answers'}")


def _network() -> Finding:
    if not Path("/dev/net/tun").exists():
        return Finding(
            "network", "/dev/net/tun is missing: a VM can't get a network", "modprobe tun"
        )
    if shutil.which("dnsmasq") is None or shutil.which("iptables") is None:
        return Finding("network", "dnsmasq or iptables is missing", "python deploy.py doctor --fix")
    return Finding("network", "tun, dnsmasq and iptables are present")


def _containers() -> Finding:
    title = "containers"
    if found := capabilities.obstacle_to_containers():
        return Finding(
            title, found, "python deploy.py doctor --fix; if it helps not, set vm.provider: libvirt"
        )
    return Finding(title, f"lxc {_answer(['lxc-start', '--version'])}, vagrant-lxc, overlayfs")


def _vm_name(project: Project, config: Config, provider: str) -> Finding:
    """Whether another project on that machine has a VM of that name: there can be only one."""
    title, name = "VM name", config.vm.name
    try:
        machine = providers.any_of_name(project, name, provider, config.vm.host)
        origin = stale.of_another_project(machine, project.vagrantfile)
    except UnderstudyError as error:
        return Finding(title, error.cause or error.summary, error.hint)
    if origin is None:
        return Finding(title, name)
    return Finding(
        title, f"{project_of(origin)} has a VM {name}, too", "set another vm.name in deploy.yml"
    )


def _vm_address(project: Project, config: Config) -> Finding:
    """Whether the VM's subnet overlaps another network of this machine: then its network can't start."""
    title, address = "VM address", config.vm.address
    if not address:
        return Finding(title, "none yet; `up` chooses a free one")
    try:
        found = new_address.conflict(project, config)
    except UnderstudyError as error:
        return Finding(title, error.cause or error.summary, error.hint)
    if found is None:
        return Finding(title, f"{address}, and nothing else is in its subnet")
    return Finding(
        title,
        f"{address} lies in {found.subnet}, which is {found.by}",
        "python deploy.py destroy; remove vm.address from deploy.yml, if it is set; python deploy.py up",
    )


def _browser() -> Finding:
    browser = _answer(["chromium", "--version"])
    driver = _answer(["chromedriver", "--version"])
    if browser is None or driver is None:
        missing = "chromium or its driver is missing"
        return Finding("browser", missing, "python deploy.py doctor --fix")
    versions = [re.search(r"(\d+)\.", text) for text in (browser, driver)]
    majors = {version.group(1) for version in versions if version}
    if len(majors) != 1:
        different = "chromium and chromedriver have different versions"
        return Finding("browser", different, "sudo apt-get upgrade")
    return Finding("browser", browser.strip())


# What every deploy needs.
DEPLOYS: tuple[_Check, ...] = (
    _python,
    partial(_tool, "ssh", ["ssh", "-V"]),
    partial(_tool, "git", ["git", "--version"]),
)
_KEYS = {
    "debian": "debian-archive-keyring",
    "ubuntu": "ubuntu-keyring; Debian 12 has it in bookworm-backports",
}
_BOX_BUILDER = partial(_tool, "box builder", ["mmdebstrap", "--version"])
# The VM runs on another machine, whose checks are in vm_host_checks.py.
ELSEWHERE = "elsewhere"
_CHECKS_OF: dict[str, tuple[_Check, ...]] = {
    ELSEWHERE: (partial(_tool, "virsh", ["virsh", "--version"]), _vagrant_plugin),
    providers.LXC: (partial(_disk, Path("/var/lib/lxc")), _containers),
    providers.LIBVIRT: (
        partial(_disk, Path("/var/lib/libvirt")),
        partial(_tool, "QEMU", ["qemu-system-x86_64", "--version"]),
        _vagrant_plugin,
        _libvirt,
        _network,
    ),
}


def _answer(command: list[str]) -> str | None:
    """What a command prints; None if it is missing, fails or takes over 20 seconds."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return (done.stdout or done.stderr).strip() if done.returncode == 0 else None
