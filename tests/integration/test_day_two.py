"""What people do with a site once it is live: is it well, what happened, restart it, free the disk."""

import json

import pytest

from tests.integration.site import Site

pytestmark = pytest.mark.timeout(300)


def test_site_that_is_well_is_not_mentioned_to_cron(site: Site) -> None:
    quiet = site.staging.deploy_py("status", "-q")
    lines = site.staging.deploy_py("status", "--json").text.splitlines()
    [status] = [event for event in map(json.loads, lines) if event["event"] == "status"]

    # A container has the disk of this machine, which may be full.
    others = [problem for problem in status["problems"] if not problem.startswith("disk ")]
    assert (others, status["well"]) == ([], not status["problems"])
    assert (quiet.code, quiet.text) == (0, "") or status["problems"]
    assert status["release"]["id"] == site.current()


def test_request_is_found_in_the_logs_and_what_is_not_there_is_said(site: Site) -> None:
    assert site.curl("http://todo.test/not-there", "--output", "/dev/null").code == 0

    found = site.staging.deploy_py("logs", "-p", "nginx", "--grep", "/not-there", "--since", "5min")
    nothing = site.staging.deploy_py("logs", "--grep", "no line has this", "--since", "deploy")

    assert (found.code, nothing.code) == (0, 0)
    assert '"GET /not-there HTTP/1.1" 404' in found.text
    assert "! no line matches 'no line has this' since the last deploy" in nothing.text


def test_restart_is_done_and_audited(site: Site) -> None:
    assert site.staging.deploy_py("restart", "web").code == 0

    audit = site.staging.deploy_py("audit", "-n", "1")

    assert (audit.code, site.get().code) == (0, 0)
    assert "restart web" in audit.text


def test_prune_lists_what_it_frees_and_keeps_the_vm(site: Site) -> None:
    pruned = site.staging.deploy_py("prune")

    assert pruned.code in (0, 3), "3: without a terminal nothing is removed"
    assert site.get().code == 0


def test_site_that_does_not_run_is_exit_code_1(site: Site) -> None:
    unit = f"todo@{site.current()}.service"
    assert site.staging.host(f"sudo systemctl stop {unit}").code == 0

    status = site.staging.deploy_py("status", "-q")
    assert site.staging.host(f"sudo systemctl start {unit}").code == 0

    assert status.code == 1
    assert f"{site.current()} is NOT RUNNING" in status.text
