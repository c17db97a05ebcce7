"""What the host tests know of the target, and what its host has answered."""

import shlex
from collections.abc import Mapping

import pytest
from testinfra.host import Host

from understudy.commands import haproxy
from understudy.config import roles, topology
from understudy.config.app import App
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.job import Job
from understudy.release.layout import Paths
from understudy.report.terminal import TextReport
from understudy.testing import role_questions
from understudy.testing.fixtures import UNDER_TEST
from understudy.testing.host_questions import QUESTIONS, Answer, ask_all
from understudy.testing.site import Site
from understudy.vm import follow


@pytest.fixture(scope="session")
def settings(target: TargetConfig, pytestconfig: pytest.Config) -> Config:
    """What the host runs by its roles."""
    return roles.of_host(pytestconfig.stash[UNDER_TEST].config, target)


@pytest.fixture(scope="session")
def release(settings: Config, pytestconfig: pytest.Config) -> str:
    """The release of the VM, and so on production: that of deploy.yml, or of a capture. "" if only its
    box knows.
    """
    project = pytestconfig.stash[UNDER_TEST].project
    assert project is not None
    found = follow.mirror(Job(project, settings, settings.vm.stands_for, TextReport()))
    if found:
        return found.release
    unknown = settings.vm.box and "release" not in settings.vm.model_fields_set
    return "" if unknown else settings.vm.release


@pytest.fixture(scope="session")
def target(site: Site, pytestconfig: pytest.Config) -> TargetConfig:
    return pytestconfig.stash[UNDER_TEST].target


@pytest.fixture(scope="session")
def app(settings: Config) -> App:
    return settings.app


@pytest.fixture(scope="session")
def paths(settings: Config) -> Paths:
    return Paths(settings.root)


@pytest.fixture(scope="session")
def answers(
    host: Host, app: App, paths: Paths, settings: Config, target: TargetConfig
) -> Mapping[str, Answer]:
    """The host's answers to the questions of host_questions.py, and to those for its roles."""
    own = topology.of_host(target.host_list, target.address)
    return ask_all(
        host,
        {**QUESTIONS, **dict(role_questions.of(target.roles))},
        site=app.name,
        root=str(paths.root),
        deployer=settings.host.deployer,
        domain=target.domain,
        chain=chain.chain if (chain := target.certificate_of(app.name)) else "",
        inside=own.inside if own else target.address,
        postgres=role_questions.postgres(app.name),
        servers=shlex.join(haproxy.servers(paths.haproxy_admin)),
    )
