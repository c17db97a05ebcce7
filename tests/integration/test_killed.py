"""A deploy that is killed at any step, in any way, loses nothing, and the next one finishes it.

The whole matrix is long (`make faults`); without --long it is a sample. With PostgreSQL it has the
steps that involve the database.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256

import pytest
import yaml

from tests.integration.guests import Guest, guest
from tests.integration.site import Site
from tests.integration.staging import PROJECT

pytestmark = pytest.mark.timeout(900)

# How the titles of steps begin, for a deploy with all steps but those of a bare host.
STEPS = (
    "upload the release",
    "make environment",
    "upload the nginx and systemd files",
    "check and install the nginx and systemd files",
    "check that the live release",
    "confirm the nginx and systemd files",
    "run 3 release commands",
    "compress static files",
    "check that RELEASE still answers",
    "start",
    "check RELEASE through nginx",
    "switch",
    "check health through nginx",
    "drain",
    "remove old releases",
)
STEPS_WITH = {
    "sqlite": STEPS,
    "postgresql": (
        "run 3 release commands",
        "check that RELEASE still answers",
        "start",
        "switch",
        "remove old releases",
    ),
}
MIGRATION = """from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lists", "{before}")]
    operations = [migrations.AddField("list", "{name}", models.TextField(db_default=""))]
