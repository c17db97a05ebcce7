"""The doubles that other tests rely on."""

import pytest

from tests.unit.fakes import OK, FakeConnection, printed


def test_command_that_no_test_expects_fails_the_test() -> None:
    host = FakeConnection({"uname": printed("x86_64")}, quiet=("mkdir",))

    assert host.run(("uname", "-m")) == printed("x86_64")
    assert host.run(("mkdir", "/x")) == OK
    with pytest.raises(AssertionError, match="no test expects: reboot"):
        host.run(("reboot",))
