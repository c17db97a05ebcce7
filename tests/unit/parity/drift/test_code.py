"""The state that the code describes, and that a host deployed by it has no drift from it."""

from typing import Any

import pytest

from tests.unit.capture_samples import SECTIONS, captured
from tests.unit.fakes import TOP, FakeReport, config
from understudy.host.provisioning import of_project
from understudy.job import Job
from understudy.parity.capture.value import Capture
from understudy.parity.drift.code import capture_of_code
from understudy.parity.drift.comparison import ANY, Comparison, Side, compare
from understudy.parity.sides import Sides
from understudy.paths import Project
from understudy.release.render import host_files

PROJECT = Project(TOP, TOP / "deploy.yml")


def code(
    app: dict[str, Any] | None = None, parts: dict[str, Any] | None = None, **target: Any
) -> Capture:
    made = config(app, target, **(parts or {}))
    host = made.target("staging")
    recipe = of_project(PROJECT, made, host)
    return capture_of_code(made, host, host_files(made, host, PROJECT.templates), recipe)


def test_code_wants_the_packages_of_provisioning_and_deploy_yml() -> None:
    packages = code({"database": "postgresql"}).sections["packages"]

    assert {"nginx", "python3", "nftables", "sqlite3", "postgresql"} <= packages.keys()
    assert set(packages.values()) == {ANY}


def test_code_wants_the_variables_of_deploy_yml() -> None:
    made = code({"environment": {"A": "1"}}, environment={"B": "2"})

    assert made.sections["environment"].keys() == {"LANG", "A", "B"}


@pytest.mark.parametrize(
    ("certificate", "ports"),
    [(None, {80}), ({"chain": "/etc/ssl/c.pem", "key": "/etc/ssl/k.pem"}, {80, 443})],
)
def test_code_wants_https_if_there_is_a_certificate(certificate: Any, ports: set[int]) -> None:
    wanted_ports = code(certificate=certificate).sections["ports"]

    assert {int(name.rpartition(":")[2]) for name in wanted_ports} == ports


def site(text: str) -> str:
    """The site as nginx prints it."""
    lines = text.splitlines()
    return "\n".join(
        ("\t# configuration file /etc/nginx/sites-enabled/shop:", *(f"\t{line}" for line in lines))
    )


def drift(change: dict[str, tuple[str, str]] | None = None) -> Comparison:
    """From the code to a host that was deployed by it, after some manual changes."""
    made = config()
    host = made.target("staging")
    nginx, unit = (file.content for file in host_files(made, host, PROJECT.templates))
    path = "/etc/systemd/system/shop@.service"
    packages = code().sections["packages"]
    sections = {
        "packages": "\n".join(f"package\tinstall\tinstalled\t{name}\t1-1" for name in packages),
        "users": "/etc/passwd\tshop:x:998:998::/srv/shop:/usr/sbin/nologin\n"
        "/etc/passwd\tdeploy:x:1001:1001::/home/deploy:/bin/bash",
        "environment": "/srv/shop/current/environment\tLANG",
        "units": SECTIONS["units"] + "\nunit\tshop.service loaded active exited shop",
        "ports": SECTIONS["ports"] + '\ntcp LISTEN 0 9 [::]:80 [::]:* users:(("nginx",pid=1,fd=6))',
        "nginx": site(nginx.replace("shop.test", "todo.example.com")),
        "unit_files": "\n".join(f"{path}\t{line}" for line in unit.splitlines()),
        "modes": f"f 644 root:root {path}\nf 644 root:root /etc/nginx/sites-enabled/shop",
    }
    for section, (old, new) in (change or {}).items():
        text = sections.get(section, SECTIONS[section])
        assert old in text
        sections[section] = text.replace(old, new)
    return compare(Side("code", code(), partial=True), Side("production", captured(**sections)))


def test_what_search_engines_are_asked_is_no_drift() -> None:
    """Staging is left out of them, and production is not."""
    nginx = [code(noindex=noindex).sections["nginx"] for noindex in (True, False)]

    assert nginx[0] == nginx[1]


