"""What of a site each host of a target with `hosts` has: by its roles. Pure."""

from understudy.config import databases, notify, topology
from understudy.config.model import Config
from understudy.config.target import TargetConfig

PROXY_PACKAGE = "haproxy"


def of_host(config: Config, target: TargetConfig) -> Config:
    """What that host of a target runs; the same value for a target without `hosts`."""
    hosts, address = target.host_list, target.address
    if not hosts:
        return config
    works = topology.does_work(hosts, address)
    is_first = topology.is_first_worker(hosts, address)
    processes = {
        name: one
        for name, one in config.processes.items()
        if works and (is_first or not one.single)
    }
    # Each host looks after its own certificate and disk.
    timers = {name: one for name, one in config.timers.items() if is_first or name == notify.TIMER}
    return config.model_copy(update={"processes": processes, "timers": timers})


def is_proxy_alone(target: TargetConfig) -> bool:
    """Whether the host runs nothing of the app, and has none of its data."""
    own = topology.of_host(target.host_list, target.address)
    return own is not None and own.roles == ("proxy",)


def packages(config: Config, target: TargetConfig) -> tuple[str, ...]:
    """Those of the distribution that a host needs: for a database elsewhere the client, which makes backups."""
    engine = config.app.database
    if is_proxy_alone(target):
        return (PROXY_PACKAGE,)
    if target.is_proxy:
        return (*config.packages, PROXY_PACKAGE)
    if (
        not topology.database_elsewhere(target.host_list, target.address)
        or engine not in databases.CLIENTS
    ):
        return config.packages
    server, client = databases.SERVERS[engine], databases.CLIENTS[engine]
    return tuple(client if one == server else one for one in config.packages)
