"""What listens on a host, as its host test names it."""

import pytest

from understudy.config.verify import Accepted
from understudy.testing.listeners import Judged, Listener, judge, parse

FIREWALL = """
table inet understudy {
    chain input {
        type filter hook input priority filter; policy drop;
        ct state established,related accept
        ct state invalid drop
        iif "lo" accept
        meta l4proto { icmp, ipv6-icmp } accept
        udp sport 67 udp dport 68 accept
        tcp dport { 22, 80, 443 } accept
        ip saddr 10.0.0.3 tcp dport 5432 accept
    }
}
"""
# Of a Debian 12 whose rpcbind is started by its socket, while systemd starts a getty.
LISTENING = """\
LISTEN 0      244    127.0.0.1:5432 0.0.0.0:* users:(("postgres",pid=77,fd=5))
LISTEN 0      128      0.0.0.0:22   0.0.0.0:* users:(("sshd",pid=70,fd=3))
LISTEN 0      511      0.0.0.0:80   0.0.0.0:* users:(("nginx",pid=67,fd=5),("nginx",pid=66,fd=5))
LISTEN 0 9 0.0.0.0:111 0.0.0.0:* users:(("(agetty",pid=71,fd=7),("rpcbind",pid=50,fd=4),("systemd",pid=1,fd=7))
LISTEN 0      128         [::]:22      [::]:* users:(("sshd",pid=70,fd=4))
LISTEN 0      4096        [::]:111     [::]:* users:(("rpcbind",pid=50,fd=6),("systemd",pid=1,fd=29))
"""
UNITS = """\
      1 init.scope
     50 rpcbind.service
     66 nginx.service
     67 nginx.service
     70 ssh.service
     71 console-getty.service
     77 postgresql@15-main.service
/run/dbus/system_bus_socket  dbus.socket                     dbus.service
0.0.0.0:111                  rpcbind.socket                  rpcbind.service
[::]:111                     rpcbind.socket                  rpcbind.service
"""
WANTED = {"22", "80", "443"}


def judged(line: str, units: str = UNITS, firewall: str = FIREWALL) -> Judged:
    return judge(parse(line.splitlines(), units.splitlines()), WANTED, firewall)


def test_each_port_has_its_process_unit_and_socket() -> None:
    found = {one.port: one for one in parse(LISTENING.splitlines(), UNITS.splitlines())}

    assert found["111"] == Listener("111", False, "rpcbind", "rpcbind.service", "rpcbind.socket")
    assert found["80"] == Listener("80", False, "nginx", "nginx.service")
    assert found["5432"].is_local


def test_port_that_the_firewall_closes_is_noted_and_no_failure() -> None:
    assert judged(LISTENING) == Judged(
        [],
        [
            "rpcbind (rpcbind.socket and rpcbind.service) listens at port 111: "
            "the firewall lets no one reach it"
        ],
    )


def test_port_that_the_firewall_opens_fails_with_process_units_and_remedy() -> None:
    found = judged(LISTENING, firewall=FIREWALL.replace("22, 80", "22, 111, 80"))

    assert found == Judged(
        [
            "rpcbind (rpcbind.socket and rpcbind.service) listens at port 111 "
            "(the firewall lets others reach it). If nothing needs it: "
            "sudo systemctl disable --now rpcbind.socket rpcbind.service; else let it listen at 127.0.0.1"
        ],
        [],
    )


@pytest.mark.parametrize(
    ("rule", "is_open"),
    [
        ("tcp dport 100-200 accept", True),
        ("tcp dport { 1022, 100-200 } accept", True),
        ("ip saddr 10.0.0.3 tcp dport 111 accept", True),
        ("tcp dport 112-200 accept", False),
        ("tcp dport { 11, 1111, 112-113 } accept", False),
    ],
)
def test_ports_of_a_rule_are_open(rule: str, *, is_open: bool) -> None:
    found = judged(LISTENING, firewall=FIREWALL.replace("iif ", f"{rule}\n        iif "))

    assert (len(found.failures), len(found.notes)) == ((1, 0) if is_open else (0, 1))


