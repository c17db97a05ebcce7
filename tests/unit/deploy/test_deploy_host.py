"""Whole deploys to a fake host: which commands it gets, and what is reported to the user."""

import json
import re
import tarfile
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest

from tests.unit.deploy.test_django_settings import GOOD
from tests.unit.fakes import FakeConnection, FakeReport, config, failed, printed
from tests.unit.staging import DEPLOY, QUERY, Staging, changes, lines_of
from understudy.config.secrets import Secret
from understudy.deploy import deploy_host, rollout
from understudy.errors import StepFailed
from understudy.host import known_names, steps
from understudy.job import Job
from understudy.release.layout import Manifest
from understudy.release.render import host_files
from understudy.ssh.connection import Result

QUIET = (*DEPLOY, 'mv "$1.new" "$1"', "/run make")


@pytest.fixture
def staging(deployable: Staging) -> Staging:
    return deployable


def shipped_manifest(host: FakeConnection) -> dict[str, str]:
    for archive in host.streams:
        with suppress(tarfile.ReadError, KeyError), tarfile.open(fileobj=BytesIO(archive)) as tar:
            reader = tar.extractfile("manifest.json.new")
            assert reader
            return dict(json.load(reader))
    raise AssertionError("no release was sent")


def deployed(staging: Staging) -> Result:
    """The facts of a host after a first deploy, from what that deploy sent there."""
    host = staging.host()
    deploy_host.deploy(staging.job())
    job, release = staging.job(), shipped_manifest(host)
    files = host_files(job.config, job.target, job.project.templates)
    staging.report = FakeReport()
    return staging.facts(
        *lines_of(Manifest(**release), current=release["id"]),
        *(f"line\t{file.path}\t{line}" for file in files for line in file.content.splitlines()),
    )


def test_first_deploy_changes_the_host_only_under_the_lock(staging: Staging) -> None:
    host, project = staging.host(), staging.job().project
    project.known.mkdir()

    deploy_host.deploy(staging.job())

    done = changes(host)
    assert (done[0], done[-1]) == ("lock /srv/shop/lock", "unlock")
    assert QUERY in host.notes[host.notes.index(done[0]) + 1], "the host may have changed before"
    assert host.notes[-1] == "closed"
    assert [note for note in done if "-u shop" in note and "migrate" in note]
    assert all(ok for _, ok in staging.report.steps)
    assert "is live on staging" in staging.report.said[-1]
    assert "http://shop.test" in staging.report.said[-1]
    [release] = known_names.kept(project, "staging", known_names.RELEASES)
    assert release in staging.report.said[-1]


def test_second_deploy_changes_nothing(staging: Staging) -> None:
    host = staging.host(deployed(staging))

    deploy_host.deploy(staging.job())
    deploy_host.require_converged(staging.job())

    assert changes(host) == []
    assert staging.report.steps == []
    assert "nothing to do" in staging.report.said[0]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"module": "shop.other:application"}, id="module"),
        pytest.param({"workers": 5}, id="gunicorn"),
        pytest.param({"environment": {"DEBUG": "1"}}, id="environment"),
        pytest.param({"build_commands": [["make"]]}, id="build"),
    ],
)
def test_changed_setting_of_the_app_makes_a_new_release(
    change: dict[str, Any], staging: Staging
) -> None:
    """The live release was started with the old value."""
    host = staging.host(deployed(staging))

    deploy_host.deploy(staging.job(app=change))

    assert [note for note in changes(host) if "understudy-site shop start" in note]


def test_changed_secret_makes_a_new_release(staging: Staging) -> None:
    """The live release was started with the old value, and nothing else differs."""
    before = deployed(staging)
    host = staging.host(printed(before.output.replace("end\tok", "secrets\t3 4\nend\tok")))

    deploy_host.deploy(staging.job())

    assert [note for note in changes(host) if "understudy-site shop start" in note]


def with_secrets(job: Job) -> Job:
    secrets = {"SIGNING_KEY": Secret(generate=50)}
    return replace(job, config=job.config.model_copy(update={"secrets": secrets}))


