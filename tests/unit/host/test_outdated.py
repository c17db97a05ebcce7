"""On a host whose provisioning is out of date what is there can be put back, and nothing new be deployed."""

from collections.abc import Callable

import pytest

from tests.unit.fakes import FakeConnection, manifest, printed
from tests.unit.staging import LIST, LOG, QUERY, SITE, SWITCH, Staging, changes, lines_of, listed
from understudy.deploy import restore, rollback
from understudy.errors import Refused
from understudy.host import backups, session
from understudy.job import Job

OLD = manifest("c0ffee00-old", "2024-02-01T00:00:00+00:00")
NEW = manifest("c0ffee00-new", "2024-03-01T00:00:00+00:00")
BACKUP = f"20240302T000000Z-{NEW.id}"
MAKE, RESTORE, VERBS = 'try_copy "$directory', 'put_back "$directory/$name"', "bad release id"
QUIET = (*SWITCH, MAKE, RESTORE, *LOG)


def host_with(staging: Staging, stamp: str, missing: str = "") -> FakeConnection:
    facts = staging.facts(*lines_of(OLD, NEW, current=NEW.id), stamp=stamp)
    return staging.answering({QUERY: facts, LIST: listed([BACKUP]), VERBS: printed(missing)})


@pytest.mark.parametrize(
    ("stamp", "warning"), [("another", "is out of date"), ("", "has failed or was ended")]
)
@pytest.mark.parametrize(
    ("verb", "done"),
    [
        (rollback.rollback, f"{OLD.id} is live"),
        (rollback.earlier, ""),
        (lambda job: restore.restore(job, BACKUP), f"with the data of {BACKUP}"),
        (lambda job: restore.check(job, BACKUP), ""),
        (backups.backup, ""),
    ],
)
def test_what_is_on_the_host_can_be_put_back(
    verb: Callable[[Job], object], done: str, stamp: str, warning: str, staging: Staging
) -> None:
    host_with(staging, stamp)

    verb(staging.job())

    assert done in "".join(staging.report.said)
    assert warning in staging.report.warnings[0]


@pytest.mark.parametrize("verb", [rollback.rollback, lambda job: restore.restore(job, BACKUP)])
def test_host_that_lacks_a_verb_is_left_as_it_is_and_the_error_names_provision(
    verb: Callable[[Job], None], staging: Staging
) -> None:
    host = host_with(staging, "another", "drain: understudy-site: no such verb: drain")

    with pytest.raises(Refused, match="nothing has changed") as raised:
        verb(staging.job())

    assert raised.value.hint == "python deploy.py provision --target staging"
    assert "no such verb: drain" in raised.value.details
    [asked] = changes(host)
    assert VERBS in asked


def test_host_that_is_provisioned_as_it_should_be_is_not_asked_for_verbs(staging: Staging) -> None:
    host = host_with(staging, staging.stamp())

    rollback.rollback(staging.job())

    assert not [note for note in host.notes if VERBS in note]
    assert [note for note in host.notes if f"{SITE} drain" in note]


def test_deploy_is_refused_as_it_needs_all_of_the_provisioning(staging: Staging) -> None:
    host_with(staging, "another")

    with pytest.raises(Refused, match="is out of date"), session.connected(staging.job()):
        pass
