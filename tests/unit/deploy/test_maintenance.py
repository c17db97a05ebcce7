"""Maintenance on a fake host: what is installed there, and what a deploy that migrates does with it."""

from dataclasses import replace
from typing import Any, cast

import pytest

from tests.unit.fakes import manifest, printed
from tests.unit.plans import SHIPMENT, desired_state, live_host
from tests.unit.staging import APPLIED, QUERY, SITE, Staging, lines_of
from understudy.deploy import maintenance, prepare
from understudy.deploy.desired import DesiredState, InMaintenance
from understudy.deploy.plan import make_plan
from understudy.errors import Refused, StepFailed
from understudy.host import facts, status
from understudy.host.facts import ObservedState
from understudy.rehearsal import tested
from understudy.release import maintenance as blocks
from understudy.release import render
from understudy.release.layout import Manifest
from understudy.release.maintenance import Maintenance
from understudy.release.maintenance_files import with_maintenance
from understudy.release.render import RenderedFile
from understudy.ssh.connection import Result, SshConnection

LIVE = manifest("c0ffee00-old", "2024-02-01T00:00:00+00:00")
NEW = manifest("c0ffee00-new", "2024-02-02T00:00:00+00:00")
ON = Maintenance("2026-11-27T18:39:17+00:00", "ann@desk", "Moving", allow=("192.0.2.1/32",))
BY_DEPLOY = replace(ON, automatic=True)
NGINX = "/srv/shop/cache/files/shop.nginx"
CHANGE = (f"{SITE} install", f"{SITE} confirm", "mkdir -p", "chmod 644", "curl -sS", f"{SITE} log")


def site_config(staging: Staging, on: Maintenance | None = None) -> tuple[RenderedFile, ...]:
    job = staging.job()
    files = render.host_files(job.config, job.target, job.project.templates)
    if on is None:
        return files
    return with_maintenance(files, job.config, job.target, job.project.templates, on)


def answer(staging: Staging, on: Maintenance | None = None, more: str = "") -> Result:
    """A host on which a release is live. more: at the end of its nginx file."""
    files = site_config(staging, on)
    lines = (
        f"line\t{file.path}\t{line}"
        for file in files
        for line in (file.content + (more if "nginx" in file.path.parts else "")).splitlines()
    )
    return staging.facts(*lines_of(LIVE, current=LIVE.id), *lines)


def observed(staging: Staging, on: Maintenance | None = None) -> ObservedState:
    return facts.parse(answer(staging, on).output)


@pytest.fixture
def changing(staging: Staging) -> Staging:
    staging.quiet = CHANGE
    return staging


def test_turning_it_on_changes_nothing_else_of_the_installed_file(changing: Staging) -> None:
    """deploy.yml and the templates may be ahead of what is installed, and were not rehearsed."""
    host = changing.host(answer(changing, more="# of an older version\n"))

    maintenance.turn_on(changing.job(app={"upload_limit": "99m"}), ON)

    installed = host.files[NGINX].decode()
    assert blocks.find(installed) == ON
    assert blocks.turned_off(installed).endswith("# of an older version\n")
    assert "99m" not in installed
    assert b"Moving" in host.files["/srv/shop/maintenance.html"]


def test_turning_it_off_installs_the_file_without_it(changing: Staging) -> None:
    host = changing.host(answer(changing, ON))

    maintenance.turn_off(changing.job())

    assert host.files[NGINX].decode() == site_config(changing)[0].content


def test_what_is_on_now_and_was_on_before_is_shown(changing: Staging) -> None:
    changing.host(answer(changing, ON))
    other = Maintenance(ON.since, ON.by, "Again", until="2026-11-28T14:30+00:00")

    maintenance.turn_on(changing.job(), other)

    before, now, _ = changing.report.said
    assert "in place of: MAINTENANCE is on" in before
    assert 'allowed: 192.0.2.1/32, with the message "Moving"' in before
    assert 'until 2026-11-28 14:30 UTC, with the message "Again"' in now


def test_verify_warns_that_the_pages_are_not_the_sites(staging: Staging) -> None:
    staging.host(answer(staging, ON))
    assert tested.report(staging.job())
    assert "MAINTENANCE is on" in staging.report.warnings[0]
    staging.host(answer(staging))
    tested.report(staging.job())
    assert len(staging.report.warnings) == 1


def test_turning_it_off_twice_is_no_error(changing: Staging) -> None:
    host = changing.host(answer(changing))

    maintenance.turn_off(changing.job())

    assert "off already" in changing.report.said[0]
    assert not host.files


def test_site_without_a_live_release_is_refused(changing: Staging) -> None:
    changing.host(changing.facts())
    with pytest.raises(Refused, match="no live release"):
        maintenance.turn_on(changing.job(), ON)


def test_status_shows_it(staging: Staging) -> None:
    staging.host(answer(staging, ON))
    status.status(staging.job())
    assert "  MAINTENANCE is on since 2026-11-27 18:39 UTC by ann@desk" in "".join(
        staging.report.said
    )


@pytest.mark.parametrize(("on", "kept"), [(ON, ON), (BY_DEPLOY, None), (None, None)])
def test_deploy_keeps_the_maintenance_that_a_person_has_turned_on(
    on: Maintenance | None, kept: Maintenance | None, staging: Staging
) -> None:
    [nginx, _] = prepare.site_config(staging.job(), observed(staging, on))
    assert blocks.find(nginx.content) == kept


