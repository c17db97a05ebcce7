"""understudy-site checks the number and the form of its arguments before it does anything."""

from pathlib import Path

import pytest

from tests.programs.root_programs import Host
from tests.programs.site_config import make_host_to_install


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return make_host_to_install(tmp_path)


@pytest.mark.parametrize("seconds", ["", "9", "601", "0120", "-20", "12x", "1e2", "20; id", "20\n"])
def test_time_to_confirm_is_a_number_from_10_to_600(seconds: str, host: Host) -> None:
    assert "seconds" in host.refused("install", "r1", seconds)
    assert host.calls() == []


@pytest.mark.parametrize("seconds", ["10", "600"])
def test_its_bounds_are_allowed(seconds: str, host: Host) -> None:
    host.done("install", "r1", seconds)
    assert f"--on-active={seconds} " in "\n".join(host.calls())


@pytest.mark.parametrize(
    "words",
    [
        *(["install", "../r"], ["start", "r 1"], ["stop", "r@1"], ["stop", ""], ["start", "-r"]),
        *(["install", "r1", "20", "x"], ["start", "r1", "r2"], ["undo", "x"], ["confirm", "x"]),
        *(["boot", "x"], ["log", "x"], ["secret-list", "x"], ["secret-set", "A", "value"], ["rm"]),
    ],
)
def test_words_that_no_verb_takes_are_refused_and_nothing_is_done(
    words: list[str], host: Host
) -> None:
    assert host.refused(*words)
    assert host.calls() == []
