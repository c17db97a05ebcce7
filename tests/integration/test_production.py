"""A real SSH host that Understudy did not make: provision, deploy and verify with the same verbs."""

import re
import shlex
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration import production
from tests.integration.production import Production
from tests.integration.site import Site
from tests.integration.staging import PROJECT, TOP, Answer, Staging, make_app, run
from tests.integration.test_drift import comparisons, paths
from understudy.host.health import wait_for_port
from understudy.rehearsal.phases import PHASES

pytestmark = pytest.mark.timeout(1800)

# The phases of a rehearsal that the example has nothing for.
NOTHING_TO_DO = ("timers", "edge", "interrupted")


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    """A VM from a bare box, known here only by its address, its host key and an admin's key."""
    yield production.start(tmp_path_factory.mktemp("production"))
    production.remove()


@pytest.fixture(scope="module")
def app(host: Production, tmp_path_factory: pytest.TempPathFactory) -> Staging:
    def point_at_host(settings: dict[str, Any]) -> None:
        target = host.target("todo.example.com", require_clean=True, require_receipt=False)
        settings["targets"]["production"] = target

    return make_app(PROJECT / "example", tmp_path_factory.mktemp("app"), point_at_host)


def deploy_py(app: Staging, verb: str) -> tuple[int, str]:
    answer = app.deploy_py(verb, "--target", "production")
    return answer.code, answer.text


# The states of the host, in the order of the tests: the first test that needs one makes it.
@pytest.fixture(scope="module")
def provisioned(app: Staging) -> None:
    code, _ = deploy_py(app, "provision")
    assert code == 0


@pytest.fixture(scope="module")
def live(app: Staging, provisioned: None) -> None:
    code, _ = deploy_py(app, "deploy")
    assert code == 0


def deploy_with(file: Path, text: str, app: Staging) -> tuple[int, str]:
    """With another text in that file."""
    right = file.read_text()
    file.write_text(text)
    try:
        return deploy_py(app, "deploy")
    finally:
        file.write_text(right)


def test_unknown_host_key_is_refused(app: Staging, host: Production) -> None:
    code, text = deploy_with(host.known_hosts, "", app)
    assert code == 4
    assert "host key is not known" in text
    assert "ssh-keyscan" in text


def test_changed_host_key_is_refused(app: Staging, host: Production, tmp_path: Path) -> None:
    run("ssh-keygen", "-qt", "ed25519", "-N", "", "-f", tmp_path / "other")
    other = (tmp_path / "other.pub").read_text().split()[1]
    line = f"{host.address} ssh-ed25519 {other}\n"
    code, text = deploy_with(host.known_hosts, line, app)
    assert code == 4
    assert "has changed" in text
    assert "ssh-keygen" in text


def test_wrong_key_is_refused(app: Staging, host: Production, tmp_path: Path) -> None:
    run("ssh-keygen", "-qt", "ed25519", "-N", "", "-f", tmp_path / "wrong")
    code, text = deploy_with(host.key, (tmp_path / "wrong").read_text(), app)
    assert code == 4
    assert "key is not accepted" in text


def test_bare_host_is_refused_with_the_command_that_fixes_it(app: Staging) -> None:
    code, text = deploy_py(app, "deploy")
    assert code == 3
    assert "is not provisioned" in text
    assert " provision --target production" in text


def test_provision_prepares_the_host(provisioned: None, host: Production) -> None:
    assert host.ssh("systemctl is-active nginx").strip() == "active"


def test_second_provision_changes_nothing(
    provisioned: None, app: Staging, host: Production
) -> None:
    changed = "sudo find /etc /srv /usr/local /var/lib/dpkg -newer /tmp/before -type f"
    host.ssh("touch /tmp/before")
    code, _ = deploy_py(app, "provision")
    assert code == 0
    assert host.ssh(changed) == ""


