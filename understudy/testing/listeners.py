"""What listens on a host: port, process and systemd unit, from what ss, ps and systemctl print. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

# Of ss: a process is in its own parentheses, and its name may have one.
_PROCESS = re.compile(r'\("([^"]*)",pid=(\d+),')
_SYSTEMD = "1"
_LOCAL = ("127.", "[::1]", "[::ffff:127.")
_ACCEPTS = re.compile(r"tcp dport (?:\{([\d, ]+)\}|(\d+)) accept")


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


def unwanted(
    listeners: Iterable[Listener], wanted: Collection[str], firewall: str
) -> Iterator[str]:
    """A sentence for each that listens beyond 127.0.0.1 at another port. firewall: its rules, as nft lists."""
    let_in, is_closed = _accepted(firewall), "policy drop;" in firewall
    for one in listeners:
        if not one.is_local and one.port not in wanted:
            reach = _reach(one, is_open=not is_closed or one.port in let_in)
            yield f"{_who(one)} at port {one.port} ({reach}). {_remedy(one)}"


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


def _accepted(firewall: str) -> set[str]:
    """The ports that a rule opens, to all or to some addresses."""
    return {
        port.strip()
        for many, one in _ACCEPTS.findall(firewall)
        for port in (many or one).split(",")
    }


def _who(one: Listener) -> str:
    units = " and ".join(unit for unit in (one.socket, one.unit) if unit)
    return f"{one.process or 'a process'}{f' ({units})' if units else ''} listens"


def _reach(one: Listener, *, is_open: bool) -> str:
    if one.process == "docker-proxy":
        return "Docker lets others reach it past the firewall"
    return f"the firewall lets {'others' if is_open else 'no one'} reach it"


def _remedy(one: Listener) -> str:
    local = "let it listen at 127.0.0.1"
    if one.process == "docker-proxy":
        return f"Publish it as 127.0.0.1:{one.port}:…"
    units = [unit for unit in (one.socket, one.unit) if unit.endswith((".socket", ".service"))]
    if not units:
        return f"End it, or {local}"
    return f"If nothing needs it: sudo systemctl disable --now {' '.join(units)}; else {local}"
