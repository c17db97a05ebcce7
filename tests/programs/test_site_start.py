"""understudy-site starts a release in two parts: a warm release waits for `start`."""

from pathlib import Path

import pytest

from tests.programs.root_programs import Host, make_host

UNIT = "todo@r1.service"
HOLD = "/run/todo/r1.hold"
DRAIN, CUT = "/run/todo/r1.drain", "/run/todo/r1.cut"


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return make_host(tmp_path)


def test_warm_release_is_held_before_its_service_begins(host: Host) -> None:
    host.fake("systemctl", f'[ "$1" != start ] || test -d {host.path(HOLD)}')

    host.done("warm", "r1")

    assert host.calls() == [f"systemctl reset-failed {UNIT}", f"systemctl start --no-block {UNIT}"]


def test_start_lets_a_warm_release_continue_and_waits_for_it(host: Host) -> None:
    host.done("warm", "r1")
    host.calls()

    host.done("start", "r1")

    assert not host.path(HOLD).exists()
    assert host.calls() == [f"systemctl reset-failed {UNIT}", f"systemctl start {UNIT}"]


def test_warm_can_be_repeated_after_a_deploy_that_was_killed(host: Host) -> None:
    host.done("warm", "r1")
    host.done("warm", "r1")

    assert host.path(HOLD).is_dir()


def test_link_of_the_app_is_not_followed(host: Host, tmp_path: Path) -> None:
    """/run/SITE is the app's own."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").write_text("stays")
    host.path(HOLD).symlink_to(elsewhere)

    host.done("warm", "r1")
    host.done("start", "r1")

    assert (elsewhere / "file").read_text() == "stays"


def test_drain_waits_for_nothing(host: Host) -> None:
    host.done("drain", "r1")
    host.done("stop", "r1")

    assert host.calls() == [f"systemctl stop --no-block {UNIT}", f"systemctl stop {UNIT}"]
    assert "bad release id" in host.refused("drain", "../r1")


def test_only_a_drain_lets_connections_stay_and_a_stop_ends_it(host: Host) -> None:
    """What the service waits for follows from the directories that are there: 69-drain.sh."""
    drain, cut = host.path(DRAIN), host.path(CUT)
    host.fake("systemctl", f"test -d {drain} && test ! -e {cut}")
    host.done("drain", "r1")
    cut.mkdir()  # what a killed stop left
    host.done("drain", "r1")

    host.fake("systemctl", f"test -d {drain} && test -d {cut}")
    host.done("stop", "r1")

    assert not drain.exists()
    assert not cut.exists()
    host.fake("systemctl", f"test ! -e {cut}")
    host.done("stop", "r1")


@pytest.mark.parametrize("mark", [DRAIN, CUT])
def test_link_of_the_app_is_not_followed_by_a_drain(mark: str, host: Host, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_text("stays")
    host.path(mark).symlink_to(tmp_path / "elsewhere")

    host.done("drain", "r1")
    host.done("stop", "r1")

    assert (tmp_path / "elsewhere" / "file").read_text() == "stays"
    assert not host.path(mark).exists()


def test_warm_takes_one_id_and_nothing_else(host: Host) -> None:
    assert "bad release id" in host.refused("warm", "../r1")
    assert "too many" in host.refused("warm", "r1", "r2")
    assert host.calls() == []
