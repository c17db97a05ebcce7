"""Hands the terminal over to ssh: a shell on a target, or its logs."""

import os
import shlex
from typing import NoReturn

from understudy.commands import Argv, site
from understudy.config import Config, TargetConfig
from understudy.errors import Unreachable


def ssh(target: TargetConfig, user: str, command: Argv) -> NoReturn:
    """Replaces this process by ssh; its exit code becomes ours."""
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
    argv.append(f"{user}@{target.address}")
    if command:
        # One word may be a whole line of shell, as ssh takes it; several are an argv.
        argv += ["--", command[0] if len(command) == 1 else shlex.join(command)]
    try:
        os.execvp("ssh", argv)
    except FileNotFoundError:
        raise Unreachable("ssh is not installed", hint="make setup") from None


def logs(config: Config, target: TargetConfig, *, lines: int, follow: bool) -> NoReturn:
    """Shows the journal of the site's releases and of nginx."""
    ssh(target, config.host.deployer, site.logs(config.app.name, lines, follow=follow))