def test_site_is_in_maintenance_while_it_migrates_and_goes_live() -> None:
    desired = desired_state()
    nginx, unit = desired.site_config
    page = RenderedFile(desired.paths.maintenance_page, "Back soon")
    closed = replace(nginx, content="closed\n")
    desired = replace(desired, while_migrating=InMaintenance((closed, unit), page))

    actions = make_plan(desired, SHIPMENT, live_host(LIVE))

    titles = [action.title for action in actions]
    install = [number for number, title in enumerate(titles) if title.startswith("check and inst")]
    [migrate] = [number for number, title in enumerate(titles) if "release commands" in title]
    [live] = [number for number, title in enumerate(titles) if title.endswith("as live")]
    assert install[0] < migrate < live < install[1]
    confirmed = [title for title in titles if title.startswith("confirm")]
    assert [title.partition(": ")[2] for title in confirmed] == [
        "maintenance is on",
        "maintenance is off",
    ]


def decided(
    staging: Staging,
    applied: str,
    paths: list[str],
    on: Maintenance | None = None,
    release: Manifest = NEW,
    **app: Any,
) -> DesiredState:
    app = {"maintenance": "migrations", "migrate_commands": [["m"]], **app}
    job = staging.job(app=app)
    now = observed(staging, on)
    desired = DesiredState(job.config, job.target, release, site_config=site_config(staging))
    host = staging.host(**{APPLIED: printed(applied)})
    return maintenance.for_migrations(job, paths, host, desired, now)


@pytest.mark.parametrize(("changed", "expected"), [(False, False), (True, True), (None, True)])
@pytest.mark.parametrize("preset", ["plain", "django"])
def test_app_that_is_not_djangos_needs_it_unless_git_shows_the_same_migrations(
    preset: str, changed: bool | None, expected: bool, staging: Staging
) -> None:
    app = {"maintenance": "migrations", "migrate_commands": [["m"]], "preset": preset}
    job, now = staging.job(app=app), observed(staging)
    desired = DesiredState(job.config, job.target, NEW, site_config=site_config(staging))
    host = staging.host(**{APPLIED: printed("")})
    asked = list[str]()

    def ask(live: str) -> bool | None:
        asked.append(live)
        return changed

    found = maintenance.for_migrations(job, MIGRATIONS, host, desired, now, ask)

    assert (found.while_migrating is not None) == (expected or preset == "django")
    assert asked == ([LIVE.commit] if preset == "plain" else [])


MIGRATIONS = ["shop/migrations/0001_a.py", "shop/migrations/0002_b.py"]


@pytest.mark.parametrize(
    ("applied", "app", "on", "expected"),
    [
        ("shop 0001_a\n", {}, None, True),
        ("shop 0001_a\n", {}, BY_DEPLOY, True),
        ("shop 0001_a\nshop 0002_b\n", {}, None, False),
        ("shop 0001_a\n", {"maintenance": "never"}, None, False),
        ("shop 0001_a\n", {}, ON, False),
        ("", {"preset": "plain"}, None, True),
        ("", {"preset": "plain", "migrate_commands": []}, None, False),
    ],
)
def test_deploy_turns_it_on_only_for_migrations(
    applied: str, app: dict[str, Any], on: Maintenance | None, expected: bool, staging: Staging
) -> None:
    desired = decided(staging, applied, MIGRATIONS, on, **app)
    assert (desired.while_migrating is not None) == expected


def test_release_that_is_live_already_migrates_nothing(staging: Staging) -> None:
    """Of an app without Django no one knows what is pending."""
    desired = decided(staging, "", MIGRATIONS, release=LIVE, preset="plain")
    assert desired.while_migrating is None


def test_deploy_that_turned_nothing_on_asks_the_host_nothing_when_it_fails(
    changing: Staging,
) -> None:
    host = changing.host()
    job = changing.job()
    desired = DesiredState(job.config, job.target, NEW)
    error = StepFailed("no", hint="Fix.")

    assert maintenance.after_failure(job, cast(SshConnection, host), desired, error) is error
    assert host.notes == []


@pytest.mark.parametrize(("after", "off"), [("shop 0001_a\n", True), ("shop 0001_a\ns 2\n", False)])
def test_failed_deploy_says_whether_it_is_still_on(
    after: str, off: bool, changing: Staging
) -> None:
    desired = decided(changing, "shop 0001_a\n", MIGRATIONS)
    host = changing.host(answer(changing, BY_DEPLOY), **{APPLIED: printed(after)})
    error = StepFailed("migrate failed", hint="Fix it.")

    maintenance.after_failure(changing.job(), cast(SshConnection, host), desired, error)

    assert ("off again" in error.hint, "MAINTENANCE is still on" in error.hint) == (off, not off)
    assert (NGINX in host.files) == off


def test_deploy_that_fails_before_it_says_nothing_of_it(changing: Staging) -> None:
    desired = decided(changing, "shop 0001_a\n", MIGRATIONS)
    host = changing.host(**{QUERY: answer(changing)})
    error = StepFailed("no", hint="Fix.")
    maintenance.after_failure(changing.job(), cast(SshConnection, host), desired, error)
    assert error.hint == "Fix."
