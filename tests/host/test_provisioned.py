"""What provisioning promises of a host."""

import re
import shlex
import socket
from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from understudy.commands import shared
from understudy.config import topology
from understudy.config.app import App
from understudy.config.model import Config
from understudy.config.releases import RELEASES
from understudy.config.target import TargetConfig
from understudy.release.layout import Paths
from understudy.testing import listeners
from understudy.testing.host_questions import Answer

Answers = Mapping[str, Answer]
CLOSED_PORT = 8765


@pytest.mark.parametrize(
    "name",
    ["nginx", "python3", "sqlite3", "nftables", "curl", "unattended-upgrades", "apt-listchanges"],
)
def test_package_is_installed(answers: Answers, name: str) -> None:
    assert f"{name} installed" in answers["packages"].lines


def test_versions_are_the_releases(answers: Answers, release: str) -> None:
    """A host with another Python than the box was made for would make the rehearsal worthless."""
    expected = [RELEASES[release]] if release else RELEASES.values()
    assert answers["system"].text in [f"{one.system} python{one.python}" for one in expected]


def test_app_user_cannot_log_in(answers: Answers) -> None:
    assert answers["app user"].text.endswith(":/usr/sbin/nologin")


def test_locale_and_time_zone(answers: Answers, settings: Config) -> None:
    """Those of deploy.yml; on a staging VM that mirrors production, those of production."""
    words = shlex.split(answers["like production"].text)
    like = dict(word.split("=", 1) for word in words)
    zone = like.get("TIMEZONE", settings.host.timezone)
    assert answers["locale"].lines[0] == f"LANG={like.get('LOCALE', settings.host.locale)}"
    assert answers["time zone"].text == f"/usr/share/zoneinfo/{zone}"


def rights_for(site: str) -> tuple[str, str]:
    return (
        f"(root) NOPASSWD: /usr/local/sbin/understudy-site {site} *",
        f"({site}) NOPASSWD: ALL",
    )


def test_deployer_has_only_narrow_rights(answers: Answers, settings: Config) -> None:
    """The same two for each site of the host: understudy-site, and any command as the app's user."""
    rights = sorted(line.strip() for line in answers["rights"].lines if "NOPASSWD" in line)
    sites = {found[1] for line in rights if (found := re.match(r"\((?!root\))(\w[\w-]*)\)", line))}
    assert settings.app.name in sites
    assert rights == sorted(right for site in sites for right in rights_for(site))
    assert not answers["deployer reads shadow"].ok


def test_only_root_writes_what_the_deployer_runs_as_root(answers: Answers) -> None:
    found = answers["root's programs"].lines
    assert {"/usr/local/sbin/understudy-site", "/usr/local/lib/understudy/site/install"} <= set(
        found
    )
    assert answers["others write root's programs"].lines == []


def test_only_wanted_ports_are_reached(
    answers: Answers,
    target: TargetConfig,
    settings: Config,
    record_property: Callable[[str, str], None],
) -> None:
    """What the firewall keeps from others is noted, and so is what deploy.yml accepts."""
    found = listeners.parse(answers["listening"].lines, answers["listening units"].lines)
    outside = {one.port for one in found if not one.is_local}
    database = {"5432"} if topology.clients(target.host_list, target.address) else set()
    # Behind a port forward the host's own port of SSH is another one.
    ssh = {"22", str(target.port)}
    assert "80" in outside, "nothing listens at port 80"
    assert outside & ssh, f"nothing listens at port {target.port}, that of SSH"
    judged = listeners.judge(
        found, ssh | {"80", "443"} | database, answers["firewall"].text, settings.verify.accept
    )
    if judged.notes:
        record_property("note", "; ".join(judged.notes))
    assert not judged.failures, (
        f"{'; '.join(judged.failures)}. One that is meant to be reached: verify.accept in deploy.yml takes "
        '{check: ports/PORT, reason: "…"}'
    )


