"""The ports at which a host that is behind a port forward is reached by visitors."""

from collections.abc import Iterator

from pydantic import Field

from understudy.config.base import Strict

HTTP, HTTPS = 80, 443


class WebPorts(Strict):
    """Ports of a target's `address` that lead to the ports 80 and 443 of its host. The site's URL has none of
    them: to the app they are those of any site.
    """

    http: int = Field(
        default=HTTP, ge=1, le=65535, description="leads to port 80 of the host", examples=[20080]
    )
    https: int = Field(
        default=HTTPS, ge=1, le=65535, description="leads to port 443 of the host", examples=[20443]
    )

    def moved(self) -> Iterator[tuple[int, int]]:
        """Those that differ: the port in URLs, and the one to connect to."""
        pairs = ((HTTP, self.http), (HTTPS, self.https))
        return ((known, own) for known, own in pairs if known != own)

    def of(self, port: int) -> int:
        """Where to connect to for that port of a URL."""
        return dict(self.moved()).get(port, port)


# Of a host without a port forward.
USUAL = WebPorts()
