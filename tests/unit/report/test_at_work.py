"""Lines about what is at work: the phase and the innermost step, equal steps of several hosts together."""

from understudy.local.share import Share
from understudy.report.at_work import Place, innermost, lines
from understudy.report.live import Live

MB = 10**6


def shown(running: dict[Place, Live], now: float, end: float | None = None) -> list[str]:
    return list(lines(running, innermost(running), now, end))


def test_a_phase_is_shown_with_its_innermost_step_and_its_own_time() -> None:
    running = {
        Place("up"): Live("bring up the VM", 0.0),
        Place(depth=1): Live("provision", 50.0, 1),
        Place(depth=2): Live("wait for apt", 60.0, 1),
    }

    assert shown(running, 65.0) == ["bring up the VM: wait for apt  1:05"]
    assert shown(running, 65.0, end=105.0) == [
        "bring up the VM: wait for apt  1:05  about 0:40 left"
    ]


def test_equal_steps_of_hosts_share_a_line_and_different_ones_do_not() -> None:
    running = {
        Place(host="web1", depth=1): Live("upload the release", 4.0, host="web1"),
        Place(host="web2", depth=1): Live("upload the release", 2.0, host="web2"),
        Place(host="db", depth=1): Live("migrate", 0.0, host="db"),
    }

    assert shown(running, 12.0) == ["db: migrate  0:12", "web1, web2: upload the release  0:10"]


def test_many_hosts_are_counted() -> None:
    hosts = [f"web{number}" for number in range(9)]
    running = {Place(host=host, depth=1): Live("upload", 0.0, host=host) for host in hosts}

    assert shown(running, 10.0) == ["9 hosts: upload  0:10"]


def test_phases_that_run_at_once_each_have_their_steps() -> None:
    running = {
        Place("host-tests"): Live("run the host tests", 0.0),
        Place("browser-tests"): Live("run the browser tests", 0.0),
        Place("host-tests", depth=1): Live("web", 5.0, 1),
    }

    assert shown(running, 30.0) == ["run the browser tests  0:30", "run the host tests: web  0:30"]


def test_how_much_of_an_upload_is_done_is_shown() -> None:
    upload = Live("upload", 0.0)
    upload.advance(Share(0, 40 * MB), 0.0)
    upload.advance(Share(20 * MB, 40 * MB), 10.0)

    assert shown({Place(depth=1): upload}, 10.0) == ["upload  0:10  20.0 of 40.0 MB  2.0 MB/s"]
