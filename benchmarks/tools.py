"""Understudy and its peers, each as the command line that deploys an app's last commit."""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Protocol

import yaml

from benchmarks.app import DOMAIN, App
from benchmarks.timing import PROJECT, Command, run

PEERS = Path(__file__).with_name("peers")
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
# The peers' own environment: their requirements must not conflict with Understudy's.
ENVIRONMENT = PROJECT / ".understudy" / "benchmarks-venv"
USER = "vagrant"
KEY = Path("~/.vagrant.d/insecure_private_key").expanduser()


@dataclass(frozen=True)
class Place:
    """Hosts to deploy to. known_hosts: a file with their keys."""

    addresses: tuple[str, ...]
    known_hosts: Path

    @property
    def ssh_options(self) -> tuple[str, ...]:
        return (
            "-i",
            str(KEY),
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            f"UserKnownHostsFile={self.known_hosts}",
        )


class Tool(Protocol):
    """nothing_done: pattern of the line that it prints if it changed nothing: one for each host, or one for
    all together if it prints_totals.
    """

    @property
    def name(self) -> str: ...
    @property
    def nothing_done(self) -> str: ...
    @property
    def prints_totals(self) -> bool: ...
    def deploy(self, app: App, place: Place) -> Command: ...


class Understudy:
    name = "Understudy"
    nothing_done = r": nothing to do"
    prints_totals = False

    def deploy(self, app: App, place: Place) -> Command:
        config = app.config.with_name("many.yml")
        settings = yaml.safe_load(app.config.read_text())
        settings["targets"]["many"] = self._target(place)
        config.write_text(yaml.safe_dump(settings))
        words = ("deploy.py", "deploy", "--config", str(config), "--target", "many")
        return Command((sys.executable, *words))

    @staticmethod
    def _target(place: Place) -> dict[str, object]:
        return {
            "domain": DOMAIN,
            "addresses": list(place.addresses),
            "admin": USER,
            "key": str(KEY),
            "known_hosts": str(place.known_hosts),
            # All at once, like the others.
            "max_unavailable": len(place.addresses),
            "require_receipt": False,
            # As the VM was provisioned, which is disposable.
            "mail": "capture",
        }


class Ansible:
    name = "Ansible"
    nothing_done = r"changed=0 .*failed=0"
    prints_totals = False

    def deploy(self, app: App, place: Place) -> Command:
        options = ("-i", f"{','.join(place.addresses)},", "-u", USER, "--private-key", str(KEY))
        ssh = (f"--ssh-common-args={' '.join(place.ssh_options)}",)
        values = ("-e", f"repository={app.repository}", "-e", f"wheels={app.wheels()}")
        # Each run begins without a connection: the one kept by the run before has another name.
        sockets = {"ANSIBLE_SSH_CONTROL_PATH": f"%(directory)s/{token_hex(4)}-%%C"}
        program = str(ENVIRONMENT / "bin" / "ansible-playbook")
        return Command((program, *options, *ssh, *values, "site.yml"), PEERS / "ansible", sockets)


class Pyinfra:
    name = "pyinfra"
    nothing_done = r"Grand total +(\d+) +- +- +\1\b"
    prints_totals = True

    def deploy(self, app: App, place: Place) -> Command:
        login = ("--user", USER, "--key", str(KEY))
        trust = (
            *("--data", f"ssh_known_hosts_file={place.known_hosts}"),
            *("--data", "ssh_strict_host_key_checking=yes"),
        )
        program = str(ENVIRONMENT / "bin" / "pyinfra")
        # It takes the word for the name of a file first, and many addresses are too long for that.
        inventory = app.config.with_name("inventory.py")
        inventory.write_text(f"hosts = {list(place.addresses)}\n")
        return Command(
            (program, "-y", *login, *trust, str(inventory), "deploy.py"),
            PEERS / "pyinfra",
            what(app),
        )


class Shell:
    """The floor."""

    name = "shell"
    nothing_done = r": nothing to do"
    prints_totals = False

    def deploy(self, app: App, place: Place) -> Command:
        path = f"{PROJECT / '.venv' / 'bin'}:{os.environ['PATH']}"
        ssh = " ".join(("ssh", *place.ssh_options, "-l", USER))
        environment = {**what(app), "SSH": ssh, "PATH": path}
        return Command((str(PEERS / "shell" / "deploy.sh"), *place.addresses), PEERS, environment)


def what(app: App) -> Mapping[str, str]:
    """Environment variables that say what is deployed."""
    return {"REPOSITORY": str(app.repository), "WHEELS": str(app.wheels())}


TOOLS: tuple[Tool, ...] = (Understudy(), Ansible(), Pyinfra(), Shell())
OURS, FLOOR = Understudy.name, Shell.name


def install_peers() -> None:
    """Makes the peers' environment match its lock; does nothing if it does already."""
    uv = str(PROJECT / ".venv" / "bin" / "uv")
    run(uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(ENVIRONMENT))
    python = ("--python", str(ENVIRONMENT / "bin" / "python"))
    run(uv, "pip", "sync", "--quiet", *python, "--require-hashes", str(REQUIREMENTS))


def require_nothing_done(tool: Tool, output: str, hosts: int = 1) -> None:
    """Raises SystemExit if the tool changed something: it would be timed for more work than the others."""
    if len(re.findall(tool.nothing_done, output)) != (1 if tool.prints_totals else hosts):
        raise SystemExit(f"{tool.name} should have found nothing to do:\n{output}")
