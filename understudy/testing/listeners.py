"""What listens on a host: port, process and systemd unit, from what ss, ps and systemctl print. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from understudy.config.verify import PORTS, Accepted
from understudy.testing.checks.findings import Finding, accepts

# Of ss: a process is in its own parentheses, and its name may have one.
_PROCESS = re.compile(r'\("([^"]*)",pid=(\d+),')
_SYSTEMD = "1"
_LOCAL = ("127.", "[::1]", "[::ffff:127.")
_ACCEPTS = re.compile(r"tcp dport (?:\{([\d, -]+)\}|([\d-]+)) accept")
# Lines that open no further port: no rules, refusals, and the other rules of provisioning.
_OPENS_NONE = re.compile(
    r"(table|chain|type) .*|\}|.*\b(drop|reject)|udp .*|meta l4proto \{ (icmp|ipv6-icmp|, )+ \} accept|"
    r"ct state established,related accept|iif \"?lo\"? accept|"
)
_CLOSED = "the firewall lets no one reach it"


@dataclass(frozen=True)
class Listener:
    """is_local: no other machine can reach it. process, unit, socket: "" if they are not known. unit: of the
    process. socket: the systemd unit that listens for it.
    """

    port: str
    is_local: bool
    process: str = ""
    unit: str = ""
    socket: str = ""


def parse(listening: Iterable[str], units: Iterable[str]) -> list[Listener]:
    """listening: the lines of `ss -tlnpH`. units: those of `ps -o pid=,unit=` and of `systemctl list-sockets`,
    which differ in their second field. One for all local addresses of a port, one for all others.
    """
    services, sockets = _units(units)
    users = dict[tuple[str, bool], str]()
    for line in listening:
        fields = line.split(maxsplit=5)
        address, _, port = fields[3].rpartition(":")
        key = (port, address.startswith(_LOCAL))
        users[key] = users.get(key, "") + "".join(fields[5:])
    return [_listener(*key, found, services, sockets) for key, found in users.items()]


@dataclass(frozen=True)
class Judged:
    """Sentences. failures: of each that others may reach. notes: of those that the firewall closes, and of
    those that verify.accept names.
    """

    failures: Sequence[str]
    notes: Sequence[str]


def judge(
    listeners: Iterable[Listener],
    wanted: Collection[str],
    firewall: str,
    rules: Sequence[Accepted] = (),
) -> Judged:
    """Of what listens beyond 127.0.0.1 at another port. firewall: its rules, as nft lists them. rules: of
    verify.accept.
    """
    odd = [one for one in listeners if not one.is_local and one.port not in wanted]
    accepted = {one: rule for one in odd for rule in rules if _accepts(rule, one)}
    ways = {one: _reach(one, firewall) for one in odd if one not in accepted}
    return Judged(
        [f"{_what(one)} ({ways[one]}). {_remedy(one)}" for one in ways if ways[one] != _CLOSED],
        [
            *(f"{_what(one)}: {_CLOSED}" for one in ways if ways[one] == _CLOSED),
            *(f"{_what(one)}, accepted: {rule.reason}" for one, rule in accepted.items()),
        ],
    )


def _accepts(rule: Accepted, one: Listener) -> bool:
    return accepts(rule, PORTS, Finding("", one.port, ""))


def _listener(
    port: str,
    is_local: bool,
    users: str,
    services: Mapping[str, str],
    sockets: Mapping[str, tuple[str, str]],
) -> Listener:
    socket, service = sockets.get(port, ("", ""))
    found = _PROCESS.findall(users)
    # systemd keeps the socket, and what it is about to start has a copy for a moment.
    own = [pair for pair in found if pair[1] != _SYSTEMD]
    best = [pair for pair in own if services.get(pair[1]) == service] or own or found
    name, pid = best[0] if best else ("", "")
    unit = service if pid in ("", _SYSTEMD) else services.get(pid, "")
    return Listener(port, is_local, name, unit, socket)


def _units(lines: Iterable[str]) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """Process -> its unit; port -> the socket and the service that listen at it."""
    services, sockets = dict[str, str](), dict[str, tuple[str, str]]()
    for fields in map(str.split, lines):
        if len(fields) > 1 and fields[1].endswith(".socket"):
            sockets[fields[0].rpartition(":")[2]] = (fields[1], "".join(fields[2:3]))
        elif len(fields) == 2:
            services[fields[0]] = fields[1]
    return services, sockets


def _is_accepted(port: str, firewall: str) -> bool:
    """Whether a rule opens the port, to all or to some addresses."""
    ranges = (
        one.strip().partition("-")
        for many, alone in _ACCEPTS.findall(firewall)
        for one in (many or alone).split(",")
    )
    return any(int(first) <= int(port) <= int(last or first) for first, _, last in ranges)


def _what(one: Listener) -> str:
    units = " and ".join(unit for unit in (one.socket, one.unit) if unit)
    who = f"{one.process or 'a process'}{f' ({units})' if units else ''}"
    return f"{who} listens at port {one.port}"


def _reach(one: Listener, firewall: str) -> str:
    if one.process == "docker-proxy":
        return "Docker lets others reach it past the firewall"
    if "policy drop;" not in firewall or _is_accepted(one.port, firewall):
        return "the firewall lets others reach it"
    more = [line for line in map(str.strip, firewall.splitlines()) if not _is_known(line)]
    return f"a rule of the firewall may let others reach it: {more[0]}" if more else _CLOSED


def _is_known(rule: str) -> bool:
    return bool(_OPENS_NONE.fullmatch(rule) or _ACCEPTS.search(rule))


def _remedy(one: Listener) -> str:
    local = "let it listen at 127.0.0.1"
    if one.process == "docker-proxy":
        return f"Publish it as 127.0.0.1:{one.port}:…"
    units = [unit for unit in (one.socket, one.unit) if unit.endswith((".socket", ".service"))]
    if not units:
        return f"End it, or {local}"
    return f"If nothing needs it: sudo systemctl disable --now {' '.join(units)}; else {local}"
