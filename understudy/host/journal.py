"""Lines of the journal of a site and of nginx's files, as `logs` shows them. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from understudy.commands import nginx_logs, units
from understudy.config.model import Config
from understudy.errors import ConfigError
from understudy.release.services import unit as unit_of_service
from understudy.report.answer import to_json

EVENT = "log"
NGINX, POSTGRESQL, HAPROXY = "nginx", "postgresql", "haproxy"
# Servers of databases, and nginx: the host's own, which other sites may share.
_OF_DATABASES = {POSTGRESQL: "postgresql*", "mariadb": "mariadb"}
# In nginx's error log, and the same as priorities of syslog(3).
_ERROR = re.compile(r"\d{4}/\d\d/\d\d [\d:]{8} \[(\w+)\]")
_ERROR_OF_POSTGRESQL = re.compile(r"\S+ \S+ \S+ \[\d+\] .*?(PANIC|FATAL|ERROR|WARNING|LOG): ")
_LEVELS = {
    name: priority
    for priority, name in enumerate(
        ["emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"]
    )
}
_LEVELS |= {"panic": 1, "fatal": 2, "warning": 4}
_INFO = _LEVELS["info"]
_TIME = re.compile(
    r"^\d{4}([/-])\d\d\1\d\d [\d:]{8}(\.\d+ \S+)? |\[\d\d/\w{3}/\d{4}:[\d:]{8} [+-]\d{4}\] "
)


@dataclass(frozen=True, order=True)
class LogLine:
    """time: by the host's clock. process: also `web`, a timer or a service. priority: of syslog(3), 0 to 7."""

    time: datetime
    host: str
    process: str
    text: str
    priority: int

    def fields(self) -> dict[str, Any]:
        """`at` is the line's own time: each object of --json has the `time` when it was written."""
        at = f"{self.time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
        found: dict[str, Any] = to_json(
            {
                "at": at,
                "host": self.host,
                "process": self.process,
                "text": self.text,
                "priority": self.priority,
            }
        )
        return found

    def shown(self, *, named: bool) -> str:
        """For people, in this machine's zone. named: with the process."""
        name = f" {self.process}:" if named else ""
        return f"{self.time.astimezone():%Y-%m-%d %H:%M:%S}{name} {self.text}"


def sources(config: Config) -> Mapping[str, tuple[str, ...]]:
    """The units, as patterns, of each name that `logs -p` takes: processes, timers, services, nginx."""
    found = {name: units.of(config, name) for name in units.names(config)}
    here = {name: (unit_of_service(name, config.app.name),) for name in config.services.here()}
    server = _OF_DATABASES.get(config.app.database)
    database = {str(config.app.database): (server,)} if server else {}
    has_proxy = any(target.proxies() for target in config.targets.values())
    proxy = {HAPROXY: (f"understudy-haproxy@{config.app.name}",)} if has_proxy else {}
    return {**database, **here, **proxy, NGINX: (NGINX,), **found}


def chosen(config: Config, process: str | None) -> tuple[str, ...]:
    """Of one name; None: of all that is the site's own, and nginx. Raises ConfigError for another name."""
    found = sources(config)
    if process is None:
        return (*units.of_site(config), *found.get(HAPROXY, ()))
    if process in found:
        return found[process]
    elsewhere = config.services.elsewhere()
    if process in elsewhere:
        raise ConfigError(
            f"{process} is managed elsewhere, and so are its logs; the secret {elsewhere[process]} says where",
            hint=f"Logs on the hosts: {', '.join(_first(config, found))}",
        )
    raise ConfigError(
        f"deploy.yml has no process, timer or service called {process}",
        hint=f"It has: {', '.join(_first(config, found))}",
    )


def files(site: str, process: str | None) -> Sequence[PurePosixPath]:
    """The log files that `logs` shows beside the journal: of the site's nginx, without a name only errors, or
    each request would be a line; and of PostgreSQL, of which the journal has only its starts.
    """
    if process == POSTGRESQL:
        return nginx_logs.POSTGRESQL
    if process is None:
        return nginx_logs.files(site, (nginx_logs.ERROR,))
    names = (nginx_logs.ERROR, nginx_logs.ACCESS)
    return nginx_logs.files(site, names) if process == NGINX else ()


def parse_file(line: str, host: str, process: str = NGINX) -> Iterator[LogLine]:
    """A line of those files, without its time; none for what nginx_logs.read() does not print."""
    seconds, tab, text = line.rstrip("\n").partition("\t")
    if tab and seconds.isdigit():
        error = _ERROR.match(text) or _ERROR_OF_POSTGRESQL.match(text)
        priority = _LEVELS.get(error[1].lower(), _INFO) if error else _INFO
        text = _TIME.sub("", text, count=1)
        yield LogLine(datetime.fromtimestamp(int(seconds), UTC), host, process, text, priority)


def parse(line: str, config: Config, host: str) -> Iterator[LogLine]:
    """The lines of a message; none for text that is no entry of the journal."""
    try:
        entry = json.loads(line)
        time = datetime.fromtimestamp(int(entry["__REALTIME_TIMESTAMP"]) / 1e6, UTC)
        priority = int(entry.get("PRIORITY") or 6)
        process = _process(str(entry.get("UNIT") or entry.get("_SYSTEMD_UNIT") or ""), config)
        message = _text(entry.get("MESSAGE"))
    except (ValueError, TypeError, KeyError, AttributeError):
        return
    for text in message.splitlines() or [""]:
        yield LogLine(time, host, process, text, priority)


def _first(config: Config, found: Mapping[str, object]) -> Iterator[str]:
    """The names, with those of deploy.yml first."""
    own = units.names(config)
    yield from (*own, *(name for name in found if name not in own))


def _text(message: object) -> str:
    """What is not UTF-8 comes as a list of bytes: systemd's JSON format."""
    return bytes(message).decode(errors="replace") if isinstance(message, list) else str(message)


def _process(unit: str, config: Config) -> str:
    site = re.escape(config.app.name)
    if found := re.fullmatch(rf"{site}(?:-([a-z][a-z0-9-]*))?(?:@.*)?\.service", unit):
        return found[1] or units.WEB
    if found := re.fullmatch(rf"understudy-([a-z]+)@{site}\.service", unit):
        return found[1]
    return unit.removesuffix(".service").partition("@")[0]
