"""Another machine that runs the VM: `vm.host` of deploy.yml, which is reached by SSH."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from understudy.errors import StepFailed, Unreachable
from understudy.local.atomic_write import atomic_write
from understudy.paths import Project
from understudy.vm import host_errors

HERE = "qemu:///system"
_SECONDS = 60


@dataclass(frozen=True)
class VmHost:
    """url: `vm.host`, ssh://user@machine:port. OpenSSH reaches it as the user's own settings say: its keys, its
    agent, a jump host.
    """

    url: str

    @property
    def uri(self) -> str:
        """Of its libvirt. Without a terminal: no call of virsh waits for a password."""
        return f"qemu+{self.url}/system?no_tty=1"

    @property
    def name(self) -> str:
        return urlsplit(self.url).hostname or self.url

    def ssh(self, *options: str) -> list[str]:
        """The words that log in there."""
        batch = ("-o", "BatchMode=yes", "-o", "ConnectTimeout=15")
        return ["ssh", *batch, *options, self.url]

    def run(self, script: str) -> str:
        """What a script of sh prints there. Raises Unreachable without SSH, StepFailed if it fails."""
        try:
            done = subprocess.run(
                [*self.ssh(), "sh -s"],
                input=script,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SECONDS,
            )
        except FileNotFoundError:
            raise Unreachable(
                "ssh is not installed", hint="python deploy.py doctor --fix"
            ) from None
        except subprocess.TimeoutExpired:
            raise self.unreachable(f"no answer within {_SECONDS} s") from None
        if done.returncode == host_errors.NO_CONNECTION:
            raise self.unreachable(done.stderr)
        if done.returncode:
            raise StepFailed(f"a command failed on {self.name}", done.stderr.strip())
        return done.stdout

    def unreachable(self, errors: str) -> Unreachable:
        """errors: what ssh printed."""
        return host_errors.no_ssh(self.url, errors)


def require_libvirt(uri: str, errors: str) -> None:
    """Raises Unreachable if it was the way to another machine's libvirt that failed. errors: of virsh."""
    if uri != HERE and (
        why := host_errors.no_libvirt(uri.removeprefix("qemu+").partition("/system")[0], errors)
    ):
        raise why


def uri_of(url: str) -> str:
    """Of the libvirt that has the VM. url: `vm.host`, "" for this machine."""
    return VmHost(url).uri if url else HERE


def keep(project: Project, name: str, url: str) -> None:
    """Notes where the VM is built: deploy.yml may change."""
    atomic_write(_file(project, name), url)


def forget(project: Project, name: str) -> None:
    _file(project, name).unlink(missing_ok=True)


def require_kept(project: Project, name: str, url: str) -> None:
    """Raises StepFailed if the VM was built on another machine than deploy.yml names now."""
    file = _file(project, name)
    built = file.read_text() if file.exists() else ""
    if built != url:
        raise StepFailed(
            f"VM {name} is on another machine than vm.host in deploy.yml says",
            cause=f"it was built on {built or 'this machine'}; vm.host is {url or 'not set'}",
            hint=f"{f'Set vm.host: {built}' if built else 'Remove vm.host'} again, remove the VM by python "
            "deploy.py destroy, then change vm.host.",
        )


def _file(project: Project, name: str) -> Path:
    return project.state / "vm" / name / "host"
