"""What was seen of a site's edge, and what deploy.yml wants of it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
    """names: all of the site. leading: those that only lead elsewhere, each with the name to which.

    hsts: the value of the header, "" if none is asked for.
    """

    domain: str
    has_https: bool = False
    names: tuple[str, ...] = ()
    leading: Mapping[str, str] = field(default_factory=dict)
    hsts: str = ""

    @classmethod
    def of(cls, target: TargetConfig) -> Self:
        return cls(
            target.domain,
            target.has_https,
            target.names,
            leading={name: to for to, names in target.other_names.items() for name in names},
            hsts=f"max-age={target.hsts_seconds}" if target.hsts else "",
        )

    def redirects(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """URLs without a path, each with those to one of which its redirect must lead."""
        scheme = "https" if self.has_https else "http"
        for pattern in self.names:
            # Of a wildcard, any.
            name = pattern.replace("*", "understudy-check")
            home = f"{scheme}://{self.leading.get(pattern, name)}"
            if self.has_https:
                # To the same name first, or at once to where that leads.
                yield f"http://{name}", tuple(dict.fromkeys((f"https://{name}", home)))
            if pattern in self.leading:
                yield f"{scheme}://{name}", (home,)


@dataclass(frozen=True)
class Hop:
    """start: a URL. wanted: those to one of which a request for it must be redirected. answer: what came."""

    start: str
    wanted: tuple[str, ...]
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
