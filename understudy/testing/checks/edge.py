"""What was seen of a site's edge, and what deploy.yml wants of it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from understudy.config.target import TargetConfig
from understudy.testing.checks.evidence import Answer
from understudy.traffic.certificate import Certificate, Handshake

# No site has it: a redirect must keep all of it.
PATH = "/understudy-check/?a=1&b=%C3%A9%20c"
# No one can have such a name: RFC 2606.
STRANGER = "unknown.invalid"


@dataclass(frozen=True)
class Expected:
    """names: those of the site that are no domain; hsts: the header's value, "" for none asked for.

    leading: those of `names` that only lead to the domain.
    """

    domain: str
    has_https: bool = False
    names: tuple[str, ...] = ()
    leading: tuple[str, ...] = ()
    hsts: str = ""

    @classmethod
    def of(cls, target: TargetConfig) -> Self:
        return cls(target.domain, target.has_https)

    def redirects(self) -> Iterator[tuple[str, str]]:
        """URLs without a path, each with the one to which its redirect must lead."""
        scheme = "https" if self.has_https else "http"
        for name in (self.domain, *self.names):
            home = f"{scheme}://{self.domain if name in self.leading else name}"
            for start in dict.fromkeys((f"http://{name}", f"{scheme}://{name}")):
                if start != home:
                    yield start, home


@dataclass(frozen=True)
class Hop:
    """start: a URL. wanted: the one to which a request for it must be redirected. answer: what came."""

    start: str
    wanted: str
    answer: Answer


@dataclass(frozen=True)
class Stranger:
    """What a visitor gets for a name that is not the site's; "" for none at all.

    tls: None if there is no HTTPS.
    """

    name: str
    plain: Answer
    tls: Handshake | None = None


@dataclass(frozen=True)
class Edge:
    """now: when it was looked at, in UTC. own: what the site shows for its domain; None without HTTPS.

    distrust: why a browser does not trust that; else "".
    """

    expected: Expected
    now: datetime
    hops: tuple[Hop, ...] = ()
    strangers: tuple[Stranger, ...] = ()
    own: Handshake | None = None
    distrust: str = ""

    @property
    def certificate(self) -> Certificate | None:
        return self.own.certificate if self.own else None
