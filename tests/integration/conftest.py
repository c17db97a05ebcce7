"""Fixtures of the tests on real VMs."""

from collections.abc import Iterator

import pytest
import yaml

from tests.integration import debian_13
from tests.integration.site import Site
from tests.integration.staging import PROJECT, Staging, copy_project, make_app
from tests.integration.web_and_database import shop, shop_app, shop_hosts  # noqa: F401
from understudy.vm.levels import DEPLOYED, Level

HEALTHY = Level(DEPLOYED, "healthy")

# Begun first, so that no worker is left with one of them while the others have ended.
LONGEST = ("test_production", "test_topology", "test_killed", "test_anyones_app")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        return LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST)

    items.sort(key=place)


@pytest.fixture(scope="session", autouse=True)
def project() -> None:
    copy_project()


@pytest.fixture(scope="module")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Staging:
    """The example app in a repository of its own, to be deployed to the staging VM."""
    return make_app(PROJECT / "example", tmp_path_factory.mktemp("staging"), lambda settings: None)


@pytest.fixture(scope="session")
def trixie(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staging]:
    """Debian 13 with a small Flask app to deploy. A test that needs the VM up calls `up`."""
    staging = debian_13.flask(tmp_path_factory.mktemp("trixie"))
    yield staging
    staging.deploy_py("destroy", "--yes")


@pytest.fixture(scope="session")
def vm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The staging VM, up, with nothing deployed. Once: a reset before each module would be slow."""
    staging = make_app(PROJECT / "example", tmp_path_factory.mktemp("vm"), lambda settings: None)
    assert staging.deploy_py("up").code == 0
    assert staging.deploy_py("reset").code == 0


@pytest.fixture(scope="session")
def healthy(vm: None, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The example, deployed from a repository of its own and saved as a snapshot."""
    staging = make_app(
        PROJECT / "example", tmp_path_factory.mktemp("healthy"), lambda settings: None
    )
    site = Site(staging)
    site.retitle("version 0")
    deploy_and_save(site)
    return site


def deploy_and_save(site: Site) -> None:
    assert site.deploy().code == 0
    site.staging.machine().save(HEALTHY)


def restore(healthy: Site) -> None:
    """Restores the VM's snapshot, or makes it again if newer ones have displaced it."""
    if healthy.staging.machine().reset(HEALTHY) != HEALTHY:
        deploy_and_save(healthy)


@pytest.fixture(scope="module")
def site(healthy: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The healthy site for one module: the VM from the snapshot, and a copy of the repository."""
    restore(healthy)
    return Site(healthy.staging.copy(tmp_path_factory.mktemp("site")))


@pytest.fixture(scope="module")
def postgresql_site(trixie: Staging, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The example with PostgreSQL, on the VM of Debian 13."""
    return debian_13.example(trixie, tmp_path_factory.mktemp("postgresql"))


@pytest.fixture
def any_site(request: pytest.FixtureRequest) -> Site:
    """The example with the engine that the test's parameter names; see `both_engines`."""
    sites = {"sqlite": "site", "postgresql": "postgresql_site"}
    asked_for: Site = request.getfixturevalue(sites[request.param])
    return asked_for


@pytest.fixture
def unhurried(site: Site) -> Iterator[Site]:
    """The site of the module; its deploys take 10 s longer, in their migrations."""
    before = site.staging.config.read_text()
    settings = yaml.safe_load(before)
    settings["app"]["migrate_commands"] = [
        ["sleep", "10"],
        ["python", "manage.py", "migrate", "--noinput", "-v2"],
    ]
    site.staging.config.write_text(yaml.safe_dump(settings))
    yield site
    site.staging.config.write_text(before)
