"""Sections about services and how they are reached: what each line of the output means."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath

from understudy.parity.capture import software
from understudy.parity.capture.answer import Answer
from understudy.parity.capture.system import without_instance
from understudy.parity.capture.texts import (
    NAMES_OF_NGINX,
    NAMES_OF_UNITS,
    by_file,
    effective,
    names_only,
    with_domain_placeholder,
    without_assignments,
    without_secrets,
    without_variables,
)
from understudy.parity.capture.value import Section

# Units that are started on demand, or under a new name each time.
_TRANSIENT = re.compile(
    r"(run-|session-|user@|user-runtime-dir@|systemd-(hostnamed|timedated|localed|machined|importd|portabled)\.|"
    r"(polkit|packagekit|udisks2|upower|fwupd|accounts-daemon|rtkit-daemon)\.)"
)
# snapd's mounts: their names have a snap's revision, which changes by itself.
_SNAP_MOUNT = re.compile(r"(.*/)?snap-[^/]*\.mount")
# Linux's default in net.ipv4.ip_local_port_range.
_FIRST_EPHEMERAL_PORT = 32768
# A line of templates/nginx-headers.j2.
_NOINDEX = "add_header X-Robots-Tag noindex always;"
# fail2ban's chains and the jumps to them. Its own table has f2b in its name.
_BANS = re.compile(r"^[ \t]*(chain f2b-\S+ \{[^}]*\}|.*\bjump f2b-.*)\n", re.MULTILINE)


def units(answer: Answer) -> Section:
    """Services, sockets and timers that are enabled, masked, active or failed: `enabled, active`; and those of
    packages that are disabled.
    """
    files, running = dict[str, str](), dict[str, str]()
    for kind, line in answer.pairs("units"):
        if kind == "file":
            files.setdefault(line, "disabled")
        elif kind == "link":
            name, path, target = line.split("\t")
            if _SNAP_MOUNT.fullmatch(name):
                continue
            if state := _file_state(path, target):
                files[without_instance(name)] = state
        else:
            unit, _, active, *_ = re.sub(r"^\W+", "", line).split()
            if active in ("active", "failed") and not _TRANSIENT.match(unit):
                # Of several instances of a unit an active one counts.
                unit = without_instance(unit)
                running[unit] = "active" if running.get(unit) == "active" else active
    return {unit: _state(files.get(unit), running.get(unit)) for unit in {*files, *running}}


def _file_state(path: str, target: str) -> str | None:
    """What a link among the units means; None for an alias."""
    if target == "/dev/null":
        return "masked"
    return "enabled" if PurePosixPath(path).parent.suffix in (".wants", ".requires") else None


def _state(file: str | None, running: str | None) -> str:
    return ", ".join(word for word in (file, running) if word)


def unit_files(answer: Answer) -> Section:
    """Units and drop-ins from no package, and systemd's settings that were changed."""
    files = by_file(answer.pairs("unit_files"))
    own = {path: lines for path, lines in files.items() if not _SNAP_MOUNT.fullmatch(path)}
    texts = {path: unit_text(lines) for path, lines in own.items()}
    guarded = _guarded(texts, NAMES_OF_UNITS, answer)
    return {path: text for path, text in guarded.items() if not _is_headers_only(text)}


def unit_text(lines: Iterable[str]) -> str:
    return without_secrets(without_variables(effective(lines, "#;")))


def _is_headers_only(text: str) -> bool:
    return all(line.startswith("[") for line in text.splitlines())


def cron(answer: Answer) -> Section:
    return {
        path: without_secrets(without_assignments(effective(lines)))
        for path, lines in by_file(answer.pairs("cron")).items()
    }


def nginx(answer: Answer) -> Section:
    """nginx's configuration, file by file; the site's own domain is `{domain}`."""
    texts = {path: nginx_text(lines, answer.domain) for path, lines in software.nginx_files(answer)}
    return _guarded(texts, NAMES_OF_NGINX, answer)


def _guarded(texts: Section, names: re.Pattern[str], answer: Answer) -> Section:
    """names: what may be kept of a line in a file that is not world-readable."""
    readable = software.world_readable(answer)
    return {
        path: text if path in readable else names_only(text, names) for path, text in texts.items()
    }


def nginx_text(lines: Iterable[str], domain: str) -> str:
    """Without what search engines are asked, which targets differ in on purpose."""
    compared = (line for line in lines if line.strip() != _NOINDEX)
    return with_domain_placeholder(without_secrets(effective(compared)), domain)


def firewall(answer: Answer) -> Section:
    """Tables by name. Without what fail2ban adds with its first ban and removes with the last."""
    tables: dict[str, list[str]] = {}
    lines: list[str] = []
    for _, line in answer.pairs("firewall"):
        if line.startswith("table "):
            lines = tables.setdefault(line.removesuffix(" {"), [])
        lines.append(line)
    texts = {name: _BANS.sub("", effective(lines)) for name, lines in tables.items()}
    return {name: text for name, text in texts.items() if " f2b-" not in name}


def ports(answer: Answer) -> Section:
    """Protocol, address and port -> programs that listen there. The host's own address is `address`."""
    found: dict[str, set[str]] = {}
    for line in answer.lines("ports"):
        kind, _, _, _, local, *rest = [*line.split(), *5 * [""]]
        address, _, port = local.rpartition(":")
        # A client's own port, as of a query to a time server.
        if not port.isdigit() or (kind == "udp" and int(port) >= _FIRST_EPHEMERAL_PORT):
            continue
        users = found.setdefault(f"{kind} {_scope(address)}:{port}", set())
        # A name in parentheses is systemd's own for a program that it is just starting.
        users |= set(re.findall(r'\("([^"(]+)"', " ".join(rest)))
    return {name: " ".join(sorted(users)) for name, users in found.items()}


def _scope(address: str) -> str:
    address = address.partition("%")[0]
    if address in ("0.0.0.0", "*", "[::]", "[::1]") or address.startswith("127."):  # noqa: S104
        return address
    return "[address]" if address.startswith("[") else "address"


def certificates(answer: Answer) -> Section:
    section: dict[str, str] = {}
    for path, lines in by_file(answer.pairs("certificates")).items():
        found = dict(_certificate(lines)) or {"ends": "can't be read"}
        section |= {f"{path} {key}": value for key, value in found.items()}
    return {
        with_domain_placeholder(key, answer.domain): with_domain_placeholder(value, answer.domain)
        for key, value in section.items()
    }


def _certificate(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, _, value = line.partition("=")
        if name in ("subject", "issuer"):
            yield name, value.strip()
        if name in ("notBefore", "notAfter"):
            yield {"notBefore": "begins", "notAfter": "ends"}[name], f"{_time(value):%Y-%m-%d}"
        if line.strip().startswith(("DNS:", "IP Address:")):
            yield "names", " ".join(sorted(re.findall(r":([^,\s]+)", line)))


def _time(text: str) -> datetime:
    """text: as OpenSSL prints it, `Jun  1 12:00:00 2027 GMT`."""
    return datetime.strptime(" ".join(text.split()), "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)


def ends(answer: Answer) -> Iterator[tuple[str, datetime]]:
    """Path of each readable certificate, and when it ends."""
    for path, line in answer.pairs("certificates"):
        if line.startswith("notAfter="):
            yield (
                with_domain_placeholder(path, answer.domain),
                _time(line.removeprefix("notAfter=")),
            )
