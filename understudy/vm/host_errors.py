"""Why another machine can't run the VM, and what fixes that: from what ssh and virsh print. Pure."""

import re
from urllib.parse import urlsplit

from understudy.errors import Unreachable

# The exit code of ssh itself: ssh(1).
NO_CONNECTION = 255


def no_ssh(url: str, errors: str) -> Unreachable:
    """url: `vm.host`. errors: what ssh printed."""
    name = urlsplit(url).hostname or url
    login = f"ssh {url}"
    hints = (
        (
            r"Host key verification failed|No .* host key is known",
            f"`{login}` shows its host key; compare it, and accept it once.",
        ),
        (
            r"Permission denied",
            f"`{login}` must work without a password: ssh-copy-id {url}, or set User and IdentityFile of "
            f"{name} in ~/.ssh/config. A key with a passphrase must be in the agent: ssh-add.",
        ),
        (
            r"Could not resolve hostname",
            "Check vm.host in deploy.yml, or give that name a HostName in ~/.ssh/config.",
        ),
        (
            r"administratively prohibited|forwarding",
            f"sshd on {name} must allow it: AllowTcpForwarding yes in /etc/ssh/sshd_config there.",
        ),
    )
    return Unreachable(
        f"no SSH connection to {name}, which is to run the VM (vm.host)",
        details=errors.strip(),
        hint=_first(hints, errors)
        or f"`{login} true` must work. Is the machine up, and is vm.host in deploy.yml right?",
    )


def no_tunnel(address: str, port: int) -> Unreachable:
    """A port of this machine's end is taken."""
    return Unreachable(
        f"no tunnel to the VM: port {port} at {address} of this machine is in use",
        hint=f"`ss -ltnp 'sport = :{port}'` shows by which program: it listens at all addresses, or is a "
        "tunnel that another run has lost. End it.",
    )


def no_libvirt(url: str, errors: str) -> Unreachable | None:
    """The error if it was the way to libvirt there that failed. errors: what virsh printed."""
    if "failed to connect to the hypervisor" not in errors:
        return None
    name = urlsplit(url).hostname or url
    # Of the machine itself, whichever of the two programs says it.
    if re.search(r"Permission denied \(|Host key verif|resolve hostname|port \d+: ", errors):
        return no_ssh(url, errors)
    hints = (
        (
            r"polkit|authentication (unavailable|failed)|access denied|libvirt-sock'?: Permission denied",
            f"the user of vm.host must be in the group libvirt on {name}: there sudo adduser USER libvirt, "
            "then log in again.",
        ),
        (
            r"(Connection refused|No such file or directory|unix connect failed)",
            f"libvirtd does not run on {name}: there sudo systemctl enable --now libvirtd virtlogd; if it is "
            "not installed, sudo apt-get install libvirt-daemon-system qemu-system-x86.",
        ),
        (
            r"not found|End of file while reading data|Connection reset by peer",
            f"libvirt is not installed on {name}: there sudo apt-get install libvirt-daemon-system "
            "qemu-system-x86 netcat-openbsd.",
        ),
    )
    hint = (
        _first(hints, errors)
        or f"there `virsh -c qemu:///system version` must work, as the user of {url}."
    )
    return Unreachable(
        f"libvirt on {name}, which is to run the VM (vm.host), does not answer",
        details=errors.strip(),
        hint=f"{hint[0].upper()}{hint[1:]}",
    )


def _first(hints: tuple[tuple[str, str], ...], errors: str) -> str:
    return next((hint for pattern, hint in hints if re.search(pattern, errors)), "")
