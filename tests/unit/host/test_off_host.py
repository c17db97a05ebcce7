"""Off-host backups as verbs: the host makes, lists and fetches them; what it says is shown."""

import json
from dataclasses import replace

import pytest

from tests.unit.fakes import FakeConnection, failed, printed
from tests.unit.staging import LIST, LOG, QUERY, SITE, Staging, listed
from understudy.config.backups import Backups
from understudy.deploy import restore
from understudy.errors import ConfigError, Refused, StepFailed
from understudy.host import backups, off_host, secrets
from understudy.host.provisioning import of_project
from understudy.job import Job
from understudy.ssh.connection import Result

NAME, OTHER = "20240101T000000Z-c0ffee00-now", "20240102T000000Z-c0ffee00-now"
RUN, ELSEWHERE, FETCH = "off-host-run", "off-host-list", "off-host-fetch"
LOOK = "off-host-look"
QUIET = (*LOG, FETCH, f"{SITE} secret-")
OUTPUT = f"==> send media and database\nbackup\t{NAME}\t4096\t12\t3\n"


def job_of(staging: Staging) -> Job:
    job = staging.job()
    place = Backups.model_validate({"to": "sftp:backup@nas:/b"})
    return replace(job, config=job.config.model_copy(update={"backups": place}))


def host_of(staging: Staging, job: Job, answers: dict[str, Result]) -> FakeConnection:
    stamp = of_project(job.project, job.config, job.target).stamp
    return staging.answering({QUERY: staging.facts(stamp=stamp), LIST: listed(()), **answers})


def test_backup_is_made_by_the_host_with_its_steps_and_an_entry_in_its_log(
    staging: Staging,
) -> None:
    job = job_of(staging)
    host = host_of(staging, job, {RUN: printed(OUTPUT)})

    off_host.backup(job)

    fields = {"target": "staging", "host": "192.0.2.7", "name": NAME, "off_host": True}
    assert staging.report.results == [("backup", fields)]
    assert staging.report.steps == [("back up database and media off the host", True)]
    entry = json.loads(host.sent[0])
    assert (entry["verb"], entry["what"], entry["outcome"]) == (
        "backup",
        f"off-host {NAME}",
        "done",
    )
    assert not [note for note in host.notes if "lock" in note.split()[:1]], "a deploy may come"


@pytest.mark.parametrize(
    ("output", "details", "hint"),
    [
        ("off-host: /srv has 3 MiB free, and", "/srv has 3 MiB free", "Make room"),
        ("off-host: the media could not be sent: No space left on device", "the media", "keep`"),
        ("off-host: x can't be opened: a\nThe server has to accept this host's key: k", "x", "Add"),
        (
            "off-host: x can't be opened: a\nIt was there before. If",
            "x can't",
            "its disk is mounted",
        ),
        ("off-host: x can't be opened: dial tcp: connection refused", "x", "does not reach it"),
        (
            "off-host: x can't be opened: unexpected HTTP response (401)",
            "x",
            "RESTIC_REST_USERNAME",
        ),
        (
            "off-host: x can't be opened: Host key verification failed",
            "x",
            "shop/off-host/known_hosts",
        ),
        (
            "off-host: x can't be opened: there is no repository",
            "x",
            "backup --off-host --target staging",
        ),
        ("off-host: there is no directory /mnt/disk on this host", "there", "Mount the disk"),
        (
            "off-host: the repository is damaged: pack 1",
            "the",
            "restore --target staging` lists them",
        ),
        ("off-host: x can't be made: odd", "x can't be made: odd", "with its own tools"),
        ("off-host: RESTIC_PASSWORD is not the password", "RESTIC_PASSWORD is", "secrets set"),
        ("==> x\nbackup without a name", "==> x\nbackup without a name", ""),
    ],
)
def test_failure_is_that_of_the_host(
    output: str, details: str, hint: str, staging: Staging
) -> None:
    job = job_of(staging)
    host = host_of(staging, job, {RUN: failed(output)})

    with pytest.raises(StepFailed, match="the off-host backup failed") as raised:
        off_host.backup(job)

    assert raised.value.details.startswith(details)
    assert (hint in raised.value.hint) if hint else not raised.value.hint
    assert "{" not in raised.value.hint
    assert "failed: the off-host backup failed" in host.sent[0]