@pytest.mark.parametrize(
    "rule",
    [
        'iifname "eth1" accept',
        "ip saddr 10.0.0.0/8 accept",
        "tcp dport vmap { 111 : accept }",
        "meta l4proto tcp accept",
        "jump monitoring",
    ],
)
def test_rule_of_another_kind_may_open_a_port(rule: str) -> None:
    found = judged(LISTENING, firewall=FIREWALL.replace("iif ", f"{rule}\n        iif "))

    (sentence,) = found.failures
    assert f"(a rule of the firewall may let others reach it: {rule})" in sentence


def test_socket_whose_service_has_not_started_yet_is_named_with_both_units() -> None:
    line = 'LISTEN 0 9 0.0.0.0:111 0.0.0.0:* users:(("systemd",pid=1,fd=27))'

    (sentence,) = judged(line).notes

    assert sentence.startswith("systemd (rpcbind.socket and rpcbind.service) listens at port 111:")


@pytest.mark.parametrize("check", ["ports", "ports/9000", "ports/90*"])
def test_port_that_deploy_yml_accepts_is_noted_with_its_reason(check: str) -> None:
    rule = Accepted(check=check, reason="metrics for our Prometheus")
    line = 'LISTEN 0 9 *:9000 *:* users:(("docker-proxy",pid=9,fd=4))'

    found = judge(parse([line], []), WANTED, FIREWALL, [rule])

    assert found.failures == []
    assert found.notes == [
        "docker-proxy listens at port 9000, accepted: metrics for our Prometheus"
    ]


@pytest.mark.parametrize("check", ["ports/900", "links/9000"])
def test_rule_about_something_else_accepts_no_port(check: str) -> None:
    rule = Accepted(check=check, reason="another")
    line = 'LISTEN 0 9 *:9000 *:* users:(("docker-proxy",pid=9,fd=4))'

    assert judge(parse([line], []), WANTED, FIREWALL, [rule]).failures


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            'LISTEN 0 244 10.0.0.2:5432 0.0.0.0:* users:(("postgres",pid=77,fd=5))',
            "(the firewall lets others reach it)",
        ),
        (
            'LISTEN 0 9 *:9000 *:* users:(("docker-proxy",pid=9,fd=4))',
            "Docker lets others reach it past the firewall). Publish it as 127.0.0.1:9000:…",
        ),
        (
            'LISTEN 0 9 *:9000 *:* users:(("python3",pid=90,fd=4))',
            "python3 (session-3.scope) listens at port 9000: the firewall lets no one reach it",
        ),
        ("LISTEN 0 9 [::]:2049 [::]:*", "a process listens at port 2049"),
    ],
    ids=["let-in", "docker", "by-hand", "of-the-kernel"],
)
def test_sentence_fits_who_listens_and_who_can_reach_it(line: str, expected: str) -> None:
    found = judged(line, UNITS + "90 session-3.scope\n9 docker.service\n")

    (sentence,) = (*found.failures, *found.notes)

    assert expected in sentence


def test_without_a_firewall_others_reach_what_listens() -> None:
    line = 'LISTEN 0 9 *:9000 *:* users:(("x",pid=9,fd=4))'

    (sentence,) = judged(line, firewall="Error: No such file or directory").failures

    assert "the firewall lets others reach it" in sentence


@pytest.mark.parametrize("address", ["127.0.0.53%lo", "[::1]", "[::ffff:127.0.0.1]"])
def test_what_only_the_host_itself_reaches_is_accepted(address: str) -> None:
    line = f'LISTEN 0 9 {address}:9000 0.0.0.0:* users:(("x",pid=9,fd=4))'

    assert judged(line) == Judged([], [])


def test_process_beyond_the_host_is_named_where_another_one_has_the_port_locally() -> None:
    lines = [
        'LISTEN 0 9 127.0.0.1:9000 0.0.0.0:* users:(("inner",pid=8,fd=4))',
        'LISTEN 0 9 10.0.0.2:9000 0.0.0.0:* users:(("outer",pid=9,fd=4))',
    ]

    (sentence,) = judged("\n".join(lines)).notes

    assert sentence.startswith("outer listens at port 9000:")
