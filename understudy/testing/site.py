"""The site under test: a target of deploy.yml as its visitors see it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from understudy.config.model import Config
from understudy.config.web_ports import USUAL, WebPorts
from understudy.errors import ConfigError
from understudy.job import with_address
from understudy.testing import trust
from understudy.testing.login import Login

if TYPE_CHECKING:
    # It takes long to import.
    from requests import Response

    from understudy.testing.client import Client


@dataclass(frozen=True)
class Site:
    """url: without a path. address: what its names must resolve to. others: its names besides the URL's.

    roots: a file with the CAs that its certificate may be of; None for the usual ones. login: of a site that
    is not open to all. ports: of the address.
    """

    target: str
    url: str
    address: str
    disposable: bool
    others: tuple[str, ...] = ()
    roots: Path | None = None
    login: Login | None = None
    ports: WebPorts = USUAL

    @property
    def domain(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def names(self) -> tuple[str, ...]:
        """All names that lead to the site, but for wildcards."""
        return tuple(name for name in (self.domain, *self.others) if "*" not in name)

    @property
    def resolver_rule(self) -> str:
        """For Chromium's --host-resolver-rules: finds the site without DNS. The Host header is the name."""
        address, names = self.literal, (self.domain, *self.others)
        at_ports = (
            f"MAP {name}:{port} {address}:{own}"
            for port, own in self.ports.moved()
            for name in names
        )
        return ", ".join((*at_ports, *(f"MAP {name} {address}" for name in names)))

    @property
    def literal(self) -> str:
        """The address as a URL has it."""
        return f"[{self.address}]" if ":" in self.address else self.address

    def get(self, path: str = "/", **options: Any) -> "Response":
        """The answer to a visitor without cookies. Follows redirects; the options are those of requests."""
        with self.client() as client:
            return client.get(path, **options)

    def client(self) -> "Client":
        """A new visitor without a browser, who keeps cookies: a session of requests. Takes paths and URLs."""
        from understudy.testing.client import Client

        roots = trust.known(self.roots)
        return Client(self.url, self.address, self.names, roots, self.login, self.ports)


def site_of(config: Config, target_name: str, address: str | None = None) -> Site:
    """The site of a target. address: which host, if the target has several.

    Raises ConfigError for an unknown target, or if one of several hosts has to be named; Unreachable if
    the VM has no address yet. ConfigError, too, if the CAs of a certificate from files are not there.
    """
    target = with_address(config.one_host(target_name, address), target_name)
    roots = target.acme.roots
    # The VM's issuer makes its file when it starts.
    if roots and target.certificate and not roots.is_file():
        raise ConfigError(f"targets.{target_name}.acme.roots: there is no file {roots}")
    return Site(
        target_name,
        target.origin,
        target.address,
        target.disposable,
        target.names[1:],
        roots,
        ports=target.web_ports,
    )
