"""Staging with production's topology: two web hosts, a worker, a database and a proxy, each a VM of its own."""

import json
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.site import Site
from tests.integration.staging import PROJECT, Answer, Staging, make_app, stop_at, vm_name
from understudy.config import staging_hosts
from understudy.vm import address as vm_address

pytestmark = [pytest.mark.timeout(3600), pytest.mark.long]

HOSTS = [
    {"address": "192.0.2.5", "roles": ["proxy"]},
    {"address": "192.0.2.7", "roles": ["web"]},
    {"address": "192.0.2.8", "roles": ["web"]},
    {"address": "192.0.2.6", "roles": ["worker"]},
    {"address": "192.0.2.9", "roles": ["database"]},
]


@dataclass(frozen=True)
class Shop:
    app: Staging

    @property
    def addresses(self) -> dict[str, str]:
        """What the name of each machine ends in -> its address; the proxy's is ""."""
        found = vm_address.machines(self.app.settings())
        return {name.removeprefix(self.app.vm).strip("-"): one for name, one in found.items()}

    @property
    def site(self) -> Site:
        """As visitors meet it."""
        return Site(self.app, address=self.addresses[""])

    def add_list(self, title: str) -> None:
        assert "added" in self._shell(f"List.objects.create(title='{title}'); print('added')")

    def lists(self) -> str:
        return self._shell("print('found', sorted(one.title for one in List.objects.all()))")

    def _shell(self, statement: str) -> str:
        """What Django prints on the second web host."""
        code = f"from lists.models import List; {statement}"
        where = ("--host", self.addresses["web2"])
        answer = self.app.deploy_py("run", *where, "--", "python", "manage.py", "shell", "-c", code)
        assert answer.code == 0, answer.text
        return answer.text

    def ssh(self, machine: str, *command: str) -> Answer:
        return self.app.deploy_py("ssh", "--host", self.addresses[machine], "--", *command)


