"""Whether a process ends again and again, by how often and when systemd has started it again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.fakes import well
from understudy.host.readings import Restarts


@pytest.mark.parametrize(
    ("deployed", "count", "last", "keeps_ending"),
    [
        (timedelta(seconds=24), 2, timedelta(seconds=5), True),
        (timedelta(seconds=12), 1, timedelta(seconds=2), False),
        (timedelta(days=1), 3, timedelta(seconds=5), True),
        (timedelta(days=1), 2, timedelta(seconds=5), False),
        (timedelta(hours=3), 60, timedelta(minutes=3), True),
        (timedelta(hours=3), 60, timedelta(minutes=30), False),
        (timedelta(days=9), 60, timedelta(minutes=3), False),
    ],
    ids=[
        "every 8 s, from the beginning",
        "once is no habit",
        "three times, just now",
        "twice in a day",
        "every 3 min",
        "it has stayed since",
        "every 4 h",
    ],
)
def test_process_that_ends_again_and_again(
    deployed: timedelta, count: int, last: timedelta, keeps_ending: bool
) -> None:
    status = well()
    assert status.site.release
    release = replace(status.site.release, deployed_at=(status.now.time - deployed).isoformat())
    found = Restarts(count, status.now.time - last)
    status = replace(
        status,
        site=replace(status.site, release=release),
        now=replace(status.now, restarts={("worker", release.id): found}),
    )

    assert status.keeps_ending("worker") == keeps_ending
    assert not status.keeps_ending("web")
