"""Tests in several workers of pytest-xdist at once: what the workers share, and which tests run alone."""

import fcntl
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest

from understudy.local.exclusive_lock import exclusive_lock

T = TypeVar("T")

# Of what pytest-xdist gives a worker: the folder that all workers of a run share.
_SHARED = "understudy_shared"
# Tests that change what other tests rely on.
ALONE = ("destroys_data", "reboots")


def is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def shared_folder(config: pytest.Config) -> Path | None:
    """None without workers, and in a worker of another machine."""
    given: dict[str, Any] = getattr(config, "workerinput", {})
    folder = Path(given.get(_SHARED, "-"))
    return folder if folder.is_dir() else None


class Controller:
    """A plugin, of the pytest that hands tests to workers: it has the folder that they share."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        self._folder = self._folder or TemporaryDirectory(prefix="understudy-workers-")
        node.workerinput[_SHARED] = self._folder.name

    def pytest_unconfigure(self) -> None:
        if self._folder:
            self._folder.cleanup()


class Worker:
    """A plugin, of a worker: a test that changes what others rely on runs while no other of the site does."""

    def __init__(self, shared: Path) -> None:
        self._shared = shared

    # The wait for its turn is no part of a test's time limit.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        alone = any(map(item.get_closest_marker, ALONE))
        if not alone and "understudy_site" not in getattr(item, "fixturenames", ()):
            return (yield)
        with turn(self._shared, alone=alone):
            return (yield)


@contextmanager
def turn(shared: Path, *, alone: bool) -> Iterator[None]:
    """Waits for the others' end if it is to be alone, else for the end of one that is.

    In order: one that waits to be alone lets no other begin. The kernel frees the locks of a process that ends.
    """
    with (shared / "turn").open("w") as file:
        with exclusive_lock(shared / "entrance"):
            fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield


def once(config: pytest.Config, name: str, make: Callable[[], T]) -> T:
    """What `make` returns: of several workers the first one makes it, and the others get the same."""
    # Most runs of pytest don't need it.
    import pickle

    shared = shared_folder(config)
    if shared is None:
        return make()
    made = shared / f"{name}.pickle"
    with exclusive_lock(shared / name):
        with suppress(FileNotFoundError):
            # A worker of this run has made it, in a folder of this user alone.
            found: T = pickle.loads(made.read_bytes())  # noqa: S301
            return found
        result = make()
        # As a whole: its worker may die meanwhile.
        new = made.with_suffix(".new")
        new.write_bytes(pickle.dumps(result))
        new.replace(made)
        return result