def test_host_as_provisioned_and_deployed_has_no_drift() -> None:
    assert drift().differences == ()


@pytest.mark.parametrize(
    ("section", "old", "new", "path"),
    [
        ("packages", "\tsqlite3\t", "\tsqlite4\t", "packages.sqlite3"),
        ("nginx", "server_tokens off", "server_tokens on", "nginx./etc/nginx/sites-enabled/shop"),
        ("unit_files", "UMask=0027", "UMask=0022", "unit_files./etc/systemd/system/shop@.service"),
        (
            "units",
            "nginx.service loaded active",
            "nginx.service loaded inactive",
            "units.nginx.service",
        ),
        ("units", "unit\tshop.service", "unit\tshop.socket", "units.shop.service"),
        ("locale", "C.UTF-8", "de_DE.UTF-8", "locale.LANG"),
        ("time", "Etc/UTC", "Europe/Berlin", "time.zone"),
        ("users", "/usr/sbin/nologin", "/bin/bash", "users.shop.home"),
        ("users", "deploy:x", "employ:x", "users.deploy.home"),
        ("environment", "LANG", "LONG", "environment.LANG"),
        ("ports", "0.0.0.0:80 ", "127.0.0.1:80 ", "ports.tcp 0.0.0.0:80"),
        ("firewall", "table inet understudy", "table inet mine", "firewall.table inet understudy"),
    ],
)
def test_manual_change_is_found(section: str, old: str, new: str, path: str) -> None:
    found = drift({section: (old, new)})

    assert [difference.path for difference in found.differences] == [path]


UNIT = "unit\tshop-worker@r1.service"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([UNIT, "unit\tshop-worker@r1.2.service"], None),
        ([UNIT], "1 of the live release"),
        ([UNIT, "unit\tshop-worker@r0.service"], "1 of the live release, 1 of another release"),
    ],
)
def test_process_that_is_missing_or_runs_older_code_is_found(
    lines: list[str], found: str | None
) -> None:
    parts = {"processes": {"worker": {"command": "worker", "count": 2}}}
    host = captured(processes="\n".join(["live\tr1", *lines]).replace("shop", "todo"))

    compared = compare(Side("code", code(parts=parts), partial=True), Side("production", host))

    copies = {one.path: one.copy for one in compared.differences}
    assert copies.get("processes.worker") == found


def test_unit_of_a_process_or_timer_is_a_unit_file() -> None:
    parts = {
        "processes": {"worker": {"command": "worker"}},
        "timers": {"prune": {"command": "prune", "calendar": "daily"}},
    }

    made = code(parts=parts)

    names = {path.rpartition("/")[2] for path in made.sections["unit_files"]}
    assert {"shop@.service", "shop-worker@.service", "shop-prune.timer"} <= names
    assert list(made.sections["nginx"]) == ["/etc/nginx/sites-enabled/shop"]


def test_broken_nginx_file_is_found() -> None:
    sections = {"nginx": "!!! nginx: [emerg] unexpected end of file"}
    model, host = Side("code", code(), partial=True), Side("production", captured(**sections))

    copies = {one.path: one.copy for one in compare(model, host).differences}

    assert copies["nginx"] == "unreadable: nginx: [emerg] unexpected end of file"


def test_code_of_a_proxy_is_its_own_nginx_and_haproxy() -> None:
    hosts = [
        {"address": "192.0.2.5", "roles": ["proxy"]},
        {"address": "192.0.2.7", "roles": ["web"]},
    ]
    job = Job(PROJECT, config(target={"hosts": hosts}), "staging", FakeReport())

    proxy, web = (Sides(job).get("code", f"staging:{host['address']}").capture for host in hosts)

    assert "server 192.0.2.7 192.0.2.7:80" in proxy.sections["files"]["/etc/haproxy/shop.cfg"]
    assert "proxy_pass" in proxy.sections["nginx"]["/etc/nginx/sites-enabled/shop"]
    assert (proxy.sections["unit_files"], proxy.sections["environment"]) == ({}, {})
    assert web.sections["files"] == {}
    assert "/etc/systemd/system/shop@.service" in web.sections["unit_files"]
