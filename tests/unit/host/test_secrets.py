"""A secret's value goes to the host by standard input and nowhere else."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import TOP, failed, printed
from tests.unit.staging import LOG, SITE, Staging, changes
from understudy.errors import StepFailed
from understudy.host import kept_secrets, secrets
from understudy.job import Job

QUIET = (*LOG, f"{SITE} secret-")
VALUE = "hunter2 $HOME"


def test_value_goes_by_standard_input_and_is_shown_nowhere(staging: Staging) -> None:
    host = staging.host()

    secrets.put(staging.job(), "API_TOKEN", VALUE)

    sent, log = host.sent
    assert sent == f"{VALUE}\n"
    assert changes(host) == [
        "lock /srv/shop/lock",
        f"{SITE} secret-set API_TOKEN",
        f"{SITE} log",
        "unlock",
    ]
    entry = json.loads(log)
    assert (entry["verb"], entry["what"], entry["outcome"]) == ("secrets", "set API_TOKEN", "done")
    report = staging.report
    everything = [
        *host.notes,
        log,
        *report.said,
        *report.details,
        *report.warnings,
        str(report.steps),
    ]
    assert not [text for text in everything if VALUE in text]
    assert "API_TOKEN is set on staging" in report.said[0]
    assert "next deploy" in report.said[0]


def test_password_for_visitors_takes_effect_at_once(staging: Staging) -> None:
    staging.host()

    secrets.put(staging.job(), "BASIC_AUTH_ANNA", VALUE)

    assert "at once" in staging.report.said[0]


def test_removed_secret_is_in_the_log(staging: Staging) -> None:
    host = staging.host()

    secrets.remove(staging.job(), "API_TOKEN")

    assert f"{SITE} secret-rm API_TOKEN" in changes(host)
    assert json.loads(host.sent[-1])["what"] == "remove API_TOKEN"
    assert "API_TOKEN is gone from staging" in staging.report.said[0]


def test_names_are_printed_and_nothing_is_changed(staging: Staging) -> None:
    host = staging.host(**{"secret-list": printed("API_TOKEN\nDSN\n")})

    secrets.names(staging.job())

    assert staging.report.said == ["API_TOKEN", "DSN"]
    assert changes(host) == [f"{SITE} secret-list"]


@pytest.mark.parametrize(
    "verb",
    [
        lambda job: secrets.put(job, "API_TOKEN", VALUE),
        lambda job: secrets.remove(job, "API_TOKEN"),
        secrets.names,
    ],
    ids=["set", "rm", "list"],
)
def test_refusal_of_the_host_is_shown_without_the_value(
    verb: Callable[[Job], None], staging: Staging
) -> None:
    staging.host(**{"secret-": failed(errors="understudy-site: bad name")})

    with pytest.raises(StepFailed, match=r"staging refused to (set|remove|list)") as raised:
        verb(staging.job())

    assert raised.value.details == "understudy-site: bad name"
    assert VALUE not in str(raised.value)
    assert staging.report.said == []


def test_secret_that_is_not_there_has_a_hint_how_to_list_them(staging: Staging) -> None:
    staging.host(**{"secret-": failed(errors="understudy-site: there is no secret API")})

    with pytest.raises(StepFailed) as raised:
        secrets.remove(staging.job(), "API")

    assert raised.value.hint.startswith("python deploy.py secrets list --target staging")


def disposable(staging: Staging, directory: Path, **target: Any) -> Job:
    staging.directory = directory
    for name in ("provision", "templates"):
        (directory / name).symlink_to(TOP / name)
    return staging.job(**{"disposable": True, **target})


def test_secrets_of_a_disposable_target_are_restored_after_a_reset(
    staging: Staging, tmp_path: Path
) -> None:
    job = disposable(staging, tmp_path)
    staging.host()
    secrets.put(job, "API_TOKEN", VALUE)
    secrets.put(job, "DSN", "x")
    secrets.put(job, "GONE", "x")
    secrets.remove(job, "GONE")
    host = staging.host()

    secrets.restore(job)

    assert host.sent[:2] == [f"{VALUE}\n", "x\n"]
    assert [note for note in changes(host) if "secret-" in note] == [
        f"{SITE} secret-set API_TOKEN",
        f"{SITE} secret-set DSN",
    ]


def test_kept_secrets_are_readable_by_their_owner_only(staging: Staging, tmp_path: Path) -> None:
    job = disposable(staging, tmp_path)
    staging.host()
    secrets.put(job, "API_TOKEN", VALUE)

    [file] = (tmp_path / ".understudy" / "secrets").iterdir()

    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert kept_secrets.digest(job), "it is an input of a snapshot of the VM"


def test_no_secret_of_another_target_is_kept_here(staging: Staging, tmp_path: Path) -> None:
    job = disposable(staging, tmp_path, disposable=False)
    staging.host()
    secrets.put(job, "API_TOKEN", VALUE)

    secrets.restore(job)

    assert not (tmp_path / ".understudy" / "secrets").exists()
    assert kept_secrets.digest(job) == ""
