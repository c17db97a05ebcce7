"""A proxy: nginx, which visitors meet, and HAProxy behind it, which passes their requests on to web hosts."""

import http.client
from collections.abc import Mapping

import pytest

from understudy.commands import haproxy
from understudy.config.app import App
from understudy.config.target import TargetConfig
from understudy.release.layout import Paths
from understudy.testing.host_questions import Answer
from understudy.testing.visits import ask, get

Answers = Mapping[str, Answer]
pytestmark = pytest.mark.role("proxy")


def test_both_run_and_start_at_a_boot(answers: Answers) -> None:
    assert answers["proxy"].lines == [*["active"] * 2, *["enabled"] * 2]


def test_haproxy_accepts_its_configuration(answers: Answers) -> None:
    found = answers["proxy's configuration"]
    assert found.ok, found.text


def test_each_web_host_gets_requests(answers: Answers, target: TargetConfig) -> None:
    """All hosts with the role web are known; each is up and none is drained."""
    servers = haproxy.parse(answers["web hosts"].text)
    assert sorted(one.address for one in servers) == sorted(target.balanced)
    wrong = [f"{one.address}: {one.state}" for one in servers if one.state != "ok"]
    assert not wrong, "`drain off --host ADDRESS` ends a drain; `logs -p haproxy` shows the checks"


def test_site_answers_through_the_proxy(target: TargetConfig, app: App) -> None:
    response, _ = ask(target, app.health_path, {})
    where = response.getheader("Location")
    leads = f"{app.health_path} redirects to {where} ({response.status})" if where else ""
    assert response.status == 200, leads


def test_wrong_host_gets_no_answer(target: TargetConfig) -> None:
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        get(target, "/", "wrong.example")


def test_haproxy_is_reached_by_nginx_and_its_own_user_alone(
    answers: Answers, app: App, paths: Paths
) -> None:
    """It has no port."""
    assert sorted(answers["proxy's sockets"].lines) == [
        f"{paths.haproxy_admin} 600 {app.name}:www-data",
        f"{paths.haproxy_socket} 660 {app.name}:www-data",
    ]


def test_haproxy_runs_as_the_site_without_rights(answers: Answers, app: App) -> None:
    user, *limits = answers["proxy's process"].lines
    assert user == app.name
    assert limits == ["CapEff:0000000000000000", "NoNewPrivs:1"]
