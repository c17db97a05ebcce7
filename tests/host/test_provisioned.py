"""What provision/ promises of a host."""

import socket

import pytest
from testinfra.host import Host

from understudy.config import App, Config, TargetConfig
from understudy.release import Paths


@pytest.mark.parametrize("name", ["nginx", "python3", "sqlite3", "nftables", "curl"])
def test_package_is_installed(host: Host, name: str) -> None:
    assert host.package(name).is_installed


def test_versions_are_the_releases(host: Host, settings: Config) -> None:
    """A host with another Python than the box was made for would rehearse something else."""
    expected = {"bookworm": ("12", "3.11"), "trixie": ("13", "3.13")}[settings.vm.release]
    assert host.system_info.release.split(".")[0] == expected[0]
    assert host.check_output("readlink /usr/bin/python3") == f"python{expected[1]}"


def test_app_user_cannot_log_in(host: Host, app: App) -> None:
    assert host.user(app.name).shell == "/usr/sbin/nologin"


def test_locale_and_time_zone(host: Host, settings: Config) -> None:
    assert host.file("/etc/default/locale").content_string == f"LANG={settings.host.locale}\n"
    assert host.file("/etc/localtime").linked_to == f"/usr/share/zoneinfo/{settings.host.timezone}"


def test_deployer_has_only_narrow_rights(host: Host, settings: Config) -> None:
    deployer = settings.host.deployer
    with host.sudo():
        allowed = host.check_output(f"sudo -l -U {deployer}")
        refused = host.run(f"su {deployer} -c 'sudo -n cat /etc/shadow'")
    rights = [line.strip() for line in allowed.splitlines() if "NOPASSWD" in line]
    assert rights == [
        f"(root) NOPASSWD: /usr/local/sbin/understudy-site {settings.app.name} *",
        f"({settings.app.name}) NOPASSWD: ALL",
    ]
    assert refused.failed


def test_only_wanted_ports_listen(host: Host, target: TargetConfig) -> None:
    lines = host.check_output("ss -tlnH").splitlines()
    addresses = [line.split()[3] for line in lines]
    outside = {a.rpartition(":")[2] for a in addresses if not a.startswith(("127.", "[::1]"))}
    assert outside <= {"22", str(target.port), "80", "443"}


def test_firewall_closes_what_is_not_wanted(host: Host, target: TargetConfig) -> None:
    """A port that something does listen on, and that nobody may reach from outside."""
    listen = "python3 -m http.server 8765 --bind 0.0.0.0"
    host.check_output(f"nohup timeout 60 {listen} >/dev/null 2>&1 & echo started")
    try:
        listening = "curl -fsS -o /dev/null --retry 60 --retry-connrefused http://127.0.0.1:8765/"
        assert host.run(listening).succeeded
        with pytest.raises(OSError):
            socket.create_connection((target.address, 8765), timeout=3)
    finally:
        host.run("pkill -f 'http.server 8765'")


def test_nginx_default_site_is_gone(host: Host) -> None:
    assert not host.file("/etc/nginx/sites-enabled/default").exists


@pytest.mark.parametrize(
    ("name", "mode"), [("database", 0o700), ("media", 0o2750), ("backups", 0o700)]
)
def test_data_belongs_to_the_app_only(
    host: Host, app: App, paths: Paths, name: str, mode: int
) -> None:
    with host.sudo():
        directory = host.file(str(paths.root / "shared" / name))
        assert (directory.mode, directory.user) == (mode, app.name)


def test_secrets_are_not_readable_by_others(host: Host, app: App, paths: Paths) -> None:
    secrets = host.file(str(paths.env))
    assert (secrets.mode, secrets.user, secrets.group) == (0o640, "root", app.name)
    assert host.run(f"cat {paths.env}").failed
    with host.sudo("www-data"):
        assert host.run(f"cat {paths.env}").failed
