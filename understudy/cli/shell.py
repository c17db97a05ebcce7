"""Runs ssh on the user's terminal, and shows a target's logs."""

import shlex
import subprocess
from collections.abc import Callable
from typing import NoReturn

from understudy.commands import Argv, site, units
from understudy.config.target import TargetConfig
from understudy.errors import INTERRUPTED, ConfigError, StepFailed, Unreachable
from understudy.job import Job

# The exit code of ssh itself if it can't connect: ssh(1).
NO_CONNECTION = 255


def ssh(job: Job, command: Argv) -> NoReturn:
    """Runs ssh on the user's terminal, and ends with its exit code: raises SystemExit.

    command: run there instead of a shell. Raises Unreachable if ssh is not installed.
    """
    argv = _argv(job.target, job.config.host.deployer)
    if command:
        # A single word may be a whole line of shell, as for ssh(1); several words are an argv.
        argv += ["--", command[0] if len(command) == 1 else shlex.join(command)]
    code = _call(argv)
    if code == NO_CONNECTION:
        # A command there may end with this code as well.
        job.report.warn(f"If ssh could not connect: {_only_if_provisioned(job)}")
    raise SystemExit(code)


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


def logs(job: Job, *, lines: int, follow: bool, process: str | None = None) -> None:
    """Shows the journal of the site's releases, with their processes and timers, and of nginx, line by line.

    lines: how many of the last ones. follow: also those to come, until Ctrl-C, which raises SystemExit.
    process: only that process or timer, or "web". Raises ConfigError if deploy.yml has none of that name,
    Unreachable if ssh is missing or can't connect, StepFailed if journalctl fails.
    """
    target, user = job.target, job.config.host.deployer
    command = shlex.join(site.logs(_units(job, process), lines, follow=follow))
    code = _show_output([*_argv(target, user), "--", command], job.report.say)
    if code == NO_CONNECTION:
        raise Unreachable(
            f"ssh can't show the logs of {target.address}",
            hint=f"See what ssh printed. {_only_if_provisioned(job)}",
        )
    if code:
        raise StepFailed(f"journalctl on {target.address} failed", hint="See what ssh printed.")


def _units(job: Job, process: str | None) -> tuple[str, ...]:
    if process is None:
        return units.of_site(job.config)
    names = units.names(job.config)
    if process not in names:
        raise ConfigError(
            f"deploy.yml has no process or timer called {process}",
            hint=f"It has: {', '.join(names)}",
        )
    return units.of(job.config, process)


def _only_if_provisioned(job: Job) -> str:
    return (
        f"Only a provisioned host has the user {job.config.host.deployer}: "
        f"python deploy.py provision --target {job.target_name}"
    )


def _show_output(argv: list[str], show: Callable[[str], None]) -> int:
    """Runs ssh and shows each line of its output and of its errors. Returns its exit code."""
    try:
        # ssh asks for a passphrase on the terminal, not on standard input.
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except FileNotFoundError:
        raise _no_ssh() from None
    assert process.stdout is not None  # noqa: S101 - asked for above
    with process:
        try:
            for line in process.stdout:
                show(line.removesuffix("\n"))
        except KeyboardInterrupt:
            # Ctrl-C is the way to end --follow: it is no error.
            process.terminate()
            raise SystemExit(INTERRUPTED) from None
    return process.returncode


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
