"""The operating system in the VM, seen from outside: whether it answers, its clock, its host key."""

from datetime import UTC, datetime

import paramiko

from understudy.errors import UnderstudyError, Unreachable
from understudy.host.health import wait_for_port
from understudy.job import Job
from understudy.ssh.connection import SshConnection

SECONDS_TO_ANSWER = 60


def wait_for_ssh(job: Job, console: str) -> None:
    """Waits until SSH answers. Raises Unreachable, naming the console's log, after SECONDS_TO_ANSWER."""
    try:
        # A port forward accepts any connection, so the greeting is waited for.
        wait_for_port(job.target.address, job.target.port, SECONDS_TO_ANSWER, b"SSH-")
    except Unreachable as error:
        hint = f"The VM's console output is in {console}."
        raise Unreachable(error.summary, hint=hint) from None


def answers(job: Job) -> bool:
    """Whether the admin user can log in now, and runs commands."""
    try:
        with SshConnection(job.target, job.target.admin) as connection:
            return connection.run(("true",)).ok
    except UnderstudyError:
        return False


def set_clock(job: Job) -> None:
    """Sets the VM's clock to this machine's: it stood still while the VM was asleep or a snapshot."""
    with SshConnection(job.target, job.target.admin) as connection:
        now = datetime.now(UTC).timestamp()
        connection.run(("sudo", "-n", "date", "--set", f"@{now:.3f}"))


def remember_host_key(job: Job, console: str) -> None:
    """Writes the VM's host key into the target's known_hosts file, in place of an earlier VM's.

    The key is trusted at first sight: it was generated at first boot, and only this machine reaches
    the VM's network.
    """
    file = job.target.known_hosts
    if file is None:
        return
    address, port = job.target.address, job.target.port
    wait_for_ssh(job, console)
    with paramiko.Transport((address, port)) as transport:
        transport.start_client(timeout=SECONDS_TO_ANSWER)
        key = transport.get_remote_server_key()
    known = paramiko.HostKeys(str(file) if file.exists() else None)
    name = address if port == 22 else f"[{address}]:{port}"
    known.pop(name, None)
    known.add(name, key.get_name(), key)
    file.parent.mkdir(parents=True, exist_ok=True)
    known.save(str(file))
