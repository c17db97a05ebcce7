"""Releases that must never go live: the old one stays live, and the deploy names what is wrong."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from tests.integration.guests import empty, fill
from tests.integration.site import Site, both_engines

pytestmark = pytest.mark.timeout(900)

FAILING_MIGRATION = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("lists", "0002_item_picture_and_once_per_list")]
    operations = [migrations.RunSQL("SELECT * FROM no_such_table")]
"""

# The first worker is well, and could answer while the second still starts.
ONE_WORKER_ONLY = """
import os, time
try:
    os.mkdir("/tmp/claimed-by-the-first-worker")
except FileExistsError:
    time.sleep(2)
    raise
"""


@dataclass(frozen=True)
class Bad:
    """What is wrong with a release. messages: texts that the deploy must print.

    change: made to the commit. settings: keys of `app` in deploy.yml. breaks, fixes: commands that root
    runs on the host. engines: the databases that it is tried with.
    """

    name: str
    messages: tuple[str, ...]
    change: Callable[[Site], None] = lambda site: None
    settings: tuple[tuple[str, Any], ...] = ()
    breaks: str = ""
    fixes: str = ""
    engines: tuple[str, ...] = ("sqlite",)


BOTH = ("sqlite", "postgresql")


def append(file: str, text: str) -> Callable[[Site], None]:
    def change(site: Site) -> None:
        path = site.staging.repository / file
        path.write_text((path.read_text() if path.exists() else "") + text)

    return change


def add_20_megabytes(site: Site) -> None:
    (site.staging.repository / "film.bin").write_bytes(os.urandom(20_000_000))


BAD = [
    Bad("syntax-error", ("SyntaxError", "views.py"), append("lists/views.py", "\ndef (\n")),
    Bad(
        "missing-dependency",
        ("No module named 'no_such_package'",),
        append("lists/views.py", "\nimport no_such_package\n"),
    ),
    Bad(
        "failing-migration",
        ("no such table: no_such_table", " restore` lists the"),
        append("lists/migrations/0003_bad.py", FAILING_MIGRATION),
    ),
    Bad(
        "failing-migration",
        ('relation "no_such_table" does not exist', " restore` lists the"),
        append("lists/migrations/0003_bad.py", FAILING_MIGRATION),
        engines=("postgresql",),
    ),
    Bad("wrong-wsgi-path", ("todo.nowhere",), settings=(("module", "todo.nowhere:application"),)),
    Bad(
        "template-error",
        ("TemplateSyntaxError", "nonsense"),
        append("lists/templates/lists/base.html", "{% nonsense %}"),
        engines=BOTH,
    ),
    Bad(
        "hanging-start",
        ("not healthy", "health check"),
        append("todo/wsgi.py", "\nimport time\n\ntime.sleep(600)\n"),
        settings=(("start_timeout", 12), ("drain_timeout", 5)),
    ),
    Bad(
        "worker-that-fails",
        ("not healthy", "File exists"),
        append("todo/wsgi.py", ONE_WORKER_ONLY),
    ),
    Bad(
        "out-of-memory",
        ("memory", "not healthy"),
        append("todo/wsgi.py", "\nhoard = [bytes(1_000_000) + b'x' for _ in range(2_000)]\n"),
        settings=(("memory_max", "200M"),),
    ),
    Bad(
        "full-disk",
        ("MiB of disk free",),
        add_20_megabytes,
        # The site itself needs some space: without it SQLite can't even read.
        breaks=fill("/srv", 10_000_000),
        fixes=empty("/srv"),
        engines=BOTH,
    ),
    Bad(
        "read-only-file-system",
        ("Read-only file system",),
        breaks="mount --bind /srv/todo /srv/todo && mount -o remount,bind,ro /srv/todo",
        fixes="umount /srv/todo",
    ),
    Bad(
        "wrong-permissions",
        ("Permission denied",),
        breaks="chown root:root /srv/todo/releases",
        fixes="chown deploy:todo /srv/todo/releases",
    ),
]


SAMPLE = {("sqlite", "failing-migration"), ("sqlite", "full-disk")}
CASES = [
    pytest.param(
        engine,
        bad,
        id=f"{bad.name}-{engine}",
        marks=() if (engine, bad.name) in SAMPLE else pytest.mark.long,
    )
    for engine in BOTH
    for bad in BAD
    if engine in bad.engines
]


@pytest.mark.parametrize(("any_site", "bad"), CASES, indirect=["any_site"])
def test_bad_release_never_goes_live_and_the_deploy_says_why(any_site: Site, bad: Bad) -> None:
    before = any_site.title()
    bad.change(any_site)
    any_site.staging.commit(bad.name)
    settings = any_site.staging.config.read_text()
    changed = yaml.safe_load(settings)
    changed["app"] |= dict(bad.settings)
    # The variable makes each a release of its own.
    changed["app"]["environment"]["BAD"] = bad.name
    any_site.staging.config.write_text(yaml.safe_dump(changed))
    if bad.breaks:
        assert any_site.staging.host(bad.breaks).code == 0

    try:
        answer = any_site.deploy()
        title = any_site.title()
    finally:
        any_site.staging.config.write_text(settings)
        any_site.staging.undo_commits(1)
        if bad.fixes:
            assert any_site.staging.host(bad.fixes).code == 0
    assert answer.code == 1
    assert "Traceback" not in answer.text or "  Traceback" in answer.text, (
        "a traceback of Understudy, not of the app"
    )
    for part in bad.messages:
        assert part in answer.text
    assert title == before


@both_engines
def test_good_release_is_deployed_after_all_bad_ones(any_site: Site) -> None:
    any_site.retitle("good again")
    assert any_site.deploy().code == 0
    assert any_site.title() == "good again"
