"""Options of Understudy's own test suites, and the rules by which tests are left out, skipped or failed."""

import os
import shutil
import signal
from importlib.metadata import entry_points
from pathlib import Path

import pytest

# An installed Understudy has loaded it already.
if not entry_points(group="pytest11", name="understudy"):
    pytest_plugins = ["understudy.testing.plugin"]

# Where Debian has programs that are not in every user's PATH.
ELSEWHERE = ("/usr/sbin", "/sbin", *map(str, Path("/usr/lib/postgresql").glob("*/bin")))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("tests of Understudy")
    group.addoption("--record", action="store_true", help="record the output of failure scenarios")
    group.addoption("--long", action="store_true", help="also run what `make test` leaves out")
    group.addoption(
        "--programs",
        action="store_true",
        help="fail tests whose programs are missing, instead of skipping them",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--long"):
        marked = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if item not in marked]
        config.hook.pytest_deselected(items=marked)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "needs(*programs): skipped without them; fails with --programs"
    )
    # What a shell has started in the background ignores Ctrl-C, and so would all that the tests start.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    path = os.pathsep.join((os.environ.get("PATH", ""), *ELSEWHERE))
    needed = {name for marker in item.iter_markers("needs") for name in marker.args}
    missing = sorted(name for name in needed if shutil.which(name, path=path) is None)
    if missing:
        refuse = pytest.fail if item.config.getoption("--programs") else pytest.skip
        refuse(f"{', '.join(missing)} not installed here: make setup")
