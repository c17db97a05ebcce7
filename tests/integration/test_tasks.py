"""Each task of an app's queue is done once, whatever happens to a deploy; there is never a second scheduler."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.integration.guests import guest
from tests.integration.queue_site import (
    Counted,
    QueueSite,
    database_site,
    longest_gap,
    overlaps,
    redis_site,
    site_of_several_hosts,
)
from tests.integration.staging import begun, vm_name

pytestmark = pytest.mark.timeout(1800)

DEPLOYS, ROLLBACKS, KILLS = 20, 5, 10


@pytest.fixture(scope="module")
def shop(vm: None, tmp_path_factory: pytest.TempPathFactory) -> QueueSite:
    """Live, with two workers and a scheduler."""
    site = database_site(tmp_path_factory.mktemp("shop"))
    # Another site than the one that the VM has.
    assert site.staging.deploy_py("up").code == 0
    assert site.deploy().code == 0
    return site


def test_each_task_is_done_once_while_a_release_goes_live_and_back(shop: QueueSite) -> None:
    shop.change("second")

    answer = shop.deploy("--probe")
    assert answer.code == 0
    assert Counted.of(answer.text).is_right
    back = shop.staging.deploy_py("rollback", "--probe")
    assert back.code == 0
    assert Counted.of(back.text).is_right


def test_there_was_never_a_second_scheduler(shop: QueueSite) -> None:
    beats = shop.beats()
    assert len({beat.release for beat in beats}) == 2
    assert overlaps(beats) == 0
    assert longest_gap(beats) < 10


def test_rehearsal_counts_the_tasks_of_an_interrupted_rollback(shop: QueueSite) -> None:
    shop.change("third")
    phases = [f"--only={name}" for name in ("deploy", "rollback", "interrupted")]

    answer = shop.staging.deploy_py("rehearse", "-v", "--keep", *phases)

    assert answer.code == 0
    assert answer.text.count("tasks: ") >= 3
    assert Counted.of(answer.text).is_right


@pytest.mark.long
def test_no_task_is_lost_over_many_deploys(shop: QueueSite) -> None:
    """Prints the table of docs/reliability.md. The queue itself has all tasks that were ever enqueued."""
    for number in range(DEPLOYS):
        shop.change(f"deploy {number}")
        assert shop.deploy("--probe").code == 0
    for _ in range(ROLLBACKS):
        assert shop.staging.deploy_py("rollback", "--probe").code == 0
        assert shop.deploy("--probe").code == 0
    for number in range(KILLS):
        shop.change(f"killed {number}")
        kill_after(shop, number)
        assert shop.deploy("--probe", "--wait", "60").code == 0
    shop.change("power failure")
    with begun(*shop.deploying()) as driver:
        time.sleep(4)
        guest(shop.staging).cut_power()
        guest(shop.staging).start()
        driver.wait(timeout=120)
    shop.wait_for_login()
    assert shop.deploy("--probe", "--wait", "60").code == 0

    counted, beats = shop.all_tasks(), shop.beats()
    print(
        f"{counted}; scheduler: {overlaps(beats)} overlaps, longest gap {longest_gap(beats):.1f} s"
    )
    assert counted.is_right
    assert overlaps(beats) == 0


def kill_after(shop: QueueSite, seconds: float) -> None:
    """Begins a deploy, and kills its driver after so long, wherever it is by then."""
    with begun(*shop.deploying()) as driver:
        time.sleep(1 + seconds)
        with suppress(ProcessLookupError):
            os.killpg(driver.pid, signal.SIGKILL)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["celery", "rq"])
def test_tasks_in_redis_are_each_done_once(kind: str, vm: None, tmp_path: Path) -> None:
    site = redis_site(tmp_path, kind)
    # The services that it needs are provisioned.
    assert site.staging.deploy_py("up").code == 0
    assert site.deploy().code == 0
    site.change("second")

    answer = site.deploy("--probe")

    assert answer.code == 0
    assert Counted.of(answer.text).is_right


@pytest.mark.long
def test_tasks_of_two_web_hosts_are_done_by_workers_on_a_third(tmp_path: Path) -> None:
    site = site_of_several_hosts(tmp_path, vm_name("queue"))
    try:
        assert site.staging.deploy_py("up").code == 0
        assert site.deploy().code == 0
        site.change("second")
        phases = [f"--only={name}" for name in ("deploy", "rollback", "forward", "interrupted")]

        answer = site.staging.deploy_py("rehearse", "-v", "--keep", *phases)

        assert answer.code == 0, answer.text
        # Of each web host when a release goes live, back, and forward again; and of the interruption.
        assert answer.text.count("tasks: ") >= 7
        assert Counted.of(answer.text).is_right
    finally:
        site.staging.deploy_py("destroy", "--yes")
