"""Runs ssh on the user's terminal, or reads what it prints."""

import shlex
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from understudy.commands import Argv
from understudy.config.target import TargetConfig
from understudy.errors import INTERRUPTED, Unreachable
from understudy.job import Job

# The exit code of ssh itself if it can't connect: ssh(1).
NO_CONNECTION = 255
# A host that is gone without a word is noticed after half a minute.
_ALIVE = ("-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=3")


def ssh(job: Job, command: Argv) -> NoReturn:
    """Runs ssh on the user's terminal, and ends with the exit code of the command there: raises SystemExit.

    command: run there instead of a shell. Raises Unreachable if ssh can't connect, or is not installed.
    """
    argv = _argv(job.target, job.config.host.deployer)
    if not command and sys.stdin.isatty():
        job.report.warn(f"{job.config.host.deployer} can't become root. For root: {_as_admin(job)}")
    with TemporaryDirectory(prefix="understudy-") as folder:
        connected = Path(folder) / "connected"
        # ssh itself runs it once it is connected: a command there may end with ssh's own exit code.
        note = shlex.join(("touch", str(connected))).replace("%", "%%")
        argv[1:1] = ["-o", "PermitLocalCommand=yes", "-o", f"LocalCommand={note}"]
        if command:
            # A single word may be a whole line of shell, as for ssh(1); several words are an argv.
            argv += ["--", command[0] if len(command) == 1 else shlex.join(command)]
        code = _call(argv)
        if code == NO_CONNECTION and not connected.exists():
            raise no_connection(job)
    raise SystemExit(code)


def no_connection(job: Job, errors: str = "") -> Unreachable:
    """errors: what ssh printed; "" if the user has seen it."""
    deployer = job.config.host.deployer
    return Unreachable(
        f"ssh can't connect to {deployer}@{job.target.address}",
        details=errors,
        hint=f"Is the host up? Only a provisioned host has the user {deployer}: "
        f"python deploy.py provision --target {job.target_name}",
    )


def _as_admin(job: Job) -> str:
    return shlex.join(_argv(job.target, job.target.admin))


def run_line(job: Job, line: str, *, terminal: bool) -> int:
    """Runs a line of shell on the host, between the user's own standard input and output. Returns its exit
    code, or NO_CONNECTION.

    terminal: whether it gets a terminal there. Raises Unreachable if ssh is not installed.
    """
    # On a terminal it would say at each end that the connection was closed.
    options = ["-t" if terminal else "-T", "-o", "LogLevel=ERROR"]
    argv = _argv(job.target, job.config.host.deployer)
    return _call([argv[0], *options, *argv[1:], "--", line])


def _call(argv: list[str]) -> int:
    """The exit code of ssh, after Ctrl-C and other signals as a POSIX shell reports it."""
    try:
        code = subprocess.call(argv)
    except FileNotFoundError:
        raise _no_ssh() from None
    except KeyboardInterrupt:
        # The terminal has sent it to ssh, too.
        return INTERRUPTED
    return code if code >= 0 else 128 - code


def reading(job: Job, line: str) -> "subprocess.Popen[str]":
    """Runs a line of shell on the host, whose output and errors are read. Its standard input ends with the
    connection. Raises Unreachable without ssh.
    """
    program, *words = _argv(job.target, job.config.host.deployer)
    # Its errors are shown as they are: a banner of the host is none.
    argv = [program, "-o", "LogLevel=ERROR", *_ALIVE, *words, "--", line]
    try:
        # ssh asks for a passphrase on the terminal, not on standard input.
        return subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
    except FileNotFoundError:
        raise _no_ssh() from None


def _no_ssh() -> Unreachable:
    return Unreachable("ssh is not installed", hint="python deploy.py doctor --fix")


def _argv(target: TargetConfig, user: str) -> list[str]:
    # Without a limit it would wait for ever where the network drops what is sent, or answers for the host.
    argv = ["ssh", "-p", str(target.port), "-o", "ConnectTimeout=15"]
    if target.key:
        argv += ["-i", str(target.key), "-o", "IdentitiesOnly=yes"]
    if target.known_hosts:
        argv += [
            "-o",
            # In quotes, as in ssh_config(5): a space would begin a second file name.
            f'UserKnownHostsFile="{target.known_hosts}"',
            "-o",
            "StrictHostKeyChecking=yes",
        ]
    return [*argv, f"{user}@{target.address}"]
