"""Releases that replace one another: no request is lost, and there is a way back."""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.conftest import PROJECT, Staging
from tests.integration.site import Site

pytestmark = pytest.mark.timeout(1800)

SLOW_VIEW = """

def slow(request, seconds):
    import time

    from django.conf import settings

    time.sleep(seconds)
    return HttpResponse(settings.RELEASE)
"""
ADD_NOTE = """from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lists", "0002_item_picture_and_once_per_list")]
    operations = [migrations.AddField("list", "note", models.TextField(default="", db_default=""))]
"""
FAIL = """from django.db import migrations, models


def fail(apps, schema_editor):
    raise RuntimeError("no such luck")


class Migration(migrations.Migration):
    dependencies = [("lists", "0003_note")]
    operations = [
        migrations.AddField("list", "lost", models.TextField(default="")),
        migrations.RunPython(fail),
    ]
"""
RENAME = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("lists", "0003_note")]
    operations = [migrations.RunSQL("ALTER TABLE lists_list RENAME COLUMN note TO remark")]
"""


@pytest.fixture(scope="module")
def site(staging: Staging) -> Site:
    assert staging.deploy_py("up").code == 0
    assert staging.deploy_py("reset").code == 0
    site = Site(staging)
    site.retitle("one")
    assert site.deploy().code == 0
    return site


def migration(site: Site, name: str, text: str, model: str = "") -> None:
    (site.staging.repository / "lists" / "migrations" / f"{name}.py").write_text(text)
    if model:
        anchor = r"    created = models.DateTimeField\(auto_now_add=True\)\n(    note = .*\n)?"
        site.staging.replace(
            "lists/models.py",
            anchor,
            rf"    created = models.DateTimeField(auto_now_add=True)\n{model}",
        )
    site.staging.commit(name)


def test_no_request_is_lost_while_releases_change(site: Site, pytestconfig: pytest.Config) -> None:
    """New and kept connections, GET and POST, static files of before and after."""
    rounds = 20 if pytestconfig.getoption("--every-step") else 2
    sent = 0
    for number in range(rounds):
        site.retitle(f"probed {number}")
        answer = site.deploy("--probe")
        assert answer.code == 0
        assert site.title() == f"probed {number}"
        found = re.search(r"(\d+) requests, 0 lost", answer.text)
        assert found
        sent += int(found.group(1))
    print(f"{rounds} deploys, {sent} requests, 0 lost")
    assert sent > rounds * 20


def test_a_page_from_before_the_switch_still_gets_its_stylesheet(site: Site) -> None:
    before = site.stylesheet()
    site.commit("lists/static/lists/lists.css", r"\Z", "\nbody { color: black; }\n")
    assert site.deploy().code == 0
    after = site.stylesheet()
    assert before != after
    assert site.get(before).code == 0
    assert site.get(after).code == 0


def test_a_slow_request_is_finished_by_the_release_that_began_it(site: Site) -> None:
    site.staging.replace("lists/views.py", r"\Z", SLOW_VIEW)
    site.commit(
        "lists/urls.py",
        r"urlpatterns = \[",
        'urlpatterns = [\n    path("slow/<int:seconds>", views.slow),',
    )
    assert site.deploy().code == 0
    old = site.current()
    site.retitle("while one waits")
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(site.get, "/slow/20")
        assert site.deploy().code == 0
        assert answer.result().text == old
    assert site.title() == "while one waits"


def test_rollback_is_the_release_before_and_back_again(site: Site) -> None:
    site.retitle("two")
    assert site.deploy().code == 0
    newest = site.current()
    answer = site.staging.deploy_py("rollback", "--probe")
    assert answer.code == 0
    assert "0 lost" in answer.text
    assert site.title() == "while one waits"
    assert site.staging.deploy_py("rollback", "--to", newest).code == 0
    assert site.title() == "two"
    listed = site.staging.deploy_py("releases").text.splitlines()
    assert [line.split()[0] for line in listed if "serves" in line] == [newest]


def test_rollback_to_what_never_was_is_refused(site: Site) -> None:
    answer = site.staging.deploy_py("rollback", "--to", "01234567-89abcdef")
    assert answer.code == 3
    assert "deploy.py releases" in answer.text


def test_a_release_that_fails_behind_nginx_is_switched_back(site: Site) -> None:
    """It answers on its own socket, so only a look as visitors have it shows what is wrong."""
    broken = 'if "X-Request-ID" in request.headers:\n        return HttpResponse(status=503)\n'
    site.staging.replace("lists/views.py", r"def health\(_request", "def health(request")
    site.commit(
        "lists/views.py",
        r"try:\n        with connection",
        f"{broken}    try:\n        with connection",
    )
    before = site.current()
    answer = site.deploy()
    assert answer.code == 1
    assert "switched back" in answer.text
    assert (site.current(), site.title()) == (before, "two")
    failed = [
        line for line in site.staging.deploy_py("releases").text.splitlines() if "failed" in line
    ]
    assert len(failed) == 1
    assert site.staging.deploy_py("rollback", "--to", failed[0].split()[0]).code == 3
    site.commit("lists/views.py", r'if "X-Request-ID".*\n.*\n    try', "try")
    assert site.deploy().code == 0


def test_database_is_backed_up_before_it_is_migrated_and_comes_back_with_the_release(
    site: Site,
) -> None:
    site.add_list("before")
    migration(
        site, "0003_note", ADD_NOTE, '    note = models.TextField(default="", db_default="")\n'
    )
    backups = site.staging.deploy_py("restore").text.count("rows")
    assert site.deploy().code == 0
    assert site.staging.deploy_py("restore").text.count("rows") == backups + 1
    site.add_list("after")

    refused = site.staging.deploy_py("rollback", "--with-data")
    assert refused.code == 3
    assert "--yes" in refused.text
    assert site.staging.deploy_py("rollback", "--with-data", "--yes").code == 0

    assert site.has_list("before")
    assert not site.has_list("after")
    assert site.get().code == 0
    assert site.deploy().code == 0


def test_backup_and_restore_by_hand(site: Site) -> None:
    site.add_list("kept")
    assert site.staging.deploy_py("backup").code == 0
    name = site.staging.deploy_py("restore").text.splitlines()[-1].split()[0]
    site.add_list("not kept")
    assert site.staging.deploy_py("restore", name, "--yes").code == 0
    assert site.has_list("kept")
    assert not site.has_list("not kept")
    assert site.get().code == 0


def test_failed_migration_changes_nothing_and_tells_both_ways_on(site: Site) -> None:
    title = site.title()
    migration(site, "0004_fail", FAIL)
    answer = site.deploy()
    assert answer.code == 1
    assert "no such luck" in answer.text
    assert "What served before still serves" in answer.text
    assert "deploy.py restore" in answer.text
    assert site.title() == title
    assert site.sql("select lost from lists_list").code != 0, "half of a migration is there"
    (site.staging.repository / "lists" / "migrations" / "0004_fail.py").unlink()


def test_a_migration_that_breaks_the_old_code_is_reported_as_such(site: Site) -> None:
    model = '    note = models.TextField(default="", db_default="", db_column="remark")\n'
    migration(site, "0004_rename", RENAME, model)
    answer = site.deploy()
    assert answer.code == 0
    assert "the migration breaks /" in answer.text
    assert site.get().code == 0


def test_second_deploy_waits_for_the_first_or_is_refused(site: Site) -> None:
    site.retitle("waited for")
    with ThreadPoolExecutor() as pool:
        first = pool.submit(site.deploy)
        while site.staging.host("flock -n /srv/todo/lock true").code == 0 and not first.done():
            pass
        refused = site.deploy()
        assert refused.code == 3
        assert re.search(r"another deploy is at work\n +\S+@\S+ \(deploy\) since 20", refused.text)
        waited = site.deploy("--wait", "120")
        assert first.result().code == 0
    assert waited.code == 0
    assert site.title() == "waited for"


def test_a_secret_is_never_shown(site: Site) -> None:
    """Planted on the host; then all that a deploy says and writes is searched for it."""
    secret = "planted-4f1c7e"
    put = [
        sys.executable,
        "deploy.py",
        "secrets",
        "set",
        "PLANTED",
        "--config",
        str(site.staging.config),
    ]
    subprocess.run(put, cwd=PROJECT, input=secret, text=True, check=True)
    assert "PLANTED" in site.staging.deploy_py("secrets", "list").text
    said = site.staging.deploy_py("plan").text + site.deploy("--json").text
    said += site.staging.deploy_py("logs", "-n", "500").text + site.staging.deploy_py("status").text
    assert secret not in said
    places = "/srv/todo/releases /srv/todo/static /var/log /run/log /srv/todo/cache /tmp /var/lib/understudy"
    assert site.staging.host(f"! grep -rlF {secret} {places} 2>/dev/null").code == 0
    assert site.staging.host(f"sudo -u todo grep -qF {secret} /srv/todo/shared/env").code == 0
    pid = f"$(systemctl show -p MainPID --value todo@{site.current()})"
    assert site.staging.host(f"grep -qaF {secret} /proc/{pid}/environ").code == 0, "it has arrived"
    assert site.staging.deploy_py("secrets", "rm", "PLANTED").code == 0
    assert "PLANTED" not in site.staging.deploy_py("secrets", "list").text


def test_what_was_done_is_in_the_hosts_audit_log_for_good(site: Site) -> None:
    lines = site.staging.host("cat /var/log/understudy/todo.log").text.splitlines()
    entries = [json.loads(line.split(" ", 2)[2]) for line in lines]
    assert {"deploy", "rollback", "backup", "restore", "secrets"} <= {e["verb"] for e in entries}
    assert any(e["outcome"].startswith("failed") for e in entries)
    assert all(line.split()[1] == "deploy" for line in lines)
    assert site.staging.deploy_py("ssh", "sh", "-c", ": >/var/log/understudy/todo.log").code != 0
    assert site.staging.host(": >/var/log/understudy/todo.log").code != 0, "not append-only"
