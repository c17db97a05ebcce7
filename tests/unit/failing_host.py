"""A host whose connection breaks, or that refuses, at a certain command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any

from tests.unit.fakes import FakeConnection
from tests.unit.staging import QUERY, Staging
from understudy.commands import Argv
from understudy.errors import Unreachable
from understudy.ssh.connection import Result

BROKEN = Unreachable("the connection broke")


class FailingHost(FakeConnection):
    """error: raised by each command with the word `on`; by the lock, if that is the word."""

    error: Exception = BROKEN
    on = ""

    def run(self, argv: Argv, **how: Any) -> Result:
        if self.on in argv:
            raise self.error
        return super().run(argv, **how)

    @contextmanager
    def lock(self, path: PurePosixPath, holder: str, *how: Any) -> Iterator[str]:
        if self.on == "lock":
            raise self.error
        with super().lock(path, holder, *how) as last_holder:
            yield last_holder


def failing_host(staging: Staging, on: str, error: Exception = BROKEN) -> FailingHost:
    """The deployer's host of `staging`, which fails on that word."""
    host = FailingHost({QUERY: staging.facts()}, staging.quiet)
    host.on, host.error = on, error
    staging.hosts["deploy"] = host
    return host