def test_secret_that_the_host_lacks_is_made_before_the_release_gets_its_id(
    staging: Staging,
) -> None:
    before = deployed(staging)
    made = printed(before.output.replace("end\tok", "secret\tSIGNING_KEY\nsecrets\t3 4\nend\tok"))
    host = staging.host(before, before, made, **{"secret-set": printed("")})

    deploy_host.deploy(with_secrets(staging.job()))

    [making] = [note for note in changes(host) if "secret-set" in note]
    assert "SIGNING_KEY 50" in making
    assert staging.report.steps[0] == ("make the secret SIGNING_KEY, 50 characters", True)
    # The release that was live was started without it.
    assert [note for note in changes(host) if "understudy-site shop start" in note]


def test_secret_that_the_host_has_is_never_changed(staging: Staging) -> None:
    before = deployed(staging)
    host = staging.host(printed(before.output.replace("end\tok", "secret\tSIGNING_KEY\nend\tok")))

    deploy_host.deploy(with_secrets(staging.job()))

    assert changes(host) == []
    assert "nothing to do" in staging.report.said[0]


def test_preview_has_the_secrets_that_would_be_made(staging: Staging) -> None:
    host, job = staging.host(deployed(staging)), with_secrets(staging.job())

    rollout.plan(job)

    said = "\n".join(staging.report.said)
    assert said.index("make the secret SIGNING_KEY, 50 characters") < said.index("start release")
    assert changes(host) == []


def test_host_that_another_deploy_has_finished_meanwhile_is_left_alone(staging: Staging) -> None:
    host = staging.host(staging.facts(), deployed(staging))

    deploy_host.deploy(staging.job())

    assert [note for note in changes(host) if "site shop log" not in note] == [
        "lock /srv/shop/lock",
        "unlock",
    ]


def test_release_is_made_for_the_host_as_it_is_under_the_lock(staging: Staging) -> None:
    """A deploy that held the lock before may have changed a secret, which is an input of the id."""
    after = staging.facts("secrets\t3 4")
    waited, came_later = staging.host(staging.facts(), after), staging.host(after)
    for host in (waited, came_later):
        staging.hosts["deploy"] = host
        deploy_host.deploy(staging.job())

    assert json.loads(waited.sent[0])["what"] == json.loads(came_later.sent[0])["what"]


def test_failed_step_ends_the_deploy_with_the_end_of_its_log(staging: Staging) -> None:
    log = "\n".join(f"line {number}" for number in range(100))
    ran = "==> python manage.py migrate --noinput -v2"
    host = staging.host(migrate=failed(f"{ran}\n{log}", "no such table"))

    with pytest.raises(
        StepFailed, match=r"^python manage\.py migrate --noinput -v2: failed"
    ) as raised:
        deploy_host.deploy(staging.job())

    assert raised.value.details.splitlines()[-1] == "no such table"
    assert len(raised.value.details.splitlines()) == steps.LINES_OF_OUTPUT
    assert "No release is live yet" in raised.value.hint
    *_, migrate, stop, _log, unlock = changes(host)
    assert "migrate" in migrate
    assert "understudy-site shop stop" in stop
    assert "failed: " in host.sent[0]
    assert unlock == "unlock"
    title, ok = staging.report.steps[-2]
    assert (title, ok) == ("run 3 release commands", False)
    assert "python manage.py migrate --noinput -v2" in staging.report.details


def test_preview_prints_the_steps_and_the_differences_and_changes_nothing(staging: Staging) -> None:
    host = staging.host()

    rollout.plan(staging.job())

    assert changes(host) == []
    printed = "\n".join(staging.report.said)
    assert "new: /etc/nginx/sites-available/shop, " in printed
    assert "+++ desired:/srv/shop/current/environment" in printed
    assert re.search(r"a deploy to staging would take \d+ steps:", printed)
    assert "  switch to" in printed


def test_preview_names_no_migrations_of_another_tool_than_djangos(staging: Staging) -> None:
    """`source/migrations/env.py` of Alembic looks like one."""
    staging.host()
    app = {"source": "app", "preset": "plain", "migrate_commands": ["flask db upgrade"]}

    rollout.plan(replace(staging.job(), config=config(app=app, target={"mail": "off"})))

    printed = "\n".join(staging.report.said)
    assert "which migrations would run is not known before the deploy" in printed


