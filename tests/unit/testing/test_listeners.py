"""What listens on a host, as its host test names it."""

import pytest

from understudy.testing.listeners import Listener, parse, unwanted

FIREWALL = """
table inet understudy {
    chain input {
        type filter hook input priority filter; policy drop;
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


def sentences(line: str, units: str = UNITS) -> list[str]:
    return list(unwanted(parse([line], units.splitlines()), WANTED, FIREWALL))


def test_each_port_has_its_process_unit_and_socket() -> None:
    found = {one.port: one for one in parse(LISTENING.splitlines(), UNITS.splitlines())}

    assert found["111"] == Listener("111", False, "rpcbind", "rpcbind.service", "rpcbind.socket")
    assert found["80"] == Listener("80", False, "nginx", "nginx.service")
    assert found["5432"].is_local


def test_unwanted_port_is_one_sentence_with_process_units_reach_and_remedy() -> None:
    found = parse(LISTENING.splitlines(), UNITS.splitlines())

    assert list(unwanted(found, WANTED, FIREWALL)) == [
        "rpcbind (rpcbind.socket and rpcbind.service) listens at port 111 (the firewall lets no one reach "
        "it). If nothing needs it: sudo systemctl disable --now rpcbind.socket rpcbind.service; else let it "
        "listen at 127.0.0.1"
    ]


def test_socket_whose_service_has_not_started_yet_is_named_with_both_units() -> None:
    line = 'LISTEN 0 9 0.0.0.0:111 0.0.0.0:* users:(("systemd",pid=1,fd=27))'

    (sentence,) = sentences(line)

    assert sentence.startswith("systemd (rpcbind.socket and rpcbind.service) listens at port 111 ")


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
            "python3 (session-3.scope) listens at port 9000 (the firewall lets no one reach it). End it, or",
        ),
        ("LISTEN 0 9 [::]:2049 [::]:*", "a process listens at port 2049"),
    ],
    ids=["let-in", "docker", "by-hand", "of-the-kernel"],
)
def test_sentence_fits_who_listens_and_who_can_reach_it(line: str, expected: str) -> None:
    (sentence,) = sentences(line, UNITS + "90 session-3.scope\n9 docker.service\n")

    assert expected in sentence


def test_without_a_firewall_others_reach_what_listens() -> None:
    line = 'LISTEN 0 9 *:9000 *:* users:(("x",pid=9,fd=4))'

    (sentence,) = unwanted(parse([line], []), WANTED, "Error: No such file or directory")

    assert "the firewall lets others reach it" in sentence


@pytest.mark.parametrize("address", ["127.0.0.53%lo", "[::1]", "[::ffff:127.0.0.1]"])
def test_what_only_the_host_itself_reaches_is_accepted(address: str) -> None:
    assert sentences(f'LISTEN 0 9 {address}:9000 0.0.0.0:* users:(("x",pid=9,fd=4))') == []


def test_process_beyond_the_host_is_named_where_another_one_has_the_port_locally() -> None:
    lines = [
        'LISTEN 0 9 127.0.0.1:9000 0.0.0.0:* users:(("inner",pid=8,fd=4))',
        'LISTEN 0 9 10.0.0.2:9000 0.0.0.0:* users:(("outer",pid=9,fd=4))',
    ]

    (sentence,) = unwanted(parse(lines, []), WANTED, FIREWALL)

    assert sentence.startswith("outer listens at port 9000 ")
