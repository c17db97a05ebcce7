"""What the answer of a deploy or a rollback says of how a release went live."""

from datetime import UTC, datetime

import pytest

from tests.unit.plans import NEW, OLD, desired_state
from tests.unit.staging import Staging
from understudy.deploy.going_live import GoingLive
from understudy.deploy.went_live import Deployed, Requests, RolledBack
from understudy.errors import StepFailed
from understudy.host.actions import Run, Switch


def test_answer_has_the_time_of_the_switch_and_the_requests(staging: Staging) -> None:
    going = GoingLive(OLD)
    going.note(Run("migrate", ("true",)), "")
    assert going.switched_at is None
    going.note(Switch("switch", ("mv",), NEW), "")
    going.requests = Requests(48, 0)

    going.report(staging.job(), Deployed, desired_state())

    [(event, fields)] = staging.report.results
    switched = datetime.fromisoformat(fields["switched_at"])
    assert abs((datetime.now(UTC) - switched).total_seconds()) < 60
    assert 0 <= fields["seconds"] < 60
    assert event == "deploy"
    assert {**fields, "switched_at": "", "seconds": 0} == {
        "target": "staging",
        "host": "192.0.2.7",
        "release": NEW,
        "commit": desired_state().release.commit,
        "previous": OLD,
        "url": "http://shop.test",
        "changed": True,
        "switched_at": "",
        "seconds": 0,
        "requests": {"sent": 48, "lost": 0},
    }


def test_release_that_is_live_with_lost_requests_is_an_answer_and_an_error(
    staging: Staging,
) -> None:
    going = GoingLive(OLD, requests=Requests(48, 2), failure=StepFailed("2 of 48 were lost"))

    with pytest.raises(StepFailed, match="2 of 48"):
        going.report(staging.job(), RolledBack, desired_state())

    [(event, fields)] = staging.report.results
    assert (event, fields["requests"]["lost"]) == ("rollback", 2)


def test_nothing_was_done_says_so(staging: Staging) -> None:
    GoingLive(NEW).report(staging.job(), Deployed, desired_state(), changed=False)

    [(_, fields)] = staging.report.results
    assert (fields["changed"], fields["switched_at"], fields["requests"]) == (False, None, None)
    assert staging.report.said == [f"{NEW} is already live on staging: nothing to do"]