SHOP = "server {\n    listen 80;\n    server_name shop.example.com;\n    return 200 shop;\n}\n"
SECOND = SHOP.replace("80;", "80 default_server;")


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "text", "line"), [("default", SHOP, 1), ("shop", SECOND, 2)], ids=["default", "second"]
)
def test_conflicting_site_is_named_and_still_answers(
    name: str, text: str, line: int, provisioned: None, app: Staging, host: Production
) -> None:
    """nginx accepts one default server, so ours is removed, like on a host that was never provisioned."""
    place, ours = f"/etc/nginx/sites-enabled/{name}", "/etc/nginx/conf.d/understudy.conf"
    host.ssh(f"sudo mv {ours} /root; printf %s {shlex.quote(text)} | sudo tee {place} >/dev/null")
    host.ssh("sudo nginx -t -q && sudo systemctl reload nginx")
    try:
        code, said = deploy_py(app, "provision")
        ask = "curl -s -H 'Host: shop.example.com' http://127.0.0.1/"
        assert (code, host.ssh(ask)) == (3, "shop")
        assert f"{place}:{line}: " in said
        assert host.ssh("sudo nginx -t -q && echo fine").strip() == "fine"
    finally:
        host.ssh(
            f"sudo rm {place}; sudo mv /root/understudy.conf {ours}; sudo systemctl reload nginx"
        )


def test_firewall_that_locks_all_users_out_is_undone_by_the_host(
    provisioned: None, app: Staging, host: Production, tmp_path: Path
) -> None:
    """A provisioning script that opens the wrong port for SSH, from a copy of the project."""
    copy = tmp_path / "project"
    assert run("git", "clone", "-q", TOP, copy).code == 0
    wrong = Staging(copy, app.config)
    wrong.replace("provision/60-firewall.sh", r"\{ \$ssh_port", "{ 2222")
    words = ("provision", "--target", "production", "--config", wrong.config)
    answer = run(sys.executable, "deploy.py", *words, directory=copy)
    assert answer.code == 1
    assert "unreachable after the change" in answer.text
    wait_for_port(host.address, 22, seconds=120)
    code, text = deploy_py(app, "deploy")
    assert code == 3
    assert "is not provisioned" in text
    code, _ = deploy_py(app, "provision")
    assert code == 0


def test_uncommitted_changes_are_refused(provisioned: None, app: Staging) -> None:
    (app.repository / "notes.txt").write_text("not committed")
    code, text = deploy_py(app, "deploy")
    (app.repository / "notes.txt").unlink()
    assert code == 3
    assert "notes.txt" in text


def test_site_answers_after_a_deploy(live: None, app: Staging, host: Production) -> None:
    ask = "curl -s -H 'Host: todo.example.com' http://127.0.0.1/"
    assert "Little Lists" in host.ssh(ask)
    code, text = deploy_py(app, "deploy")
    assert code == 0
    assert "nothing to do" in text


def test_host_needs_no_package_index(live: None, host: Production) -> None:
    """All packages came over SSH: the host has no pip."""
    assert host.ssh("command -v pip pip3 || echo none").strip() == "none"
    assert "django" in host.ssh("ls /srv/todo/venvs/*/lib/python3*/site-packages").split()


def test_drift_finds_a_manual_change_and_nothing_else(
    live: None, app: Staging, host: Production
) -> None:
    def differences() -> list[str]:
        found = comparisons(app.deploy_py("drift", "--target", "production", "--json"))
        return paths(found[0])

    site = "/etc/nginx/sites-available/todo"
    assert differences() == []
    host.ssh(
        f"sudo cp -a {site} /root/site; sudo sed -i 's/server_tokens off/server_tokens on/' {site}"
    )
    try:
        assert differences() == ["nginx./etc/nginx/sites-enabled/todo"]
    finally:
        host.ssh(f"sudo mv /root/site {site}")


def test_verify_passes_and_destroys_nothing(live: None, app: Staging) -> None:
    code, text = deploy_py(app, "verify")
    assert code == 0
    assert "deselected" in text


@pytest.fixture(scope="module")
def strict(live: None, app: Staging, tmp_path_factory: pytest.TempPathFactory) -> Staging:
    """The same app and host, with a new commit; but here a deploy needs a signed receipt."""
    # With a title for which no earlier run has left a receipt.
    Site(app).retitle(f"Rehearsed at {time.time()}")
    return production.requiring_receipts(app, tmp_path_factory.mktemp("strict"))