def test_list_has_both_and_says_which_are_off_host(staging: Staging) -> None:
    job = job_of(staging)
    host_of(staging, job, {ELSEWHERE: listed([NAME]), LIST: listed([OTHER])})

    backups.backups(job)

    assert staging.report.said == [
        f"{OTHER}  4096 bytes  12 rows",
        f"{NAME}  4096 bytes  12 rows  off-host",
    ]


def test_place_that_gives_no_list_hides_no_backup_of_the_host(staging: Staging) -> None:
    job = job_of(staging)
    answer = failed("off-host: /mnt/disk is on the same disk")
    host_of(staging, job, {ELSEWHERE: answer, LIST: listed([OTHER])})

    with pytest.raises(StepFailed, match="the off-host backups can't be listed") as raised:
        backups.backups(job)

    assert "/mnt/disk is on the same disk" in raised.value.details
    assert staging.report.said == [f"{OTHER}  4096 bytes  12 rows"]


def test_site_without_a_place_asks_for_no_list(staging: Staging) -> None:
    host = staging.answering({LIST: listed([OTHER])})

    backups.backups(staging.job())

    assert not [note for note in host.notes if ELSEWHERE in note]


def test_only_one_that_is_there_is_fetched(staging: Staging) -> None:
    job = job_of(staging)
    host = host_of(staging, job, {ELSEWHERE: listed([NAME])})

    off_host.check(job, NAME)
    off_host.fetch(job, NAME)
    with pytest.raises(Refused, match=f"has no off-host backup {OTHER}"):
        off_host.check(job, OTHER)

    assert [note for note in host.notes if f"{FETCH} {NAME}" in note]


def test_restore_of_one_that_is_not_on_the_host_says_where_it_may_be(staging: Staging) -> None:
    job = job_of(staging)
    host_of(staging, job, {})

    with pytest.raises(Refused) as raised:
        restore.check(job, NAME)

    assert "--off-host takes one that is off-host" in raised.value.hint


def test_without_a_place_it_says_how_to_give_one(staging: Staging) -> None:
    with pytest.raises(ConfigError, match="does not say where") as raised:
        off_host.backup(staging.job())
    assert "`to: sftp:" in raised.value.hint

    job = job_of(staging)
    target = job.target.model_copy(update={"disposable": True})
    with pytest.raises(Refused, match="disposable"):
        off_host.backup(_on(job, target.disposable))


def test_password_is_used_by_the_next_backup(staging: Staging) -> None:
    job = job_of(staging)
    host_of(staging, job, {LOOK: printed("found\t0\t\n")})

    secrets.put(job, "RESTIC_PASSWORD", "s3cret")

    assert "The next off-host backup uses it." in staging.report.said[0]


def _on(job: Job, disposable: bool) -> Job:
    changed = job.config.targets["staging"].model_copy(update={"disposable": disposable})
    return replace(job, config=job.config.model_copy(update={"targets": {"staging": changed}}))


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (
            printed(f"found\t3\t{NAME}\n"),
            f"The repository opens. Its last backup, of 3, is {NAME}.",
        ),
        (printed("found\t0\t\n"), "There is no off-host backup yet"),
        (
            failed("off-host: RESTIC_PASSWORD is not the password of this repository"),
            "RESTIC_PASSWORD is not the password of this repository\n  try: ",
        ),
    ],
)
def test_password_that_is_set_is_tried_at_the_place(
    answer: Result, shown: str, staging: Staging
) -> None:
    job = job_of(staging)
    host_of(staging, job, {"secret-set RESTIC_PASSWORD": printed(""), LOOK: answer})

    secrets.put(job, "RESTIC_PASSWORD", "correct horse")

    assert shown in "\n".join([*staging.report.said, *staging.report.warnings])
    assert bool(staging.report.warnings) == (not answer.ok)


def test_host_that_makes_none_names_the_one_that_does(staging: Staging) -> None:
    roles = {"192.0.2.1": ["web"], "192.0.2.2": ["worker"], "192.0.2.3": ["database"]}
    hosts = [{"address": address, "roles": own} for address, own in roles.items()]
    job = staging.job(app={"database": "postgresql", "media_url": None}, hosts=hosts)
    place = Backups.model_validate({"to": "sftp:backup@nas:/b"})
    job = replace(job, config=job.config.model_copy(update={"backups": place}))

    with pytest.raises(Refused, match="makes no off-host backups") as raised:
        off_host.backup(replace(job, address="192.0.2.1"))

    assert raised.value.hint == "Add --host 192.0.2.2."
