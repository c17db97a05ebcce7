"""Staging with production's topology as virtual machines: what the containers of test_staging_set.py lack.

The smallest one, a web host and a database: without KVM they are emulated, and slow.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.guests import Domain
from tests.integration.site import Site
from tests.integration.staging import PROJECT, Staging, make_app, vm_name
from understudy.vm import address as vm_address

pytestmark = [pytest.mark.timeout(3600), pytest.mark.long]

HOSTS = [
    {"address": "192.0.2.7", "roles": ["web", "worker"]},
    {"address": "192.0.2.9", "roles": ["database"]},
]
BOOT_ID = "cat /proc/sys/kernel/random/boot_id"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Built from nothing, and saved with the app live."""
    directory = tmp_path_factory.mktemp("set")

    def change(settings: dict[str, Any]) -> None:
        settings["app"]["database"] = "postgresql"
        settings["app"]["environment"]["DATABASE_URL"] = "postgresql:///todo"
        settings["vm"] |= {"name": vm_name("pair"), "provider": "libvirt"}
        settings["vm"] |= {"topology": "production", "memory": 768}
        settings["targets"]["vagrant"]["known_hosts"] = str(directory / "known_hosts")
        settings["targets"]["production"].pop("address")
        settings["targets"]["production"]["hosts"] = HOSTS

    app = make_app(PROJECT / "example", directory, change)
    app.require("psycopg[binary]", python="3.11")
    app.commit("PostgreSQL")
    app.deploy_py("destroy", "--yes")  # what a killed run left
    try:
        assert app.deploy_py("up").code == 0
        assert app.deploy_py("reset", "--level", "deployed").code == 0
        yield Site(app, address=machines(app)[0])
    finally:
        app.deploy_py("destroy", "--yes")


def machines(app: Staging) -> list[str]:
    """The addresses of the web host and of the database."""
    return list(vm_address.machines(app.settings()).values())


def boots(app: Staging) -> list[str]:
    """The id of the current boot of each."""
    return [app.host(BOOT_ID, address).text.split()[-1] for address in machines(app)]


def lists(site: Site) -> int:
    """How many the database has, asked on its own host."""
    ask = 'cd / && sudo -u postgres psql -XAtc "SELECT count(*) FROM lists_list" todo'
    return int(site.staging.host(ask, machines(site.staging)[1]).text.split()[-1])


def add_list(site: Site) -> None:
    """As the app does it, on the web host."""
    code = "from lists.models import List; List.objects.create(title='new')"
    words = ("--", "python", "manage.py", "shell", "-c", code)
    where = ("--host", machines(site.staging)[0])
    assert site.staging.deploy_py("run", *where, *words).code == 0


def test_site_is_live_with_the_database_of_the_other_machine(site: Site) -> None:
    add_list(site)

    assert lists(site) == 1
    assert site.get().code == 0


def test_both_go_back_to_a_level_without_a_boot(site: Site) -> None:
    add_list(site)
    before = boots(site.staging)

    reset = site.staging.deploy_py("reset", "--level", "deployed")

    assert reset.code == 0
    assert "nothing to do" in reset.text
    assert boots(site.staging) == before
    assert lists(site) == 0
    assert site.get().code == 0


def test_both_sleep_and_resume_the_same_boot(site: Site) -> None:
    add_list(site)
    before, count = boots(site.staging), lists(site)
    assert site.staging.deploy_py("down").code == 0
    assert all(Domain(name).is_off() for name in vm_address.machines(site.staging.settings()))

    assert site.staging.deploy_py("up").code == 0

    assert boots(site.staging) == before
    assert lists(site) == count
    assert site.get().code == 0


def test_rehearsal_passes_with_a_reboot(site: Site) -> None:
    site.retitle("another")

    rehearsed = site.staging.deploy_py("rehearse")

    assert rehearsed.code == 0
    assert "verdict: READY" in rehearsed.text
