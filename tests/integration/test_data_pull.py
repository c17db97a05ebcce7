"""A live site's data on staging. The live site is the staging VM itself, by the name of another target."""

import re
import shlex
import shutil
import socket
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.integration.guests import empty, fill
from tests.integration.site import Site, both_engines
from tests.integration.staging import PROJECT
from tests.integration.test_migrations import ADD_NOTE
from understudy.config.model import load
from understudy.deploy.deploy_host import deploy
from understudy.job import Job
from understudy.paths import Project
from understudy.rehearsal import migrations
from understudy.report.terminal import TextReport

pytestmark = pytest.mark.timeout(1800)

OUTGOING = "/etc/nftables.d/understudy-outgoing.nft"
SECRETS = ("Ann of the Hague", "+31 70 1234567", "ann@example.com")


@pytest.fixture
def live(any_site: Site) -> Iterator[Site]:
    """A site with a list of Ann's, and a target `live` that points to it."""
    settings = yaml.safe_load(any_site.staging.config.read_text())
    here = {"address": any_site.staging.address, "disposable": False}
    settings["targets"]["live"] = settings["targets"]["vagrant"] | here
    settings["vm"]["stands_for"] = "live"
    any_site.staging.config.write_text(yaml.safe_dump(settings))
    any_site.add_list(SECRETS[0])
    any_site.sql(
        "insert into lists_item (list_id, text, done, picture) "
        f"select id, '{SECRETS[1]}', false, '{SECRETS[2]}' from lists_list where title = '{SECRETS[0]}'"
    )
    yield any_site
    shutil.rmtree(PROJECT / ".understudy" / "data" / f"{any_site.name}-live", ignore_errors=True)


def rules(site: Site, tables: dict[str, object], media: float = 0, rewrite: object = None) -> None:
    settings = yaml.safe_load(site.staging.config.read_text())
    settings["data"] = {"media": media, "tables": tables, "rewrite": rewrite or {}}
    site.staging.config.write_text(yaml.safe_dump(settings))


RULES: dict[str, object] = {
    "lists_list": {"title": "text"},
    "lists_item": {"text": "hash", "picture": {"fixed": ""}},
}


CHANGE_ALL_ITEMS = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("lists", "0003_note")]
    operations = [
        migrations.RunSQL("CREATE INDEX item_done ON lists_item (done)"),
        migrations.RunSQL("UPDATE lists_item SET done = NOT done"),
    ]
