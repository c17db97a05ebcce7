"""A look that finds nothing to do can be repeated: it reports messages, answers and what it was about."""

from dataclasses import replace

import pytest

from tests.unit.deploy.test_deploy_host import QUIET, deployed
from tests.unit.fakes import FakeReport
from tests.unit.staging import Staging
from understudy.cli import reports
from understudy.cli.noted import NotingReport, print_again
from understudy.deploy import rollout
from understudy.host import status
from understudy.report.forwarding import ForwardingReport

__all__ = ["QUIET"]


@pytest.fixture
def staging(deployable: Staging) -> Staging:
    """With a host on which the commit is live."""
    deployable.host(deployed(deployable))
    return deployable


def assert_repeats(noting: NotingReport, shown: FakeReport) -> None:
    assert not noting.did_more
    again = FakeReport()
    for printed in noting.printed:
        print_again(printed, again)
    assert (again.said, again.results) == (shown.said, shown.results)
    assert again.attached == shown.attached


def test_deploy_that_has_nothing_to_do_can_be_repeated(staging: Staging) -> None:
    noting = NotingReport(staging.report)
    job = replace(staging.job(), report=noting)

    rollout.deploy(job, probe=False, wait=0, without_rehearsal=None)

    assert "nothing to do" in staging.report.said[0]
    assert set(staging.report.attached) >= {"app", "commits"}
    assert_repeats(noting, staging.report)


def test_status_can_be_repeated(staging: Staging) -> None:
    noting = NotingReport(staging.report)

    status.status(replace(staging.job(), report=noting))

    assert staging.report.said
    assert_repeats(noting, staging.report)


def test_what_is_printed_is_made_ready_through_all_reports() -> None:
    shown = FakeReport()
    noting = NotingReport(reports.recorder(shown, "deploy", "staging"))

    ForwardingReport(lambda call: call(noting)).prepare()

    assert (shown.prepared, noting.did_more) == (1, False)
