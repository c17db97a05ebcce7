"""When a site's processes are a failure of the checks that every site gets."""

from dataclasses import replace

import pytest

from tests.unit.deploy.test_processes import all_of, new_live
from tests.unit.plans import NEW, OLD
from understudy.commands import restarts
from understudy.commands.restarts import Restarts
from understudy.errors import StepFailed
from understudy.host.processes import ObservedProcess
from understudy.testing.checks import processes


def test_site_whose_processes_all_run_is_right() -> None:
    observed = new_live(processes=(*all_of(NEW), *all_of(OLD, "ending")))
    long_ago = Restarts("shop-worker@x.service", 3, 61)

    assert list(processes.wrong(observed, [long_ago])) == []
    assert list(processes.wrong(replace(observed, current=None), [])) == []


def test_missing_older_and_looping_processes_are_named() -> None:
    looping = ObservedProcess("worker", NEW, "restarting")
    old = ObservedProcess("worker", OLD, "running")
    observed = new_live(processes=(looping, *all_of(NEW)[1:], old))

    assert list(processes.wrong(observed, [Restarts("shop-beat@x.service", 2, 5)])) == [
        "worker: running 1 of 2, 1 that ended, about to start again",
        f"worker of {OLD} runs, and {NEW} is live",
        "shop-beat@x.service: restarts: 2, the last one 5 s ago; it ends by itself",
    ]


ANSWER = """\
up 1000.50
Id=shop-worker@x.service
NRestarts=0
ActiveEnterTimestampMonotonic=990500000

Id=shop-worker@x.2.service
NRestarts=7
ActiveEnterTimestampMonotonic=400500000
"""


def test_restarts_are_read() -> None:
    assert restarts.parse(ANSWER) == (
        Restarts("shop-worker@x.service", 0, 10),
        Restarts("shop-worker@x.2.service", 7, 600),
    )
    assert restarts.parse("up 1000.50\n") == ()


@pytest.mark.parametrize("answer", ["", "up x", ANSWER.replace("=7", "=many")])
def test_odd_answer_is_no_traceback(answer: str) -> None:
    with pytest.raises(StepFailed, match="restarts of processes"):
        restarts.parse(answer)