def assert_only_uploads_failed(rehearsed: Answer) -> None:
    """The example's: each web host keeps its own."""
    known = (
        "deploy the candidate",
        "run the browser tests",
        "test_uploaded_picture_is_shown",
    )
    failed = [line for line in rehearsed.text.splitlines() if line.startswith("✗")]
    assert not [line for line in failed if not any(one in line for one in known)], failed


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Deployed to, from the level 'deployed'."""

    def add(settings: dict[str, Any]) -> None:
        settings["app"] |= {"database": "postgresql", "media_url": None}
        settings["app"]["environment"]["DATABASE_URL"] = "postgresql:///todo"
        settings["vm"] |= {"name": vm_name("set"), "topology": "production", "memory": 768}
        settings["targets"]["production"].pop("address")
        settings["targets"]["production"]["hosts"] = HOSTS

    app = make_app(PROJECT / "example", tmp_path_factory.mktemp("set"), add)
    app.require("psycopg[binary]", python="3.11")
    app.commit("PostgreSQL")
    try:
        assert app.deploy_py("up").code == 0
        assert app.deploy_py("reset", "--level", "deployed").code == 0
        yield Shop(app)
    finally:
        app.deploy_py("destroy", "--yes")


def test_visitors_are_served_through_the_proxy_by_two_hosts_with_one_database(shop: Shop) -> None:
    shop.add_list("of the second web host")

    assert shop.site.get("/").code == 0
    status = shop.app.deploy_py("status")
    assert status.code == 0, status.text
    assert all(address in status.text for address in shop.addresses.values())


def test_machines_reach_each_other_as_their_roles_need(shop: Shop) -> None:
    database = shop.addresses["database"]
    connect = f"timeout 3 bash -c 'exec 3<>/dev/tcp/{database}/5432'"

    assert shop.ssh("web", connect).code == 0
    assert shop.ssh("worker", connect).code == 0
    assert shop.app.deploy_py("provision").text.count("nothing to change") == len(HOSTS)


def test_machine_that_reboots_is_reached_again_at_once(shop: Shop) -> None:
    address = shop.addresses["worker"]
    before, began = boot_of(shop, address), time.monotonic()
    assert shop.app.host("systemd-run --on-active=1 systemctl reboot", address).code == 0

    while boot_of(shop, address) in ("", before):
        assert time.monotonic() - began < 240, "it does not boot"

    # A virtual machine's own boot takes longer.
    assert time.monotonic() - began < 15 or shop.app.provider != "lxc"


def boot_of(shop: Shop, address: str) -> str:
    """ "" while it does not answer."""
    asked = shop.app.host("cat /proc/sys/kernel/random/boot_id", address)
    return asked.text.strip() if asked.code == 0 else ""


def test_database_host_is_tested_from_inside(shop: Shop) -> None:
    where = ("--host", shop.addresses["database"])
    verified = shop.app.deploy_py("verify", *where)
    assert verified.code == 0, verified.text

    address = shop.addresses["database"]
    opening = "nft insert rule inet understudy input tcp dport 5432 accept"
    assert shop.app.host(opening, address).code == 0
    try:
        opened = shop.app.deploy_py("verify", *where)
    finally:
        shop.app.host("systemctl restart nftables", address)

    assert opened.code == 1
    assert "test_firewall_lets_those_hosts_in_alone" in opened.text
    assert "test_other_machines_are_refused" in opened.text
    assert shop.app.deploy_py("verify", *where).code == 0


def test_all_go_back_to_a_level_together(shop: Shop) -> None:
    """Before any other commit: that has a level of its own, which would be built."""
    shop.add_list("before the reset")

    reset = shop.app.deploy_py("reset", "--level", "deployed")

    assert reset.code == 0, reset.text
    assert "nothing to do" in reset.text
    assert shop.lists().strip().endswith("found []")
    assert shop.site.get("/").code == 0


@pytest.mark.parametrize("at", ["wait until all hosts are ready", "switch to "])
def test_deploy_that_is_killed_around_the_switch_is_finished(at: str, shop: Shop) -> None:
    shop.app.commit(f"killed at {at}")
    words = ("deploy", "--config", shop.app.config, "-v")
    stop_at(signal.SIGKILL, at, sys.executable, "deploy.py", *words)

    finished = shop.app.deploy_py("deploy")

    assert finished.code == 0, finished.text
    current = {
        shop.ssh(name, "readlink", "/srv/todo/current").text for name in ("web", "web2", "worker")
    }
    assert len(current) == 1
    assert "no change" in shop.app.deploy_py("deploy").text
    assert shop.site.get("/").code == 0


def test_all_sleep_and_wake(shop: Shop) -> None:
    shop.add_list("kept over the sleep")

    assert shop.app.deploy_py("down").code == 0
    assert shop.app.deploy_py("up").code == 0

    assert "kept over the sleep" in shop.lists()
    assert shop.site.get("/").code == 0


def test_rehearsal_finds_what_only_several_hosts_show(shop: Shop) -> None:
    """The example keeps uploads on the disk of the host that took them, and the other one lacks them."""
    shop.app.commit("another")

    rehearsed = shop.app.deploy_py("rehearse")

    assert rehearsed.code == 1
    assert "uploads of lists.Item.picture are on the disk of the web host" in rehearsed.text
    assert_only_uploads_failed(rehearsed)
    log = (PROJECT / ".understudy" / "rehearse.log").read_text()
    assert "3 hosts switched within" in log
    assert log.count("reboot tests: 1 passed") == len(HOSTS)


def test_rollback_is_interrupted_on_several_hosts_and_a_deploy_finishes(shop: Shop) -> None:
    shop.app.commit("one more")

    rehearsed = shop.app.deploy_py("rehearse", "--keep", "--start-at", "deploy")

    assert_only_uploads_failed(rehearsed)
    assert "✓ deploy over an interrupted rollback" in rehearsed.text
    log = (PROJECT / ".understudy" / "rehearse.log").read_text()
    assert log.count("  interrupted\n") == 2, "before the switch, and after that of one host"


def test_drift_is_found_on_the_host_that_has_it(shop: Shop) -> None:
    """Production does not exist here: its captures are those of the machines, before one of them is changed."""
    for address in shop.addresses.values():
        # Ends with 1 if a unit has failed.
        shop.app.host("systemctl is-system-running --wait || true", address)
    captured = shop.app.deploy_py("capture", "--target", "vagrant")
    assert captured.code == 0, captured.text
    folder = shop.app.config.parent / "provision"
    machines = {one.name: one for one in staging_hosts.of(shop.app.settings())}
    for name, address in vm_address.machines(shop.app.settings()).items():
        [host] = machines[name].mirrors
        (folder / f"vagrant-{address}.lock.yml").rename(folder / f"production-{host}.lock.yml")
    planted = "echo '1 1 * * * root true' >/etc/cron.d/planted"
    assert shop.app.host(planted, shop.addresses["web2"]).code == 0

    drift = shop.app.deploy_py("drift", "--between", "capture", "vagrant", "--json")

    events = map(json.loads, drift.text.splitlines())
    [found] = [one["comparisons"] for one in events if one["event"] == "drift"]
    differences = {one["host"]: [each["path"] for each in one["differences"]] for one in found}
    assert list(differences) == [host["address"] for host in HOSTS]
    assert differences.pop("192.0.2.8") == ["cron./etc/cron.d/planted"]
    assert not any(differences.values()), differences
