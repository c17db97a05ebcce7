"""Several web hosts are one site: a session of each counts at the others."""

import warnings
from dataclasses import replace
from functools import partial

import pytest
from testinfra.host import Host
from urllib3.exceptions import InsecureRequestWarning

from understudy.config import topology
from understudy.config.model import Config
from understudy.testing.checks import hosts, login
from understudy.testing.checks.hosts import Shown
from understudy.testing.checks.login import Cookie
from understudy.testing.site import Site


def test_session_of_this_host_counts_at_the_others(
    host: Host, understudy_site: Site, settings: Config
) -> None:
    found = settings.target(understudy_site.target).host_list
    others = [one.address for one in found if one.is_web and one.address != understudy_site.address]
    if not others or topology.proxies(found):
        pytest.skip("visitors connect to one host")
    if not settings.verify.login or not understudy_site.disposable:
        pytest.skip("a session is made by verify.login, on disposable targets")
    cookie = login.cookie(host, settings)
    paths = dict.fromkeys((*settings.verify.pages, *settings.app.check_paths, "/"))
    own = partial(_ask, understudy_site, cookie)
    for address in others:
        other = partial(_ask, replace(understudy_site, address=address), cookie)
        if strange := list(hosts.strangers(paths, own, other)):
            pytest.fail(
                f"a session of {understudy_site.address} is none at {address}:\n"
                + "\n".join(strange),
                pytrace=False,
            )


def _ask(site: Site, cookie: Cookie, path: str, with_session: bool) -> Shown:
    with site.client() as client, warnings.catch_warnings():
        # The browser checks the certificate.
        warnings.simplefilter("ignore", InsecureRequestWarning)
        headers = {"Cookie": str(cookie)} if with_session else {}
        answer = client.get(path, headers=headers, verify=False)
        all_set = (one.headers.get("Set-Cookie", "") for one in (*answer.history, answer))
        renewed = any(f"{cookie.name}=" in one for one in all_set)
        return Shown(answer.status_code, answer.url, renewed)
