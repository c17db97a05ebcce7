"""understudy-site blocks outgoing connections, and the check finds out whether they are blocked."""

import socket
import subprocess
from pathlib import Path

import pytest

from tests.programs.root_programs import make_host
from understudy.commands import site


def test_rules_are_loaded_and_kept_for_the_next_boot(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    host.done("outgoing-off")

    file = host.path("/etc/nftables.d/understudy-outgoing.nft")
    assert host.calls()[-1] == f"nft --file {file}"
    rules = file.read_text().split("chain output")[1]
    accepted, _, rest = rules.partition("        reject\n")
    assert rest.split() == ["}", "}"], "what no rule accepts is refused"
    assert [line.split()[0] for line in accepted.splitlines()[2:]] == [
        *("oif", "ct", "meta", "udp", "tcp")
    ]
    assert "ct direction reply accept" in rules, "not what was established from here before"


@pytest.mark.parametrize(
    ("login", "rules"),
    [
        ('PGHOST="10.0.0.4"\nPGPORT="5432"\n', ["ip daddr 10.0.0.4 tcp dport 5432 accept"]),
        ('PGHOST="fd00::4"\n', ["ip6 daddr fd00::4 tcp dport 5432 accept"]),
        ('PGHOST="db.example"\n', []),
        ('PGHOST="10.0.0.4 accept"\n', []),
    ],
)
def test_database_of_another_host_is_reached_and_nothing_else_there(
    login: str, rules: list[str], tmp_path: Path
) -> None:
    host = make_host(tmp_path)
    file = host.path("/srv/todo/shared/database-login")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(login)
    host.done("outgoing-off")

    text = host.path("/etc/nftables.d/understudy-outgoing.nft").read_text()
    assert [line.strip() for line in text.splitlines() if "daddr" in line] == rules


def test_second_call_changes_nothing(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    host.done("outgoing-off")
    file = host.path("/etc/nftables.d/understudy-outgoing.nft")
    before = file.read_text()
    host.done("outgoing-off")

    assert file.read_text() == before
    # A table of that name that is there already goes in the same transaction.
    assert before.splitlines()[:2] == [
        "table inet understudy_outgoing",
        "delete table inet understudy_outgoing",
    ]


def test_failure_of_nft_is_reported(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    host.fake("nft", "echo 'no such kernel' >&2; exit 1")

    assert "no such kernel" in host.refused("outgoing-off")


def tried(address: str, port: int) -> subprocess.CompletedProcess[str]:
    """The check, but of another address."""
    program, option, text = site.check_egress_blocked()
    text = text.replace('"192.0.2.1", 25', f'"{address}", {port}')
    return subprocess.run([program, option, text], capture_output=True, text=True)


def test_check_passes_if_the_connection_is_refused() -> None:
    assert tried("127.0.0.1", 1).returncode == 0


def test_check_fails_if_the_connection_is_made() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = tried("127.0.0.1", server.getsockname()[1])

    assert done.returncode == 1


@pytest.mark.parametrize("error", ["TimeoutError()", "OSError(113, 'No route to host')"])
def test_check_fails_if_nothing_answers(error: str) -> None:
    """That happens without any rule, or with a rule that drops packets."""
    program, option, text = site.check_egress_blocked()
    text = text.replace(
        "    socket.create_connection", f"    raise {error}\n    socket.create_connection"
    )
    done = subprocess.run([program, option, text], capture_output=True, text=True)

    assert done.returncode == 1
    assert "was not refused" in done.stdout
