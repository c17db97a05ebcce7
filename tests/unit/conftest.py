"""What more than one module of tests begins with.

Pytest reads this file before it starts its workers: what takes long to import is imported by them.
"""

import gc
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.staging import Staging

# Or the garbage collector would look through all that is imported a hundred times, for nothing.
gc.set_threshold(50_000)


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: the collector need not look through it any more."""
    gc.freeze()


@pytest.fixture
def staging(monkeypatch: pytest.MonkeyPatch) -> "Staging":
    """A target whose hosts are doubles. Without any until a test gives it one."""
    from tests.unit.staging import Staging
    from understudy import provision_host, session

    made = Staging()
    monkeypatch.setattr(session, "SshConnection", made.connect)
    monkeypatch.setattr(provision_host, "SshConnection", made.connect)
    return made