"""


def kill_the_driver(deploy: subprocess.Popen[str], vm: Guest) -> None:
    os.killpg(deploy.pid, signal.SIGKILL)
    deploy.wait(timeout=60)


def cut_the_network(deploy: subprocess.Popen[str], vm: Guest) -> None:
    """Until the deploy ends by itself."""
    vm.unplug()
    try:
        assert deploy.wait(timeout=120) in (1, 4)
    finally:
        vm.plug()


def power_off(deploy: subprocess.Popen[str], vm: Guest) -> None:
    vm.cut_power()
    vm.start()
    # 0: where the host is fast, the deploy may have ended with its last step.
    assert deploy.wait(timeout=120) in (0, 1, 4)


WAYS: Mapping[str, Callable[[subprocess.Popen[str], Guest], None]] = {
    "kill": kill_the_driver,
    "cut": cut_the_network,
    "power": power_off,
}
SAMPLE = {("sqlite", "kill", "switch"), ("sqlite", "power", "run 3 release commands")}
CASES = [
    pytest.param(
        engine,
        way,
        step,
        id=f"{way}-{step.replace(' ', '-')}-{engine}",
        marks=() if (engine, way, step) in SAMPLE else pytest.mark.long,
    )
    for engine, steps in STEPS_WITH.items()
    for way in WAYS
    for step in steps
]


def next_version(site: Site) -> tuple[str, str]:
    """Commits a version that needs every step of a deploy. Returns the titles before and after."""
    before = site.title()
    number = int(before.split()[1]) + 1
    after = f"version {number}"
    staging = site.staging
    staging.replace(
        "lists/templates/lists/base.html", r"<title>[^<]*</title>", f"<title>{after}</title>"
    )
    staging.replace("lists/static/lists/lists.css", r"\A(/\* .* \*/\n)?", f"/* {after} */\n")
    # Another environment: a hash more that no download needs to have.
    digest = sha256(after.encode()).hexdigest()
    first = r"\A((?:#.*\n)*\S+==\S+ \\\n)"
    staging.replace("requirements.txt", first, rf"\1    --hash=sha256:{digest} \\\n")
    migrations = staging.repository / "lists" / "migrations"
    last = max(path.stem for path in migrations.glob("0*.py"))
    name = f"{int(last[:4]) + 1:04}_more"
    (migrations / f"{name}.py").write_text(MIGRATION.format(before=last, name=f"more_{number}"))
    field = f'    more_{number} = models.TextField(db_default="")\n'
    staging.replace("lists/models.py", r"(created = models.*\n)", rf"\1{field}")
    staging.commit(after)
    settings = yaml.safe_load(staging.config.read_text())
    # Only one release is kept, so that there is something to remove.
    settings["app"] |= {"upload_limit": f"{number + 10}m", "keep_releases": 1}
    staging.config.write_text(yaml.safe_dump(settings))
    return before, after


def run_until(site: Site, step: str) -> subprocess.Popen[str]:
    """Starts a deploy. Returns when it has begun that step."""
    # The host may not have noticed yet that the connection of the last one was cut.
    words = ("deploy", "--json", "--wait", "60", "--config", site.staging.config)
    deploy = subprocess.Popen(
        [sys.executable, "-u", "deploy.py", *words],
        cwd=PROJECT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert deploy.stdout
    for line in deploy.stdout:
        print(line, end="")
        event = json.loads(line)
        if event["event"] == "started" and re.match(
            step.replace("RELEASE", r"\S+"), event["title"]
        ):
            return deploy
    pytest.fail(f"no step {step!r}")


def wait_for_site(site: Site) -> None:
    deadline = time.monotonic() + 240
    while site.get().code != 0:
        assert time.monotonic() < deadline, "the site does not come back"
        # A booting guest is busy.
        time.sleep(2)


@contextmanager
def unconfirmed(site: Site) -> Iterator[None]:
    """Meanwhile no confirmation of the site config comes through, and the host undoes it after 25 s, not 120.

    Where the host is fast, a kill would come too late, and what root has begun there is not ended by it.
    """
    changes = {
        "/usr/local/lib/understudy/site/undo": "/^confirm[(][)] [{]/a sleep 60; exit 1",
        "/usr/local/sbin/understudy-site": "s/[$][{]4-[0-9]+[}]/${4-25}/",
    }
    for file, change in changes.items():
        edit = f"cp -p {file} {file}.kept && sed -i -E '{change}' {file} && ! cmp -s {file} {file}.kept"
        assert site.staging.host(edit).code == 0
    yield
    for file in changes:
        assert site.staging.host(f"mv {file}.kept {file}").code == 0


def test_nginx_and_systemd_files_that_are_not_confirmed_are_undone_by_the_host(site: Site) -> None:
    show = f"sha256sum /etc/nginx/sites-available/{site.name}"
    before = site.staging.host(show).text
    next_version(site)
    with unconfirmed(site):
        kill_the_driver(run_until(site, "confirm the nginx and systemd files"), guest(site.staging))
        assert site.staging.host(show).text != before
    deadline = time.monotonic() + 90
    while site.staging.host(show).text != before:
        assert time.monotonic() < deadline, "the host has not undone them"
        time.sleep(3)
    assert site.get().code == 0
    assert site.deploy().code == 0


@pytest.mark.parametrize(("any_site", "way", "step"), CASES, indirect=["any_site"])
def test_site_survives(any_site: Site, way: str, step: str) -> None:
    before, after = next_version(any_site)
    row = f"{way} {step}"
    any_site.add_list(row)
    upload = f"{any_site.root}/shared/media/{re.sub(r'[^a-z]', '-', row)}.txt"
    write = f"echo {row!r} | sudo -u {any_site.name} tee {upload} >/dev/null; sync -f {upload}"
    assert any_site.staging.host(write).code == 0

    deploy = run_until(any_site, step)
    WAYS[way](deploy, guest(any_site.staging))
    wait_for_site(any_site)

    title, style = any_site.title(), any_site.get(any_site.stylesheet()).text
    assert title in (before, after)
    assert (f"/* {after} */" in style) == (title == after), "page and stylesheet of two releases"
    # A cut connection holds the lock until the host has noticed.
    assert any_site.deploy("--wait", "60").code == 0
    assert any_site.title() == after
    assert "nothing to do" in any_site.deploy().text
    assert any_site.has_list(row)
    assert row in any_site.staging.host(f"cat {upload}").text
    assert any_site.is_sound()
    left = any_site.staging.host(f"ls {any_site.root}/releases").text.split()
    assert len(left) <= 2, "no half-made releases are left"
