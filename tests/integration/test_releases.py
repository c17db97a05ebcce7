"""Releases that replace one another lose no request, and can be rolled back."""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.site import Site, both_engines, lost_none
from tests.integration.staging import PROJECT

pytestmark = pytest.mark.timeout(1800)

# What the audit log of this module's host has at its end: verbs, and how one came out.
LOGGED = {"deploy", "rollback", "secrets", "failed"}
SLOW_VIEW = """

def slow(request, seconds):
    import time

    from django.conf import settings

    time.sleep(seconds)
    return HttpResponse(settings.RELEASE)
"""


@both_engines
def test_no_request_is_lost_when_a_release_goes_live(any_site: Site) -> None:
    """New and kept connections, GET and POST, static files."""
    add_slow_view(any_site)
    assert lost_none(any_site.deploy("--probe")) > 5


def add_slow_view(site: Site) -> None:
    site.staging.replace("lists/views.py", r"\Z", SLOW_VIEW)
    slow = 'urlpatterns = [\n    path("slow/<int:seconds>", views.slow),'
    site.commit("lists/urls.py", r"urlpatterns = \[", slow)


@pytest.fixture
def slow_site(any_site: Site) -> Site:
    """The site with the slow view, which an earlier test may have deployed."""
    if any_site.get("/slow/0").code != 0:
        add_slow_view(any_site)
        assert any_site.deploy().code == 0
    return any_site


@both_engines
def test_pages_and_requests_from_before_the_switch_are_served_to_their_end(slow_site: Site) -> None:
    old, stylesheet = slow_site.current(), slow_site.stylesheet()
    slow_site.staging.replace("lists/static/lists/lists.css", r"\Z", "\nbody { color: black; }\n")
    slow_site.retitle("two")
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(slow_site.get, "/slow/20")
        assert lost_none(slow_site.deploy("--probe")) > 20
        assert slow.result().text == old, "finished by the release that began it"
    assert slow_site.title() == "two"
    assert slow_site.stylesheet() != stylesheet
    for path in (stylesheet, slow_site.stylesheet()):
        assert slow_site.get(path).code == 0


@pytest.mark.long
def test_no_request_is_lost_in_twenty_deploys(site: Site) -> None:
    sent = 0
    for number in range(20):
        site.retitle(f"probed {number}")
        sent += lost_none(site.deploy("--probe"))
    print(f"20 deploys, {sent} requests, 0 lost")
    site.retitle("two")
    assert site.deploy().code == 0


def ensure_a_release_before(site: Site) -> None:
    """Does nothing if an earlier test has deployed one with another title."""
    if not site.has_a_release_before():
        site.retitle("two")
        assert site.deploy().code == 0


@both_engines
def test_rollback_goes_to_the_release_before_and_to_a_named_one(any_site: Site) -> None:
    ensure_a_release_before(any_site)
    newest, title = any_site.current(), any_site.title()
    lost_none(any_site.staging.deploy_py("rollback", "--probe"))
    assert any_site.title() != title
    assert any_site.staging.deploy_py("rollback", "--to", newest).code == 0
    assert any_site.title() == title
    listed = any_site.staging.deploy_py("releases").text.splitlines()
    assert [line.split()[0] for line in listed if "  live  " in line] == [newest]


def test_rollback_to_an_unknown_release_is_refused(site: Site) -> None:
    answer = site.staging.deploy_py("rollback", "--to", "01234567-89abcdef")
    assert answer.code == 3
    assert " releases --target vagrant" in answer.text


@pytest.mark.parametrize(
    ("broken", "outcome"),
    [
        ('"X-Request-ID" in request.headers', "status 503 through nginx"),
        ('os.path.realpath("/srv/todo/current") in __file__', "switched back"),
    ],
    ids=["before it is live", "once it is live"],
)
def test_release_that_fails_behind_nginx_does_not_stay_live(
    broken: str, outcome: str, site: Site
) -> None:
    """It answers on its own socket, and fails only for requests through nginx."""
    before = (site.current(), site.title())
    site.staging.replace("lists/views.py", r"\Z", "\nimport os\n")
    site.staging.replace("lists/views.py", r"def health\(_request", "def health(request")
    site.commit(
        "lists/views.py",
        r"try:\n        with connection",
        f"if {broken}:\n        return HttpResponse(status=503)\n    try:\n        with connection",
    )
    answer = site.deploy()
    site.staging.undo_commits(1)
    assert answer.code == 1
    assert outcome in answer.text
    assert (site.current(), site.title()) == before
    newest = site.staging.deploy_py("releases").text.splitlines()[0]
    assert " failed " in newest
    assert site.staging.deploy_py("rollback", "--to", newest.split()[0]).code == 3