def test_firewall_closes_what_is_not_wanted(host: Host, target: TargetConfig) -> None:
    """A program listens on the port, and it can't be reached from outside."""
    if any(target.web_ports.moved()):
        pytest.skip("behind a port forward no other port is reached from here")
    started = host.run(
        f"timeout 20 systemd-socket-activate -l 0.0.0.0:{CLOSED_PORT} cat >/dev/null 2>&1 & echo $!; "
        f"for _ in $(seq 100); do ss -tlnH | grep ':{CLOSED_PORT} ' && break; sleep 0.1; done"
    )
    listener, *listening = started.stdout.splitlines()
    try:
        assert listening, "the listener did not start"
        with pytest.raises(OSError):
            socket.create_connection((target.address, CLOSED_PORT), timeout=1)
    finally:
        # The next run would find its port.
        host.run(f"kill {listener}")


def test_firewall_drops_what_no_rule_lets_in(answers: Answers, target: TargetConfig) -> None:
    text = answers["firewall"].text
    assert "type filter hook input priority filter; policy drop;" in text
    for rule in ("ct state established,related accept", "ct state invalid drop", 'iif "lo" accept'):
        assert rule in text
    is_open = target.has_visitors and not target.is_behind_proxy
    ports = r"\{ \d+, 80, 443 \}" if is_open else r"\d+"
    assert re.search(rf"tcp dport {ports} accept", text)
    for address in topology.in_front(target.host_list, target.address):
        assert f"saddr {address} tcp dport 80 accept" in text


def test_only_the_deployer_opens_the_locks(
    answers: Answers, paths: Paths, settings: Config
) -> None:
    user = settings.host.deployer
    names = (paths.lock, f"{paths.lock}.step")
    assert answers["locks"].lines == [f"{name} 600 {user}" for name in names]
    assert "Permission denied" in answers["app holds lock"].text


def test_locks_of_processes_can_be_locked_by_the_app_and_replaced_by_root_alone(
    answers: Answers, app: App, paths: Paths
) -> None:
    directory, *locks = answers["process locks"].lines
    assert directory == f"{paths.root}/locks 755 root root"
    assert f"{paths.root}/locks/migrating 640 root {app.name}" in locks
    assert all(line.endswith(f" 640 root {app.name}") for line in locks)


def test_host_knows_its_own_name(answers: Answers) -> None:
    assert answers["host name"].ok, "each sudo waits for a name server"


def test_nginx_default_site_is_gone(answers: Answers) -> None:
    assert not answers["default site"].ok


def test_data_belongs_to_the_app_only(
    answers: Answers, app: App, paths: Paths, target: TargetConfig
) -> None:
    found = dict(line.split(" ", 1) for line in answers["data"].lines)
    # Only of a site that has services; see test_services.py.
    found.pop(str(paths.services), None)
    # Only where someone has a password for basic_auth.
    assert found.pop(str(paths.logins), "640 root:www-data") == "640 root:www-data"
    has_site = not {"web", "worker"}.isdisjoint(target.roles)
    if has_site and topology.database_elsewhere(target.host_list, target.address):
        for name in (shared.LOGIN, shared.CERTIFICATE):
            assert found.pop(f"{paths.root}/shared/{name}") == f"640 root:{app.name}"
    assert found == {
        f"{paths.root}/static": f"2750 {app.name}:www-data",
        f"{paths.root}/shared/backups": f"700 {app.name}:{app.name}",
        f"{paths.root}/shared/database": f"700 {app.name}:{app.name}",
        f"{paths.root}/shared/env": f"640 root:{app.name}",
        f"{paths.root}/shared/media": f"2750 {app.name}:www-data",
    }


def test_nginx_logs_are_readable_by_the_deployer(answers: Answers) -> None:
    """A failed deploy shows the last lines of the logs."""
    asked = answers["deployer reads nginx's logs"]
    assert asked.ok, asked.text


def test_secrets_are_readable_by_the_deployer_and_not_by_others(answers: Answers) -> None:
    """The deployer may run any command as the app's user, as docs/data.md says."""
    assert answers["deployer reads secrets"].ok
    for question in ("admin reads secrets", "nginx reads secrets"):
        assert not answers[question].ok
        assert "Permission denied" in answers[question].text


def test_nginx_accepts_its_files(answers: Answers) -> None:
    assert answers["nginx -t"].ok, answers["nginx -t"].text
