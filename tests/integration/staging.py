"""An app in a repository of its own, and the command line with which a user deploys it."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from understudy.config.model import Config
from understudy.paths import Project
from understudy.report.terminal import TextReport
from understudy.vm import address as vm_address
from understudy.vm import provider
from understudy.vm.machine import Vm

TOP = Path(__file__).resolve().parents[2]
# The tests run in a copy, so that they don't change the state, VM, data and reports of a developer. Two
# runs at the same time need two copies, each with a VM of its own; they share the boxes.
RUN = "-".join(
    filter(
        None, (os.environ.get("GUEST_TESTS", "guest-tests"), os.environ.get("PYTEST_XDIST_WORKER"))
    )
)
PROJECT = TOP / ".understudy" / RUN
BOXES = TOP / ".understudy" / "guest-boxes"
KEPT = {".understudy", ".vagrant", "reports"}


def copy_project() -> None:
    """Brings PROJECT up to date. The VM and the boxes of an earlier run stay."""
    PROJECT.mkdir(parents=True, exist_ok=True)
    for path in PROJECT.iterdir():
        if path.name not in KEPT:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for name in git(TOP, "ls-files", "-coz", "--exclude-standard").split("\0"):
        if (TOP / name).is_file():
            (PROJECT / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(TOP / name, PROJECT / name, follow_symlinks=False)
    (PROJECT / ".venv").symlink_to(TOP / ".venv")
    BOXES.mkdir(exist_ok=True)
    (PROJECT / ".understudy").mkdir(exist_ok=True)
    if not (PROJECT / ".understudy" / "boxes").exists():
        (PROJECT / ".understudy" / "boxes").symlink_to(BOXES)
    # Also a deploy.yml of its own: `make clean` removes the VM by it.
    settings = yaml.safe_load((TOP / "deploy.yml").read_text())
    settings["vm"]["name"] = vm_name()
    (PROJECT / "deploy.yml").write_text(yaml.safe_dump(settings))


def vm_name(kind: str = "") -> str:
    """A VM's name that no other clone's tests on this machine have."""
    return "-".join(filter(None, ("understudy-test", clone(), kind)))


def clone() -> str:
    """A short name of this clone, and of the run in it."""
    return sha256(f"{TOP}{RUN.removeprefix('guest-tests')}".encode()).hexdigest()[:6]


@dataclass(frozen=True)
class Answer:
    """The result of a command: its exit code, all of its output, and its seconds."""

    code: int
    text: str
    seconds: float


def run(*words: str | Path, directory: Path = PROJECT, seconds: int = 1500) -> Answer:
    began = time.monotonic()
    done = subprocess.run(
        words,
        cwd=directory,
        text=True,
        timeout=seconds,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    took = time.monotonic() - began
    print(f"$ {' '.join(map(str, words))}\n{done.stdout}[exit {done.returncode}, {took:.1f} s]")
    return Answer(done.returncode, done.stdout, took)


def begun(*words: str | Path) -> subprocess.Popen[str]:
    """A command in a process group of its own, which can be signalled as by a terminal."""
    return subprocess.Popen(
        words,
        cwd=PROJECT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        # As on a terminal: a process that a shell starts in the background ignores Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def stop_at(signal_number: int, sign: str, *words: str | Path) -> int:
    """Runs a command until it prints `sign`, then sends it and its children a signal."""
    with begun(*words) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="")
            if sign in line:
                os.killpg(process.pid, signal_number)
                break
        else:
            pytest.fail(f"{sign!r} was never printed")
        process.stdout.read()
        return process.wait(timeout=60)


@dataclass(frozen=True)
class Staging:
    """An app's repository and the deploy.yml that points at it."""

    repository: Path
    config: Path

    @property
    def vm(self) -> str:
        """The VM's name, which its provider knows it by."""
        name: str = yaml.safe_load(self.config.read_text())["vm"]["name"]
        return name

    @property
    def provider(self) -> str:
        """The VM's, as it is or is to be built."""
        vm = self.settings().vm
        return provider.chosen(Project(PROJECT, self.config, PROJECT), vm.name, vm.provider).name

    def settings(self) -> Config:
        """deploy.yml, with the VM's address."""
        return vm_address.load(Project(PROJECT, self.config, PROJECT))

    @property
    def address(self) -> str:
        """The VM's. It has one from its first `up` on."""
        return self.settings().one_host("vagrant").address

    def vagrant(self, *words: str) -> Answer:
        """Plain Vagrant, for this VM."""
        return run("env", f"UNDERSTUDY_CONFIG={self.config}", "vagrant", *words)

    def machine(self, **changes: object) -> Vm:
        """The VM as an object. changes: of the key `vm`."""
        project, config = Project(PROJECT, self.config, PROJECT), self.settings()
        vm = config.vm.model_copy(update=changes)
        return Vm(project, config.model_copy(update={"vm": vm}), TextReport())

    def deploy_py(self, verb: str, *words: str) -> Answer:
        # The option comes before the words: all words of `ssh` are the command to run there.
        return run(sys.executable, "deploy.py", verb, "--config", self.config, *words)

    def ssh(self, address: str = "") -> tuple[str, ...]:
        """The words that log in to the host as its admin, to be followed by the command to run there.

        address: of one of several machines.
        """
        settings = yaml.safe_load(self.config.read_text())["targets"]["vagrant"]
        known = f"UserKnownHostsFile={settings['known_hosts']}"
        key = str(Path(settings["key"]).expanduser())
        where = f"{settings['admin']}@{address or self.address}"
        # A host that goes down drops some connections silently.
        patience = ("-o", "ConnectTimeout=5", "-o", "ServerAliveInterval=5")
        return ("ssh", "-o", known, *patience, "-i", key, where)

    def host(self, line: str, address: str = "") -> Answer:
        """Runs a line of shell on the host as root, without Understudy. address: as in ssh()."""
        return run(*self.ssh(address), f"sudo sh -euc {shlex.quote(line)}")

    def copy(self, directory: Path) -> "Staging":
        """The same app in another repository, with the same commits."""
        repository = directory / "app"
        shutil.copytree(self.repository, repository)
        settings = yaml.safe_load(self.config.read_text())
        settings["app"]["source"] = str(repository)
        config = directory / "deploy.yml"
        config.write_text(yaml.safe_dump(settings))
        return Staging(repository, config)

    def require(self, package: str, python: str) -> None:
        """Adds a package to the app's requirements. python: the version of Python on the host."""
        needed = self.repository / "requirements.in"
        needed.write_text(f"{needed.read_text()}{package}\n")
        compile_lock = (PROJECT / ".venv/bin/uv", "pip", "compile", "-q", "--generate-hashes")
        where = ("--python-version", python, "requirements.in", "-o", "requirements.txt")
        assert run(*compile_lock, *where, directory=self.repository).code == 0

    def commit(self, message: str) -> None:
        git(self.repository, "add", "-A")
        git(self.repository, "commit", "-qm", message, "--allow-empty")

    def undo_commits(self, count: int) -> None:
        git(self.repository, "reset", "-q", "--hard", f"HEAD~{count}")

    def replace(self, file: str, pattern: str, replacement: str) -> None:
        """Changes a file of the app by a regular expression that must match."""
        path = self.repository / file
        text, count = re.subn(pattern, replacement, path.read_text())
        assert count, f"{pattern!r} is not in {file}"
        path.write_text(text)


def git(repository: Path, *words: str) -> str:
    identity = ("-c", "user.name=tests", "-c", "user.email=tests@localhost")
    return subprocess.run(
        ["git", "-C", repository, *identity, *words], check=True, capture_output=True, text=True
    ).stdout


def make_app(source: Path, directory: Path, change: Callable[[dict[str, Any]], None]) -> Staging:
    """A repository with a copy of an app, and the shipped deploy.yml changed to deploy it."""
    repository = directory / "app"
    shutil.copytree(source, repository, ignore=shutil.ignore_patterns("local", "__pycache__"))
    git(directory, "init", "-q", "-b", "main", str(repository))
    settings = yaml.safe_load((TOP / "deploy.yml").read_text())
    settings["app"]["source"] = str(repository)
    settings["vm"]["name"] = vm_name()
    settings["targets"]["vagrant"]["known_hosts"] = str(PROJECT / ".understudy" / "known_hosts")
    change(settings)
    config = directory / "deploy.yml"
    config.write_text(yaml.safe_dump(settings))
    staging = Staging(repository, config)
    staging.commit("first")
    return staging
