"""The packages of the distribution that keys of deploy.yml want, each with its key. Pure."""

from collections.abc import Iterator, Mapping

from understudy.config import databases, notify
from understudy.config.app import App
from understudy.config.notify import Notify
from understudy.config.target import TargetConfig


def keys(app: App, targets: Mapping[str, TargetConfig], messages: Notify) -> Mapping[str, str]:
    """Package -> key, but for those that `host.packages` and `services` name."""
    found: dict[str, str] = {}
    for package, key in (*_servers(app), *_plugins(targets), *_senders(messages)):
        found.setdefault(package, key)
    return found


def _servers(app: App) -> Iterator[tuple[str, str]]:
    if server := databases.SERVERS.get(app.database):
        yield server, "app.database"


def _senders(messages: Notify) -> Iterator[tuple[str, str]]:
    if messages.on_hosts():
        yield notify.PACKAGE, "notify"


def _plugins(targets: Mapping[str, TargetConfig]) -> Iterator[tuple[str, str]]:
    """On all hosts: the staging VM's packages are those of production."""
    for name, target in targets.items():
        if target.acme.dns:
            yield target.acme.dns.package, f"targets.{name}.acme.dns"
