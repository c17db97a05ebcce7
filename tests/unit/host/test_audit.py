"""Who changed what on hosts, as their audit logs say."""

from datetime import UTC, datetime

import pytest

from tests.unit.fakes import failed, printed
from tests.unit.staging import Staging
from understudy.errors import StepFailed
from understudy.host import all_hosts, audit, audit_log

OBJECT = (
    '{"who": "ann@desk", "verb": "deploy", "what": "c0ffee00-1", "commit": "c0ffee0012345678", '
    '"outcome": "done", "seconds": 47.5}'
)
FAILED = OBJECT.replace("done", "failed: no health").replace(
    "}", ', "without_rehearsal": "hotfix"}'
)
LINES = f"""\
2024-02-01T12:00:00Z deploy {OBJECT}
2024-02-01T13:00:00Z deploy {FAILED}
2024-02-01T14:00:00Z root {OBJECT.replace('"deploy"', '"backup"').replace("c0ffee0012345678", "")}
a line of someone else
2024-02-01T15:00:00Z deploy [1]
"""
TEXTS = [
    "2024-02-01 12:00 UTC  ann@desk  deploy c0ffee00-1 (commit c0ffee001234): done, 48 s",
    "2024-02-01 13:00 UTC  ann@desk  deploy c0ffee00-1 (commit c0ffee001234): FAILED: no health, 48 s, "
    "without rehearsal: hotfix",
    "2024-02-01 14:00 UTC  ann@desk  backup c0ffee00-1: done, 48 s",
]
LOG = "cat /var/log/understudy/shop.log"


def show(staging: Staging, lines: int | None = 20, since: datetime | None = None) -> list[str]:
    staging.answering({LOG: printed(LINES)})
    job = staging.job()
    audit.show(all_hosts.jobs(job), job, lines=lines, since=since)
    return staging.report.said


def test_entries_say_who_did_what_and_how_it_ended(staging: Staging) -> None:
    assert show(staging) == TEXTS
    [(event, value)] = staging.report.results
    assert (event, value["entries"][0]["at"], value["entries"][2]["login"]) == (
        "audit",
        "2024-02-01T12:00:00.000Z",
        "root",
    )


RUN = OBJECT.replace('"deploy"', '"run"')
BEGUN = RUN.replace('"done"', '"begun"').replace("47.5", "0")


def outcomes(*entries: str) -> list[str]:
    lines = (f"2024-02-01T12:00:0{place}Z deploy {one}" for place, one in enumerate(entries))
    return [entry.outcome for entry in audit_log.parse("\n".join(lines), "192.0.2.7")]


def test_run_is_one_entry_with_its_end() -> None:
    other = RUN.replace("c0ffee00-1", "ls")

    assert outcomes(BEGUN, RUN) == ["done"]
    assert outcomes(BEGUN, OBJECT, BEGUN, other, RUN, RUN) == ["done"] * 4


def test_run_whose_end_is_lost_has_its_beginning() -> None:
    assert outcomes(BEGUN) == ["begun"]
    assert outcomes(BEGUN, BEGUN, RUN) == ["begun", "done"]
    assert outcomes(RUN, BEGUN) == ["done", "begun"]


@pytest.mark.parametrize(("lines", "texts"), [(1, TEXTS[2:]), (None, TEXTS), (0, None)])
def test_last_ones_are_shown(lines: int | None, texts: list[str] | None, staging: Staging) -> None:
    nothing = ["staging has no such entry in its audit log"]

    assert show(staging, lines) == (texts or nothing)


def test_entries_since_then_are_shown(staging: Staging) -> None:
    assert show(staging, None, datetime(2024, 2, 1, 13, tzinfo=UTC)) == TEXTS[1:]


def test_entries_of_several_hosts_are_merged(staging: Staging) -> None:
    staging.answering({})
    for address, text in (("192.0.2.1", LINES), ("192.0.2.2", LINES.replace(":00:00Z", ":30:00Z"))):
        host = staging.answering({LOG: printed(text)})
        staging.hosts[f"deploy@{address}"] = host
    job = staging.job(addresses=["192.0.2.1", "192.0.2.2"])

    audit.show(all_hosts.jobs(job), job, lines=3, since=None)

    assert [line[:35] for line in staging.report.said] == [
        "192.0.2.2: 2024-02-01 13:30 UTC  an",
        "192.0.2.1: 2024-02-01 14:00 UTC  an",
        "192.0.2.2: 2024-02-01 14:30 UTC  an",
    ]


def test_last_deploy_began_before_its_entry(staging: Staging) -> None:
    staging.answering({LOG: printed(LINES)})

    began = audit.last_deploy(staging.job())

    assert began == datetime(2024, 2, 1, 12, 59, 11, 500000, tzinfo=UTC)


def test_host_without_a_deploy_or_a_log_is_an_error(staging: Staging) -> None:
    staging.answering({LOG: [printed(""), failed("", "No such file")]})

    with pytest.raises(StepFailed, match="has no deploy"):
        audit.last_deploy(staging.job())
    with pytest.raises(StepFailed, match="can't be read"):
        audit.last_deploy(staging.job())


def test_lines_of_others_are_left_out() -> None:
    assert len(audit_log.parse(LINES, "192.0.2.7")) == 3
