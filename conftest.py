"""Options of the test suites, and the rules by which tests are left out, skipped or failed."""

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

import pytest

# Where Debian has programs that are not in every user's PATH.
ELSEWHERE = ("/usr/sbin", "/sbin", *map(str, Path("/usr/lib/postgresql").glob("*/bin")))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("understudy")
    group.addoption("--target", default="vagrant", help="a target of deploy.yml (default: vagrant)")
    group.addoption("--host", metavar="ADDRESS", help="one host of a target with several")
    group.addoption(
        "--deploy-config", default="deploy.yml", help="read this file; default: deploy.yml"
    )
    group.addoption(
        "--keep-pages", metavar="DIR", help="keep screenshots of the browser tests here"
    )
    group.addoption(
        "--channel",
        type=int,
        metavar="FD",
        help="a socket: the first test waits for a byte; the name of each failed test is written",
    )
    group.addoption("--record", action="store_true", help="record the output of failure scenarios")
    group.addoption("--long", action="store_true", help="also run what `make test` leaves out")
    group.addoption(
        "--programs",
        action="store_true",
        help="fail tests whose programs are missing, instead of skipping them",
    )
    group.addoption("--slow", action="store_true", help="also run tests that take minutes")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for option, marker in (("--slow", "slow"), ("--long", "long")):
        if not config.getoption(option):
            _deselect(config, items, marker)


class Channel:
    """Understudy starts pytest ahead of its turn, lets it go, and shows at once which test fails."""

    def __init__(self, socket: int) -> None:
        self._socket = socket

    def pytest_runtestloop(self) -> None:
        if not os.read(self._socket, 1):
            pytest.exit("not needed any more", returncode=pytest.ExitCode.INTERRUPTED)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            # Who listened may be gone.
            with suppress(OSError):
                os.write(self._socket, f"{report.nodeid}\n".encode())


def _deselect(config: pytest.Config, items: list[pytest.Item], marker: str) -> None:
    marked = [item for item in items if item.get_closest_marker(marker)]
    items[:] = [item for item in items if item not in marked]
    config.hook.pytest_deselected(items=marked)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "needs(*programs): skipped without them; fails with --programs"
    )
    if (channel := config.getoption("--channel")) is not None:
        # Understudy ends pytest by it. What a shell has started in the background would ignore it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        config.pluginmanager.register(Channel(channel))


def pytest_runtest_setup(item: pytest.Item) -> None:
    path = os.pathsep.join((os.environ.get("PATH", ""), *ELSEWHERE))
    needed = {name for marker in item.iter_markers("needs") for name in marker.args}
    missing = sorted(name for name in needed if shutil.which(name, path=path) is None)
    if missing:
        refuse = pytest.fail if item.config.getoption("--programs") else pytest.skip
        refuse(f"{', '.join(missing)} not installed here: make setup")