"""


def items(site: Site) -> int:
    return int(site.sql("select count(*) from lists_item").text.split()[-1])


def make_a_million_items(site: Site) -> None:
    """Does nothing if an earlier test has made them."""
    if items(site) < 1_000_000:
        make = f"{site.root}/current/run python manage.py make_items 1000000"
        assert site.staging.host(f"cd /; sudo -u {site.name} {make}").code == 0


@both_engines
def test_data_is_pulled_and_loaded_without_personal_data(live: Site) -> None:
    rules(live, RULES)
    before = live.sql("select count(*) from lists_list").text
    assert live.staging.deploy_py("data", "pull").code == 0
    live.add_list("written since")

    loaded = live.staging.deploy_py("data", "load")

    assert loaded.code == 0
    assert live.sql("select count(*) from lists_list").text == before
    assert not live.has_list("written since")
    assert live.get().code == 0
    titles = live.sql("select title from lists_list").text
    items = live.sql("select text, picture from lists_item").text
    assert not any(secret in titles + items for secret in SECRETS)
    assert "lorem ipsum do" in titles
    kept = PROJECT / ".understudy" / "data" / f"{live.name}-live"
    assert not any(
        secret.encode() in file.read_bytes()
        for secret in (*SECRETS, "lorem")
        for file in kept.iterdir()
    )


@both_engines
def test_links_lead_to_staging_and_a_name_that_is_left_is_reported(live: Site) -> None:
    settings = yaml.safe_load(live.staging.config.read_text())
    here = settings["targets"]["vagrant"]["domain"]
    settings["targets"]["live"]["domain"] = "shop.example.com"
    live.staging.config.write_text(yaml.safe_dump(settings))
    keep: dict[str, object] = {
        "lists_list": {"title": "keep"},
        "lists_item": {"text": "keep", "picture": "keep"},
    }
    rules(live, keep)
    live.add_list("See https://shop.example.com:443/a and shop.example.community.")
    assert live.staging.deploy_py("data", "pull").code == 0

    warned = live.staging.deploy_py("data", "load")
    rules(live, keep, rewrite={"lists_list": {"title": "replace"}})
    loaded = live.staging.deploy_py("data", "load")

    assert (warned.code, loaded.code) == (0, 0)
    assert "lists_list.title: 1 row" in warned.text
    assert "names of live" not in loaded.text.replace("search the data for names of live", "")
    titles = live.sql("select title from lists_list").text
    assert f"See http://{here}/a and shop.example.community." in titles


@pytest.mark.parametrize("any_site", ["sqlite"], indirect=True)
@pytest.mark.long
def test_first_reset_to_seeded_makes_the_snapshot_and_later_ones_restore_it(live: Site) -> None:
    rules(live, RULES)
    assert live.staging.deploy_py("data", "pull").code == 0
    made = live.staging.deploy_py("reset", "--level", "seeded")
    live.add_list("lost")

    restored = live.staging.deploy_py("reset", "--level", "seeded")

    assert (made.code, restored.code) == (0, 0)
    assert "save the snapshot 'seeded-" in made.text
    assert "the VM's snapshot has the data already" in restored.text
    assert "lorem ipsum do" in live.sql("select title from lists_list").text
    assert not live.has_list("lost")


@pytest.mark.parametrize("any_site", ["sqlite"], indirect=True)
@pytest.mark.long
def test_sample_of_the_uploaded_files_is_pulled(live: Site) -> None:
    rules(live, RULES, media=0.5)
    pictures = f"{live.root}/shared/media/pictures"
    make = f'mkdir -p {pictures}; for n in $(seq 40); do echo no. $n >"{pictures}/Zoë $n.txt"; done'
    assert live.staging.host(f"cd /; sudo -u {live.name} sh -euc {shlex.quote(make)}").code == 0
    pulled = live.staging.deploy_py("data", "pull")
    live.staging.host(f"rm -r {pictures}")
    loaded = live.staging.deploy_py("data", "load")

    assert (pulled.code, loaded.code) == (0, 0)
    came = live.staging.host(f"ls {pictures}").text.splitlines()
    assert 5 < len(came) < 35
    assert f"and {len(came)} uploaded files" in pulled.text
    name = came[0].removesuffix(".txt")
    answer = live.get(f"/media/pictures/{urllib.parse.quote(came[0])}")
    assert answer.text == name.replace("Zoë", "no.") + "\n"


@pytest.mark.parametrize("any_site", ["sqlite"], indirect=True)
@pytest.mark.long
def test_data_that_does_not_fit_on_staging_is_refused(live: Site) -> None:
    rules(live, RULES)
    large = "insert into lists_item (list_id, text, done, picture) "
    live.sql(f"{large} select max(id), hex(randomblob(2000000)), false, '' from lists_list")
    assert live.staging.deploy_py("data", "pull").code == 0
    live.add_list("there before")
    assert live.staging.host(fill("/srv", 5_000_000)).code == 0
    try:
        answer = live.staging.deploy_py("data", "load")
    finally:
        live.staging.host(empty("/srv"))

    assert answer.code == 1
    assert re.search(r"[0-4] MiB free, and the data needs \d\d there", answer.text)
    assert live.has_list("there before")
    assert live.get().code == 0
    assert live.staging.host(f"ls {live.root}/shared/backups").text.count(".new") == 0


@both_engines
@pytest.mark.long
def test_host_with_pulled_data_makes_no_outgoing_connection(live: Site) -> None:
    """This machine listens, so the host itself must block the site's user."""
    rules(live, RULES)
    gateway = live.staging.address.rpartition(".")[0] + ".1"
    ask = f"cd /; sudo -u {live.name} python3 -c 'import socket, sys; " + (
        "socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5)' "
    )
    live.staging.host(f"nft delete table inet understudy_outgoing || true; rm -f {OUTGOING}")
    with socket.create_server((gateway, 0)) as listener:
        words = f"{gateway} {listener.getsockname()[1]} 2>&1"
        assert live.staging.host(ask + words).code == 0, "nothing blocks it yet"
        assert live.staging.deploy_py("data", "pull").code == 0
        assert live.staging.deploy_py("data", "load").code == 0
        assert "Connection refused" in live.staging.host(f"{ask}{words} || true").text
        live.staging.host("systemctl restart nftables")
        assert "Connection refused" in live.staging.host(f"{ask}{words} || true").text


