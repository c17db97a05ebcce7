"""What a hook is called for, and the environment variables that say so. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from understudy import __version__
from understudy.config.model import Config


@dataclass(frozen=True)
class Event:
    """name: such as after_deploy. verdict: READY, PASSED IN PART or NOT READY. report: the path of its page.

    seconds: since the deploy, rollback or rehearsal began. error: what failed, in a line. "" for what is not
    known.
    """

    name: str
    commit: str = ""
    release: str = ""
    verdict: str = ""
    report: str = ""
    seconds: float | None = None
    error: str = ""


def variables(config: Config, target: str, address: str | None, event: Event) -> Mapping[str, str]:
    """All of them at each event: a variable of an outer run must not be taken for one of this.

    address: of the one host of the target that is meant, None for all.
    """
    hosts = (host.address for host in config.hosts(target, address))
    return {
        "UNDERSTUDY_APP": config.app.name,
        "UNDERSTUDY_COMMIT": event.commit,
        "UNDERSTUDY_ERROR": event.error,
        "UNDERSTUDY_EVENT": event.name,
        "UNDERSTUDY_HOSTS": " ".join(filter(None, hosts)),
        "UNDERSTUDY_RELEASE": event.release,
        "UNDERSTUDY_REPORT": event.report,
        "UNDERSTUDY_SECONDS": "" if event.seconds is None else f"{event.seconds:.0f}",
        "UNDERSTUDY_TARGET": target,
        "UNDERSTUDY_URL": config.target(target).origin,
        "UNDERSTUDY_VERDICT": event.verdict,
        "UNDERSTUDY_VERSION": __version__,
    }
