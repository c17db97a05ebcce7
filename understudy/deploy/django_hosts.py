"""What an app's Django settings keep on each web host by itself, where several are to be one site. Pure.

templates/understudy_hosts.py prints it from the release's own process.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from understudy.config import topology
from understudy.deploy.desired import DesiredState


def findings(settings: Mapping[str, Any], desired: DesiredState) -> Iterator[str]:
    """What a visitor would miss at the next host: a sentence each."""
    if not topology.has_several_sites(desired.target.host_list):
        return
    found = settings["of_this_host"]
    if found["sessions"]:
        yield f"sessions are in {found['sessions']}, and each web host has its own"
    for field, place in found["uploads"].items():
        yield f"uploads of {field} are in {place}, and each web host has its own"
    for name, place in found["queues"].items():
        yield f"{name} names {place}, and each web host has its own"
    for alias, (engine, name) in settings["databases"].items():
        if engine.endswith(".sqlite3"):
            yield f"the database '{alias}' is the file {name}, and each web host has its own"


def warnings(settings: Mapping[str, Any], desired: DesiredState) -> Iterator[str]:
    """What is right for some apps: a sentence each."""
    yield from _stale_connections(settings, desired)
    yield from _caches(settings, desired)


def _stale_connections(settings: Mapping[str, Any], desired: DesiredState) -> Iterator[str]:
    """A connection that is kept may be to a server that is gone."""
    hosts, address = desired.target.host_list, desired.target.address
    if topology.database_elsewhere(hosts, address):
        for alias in settings["of_this_host"]["stale_connections"]:
            yield (
                f"connections to the database '{alias}' are kept, and CONN_HEALTH_CHECKS is off: after a "
                "restart of the server or a broken network each of them fails a visitor once"
            )


def _caches(settings: Mapping[str, Any], desired: DesiredState) -> Iterator[str]:
    """Right for a cache that only saves work, and wrong for what is kept nowhere else."""
    if not topology.has_several_sites(desired.target.host_list):
        return
    sessions = settings["of_this_host"]["sessions"]
    for alias, place in settings["of_this_host"]["caches"].items():
        # Each process has a memory of its own on a single host, too.
        if place and place != sessions and not place.startswith("the memory"):
            yield (
                f"the cache '{alias}' is in {place}, and each web host has its own: codes, locks and limits "
                "kept there are not those of the next host"
            )
