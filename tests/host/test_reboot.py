"""A host that was rebooted is again what it was: the site answers, and its data is there."""

import http.client
import shlex
import time
from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from understudy.commands import haproxy
from understudy.commands import http as http_commands
from understudy.config import topology
from understudy.config.app import App
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.release.layout import Paths
from understudy.testing import visits
from understudy.testing.host import connect

pytestmark = [pytest.mark.timeout(900), pytest.mark.reboots]
# Each table of a database, and its exact number of rows.
_TABLES = """
SELECT format('%s.%s', table_schema, table_name), (xpath('/row/count/text()', query_to_xml(
    format('SELECT count(*) FROM %I.%I', table_schema, table_name), false, true, '')))[1]
FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
"""


@pytest.fixture
def reboot(host: Host, target: TargetConfig) -> Callable[[], None]:
    """Reboots the host, and returns once it has begun to start."""
    if not target.disposable:
        pytest.fail(
            "this target is not marked `disposable: true` in deploy.yml: so it is not rebooted"
        )

    def reboot() -> None:
        before = boot_id(target)
        # A moment later, so that this command's own connection can end.
        host.check_output("sudo systemd-run --on-active=1 systemctl reboot")
        wait_until(lambda: boot_id(target) not in ("", before))

    return reboot


def test_survives_a_reboot(
    reboot: Callable[[], None], app: App, target: TargetConfig, settings: Config, paths: Paths
) -> None:
    """What the host is for is there again; then the site is, as visitors meet it."""
    before = rows(target, app)
    reboot()
    if before:
        wait_until(lambda: has_kept(before, rows(target, app)))
    if "worker" in target.roles:
        wait_until(lambda: all(runs(target, app, process) for process in settings.processes))
    if target.is_web:
        wait_until(lambda: answers(target, app.health_path) or has_booted(target))
        wait_until(lambda: answers(target, app.health_path) or has_ended(target, app))
        assert answers(target, app.health_path), "no release runs after the boot"
    wait_until(lambda: gets_requests(target, paths))
    wait_until(lambda: visits.answers(target, app.health_path))


def boot_id(target: TargetConfig) -> str:
    return run_once(target, "cat /proc/sys/kernel/random/boot_id")


def has_booted(target: TargetConfig) -> bool:
    return run_once(target, "systemctl is-system-running") in ("running", "degraded")


def runs(target: TargetConfig, app: App, process: str) -> bool:
    units = run_once(
        target, f"systemctl list-units --state=active '{app.name}-{process}@*.service'"
    )
    return f"{app.name}-{process}@" in units


def has_ended(target: TargetConfig, app: App) -> bool:
    """Whether no release of the site runs or starts, so that there is nothing to wait for."""
    states = "--state=active,activating,reloading,deactivating"
    units = run_once(target, f"systemctl list-units {states} {app.name}@*.service; echo asked")
    return f"{app.name}@" not in units and "asked" in units


def answers(target: TargetConfig, path: str) -> bool:
    """Whether this very host does: another one may answer through the proxy."""
    if target.is_behind_proxy:
        asked = http_commands.get(f"{target.own_origin}{path}", address="127.0.0.1")
        return "ok" in run_once(target, f"{shlex.join(asked)} >/dev/null 2>&1 && echo ok")
    try:
        return visits.get(target, path)[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def gets_requests(target: TargetConfig, paths: Paths) -> bool:
    """Whether each proxy of the target sends requests to this web host; if it is a proxy, to all of them."""
    own = topology.of_host(target.host_list, target.address)
    expected = (
        {*target.balanced} if target.is_proxy else {own.inside} if own and own.is_web else set()
    )
    asking = shlex.join(("sudo", "-u", paths.root.name, *haproxy.servers(paths.haproxy_admin)))
    for proxy in target.proxies():
        servers = haproxy.parse(run_once(proxy, asking))
        if not expected <= {one.address for one in servers if one.state == "ok"}:
            return False
    return True


def rows(target: TargetConfig, app: App) -> Mapping[str, int]:
    """Each table of the site's database -> its number of rows. Empty while the server does not answer, and of
    a host without one.
    """
    if "database" not in target.roles or app.database != "postgresql":
        return {}
    psql = ("psql", "-XAt", "-F", " ", "-p", "5432", "-d", app.name, "-c", _TABLES)
    found = run_once(target, f"cd / && sudo -u postgres {shlex.join(psql)}")
    return {name: int(count) for name, count in (line.split() for line in found.splitlines())}


def has_kept(before: Mapping[str, int], after: Mapping[str, int]) -> bool:
    """Whether each table is there; those with rows have some, since the app may write meanwhile."""
    return all(name in after and (after[name] or not count) for name, count in before.items())


def run_once(target: TargetConfig, command: str) -> str:
    """The output of a command over a new connection, because a boot ends a kept one. Empty while the host
    does not answer.
    """
    try:
        asked = connect(target, keep_seconds=0).run(command)
    except RuntimeError:
        return ""
    return str(asked.stdout.strip())


def wait_until(condition: Callable[[], bool], seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s"
        time.sleep(1)
