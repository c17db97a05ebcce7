"""Asks a site's edge, without a browser and without writing: its redirects, names and certificate."""

import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from urllib3.exceptions import InsecureRequestWarning

from understudy.config.target import TargetConfig
from understudy.config.web_ports import USUAL, WebPorts
from understudy.testing import trust
from understudy.testing.checks import ask
from understudy.testing.checks.edge import PATH, STRANGER, Edge, Expected, Hop, Stranger
from understudy.testing.checks.evidence import Answer
from understudy.testing.client import Client
from understudy.testing.site import Site
from understudy.traffic.client import Endpoint
from understudy.traffic.handshake import distrust, shake


@dataclass(frozen=True)
class Doors:
    """Where a site accepts connections, for whatever name it is asked.

    roots: a file with the CAs that are trusted for it; None for those of this machine.
    """

    address: str
    ports: WebPorts = USUAL
    roots: Path | None = None

    def endpoint(self, name: str) -> Endpoint:
        return Endpoint(self.address, self.ports.https, tls=True, server_name=name)

    def get(self, url: str) -> Answer:
        """url: without a port and a path."""
        with Client(url, self.address, [url.partition("://")[2]], ports=self.ports) as client:
            return ask.once(client, f"{url}{PATH}")

    def strange(self, expected: Expected) -> tuple[str, ...]:
        """Names that are not the site's. One without a name is known by its address."""
        known = self.literal in expected.names
        return (STRANGER,) if known else (STRANGER, "")

    @property
    def literal(self) -> str:
        """The address as a URL has it."""
        return f"[{self.address}]" if ":" in self.address else self.address


def look(site: Site, target: TargetConfig) -> Edge:
    return look_at(Doors(site.address, site.ports, trust.known(site.roots)), Expected.of(target))


def look_at(doors: Doors, expected: Expected) -> Edge:
    https, own = expected.has_https, doors.endpoint(expected.domain)
    with warnings.catch_warnings():
        # The check of the certificate judges it.
        warnings.simplefilter("ignore", InsecureRequestWarning)
        return Edge(
            expected,
            now=datetime.now(UTC),
            hops=tuple(
                Hop(f"{start}{PATH}", tuple(f"{one}{PATH}" for one in wanted), doors.get(start))
                for start, wanted in expected.redirects()
            ),
            strangers=tuple(
                Stranger(
                    name,
                    plain=doors.get(f"http://{name or doors.literal}"),
                    tls=shake(doors.endpoint(name)) if https else None,
                )
                for name in doors.strange(expected)
            ),
            own=shake(own) if https else None,
            distrust=distrust(own, doors.roots) if https else "",
        )
