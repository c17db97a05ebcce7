"""The staging VM, from nothing to a verified site, through the command line."""

import os
import re
import signal
import socket
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.integration.guests import guest
from tests.integration.staging import PROJECT, Staging, begun, run, stop_at

pytestmark = pytest.mark.timeout(1800)


def site_text(staging: Staging, path: str = "/") -> str:
    answer = run("curl", "-sS", "-H", "Host: todo.test", f"http://{staging.address}{path}")
    assert answer.code == 0, answer.text
    return answer.text


def guest_clock_error(staging: Staging) -> float:
    """By how many seconds the guest's clock is wrong."""
    before = time.time()
    answer = staging.deploy_py("ssh", "date", "+%s.%N")
    after = time.time()
    guest = float(answer.text.split()[-1])
    return max(before - guest, guest - after, 0.0)


def times_of_files(staging: Staging) -> list[str]:
    """All files that the deployer could write, with their times."""
    places = ("/srv/todo/releases", "/srv/todo/venvs", "/srv/todo/cache", "/etc/nginx")
    answer = staging.deploy_py("ssh", "find", *places, "-printf", "%p %T@\\n")
    assert answer.code == 0
    return sorted(answer.text.splitlines())


STYLES = "static/lists/lists.css"


def styles_on_disk(staging: Staging) -> list[str]:
    """The inodes of the stylesheets of the release before and of this one."""
    inodes = staging.host(f"cd /srv/todo; stat -L -c %i previous/{STYLES} current/{STYLES}")
    return inodes.text.split()


# The states of the VM, in the order of the tests: the first test that needs one makes it.
@pytest.fixture(scope="module")
def up(staging: Staging) -> None:
    assert staging.deploy_py("up").code == 0


@pytest.fixture(scope="module")
def bare(up: None, staging: Staging) -> None:
    """Reset, with no live release."""
    assert staging.deploy_py("reset").code == 0


@pytest.fixture(scope="module")
def live(bare: None, staging: Staging) -> None:
    """With the site."""
    assert staging.deploy_py("deploy").code == 0


def name(staging: Staging) -> str:
    """What the site's home page calls it, as in "Little Lists"."""
    found = re.search(r"\w+ Lists", site_text(staging))
    assert found
    return found[0]


def rename(staging: Staging, name: str) -> None:
    """Changes what the page calls the site. Does not commit it."""
    staging.replace("lists/templates/lists/base.html", r"\w+ Lists", name)


def test_up_ends_with_a_provisioned_vm(up: None, staging: Staging) -> None:
    with socket.create_connection((staging.address, 22), timeout=10) as connection:
        assert connection.recv(8).startswith(b"SSH-2.0")


def test_second_up_takes_no_step(up: None, staging: Staging) -> None:
    answer = staging.deploy_py("up")
    assert answer.code == 0
    assert "✓" not in answer.text
    assert "is up at" in answer.text


def test_reset_gives_a_host_without_a_live_release(bare: None, staging: Staging) -> None:
    assert "no release is live yet" in staging.deploy_py("status").text


def test_after_a_reset_the_clock_is_right(bare: None, staging: Staging) -> None:
    assert guest_clock_error(staging) < 2


def test_plain_vagrant_sees_the_same_vm(up: None, staging: Staging) -> None:
    assert "running" in staging.vagrant("status").text
    assert "Linux" in staging.vagrant("ssh", "-c", "uname").text


def test_plan_shows_the_changes_and_makes_none(bare: None, staging: Staging) -> None:
    before = times_of_files(staging)
    answer = staging.deploy_py("plan")
    assert answer.code == 0
    assert "new: /etc/nginx/sites-available/todo" in answer.text
    assert "+++ desired:/srv/todo/current/environment" in answer.text
    assert "switch" in answer.text
    assert times_of_files(staging) == before


def test_first_deploy_serves_the_site(live: None, staging: Staging) -> None:
    assert "Little Lists" in site_text(staging)


def test_second_deploy_has_nothing_to_do(live: None, staging: Staging) -> None:
    answer = staging.deploy_py("deploy")
    assert answer.code == 0
    assert "nothing to do" in answer.text
    assert "nothing to do" in staging.deploy_py("plan").text


def test_code_change_goes_live_and_data_is_kept(live: None, staging: Staging) -> None:
    secret = staging.deploy_py(
        "ssh", "sudo", "-u", "todo", "sha256sum", "/srv/todo/shared/env"
    ).text
    insert = "insert into lists_list (title, created) values ('kept', '2026-01-01')"
    database = "/srv/todo/shared/database/db.sqlite3"
    assert staging.deploy_py("ssh", "sudo", "-u", "todo", "sqlite3", database, insert).code == 0
    rename(staging, "Tiny Lists")
    staging.commit("another name")
    answer = staging.deploy_py("deploy")
    assert answer.code == 0
    assert "make environment" not in answer.text
    text = site_text(staging)
    assert "Tiny Lists" in text
    assert "kept" in text
    before, now = styles_on_disk(staging)
    assert before == now, "it was not collected again"
    assert (
        secret
        == staging.deploy_py("ssh", "sudo", "-u", "todo", "sha256sum", "/srv/todo/shared/env").text
    )


def test_changed_static_file_is_served(live: None, staging: Staging) -> None:
    (staging.repository / "lists" / STYLES).open("a").write(".another { color: red }\n")
    staging.commit("another style")
    assert staging.deploy_py("deploy").code == 0
    before, now = styles_on_disk(staging)
    assert before != now
    assert ".another" in site_text(staging, f"/{STYLES}")


