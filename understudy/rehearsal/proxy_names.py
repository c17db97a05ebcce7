"""A plugin of proxy.py: names that lead to other addresses than the name service says."""

import json
import os
from typing import Any

from proxy.http.parser import HttpParser
from proxy.http.proxy import HttpProxyBasePlugin

# Has a JSON object: `addresses`, name -> address; `ports`, port of a URL -> the one to connect to.
VARIABLE = "UNDERSTUDY_NAMES"


class Names(HttpProxyBasePlugin):
    """Other names are looked up as usual."""

    def before_upstream_connection(self, request: HttpParser) -> HttpParser:
        if _text(request.host) in self._known["addresses"]:
            request.port = self._known["ports"].get(str(request.port), request.port)
        return request

    def resolve_dns(self, host: str, port: int) -> tuple[str | None, tuple[str, int] | None]:
        """The second value would be the interface to use."""
        return self._known["addresses"].get(host), None

    @property
    def _known(self) -> dict[str, dict[str, Any]]:
        known: dict[str, dict[str, Any]] = json.loads(os.environ[VARIABLE])
        return known


def _text(host: bytes | None) -> str:
    return (host or b"").decode(errors="replace")
