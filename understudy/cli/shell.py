"""Hands the terminal over to ssh, and shows a target's logs."""

import os
import shlex
import subprocess
from collections.abc import Callable
from typing import NoReturn

from understudy.commands import Argv, site
from understudy.config.model import Config, TargetConfig
from understudy.errors import INTERRUPTED, StepFailed, Unreachable

# What ssh itself ends with if it can't connect.
_NO_CONNECTION = 255


def ssh(target: TargetConfig, user: str, command: Argv) -> NoReturn:
    """Replaces this process by ssh; its exit code becomes ours. The terminal is the user's own."""
    argv = _argv(target, user)
    if command:
        # One word may be a whole line of shell, as ssh takes it; several are an argv.
        argv += ["--", command[0] if len(command) == 1 else shlex.join(command)]
    try:
        os.execvp("ssh", argv)
    except FileNotFoundError:
        raise _no_ssh() from None


def logs(
    config: Config,
    target: TargetConfig,
    show: Callable[[str], None],
    *,
    lines: int,
    follow: bool,
) -> None:
    """Shows the journal of the site's releases and of nginx, line by line: an app writes what it likes.

    Raises Unreachable or StepFailed, as ssh ends.
    """
    command = shlex.join(site.logs(config.app.name, lines, follow=follow))
    argv = [*_argv(target, config.host.deployer), "--", command]
    try:
        # What ssh asks for, such as a passphrase, it asks on the terminal itself.
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
            # That's how one stops to follow a log.
            process.terminate()
            raise SystemExit(INTERRUPTED) from None
    if process.returncode == _NO_CONNECTION:
        raise Unreachable(
            f"ssh can't show the logs of {target.address}", hint="See what it printed."
        )
    if process.returncode:
        raise StepFailed(f"journalctl on {target.address} failed", hint="See what it printed.")


def _no_ssh() -> Unreachable:
    return Unreachable("ssh is not installed", hint="make setup")


def _argv(target: TargetConfig, user: str) -> list[str]:
    argv = ["ssh", "-p", str(target.port)]
    if target.key:
        argv += ["-i", str(target.key), "-o", "IdentitiesOnly=yes"]
    if target.known_hosts:
        argv += [
            "-o",
            # In quotes, as in ssh_config: a space would begin a second file.
            f'UserKnownHostsFile="{target.known_hosts}"',
            "-o",
            "StrictHostKeyChecking=yes",
        ]
    return [*argv, f"{user}@{target.address}"]