def test_deploy_after_an_interrupted_one_succeeds(live: None, staging: Staging) -> None:
    before = name(staging)
    rename(staging, "Short Lists")
    staging.commit("to be interrupted")
    deploy = (sys.executable, "-u", "deploy.py", "deploy", "--config", staging.config)
    assert stop_at(signal.SIGINT, "✓ upload the release", *deploy) == 130
    assert name(staging) == before != "Short Lists"
    assert staging.deploy_py("deploy").code == 0
    assert "Short Lists" in site_text(staging)


def test_drifted_nginx_file_is_corrected(live: None, staging: Staging) -> None:
    """The plan shows a manual edit on the host, and the next deploy undoes it."""
    edit = "sudo sed -i 's/expires 1h/expires 2h/' /etc/nginx/sites-available/todo"
    assert staging.vagrant("ssh", "-c", edit).code == 0
    planned = staging.deploy_py("plan").text
    assert "-        expires 2h;" in planned
    assert "would take 4 steps" in planned
    assert staging.deploy_py("deploy").code == 0
    assert "nothing to do" in staging.deploy_py("deploy").text


def test_broken_nginx_template_is_refused_by_the_host(
    live: None, staging: Staging, tmp_path: Path
) -> None:
    """nginx keeps its configuration if it refuses the new one, also after a restart."""
    settings = yaml.safe_load(staging.config.read_text())
    settings["targets"]["vagrant"]["certificate"] = {
        "chain": "/etc/ssl/nowhere.pem",
        "key": "/etc/ssl/nowhere.key",
    }
    config = tmp_path / "deploy.yml"
    config.write_text(yaml.safe_dump(settings))
    answer = Staging(staging.repository, config).deploy_py("deploy")
    assert answer.code == 1
    assert "/etc/ssl/nowhere.pem" in answer.text
    assert staging.vagrant("ssh", "-c", "sudo nginx -t").code == 0
    assert staging.deploy_py("deploy").code == 0


def test_uncommitted_changes_are_not_deployed(live: None, staging: Staging) -> None:
    before = name(staging)
    rename(staging, "Uncommitted Lists")
    answer = staging.deploy_py("deploy")
    assert answer.code == 0
    assert "uncommitted changes are not deployed (files: 1)" in answer.text
    assert "Uncommitted" not in site_text(staging)
    rename(staging, before)


def test_logs_show_the_app(live: None, staging: Staging) -> None:
    assert " web: " in staging.deploy_py("logs", "-n", "100").text


@pytest.mark.long
def test_rehearse_ends_with_a_verdict(live: None, staging: Staging) -> None:
    """Phases that can't run are skipped, with the reason. test_production.py has all phases."""
    phases = ("reset", "baseline", "deploy", "browser-tests", "rollback")
    answer = staging.deploy_py(
        "rehearse", *(word for phase in phases for word in ("--only", phase))
    )
    assert answer.code == 0
    assert "verdict: PASSED IN PART" in answer.text
    assert re.search(r"skipped: baseline, data, host-tests, .*reboot$", answer.text, re.MULTILINE)
    assert "deploy the baseline (production's live release): skipped, " in answer.text
    assert "roll back under traffic: skipped, " in answer.text
    assert "reboot the host and wait for the site: skipped, left out by --only" in answer.text
    pages = PROJECT / "reports" / "latest" / "pages"
    assert list(pages.glob("*.1.png")), "a picture of each page, not only of the last one"
    assert pages.with_name("index.html").stat().st_size < 600_000


def test_watch_rehearses_each_new_commit_and_ends_with_ctrl_c(live: None, staging: Staging) -> None:
    words = ("rehearse", "--watch", "--keep", "--only", "deploy")
    with begun(sys.executable, "deploy.py", *words, "--config", staging.config) as watch:
        assert watch.stdout
        last = watch.stdout.readline()
        staging.replace("todo/urls.py", r"\A", "import nosuchmodule\n")
        staging.commit("Break it")
        broken = watch.stdout.readline()
        os.killpg(watch.pid, signal.SIGINT)
        assert watch.wait(timeout=30) == 130
    staging.undo_commits(1)

    assert re.match(
        r"✓ [0-9a-f]{8} .+: PASSED IN PART(?: in a container)?; skipped: reset, ", last
    ), last
    assert re.match(r"✗ [0-9a-f]{8} Break it: NOT READY: .*'nosuchmodule'", broken), broken
    assert staging.deploy_py("deploy").code == 0


def test_browser_tests_run_by_themselves(live: None, staging: Staging) -> None:
    """All of them ran in the rehearsal; this shows that they don't depend on it."""
    answer = run(
        *(str(PROJECT / ".venv/bin/pytest"), "functional_tests", "-k", "reload"),
        *("--deploy-config", staging.config),
    )
    assert answer.code == 0
    assert f"http://todo.test at {staging.address}" in answer.text


def test_site_answers_after_down_and_up(live: None, staging: Staging) -> None:
    before = name(staging)
    assert staging.deploy_py("down").code == 0
    assert guest(staging).is_off()
    assert staging.deploy_py("status").code == 4
    assert staging.deploy_py("up").code == 0
    assert name(staging) == before


@pytest.mark.long
def test_plain_vagrant_shuts_the_vm_down_and_up_boots_it(live: None, staging: Staging) -> None:
    before = name(staging)
    assert staging.vagrant("halt").code == 0
    assert staging.deploy_py("up").code == 0
    deadline = time.monotonic() + 60
    while before not in site_text(staging):
        assert time.monotonic() < deadline, "the site does not come back"
        time.sleep(1)