def test_second_deploy_waits_for_the_first_or_is_refused(unhurried: Site) -> None:
    site = unhurried
    site.retitle("waited for")
    with ThreadPoolExecutor() as pool:
        first = pool.submit(site.deploy)
        # Trying the lock would hold it, and the first deploy would be refused. A lock that has ended says so.
        held = "! grep -qx ended /srv/todo/lock"
        while site.staging.host(held).code and not first.done():
            pass
        refused = site.deploy()
        assert refused.code == 3
        assert re.search(r"another deploy is at work\n +\S+@\S+ \(deploy\) since 20", refused.text)
        waited = site.deploy("--wait", "120")
        assert first.result().code == 0
    assert waited.code == 0
    assert site.title() == "waited for"


def set_secret(site: Site, value: str) -> None:
    """Stores it as PLANTED."""
    words = ("secrets", "set", "PLANTED", "--config", str(site.staging.config))
    put = (sys.executable, "deploy.py", *words)
    subprocess.run(put, cwd=PROJECT, input=value, text=True, check=True)


def test_a_secret_is_never_shown(site: Site) -> None:
    """Plants a secret on the host, and searches all that a deploy prints and writes for it."""
    # The pattern does not match itself: sudo logs the command into the journal.
    secret, pattern = "planted-4f1c7e", "planted-4f1[c]7e"
    set_secret(site, secret)
    assert "PLANTED" in site.staging.deploy_py("secrets", "list").text
    said = site.staging.deploy_py("plan").text + site.deploy("--json").text
    said += site.staging.deploy_py("logs", "-n", "500").text + site.staging.deploy_py("status").text
    assert secret not in said
    places = "/srv/todo/releases /srv/todo/static /var/log /run/log /srv/todo/cache /tmp /var/lib/understudy"
    assert site.staging.host(f"! grep -rl {pattern} {places} 2>/dev/null").code == 0
    assert site.staging.host(f"sudo -u todo grep -q {pattern} /srv/todo/shared/env").code == 0
    pid = f"$(systemctl show -p MainPID --value todo@{site.current()})"
    assert site.staging.host(f"grep -qa {pattern} /proc/{pid}/environ").code == 0, "it has arrived"
    assert site.staging.deploy_py("secrets", "rm", "PLANTED").code == 0
    assert "PLANTED" not in site.staging.deploy_py("secrets", "list").text


def audit_log(site: Site) -> list[str]:
    return site.staging.host("cat /var/log/understudy/todo.log").text.splitlines()


def verbs_and_outcomes(lines: list[str]) -> set[str]:
    entries = [json.loads(line.split(" ", 2)[2]) for line in lines]
    return {entry[key].split()[0].rstrip(":") for entry in entries for key in ("verb", "outcome")}


def ensure_changes_of_all_kinds(site: Site) -> None:
    """Does nothing if earlier tests have made them."""
    missing = LOGGED - verbs_and_outcomes(audit_log(site))
    if "secrets" in missing:
        set_secret(site, "x")
    if "rollback" in missing:
        ensure_a_release_before(site)
        assert site.staging.deploy_py("rollback").code == 0
    if "failed" in missing:
        site.commit("lists/views.py", r"\Z", "\ndef (\n")
        assert site.deploy().code == 1
        site.staging.undo_commits(1)


def test_audit_log_of_the_host_has_all_changes_and_is_append_only(site: Site) -> None:
    ensure_changes_of_all_kinds(site)
    lines = audit_log(site)
    assert verbs_and_outcomes(lines) >= LOGGED
    assert all(line.split()[1] == "deploy" for line in lines)
    assert site.staging.deploy_py("ssh", "sh", "-c", ": >/var/log/understudy/todo.log").code != 0
    assert site.staging.host(": >/var/log/understudy/todo.log").code != 0, "not append-only"