def test_deploy_that_does_not_converge_is_an_error(staging: Staging) -> None:
    staging.host()

    with pytest.raises(StepFailed, match="just deployed") as raised:
        deploy_host.require_converged(staging.job())

    assert "switch to" in raised.value.details
    assert "python deploy.py plan --target staging" in raised.value.hint


def test_nginx_and_systemd_files_are_written_where_the_host_checks_them(staging: Staging) -> None:
    host = staging.host()

    deploy_host.deploy(staging.job())

    written = [path for path in host.files if path.startswith("/srv/shop/cache/files/")]
    names = ("shop.nginx", "shop@.service", "shop.units")
    assert written == [f"/srv/shop/cache/files/{name}" for name in names]
    made = host.notes.index("mkdir -p /srv/shop/cache/files")
    assert made < host.notes.index(f"put {written[0]}")


def test_release_that_has_no_room_is_not_sent(staging: Staging) -> None:
    full = staging.facts()
    host = staging.host(replace(full, output=full.output.replace("free\t9999999", "free\t1000")))

    with pytest.raises(StepFailed, match="MiB of disk free"):
        deploy_host.deploy(staging.job())

    assert not [note for note in changes(host) if note.startswith("put ")]


def test_settings_that_do_not_fit_the_host_are_warnings(staging: Staging) -> None:
    printed_settings = f"==> settings {json.dumps({**GOOD, 'debug': True})}\n"
    staging.answering({"commands.py": printed(printed_settings)})

    warnings = deploy_host.deploy(staging.job())

    assert warnings[0] == "DEBUG is on in shop.settings"
    assert staging.report.warnings == warnings


NEW_COLUMN = (
    "==> unknown shop.0002_note\n"
    "==> broken shop.Item: no new row can be saved: the column shop_item.note is NOT NULL\n"
)


@pytest.mark.parametrize(
    ("output", "warned"), [(NEW_COLUMN, True), ("==> unknown shop.0002_note\n", False)]
)
def test_column_that_the_live_code_cannot_fill_is_a_warning_and_says_what_to_do(
    output: str, warned: bool, staging: Staging
) -> None:
    """The rehearsal is READY with it: the app may not save that until the switch."""
    staging.answering({"commands.py": printed(output)})

    assert deploy_host.deploy(staging.job()) == []
    assert len(staging.report.warnings) == warned
    if warned:
        [warning] = staging.report.warnings
        assert "shop.Item: no new row can be saved: the column shop_item.note" in warning
        for way_out in ("db_default", "null=True", "maintenance: migrations"):
            assert way_out in warning


def test_scheduler_that_runs_twice_is_a_warning_of_deploy_and_plan(staging: Staging) -> None:
    staging.answering({"processes-": printed("")})
    beat = {"beat": {"command": "celery -A shop beat"}}
    settings = config(app={"source": "app"}, target={"mail": "off"}, processes=beat)
    job = replace(staging.job(), config=settings)

    rollout.plan(job)
    [warning] = staging.report.warnings
    assert warning.startswith("processes.beat is a scheduler, and not `single`")
    assert deploy_host.deploy(job) == [warning]


def test_slow_migrations_are_printed_and_the_report_has_all(staging: Staging) -> None:
    said = (
        "  Applying lists.0001_initial... OK (0.210s)\n  Applying lists.0002_all... OK (61.049s)\n"
    )
    staging.answering({"commands.py": printed(said)})

    deploy_host.deploy(staging.job())

    printed_lines = [line for line in staging.report.said if "migration" in line]
    assert printed_lines == ["  migration lists.0002_all applied in 61.0 s"]
    assert staging.report.attached["migrations"] == [
        ["lists", "0001_initial", "applied in 0.2 s"],
        ["lists", "0002_all", "applied in 61.0 s"],
    ]


def test_deploy_waits_for_another_for_the_given_time(staging: Staging) -> None:
    host = staging.host()

    rollout.deploy(staging.job(), probe=False, wait=7, without_rehearsal=None)

    assert [wait for _, wait in host.holders] == [7]
