"""Opens a target's site in a browser, also where no name server knows its domain."""

import socket
from dataclasses import dataclass
from typing import Any, ClassVar

from understudy.cli import browsers
from understudy.errors import Unreachable
from understudy.job import Job
from understudy.report.answer import Answer
from understudy.testing import trust
from understudy.testing.site import Site, site_of

_NO_CHROMIUM = (
    "no Chromium or Chrome is installed, and Firefox can't be given the address of a single name"
)


@dataclass(frozen=True)
class Opened(Answer):
    """host: its IP address. names: of the site; opened: whether a browser was started. shown: for people."""

    event: ClassVar[str] = "open"

    target: str
    host: str
    url: str
    names: tuple[str, ...]
    opened: bool
    shown: str

    def fields(self) -> dict[str, Any]:
        return {name: value for name, value in super().fields().items() if name != "shown"}

    def text(self) -> str:
        return self.shown


def open_site(job: Job) -> None:
    """Opens the site, or prints what is needed to open it elsewhere. Changes nothing on this machine.

    Raises Unreachable if the target's address is a name that no name server knows.
    """
    site = site_of(job.config, job.target_name, job.address)
    addresses = _addresses(site.address)
    if not addresses:
        raise Unreachable(
            f"{job.target_name}: {site.address} has no IP address",
            hint="`address` of the target in deploy.yml is a name that no name server knows.",
        )
    is_known = set(addresses) & set(_addresses(site.domain))
    at_other_ports = any(site.ports.moved())
    if is_known and not at_other_ports and not trust.known(site.roots):
        opened = browsers.open_url(site.url)
        if not opened:
            browsers.say_why_not(job.report)
        shown = "" if opened else site.url
    else:
        opened = _opened_by_rule(job, site)
        by_hand = _by_option if at_other_ports else _by_hosts_file
        shown = _by_rule(site) if opened else by_hand(site, addresses[0])
    job.report.answer(Opened(job.target_name, addresses[0], site.url, site.names, opened, shown))


def _by_rule(site: Site) -> str:
    return f"{site.url} is open in a browser window that finds {site.domain} at {site.address}"


def _by_hosts_file(site: Site, address: str) -> str:
    return (
        f"{site.url} opens in any browser on this machine with this line in /etc/hosts:\n"
        f"{address} {' '.join(site.names)}"
    )


def _by_option(site: Site, _address: str) -> str:
    """The hosts file knows no ports."""
    return (
        f"{site.url} opens in Chromium on this machine with this option:\n"
        f'--host-resolver-rules="{site.resolver_rule}"'
    )


def _opened_by_rule(job: Job, site: Site) -> bool:
    program = browsers.chromium()
    if not browsers.has_screen() or program is None:
        why = _NO_CHROMIUM if browsers.has_screen() else "no screen here"
        job.report.warn(f"no browser was started: {why}")
        return False
    profile = job.project.state / "browser" / f"{job.target_name}-{site.address}"
    roots = trust.known(site.roots)
    if not browsers.open_with_rule(program, site.url, site.resolver_rule, profile, roots):
        job.report.warn(f"no browser was started: {program} has failed")
        return False
    return True


def _addresses(name: str) -> list[str]:
    """The IP addresses of a name, without a limit of its own: the system's name servers have theirs."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return [str(address[0]) for *_, address in found]
