"""Options of the suites that look at a real target, and what becomes of a test whose program is missing."""

import os
import shutil
from pathlib import Path

import pytest

# Where Debian has programs that are not for every user.
ELSEWHERE = ("/usr/sbin", "/sbin", *map(str, Path("/usr/lib/postgresql").glob("*/bin")))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("understudy")
    group.addoption("--target", default="vagrant", help="a target of deploy.yml (default: vagrant)")
    group.addoption("--host", metavar="ADDRESS", help="which, of a target with several hosts")
    group.addoption("--deploy-config", default="deploy.yml", help="default: deploy.yml")
    group.addoption("--keep-pages", metavar="DIR", help="screenshots of the browser tests' pages")
    group.addoption("--record", action="store_true", help="keep what failure scenarios say")
    group.addoption("--long", action="store_true", help="also what `make test` leaves out")
    group.addoption(
        "--programs", action="store_true", help="a missing program is a failure, no skip"
    )
    group.addoption("--slow", action="store_true", help="also the tests that take minutes")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for option, marker in (("--slow", "slow"), ("--long", "long")):
        if not config.getoption(option):
            _deselect(config, items, marker)


def _deselect(config: pytest.Config, items: list[pytest.Item], marker: str) -> None:
    marked = [item for item in items if item.get_closest_marker(marker)]
    items[:] = [item for item in items if item not in marked]
    config.hook.pytest_deselected(items=marked)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "needs(*programs): skipped without them; fails with --programs"
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    path = os.pathsep.join((os.environ.get("PATH", ""), *ELSEWHERE))
    needed = {name for marker in item.iter_markers("needs") for name in marker.args}
    missing = sorted(name for name in needed if shutil.which(name, path=path) is None)
    if missing:
        refuse = pytest.fail if item.config.getoption("--programs") else pytest.skip
        refuse(f"{', '.join(missing)} not installed here: make setup")