def test_deploy_without_a_rehearsal_is_refused(strict: Staging, host: Production) -> None:
    before = host.ssh("readlink /srv/todo/current")
    code, text = deploy_py(strict, "deploy")
    assert code == 3
    assert "was not rehearsed" in text
    assert " rehearse" in text
    assert host.ssh("readlink /srv/todo/current") == before


@pytest.fixture(scope="module")
def rehearsal(vm: None, strict: Staging) -> Answer:
    """Of strict's commit, which then has a receipt."""
    answer = strict.deploy_py("rehearse")
    assert answer.code == 0
    return answer


def test_rehearsal_deploys_over_productions_release(rehearsal: Answer) -> None:
    """All phases that its app has: production's release, the new one over it, a rollback, the new one again, a
    reboot.
    """
    text = rehearsal.text
    assert text.count(": skipped, ") == 4
    assert "skipped, no data was pulled" in text
    assert "renew the certificate under traffic: skipped, " in text
    assert len(re.findall(r"(\d+) requests, 0 lost", text)) == 3
    assert "verdict: READY" in text
    assert "; skipped: data, timers, edge, interrupted" in text
    pages = PROJECT / "reports" / "latest" / "pages"
    assert list(pages.glob("*.1.png")), "a picture of each page, not only of the last one"
    assert pages.with_name("index.html").stat().st_size < 600_000
    assert "signed by tests@localhost" in text


@pytest.fixture
def pulled(strict: Staging, host: Production) -> Iterator[None]:
    """Production's data, pulled and anonymised."""
    insert = "insert into lists_list (title, created) values ('the queen', '2026-01-01')"
    host.ssh(f'sudo -u todo sqlite3 /srv/todo/shared/database/db.sqlite3 "{insert}"')
    assert strict.deploy_py("data", "pull").code == 0
    yield
    shutil.rmtree(PROJECT / ".understudy" / "data" / "todo-production")


@pytest.mark.long
def test_pull_leaves_nothing_on_production(pulled: None, host: Production) -> None:
    assert host.ssh("ls -A /var/tmp /tmp | grep understudy || true") == ""
    assert "data" not in host.ssh("sudo tail -n 1 /var/log/understudy/todo.log")


@pytest.mark.long
def test_rehearsal_runs_with_productions_data(vm: None, pulled: None, strict: Staging) -> None:
    answer = strict.deploy_py("rehearse", "-v")
    assert answer.code == 0
    # Without HTTPS there is nothing to renew; it has neither timers nor tasks.
    skipped = re.findall(r"^- (.*): skipped", answer.text, re.MULTILINE)
    assert skipped == [phase.title for phase in PHASES if phase.name in NOTHING_TO_DO]
    assert "save the snapshot 'seeded-" in answer.text
    assert "the deploy ran no migrations" in answer.text
    assert "verdict: READY" in answer.text
    # On a disposable host the browser tests may delete data; the snapshot still has it.
    assert strict.deploy_py("reset", "--level", "seeded").code == 0
    query = "select title from lists_list"
    titles = strict.host(f"sqlite3 /srv/todo/shared/database/db.sqlite3 '{query}'")
    assert "lorem ips" in titles.text.splitlines()


def test_rehearsed_commit_is_deployed(rehearsal: Answer, strict: Staging) -> None:
    code, text = deploy_py(strict, "deploy")
    assert code == 0
    assert "signed by tests@localhost" in text


def test_receipt_is_of_that_commit_only(strict: Staging) -> None:
    Site(strict).retitle(f"Not rehearsed at {time.time()}")
    code, text = deploy_py(strict, "deploy")
    assert code == 3
    assert "was not rehearsed" in text


def test_deploy_without_rehearsal_leaves_its_reason_on_the_host(
    strict: Staging, host: Production
) -> None:
    Site(strict).retitle(f"Not rehearsed, and deployed at {time.time()}")
    words = ("--target", "production", "--without-rehearsal", "the site is down")
    answer = strict.deploy_py("deploy", *words)
    assert answer.code == 0
    assert "WITHOUT A REHEARSAL" in answer.text
    assert "NOT REHEARSED" in answer.text
    last = host.ssh("sudo tail -n 1 /var/log/understudy/todo.log")
    assert '"without_rehearsal": "the site is down"' in last
