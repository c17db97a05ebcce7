"""The verbs of understudy-site about the processes of a release besides the web process. See
provision/70-site-processes.sh.
"""

from understudy.commands import Argv
from understudy.commands.site import SWITCHING, as_root
from understudy.config.model import Config

# In what stop() and hand_over() print of one that has ignored its signal.
KILLED = "had not ended after its stop_timeout, and was killed"
_SWITCHING = (
    "processes-start",
    "processes-hand-over",
    "processes-check",
    "processes-end",
    "processes-stop",
)


def needed(config: Config) -> tuple[str, ...]:
    """The verbs that make another release of this site live."""
    return (*SWITCHING, *(_SWITCHING if config.processes else ()))


def start(site: str, release_id: str) -> Argv:
    """Starts all that may run twice, beside those of other releases, and waits until each is ready. If one is
    not, ends all that it started, and prints which one it was, why, and the end of its journal.
    """
    return as_root(site, "processes-start", release_id)


def hand_over(site: str, release_id: str) -> Argv:
    """For each `single` one: ends it in other releases, starts it in this one and waits until it is ready;
    if it is not, starts the one that was ended. Does nothing for those that run in this release.
    """
    return as_root(site, "processes-hand-over", release_id)


def check(site: str, release_id: str) -> Argv:
    """Fails if one of a release's processes has ended since it was ready, also if systemd has started it again.
    Prints which one it was, why, and the end of its journal.
    """
    return as_root(site, "processes-check", release_id)


def end(site: str, release_id: str) -> Argv:
    """Sends all of a release's processes their signal, and returns at once."""
    return as_root(site, "processes-end", release_id)


def stop(site: str, release_id: str) -> Argv:
    """As end(), and waits until they have ended, each so long as its `stop_timeout` lets it."""
    return as_root(site, "processes-stop", release_id)


def restart(site: str, release_id: str, name: str) -> Argv:
    """Restarts all processes of that name, and waits until each is ready."""
    return as_root(site, "processes-restart", release_id, name)


def scale(site: str, release_id: str, name: str, count: int) -> Argv:
    """Starts or ends processes of that name until so many run, also after a boot."""
    return as_root(site, "processes-scale", release_id, name, str(count))
