"""The database server of a site, and how the hosts that use it log in: by TLS and scram. For those alone it
listens to the network; without them it is reached on its own host only.
"""

import re
import socket
from collections.abc import Mapping
from ipaddress import ip_address

import pytest

from understudy.config import topology
from understudy.config.app import App
from understudy.config.target import TargetConfig
from understudy.testing.host_questions import Answer

Answers = Mapping[str, Answer]
pytestmark = pytest.mark.role("database")
PORT = 5432


@pytest.fixture(autouse=True)
def postgresql(app: App) -> None:
    if app.database != "postgresql":
        pytest.skip(f"the site's database is {app.database}")


@pytest.fixture
def clients(target: TargetConfig) -> tuple[str, ...]:
    """The addresses of the hosts that may log in by the network."""
    found = topology.clients(target.host_list, target.address)
    if not found:
        pytest.skip("no other host uses this database")
    return found


def listening(answers: Answers) -> set[str]:
    """The addresses at which the server accepts connections by the network."""
    ends = [line.split()[3].rpartition(":") for line in answers["listening"].lines]
    return {address.strip("[]") for address, _, port in ends if port == str(PORT)}


def test_server_runs_and_starts_at_a_boot(answers: Answers) -> None:
    assert answers["database server"].lines == ["online", "enabled"]


def test_server_listens_for_its_hosts_alone(answers: Answers, target: TargetConfig) -> None:
    """At the private address, and at no other that is reached from outside."""
    has_clients = bool(topology.clients(target.host_list, target.address))
    own = topology.of_host(target.host_list, target.address)
    expected = {str(ip_address(own.inside))} if own and has_clients else set()
    of_other_sites = bool(answers["database clients of others"].lines)
    outside = {one for one in listening(answers) if not one.startswith("127.") and one != "::1"}
    assert expected <= outside if of_other_sites else expected == outside


def test_firewall_lets_those_hosts_in_alone(answers: Answers, clients: tuple[str, ...]) -> None:
    rules = answers["firewall"].text
    let_in = re.findall(rf"^\s*(.*)tcp dport {PORT} accept", rules, re.MULTILINE)
    expected = {
        str(ip_address(one)) for one in (*clients, *answers["database clients of others"].lines)
    }
    assert sorted(rule.split()[-1] if rule else "anyone" for rule in let_in) == sorted(expected)


def test_other_machines_are_refused(target: TargetConfig, clients: tuple[str, ...]) -> None:
    """Such as the one with these tests."""
    if any(target.web_ports.moved()):
        pytest.skip("behind a port forward no other port is reached from here")
    own = topology.of_host(target.host_list, target.address)
    with pytest.raises(OSError):
        socket.create_connection((own.inside if own else "", PORT), timeout=2).close()


def test_server_lets_those_hosts_log_in_by_tls_and_scram_alone(
    answers: Answers, app: App, target: TargetConfig
) -> None:
    """pg_hba.conf, as the server reads it. Lines of an admin for other databases are the admin's."""
    databases = f"{app.name},{app.name}_scratch"
    lines = [line.split() for line in answers["database logins"].lines]
    own = [line for line in lines if {app.name, "all"} & {*line[1].split(","), *line[2].split(",")}]
    expected = [
        ["hostssl", databases, app.name, str(ip_address(address)), "scram-sha-256"]
        for address in topology.clients(target.host_list, target.address)
    ]
    assert sorted(own) == sorted(expected)


def test_site_owns_its_databases_and_is_no_administrator(answers: Answers, app: App) -> None:
    assert answers["database role"].text.split()[:2] == ["t", "f"]
    assert sorted(answers["databases of the server"].lines) == [
        f"{name} {app.name} f" for name in (app.name, f"{app.name}_scratch")
    ]


@pytest.mark.usefixtures("clients")
def test_password_is_kept_as_scram(answers: Answers) -> None:
    assert answers["database role"].text.split()[2:] == ["SCRAM-SHA-256"]
    assert "password_encryption scram-sha-256" in answers["database settings"].lines


@pytest.mark.usefixtures("clients")
def test_server_shows_the_certificate_of_its_address(
    answers: Answers, target: TargetConfig
) -> None:
    """Which the other hosts trust, and no authority."""
    own = topology.of_host(target.host_list, target.address)
    assert own
    installed, shown, names, ends, key = answers["database certificate"].lines
    assert shown == installed, "it was made again since the server started"
    assert f"IP Address:{own.inside}" in names.split(", ")
    assert ends == "Certificate will not expire"
    assert key == "640 root:postgres"
    assert "ssl on" in answers["database settings"].lines


@pytest.mark.role("web", "worker")
def test_app_logs_in_to_the_database_host_by_tls(
    answers: Answers, app: App, target: TargetConfig
) -> None:
    if not topology.database_elsewhere(target.host_list, target.address):
        pytest.skip("the database is on this host")
    own, without_tls, wrong = answers["database elsewhere"].lines
    assert own == f"{app.name} t"
    assert "no encryption" in without_tls
    assert "password authentication failed" in wrong
