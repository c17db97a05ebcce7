"""Requests to a target's site, as a visitor sends them: for the host tests."""

import http.client
import os
from collections.abc import Mapping

from understudy.config.target import TargetConfig
from understudy.testing import login
from understudy.traffic.client import Endpoint


def get(target: TargetConfig, path: str, host_name: str | None = None) -> tuple[int, bytes]:
    """Status and body. See ask()."""
    response, body = ask(target, path, {"Host": host_name or target.domain})
    return response.status, body


def ask(
    target: TargetConfig, path: str, headers: Mapping[str, str]
) -> tuple[http.client.HTTPResponse, bytes]:
    """Sends a request for the site's name, unless the headers have another. Accepts any certificate: the
    browser tests check it. To a host behind a proxy, or without visitors, it goes through one that has them.

    Raises OSError or HTTPException without an answer.
    """
    tls = target.has_https
    port = target.web_ports.of(443 if tls else 80)
    met = target if target.is_entrance else target.entrances()[0]
    connection = http.client.HTTPConnection(target.domain)
    connection.sock = Endpoint(met.address, port, tls, target.domain).connect(timeout=30)
    try:
        known = login.find(target, target.domain, os.environ)
        entered = {"Authorization": known.header} if known else {}
        connection.request("GET", path, headers={"Host": target.domain, **entered, **headers})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def answers(target: TargetConfig, path: str) -> bool:
    """Whether each host that visitors connect to answers with the page."""
    try:
        return all(get(one, path)[0] == 200 for one in target.entrances())
    except (OSError, http.client.HTTPException):
        return False
