"""Fixtures for a host of a target, which its admin queries over one kept SSH connection."""

import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest
import testinfra
from testinfra.host import Host

from tests.host.questions import Answer, ask_all
from understudy.config.app import App
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.job import Job
from understudy.paths import Project
from understudy.release.layout import Paths
from understudy.report.terminal import TextReport
from understudy.vm import address as vm_address
from understudy.vm import follow

TOP = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def settings(pytestconfig: pytest.Config) -> Config:
    file = Path(pytestconfig.getoption("--deploy-config"))
    return vm_address.load(Project(TOP, file))


@pytest.fixture(scope="session")
def release(settings: Config, pytestconfig: pytest.Config) -> str:
    """The release of the VM, and so on production: that of deploy.yml, or of a capture."""
    file = Path(pytestconfig.getoption("--deploy-config"))
    job = Job(Project(TOP, file), settings, settings.vm.stands_for, TextReport())
    found = follow.mirror(job)
    return found.release if found else settings.vm.release


@pytest.fixture(scope="session")
def target(pytestconfig: pytest.Config, settings: Config) -> TargetConfig:
    return settings.one_host(pytestconfig.getoption("--target"), pytestconfig.getoption("--host"))


@pytest.fixture(scope="session")
def app(settings: Config) -> App:
    return settings.app


@pytest.fixture(scope="session")
def paths(settings: Config) -> Paths:
    return Paths(settings.root)


@pytest.fixture(scope="session")
def host(target: TargetConfig) -> Host:
    return connect(target)


def connect(target: TargetConfig, keep_seconds: int = 60) -> Host:
    """testinfra's view of the target. Its host key must be known, as for a deploy.

    keep_seconds: how long an unused connection is kept; 0 makes one for each command.
    """
    options = ["-o StrictHostKeyChecking=yes", "-o BatchMode=yes"]
    if target.known_hosts:
        options.append(f"-o UserKnownHostsFile={shlex.quote(str(target.known_hosts))}")
    return testinfra.get_host(
        f"ssh://{target.admin}@{target.address}:{target.port}",
        ssh_identity_file=str(target.key) if target.key else None,
        ssh_extra_args=" ".join(options),
        controlpersist=keep_seconds,
    )


@pytest.fixture(scope="session")
def answers(
    host: Host, app: App, paths: Paths, settings: Config, target: TargetConfig
) -> Mapping[str, Answer]:
    """The host's answers to the questions in questions.py."""
    return ask_all(
        host,
        site=app.name,
        root=str(paths.root),
        deployer=settings.host.deployer,
        domain=target.domain,
    )
