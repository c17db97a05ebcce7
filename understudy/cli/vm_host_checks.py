"""doctor's checks of another machine that runs the VM: `vm.host`."""

import re
from collections.abc import Iterator

from understudy.cli.finding import Finding
from understudy.config.model import Config
from understudy.errors import StepFailed, UnderstudyError
from understudy.local import tool_output
from understudy.paths import Project
from understudy.vm import host_facts, libvirt
from understudy.vm.host_facts import HostFacts
from understudy.vm.vm_host import VmHost


def findings(project: Project, config: Config) -> Iterator[Finding]:
    """None if the VM runs on this machine. What needs SSH there is left out without it."""
    if not config.vm.host:
        return
    host = VmHost(config.vm.host)
    title = f"SSH to {host.name}"
    try:
        facts = host_facts.ask(project, host, config.vm.name)
    except UnderstudyError as error:
        yield Finding(title, _why(error), error.hint)
        return
    yield Finding(title, f"{facts.user} logs in without a password", _fix(facts, host.name))
    yield _kvm(host.name, facts)
    yield from _libvirt(host)


def _fix(facts: HostFacts, name: str) -> str:
    found = facts.obstacle()
    return f"another machine for vm.host: of {name}, {found}" if found else ""


def _kvm(name: str, facts: HostFacts) -> Finding:
    title = f"KVM on {name}"
    if facts.accelerator == "kvm":
        return Finding(title, "runs a guest")
    slow = "the VM is emulated there, ten times as slow"
    if facts.kvm == "closed":
        mine = (
            f"let {facts.user} use it: there sudo adduser {facts.user} kvm, then `destroy` and `up`"
        )
        return Finding(title, f"{facts.user} may not open /dev/kvm: {slow}", advice=mine)
    return Finding(title, f"runs no guest: {slow}", advice="a machine with KVM")


def _libvirt(host: VmHost) -> Iterator[Finding]:
    title = f"libvirt on {host.name}"
    try:
        answer = libvirt.virsh("version", "--daemon", uri=host.uri)
    except UnderstudyError as error:
        yield Finding(title, _why(error), error.hint)
        return
    daemon = re.search(r"daemon: (\S+)", answer)
    yield Finding(title, f"daemon {daemon[1] if daemon else 'answers'}")
    yield _pool(host)


def _pool(host: VmHost) -> Finding:
    """Without one vagrant-libvirt makes it."""
    title = f"pool of disks on {host.name}"
    try:
        state = re.search(
            r"^State: +(\S+)", libvirt.virsh("pool-info", "default", uri=host.uri), re.M
        )
    except StepFailed:
        return Finding(title, "none yet: the first `up` makes it in /var/lib/libvirt/images")
    if state and state[1] != "running":
        start = f"virsh -c {host.uri} pool-start default"
        return Finding(title, f"`default` is {state[1]}", f"{start}; pool-autostart keeps it so")
    return Finding(title, "default")


def _why(error: UnderstudyError) -> str:
    """In a line."""
    return tool_output.reason(error.details) or error.details.partition("\n")[0] or error.summary
