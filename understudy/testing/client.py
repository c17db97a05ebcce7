"""A visitor without a browser, for whom the site's names have the site's address."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter

from understudy.config.web_ports import HTTP, HTTPS, USUAL, WebPorts
from understudy.testing.login import Login

# For a site on a slow emulated machine.
SECONDS = 30


class Client(requests.Session):
    """A session of requests, that takes paths of the site, too. Certificates are checked: `verify` may
    name the file of a CA. roots: such a file for the site, in place of the usual CAs.
    login: for the site alone. ports: of the address.
    """

    def __init__(
        self,
        url: str,
        address: str,
        names: Iterable[str],
        roots: Path | None = None,
        login: Login | None = None,
        ports: WebPorts = USUAL,
    ) -> None:
        super().__init__()
        self.url = url
        # A proxy of this machine doesn't know the site.
        self.trust_env = False
        for name in names:
            for end in "/:":
                self.mount(f"http://{name}{end}", _AtAddress(address, roots, login, ports))
                self.mount(f"https://{name}{end}", _AtAddress(address, roots, login, ports))

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        request.url = urljoin(self.url, str(request.url))
        return super().prepare_request(request)

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        if options.get("timeout") is None:
            options["timeout"] = SECONDS
        return super().send(request, **options)


class _AtAddress(HTTPAdapter):
    """Connects to an address in place of the URL's host, which stays in the request and the certificate."""

    def __init__(
        self, address: str, roots: Path | None, login: Login | None, ports: WebPorts
    ) -> None:
        super().__init__()
        self._ports = ports
        self._login = login
        self._address = address
        self._roots = roots

    def send(
        self, request: requests.PreparedRequest, *words: Any, **options: Any
    ) -> requests.Response:
        if self._roots and options.get("verify") is True:
            options["verify"] = str(self._roots)
        return super().send(request, *words, **options)

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        host, tls = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] == "https":
            tls |= {"server_hostname": host["host"], "assert_hostname": host["host"]}
        usual = HTTPS if host["scheme"] == "https" else HTTP
        port = self._ports.of(host["port"] or usual)
        return {**host, "host": self._address, "port": port}, tls

    def add_headers(self, request: requests.PreparedRequest, **_options: Any) -> None:
        request.headers["Host"] = urlsplit(request.url or "").netloc
        if self._login:
            request.headers.setdefault("Authorization", self._login.header)
