"""What more than one module of tests begins with."""

import gc

import pytest

from tests.unit.staging import Staging
from understudy import provision_host, session

# Or the collector would look through all modules of tests a hundred times, and find nothing.
gc.set_threshold(50_000)


@pytest.fixture
def staging(monkeypatch: pytest.MonkeyPatch) -> Staging:
    """A target whose hosts are doubles. Without any until a test gives it one."""
    made = Staging()
    monkeypatch.setattr(session, "SshConnection", made.connect)
    monkeypatch.setattr(provision_host, "SshConnection", made.connect)
    return made
