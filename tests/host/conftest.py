"""What the host tests know of the target, and what its host has answered."""

from collections.abc import Mapping

import pytest
from testinfra.host import Host

from understudy.config import roles
from understudy.config.app import App
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.job import Job
from understudy.release.layout import Paths
from understudy.report.terminal import TextReport
from understudy.testing.fixtures import UNDER_TEST
from understudy.testing.host_questions import Answer, ask_all
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


@pytest.fixture
def web(target: TargetConfig) -> None:
    """For tests of the web process, and of what visitors get."""
    if not target.is_web:
        pytest.skip("this host has the role worker alone: no visitor reaches it")


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
    """The host's answers to the questions of host_questions.py."""
    return ask_all(
        host,
        site=app.name,
        root=str(paths.root),
        deployer=settings.host.deployer,
        domain=target.domain,
        chain=chain.chain if (chain := target.certificate_of(app.name)) else "",
    )
