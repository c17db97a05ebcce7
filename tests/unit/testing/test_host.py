"""How testinfra connects to a host."""

import pytest

from tests.unit.staging import Staging
from understudy.testing.host import connect


@pytest.mark.parametrize(("keep_seconds", "gives_up"), [(60, False), (0, True)])
def test_host_that_reboots_is_not_waited_for_by_a_connection(
    keep_seconds: int, gives_up: bool
) -> None:
    words = connect(Staging().job().target, keep_seconds).backend.ssh_extra_args

    assert gives_up == ("ConnectTimeout=10" in words and "ServerAliveInterval=5" in words)