@both_engines
@pytest.mark.long
def test_column_that_looks_personal_stops_the_pull(live: Site) -> None:
    rules(live, RULES)
    live.sql("create table visitor (email varchar(200), born date)")
    answer = live.staging.deploy_py("data", "pull")
    live.sql("drop table visitor")

    assert answer.code == 3
    assert "visitor.email: looks like an e-mail address" in answer.text
    assert "visitor:\n" in answer.text.replace(" ", "")


@both_engines
@pytest.mark.long
def test_rule_for_a_missing_table_is_an_error(live: Site) -> None:
    rules(live, {**RULES, "lists_lists": "drop"})
    answer = live.staging.deploy_py("data", "pull")

    assert answer.code == 2
    assert "data.tables.lists_lists: there is no such table" in answer.text


@both_engines
@pytest.mark.long
def test_only_a_disposable_target_takes_data(live: Site) -> None:
    rules(live, RULES)
    assert live.staging.deploy_py("data", "pull").code == 0
    answer = live.staging.deploy_py("data", "load", "--target", "live")

    assert answer.code == 3
    assert "not disposable" in answer.text


@pytest.mark.parametrize("any_site", ["sqlite"], indirect=True)
@pytest.mark.long
def test_text_in_another_encoding_is_an_error_and_nothing_is_kept(live: Site) -> None:
    rules(live, {**RULES, "lists_list": {"title": "keep"}})
    live.sql("insert into lists_list (title, created) values (cast(x'6de9' as text), '2026-01-01')")
    answer = live.staging.deploy_py("data", "pull")
    live.sql("delete from lists_list where hex(title) = '6DE9'")

    assert answer.code == 1
    assert "table lists_list has text that is not UTF-8" in answer.text
    assert not (PROJECT / ".understudy" / "data" / f"{live.name}-live.new").exists()


@both_engines
@pytest.mark.long
def test_a_million_rows_are_pulled_and_loaded(live: Site) -> None:
    """Prints the seconds for docs/performance.md."""
    rules(live, RULES)
    make_a_million_items(live)
    pulled = live.staging.deploy_py("data", "pull")
    loaded = live.staging.deploy_py("data", "load")

    assert (pulled.code, loaded.code) == (0, 0)
    assert items(live) >= 1_000_000
    print(f"pulled in {pulled.seconds:.0f} s, loaded in {loaded.seconds:.0f} s")


@pytest.mark.parametrize("any_site", ["sqlite"], indirect=True)
@pytest.mark.long
def test_pull_that_is_killed_leaves_the_earlier_one(live: Site, tmp_path: Path) -> None:
    rules(live, RULES)
    assert live.staging.deploy_py("data", "pull").code == 0
    kept = PROJECT / ".understudy" / "data" / f"{live.name}-live"
    before = (kept / "pulled.json").read_text()
    words = (sys.executable, "deploy.py", "data", "--config", live.staging.config, "pull")
    with subprocess.Popen(words, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as pull:
        assert pull.stdout
        pull.stdout.readline()
        pull.kill()

    assert (kept / "pulled.json").read_text() == before
    assert live.staging.deploy_py("data", "pull").code == 0
    assert "understudy-pull" not in live.staging.host("ls /var/tmp").text


@both_engines
@pytest.mark.long
def test_effects_of_migrations_on_a_million_rows_are_reported(
    live: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    """Examines them like a rehearsal with data."""
    make_a_million_items(live)
    if not live.postgresql:
        live.staging.require("django-migration-linter", python="3.11")
        apps = 'INSTALLED_APPS = ["django_migration_linter",'
        live.staging.replace("todo/settings.py", r"INSTALLED_APPS = \[", apps)
    note = '    note = models.TextField(default="", db_default="")\n'
    live.migration("0003_note", ADD_NOTE, note)
    live.migration("0004_change_all_items", CHANGE_ALL_ITEMS)
    project = Project(PROJECT, live.staging.config, PROJECT)
    job = Job(project, load(project.config_file), "vagrant", TextReport())
    with migrations.examined(job):
        deploy(job)

    output = capsys.readouterr().out
    print(output)
    assert re.search(r"migration lists.0004_change_all_items applied in [\d.]+ s", output)
    assert "lists_list: new: note" in output
    assert "lists_item: changed: done" in output
    # SQLite has one lock, on all of a database.
    assert ("lock on lists_item: ShareLock, writers wait" in output) == live.postgresql
    assert re.search(r"restoring the backup from before the deploy takes [1-9]\d* s", output)
    if live.postgresql:
        assert "django-migration-linter is not among" in output
    else:
        assert "(lists, 0003_note)... ERR; NOT NULL constraint on columns; (lists, 0004_" in output
