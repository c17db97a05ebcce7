"""A worker and a scheduler of the example on a guest: through deploys, one that fails, one that is killed, and
back. In order.
"""

import time
from itertools import pairwise

import pytest
import yaml

from tests.integration.guests import guest
from tests.integration.site import Site
from tests.integration.test_killed import kill_the_driver, run_until

pytestmark = pytest.mark.timeout(900)

BEATS = "/srv/todo/shared/media/beats"
WORKER = """import signal
print("works", flush=True)
signal.pause()
"""
SCHEDULER = """import os, time
with open(os.environ["MEDIA_ROOT"] + "/beats", "a", buffering=1) as beats:
    while True:
        print(os.getpid(), time.time(), file=beats)
        time.sleep(0.1)
"""


def running(site: Site) -> list[tuple[str, str]]:
    """Name and release of each process that runs."""
    listed = site.staging.host(
        "systemctl list-units --plain --no-legend --state=active 'todo-*@*.service'"
    ).text
    units = [line.split()[0].removesuffix(".service") for line in listed.splitlines()]
    parts = [unit.removeprefix("todo-").partition("@") for unit in units]
    return sorted((name, instance.partition(".")[0]) for name, _, instance in parts)


def all_of(release: str) -> list[tuple[str, str]]:
    return [("beat", release), ("worker", release), ("worker", release)]


def beats_of_each(site: Site) -> list[list[float]]:
    """The times of each scheduler's beats, in the order of their first ones."""
    found: dict[str, list[float]] = {}
    for line in site.staging.host(f"cat {BEATS}").text.splitlines():
        process, at = line.split()
        found.setdefault(process, []).append(float(at))
    return sorted(found.values())


@pytest.fixture(scope="module")
def live(site: Site) -> Site:
    """Deployed, with a worker that runs twice and a scheduler that never does."""
    for name, text in (("worker.py", WORKER), ("beat.py", SCHEDULER)):
        (site.staging.repository / name).write_text(text)
    site.staging.commit("with a worker and a scheduler")
    settings = yaml.safe_load(site.staging.config.read_text())
    settings["processes"] = {
        "worker": {"command": "python worker.py", "count": 2, "ready": 1},
        "beat": {"command": "python beat.py", "single": True, "ready": 1},
    }
    site.staging.config.write_text(yaml.safe_dump(settings))
    assert site.deploy().code == 0
    return site


def test_all_run_and_there_is_nothing_more_to_do(live: Site) -> None:
    assert running(live) == all_of(live.current())
    assert "nothing to do" in live.deploy().text
    assert "worker: running 2 of 2" in live.staging.deploy_py("status").text


def test_release_whose_worker_ends_does_not_go_live(live: Site) -> None:
    before = live.current()
    live.commit("worker.py", r"signal\.pause.*", 'raise SystemExit("no broker")')

    answer = live.deploy()

    assert answer.code == 1
    assert "no broker" in answer.text
    assert live.current() == before
    assert running(live) == all_of(before)


def test_deploy_that_is_killed_in_the_hand_over_leaves_one_scheduler(live: Site) -> None:
    before = live.current()
    live.commit("worker.py", r"raise .*", "signal.pause()")

    kill_the_driver(run_until(live, "hand over"), guest(live.staging))

    deadline = time.monotonic() + 30
    while [name for name, _ in running(live)].count("beat") != 1:
        assert time.monotonic() < deadline, "no scheduler runs, or two do"
        time.sleep(0.5)
    assert live.current() == before
    assert live.deploy("--wait", "60").code == 0
    assert running(live) == all_of(live.current())
    assert live.current() != before


def test_rollback_moves_all_of_them(live: Site) -> None:
    before = live.current()

    assert live.staging.deploy_py("rollback").code == 0

    assert live.current() != before
    assert running(live) == all_of(live.current())


def test_there_were_never_two_schedulers(live: Site) -> None:
    each = beats_of_each(live)

    assert len(each) >= 3
    assert [
        second[0] - first[-1] for first, second in pairwise(each) if second[0] < first[-1]
    ] == []
