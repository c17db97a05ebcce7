"""Reasons for which there is no connection; those that take a server to see: test_connection.py."""

import socket

import paramiko
import pytest

from tests.unit.fakes import config
from understudy.ssh.errors import why_unreachable


def test_login_to_try_by_hand_is_with_the_key_that_was_refused() -> None:
    target = config(target={"key": "/k/id"}).target("staging")

    refused = why_unreachable(paramiko.AuthenticationException(), "deploy@192.0.2.7:22", target)

    assert "ssh -p 22 -i /k/id deploy@192.0.2.7 must work first" in refused.hint


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.gaierror(-2, "Name or service not known"), "can't be resolved"),
        (TimeoutError("timed out"), "timed out"),
        (PermissionError(13, "Permission denied", "/home/x/.ssh/id"), "/home/x/.ssh/id"),
        (paramiko.SSHException("Error reading SSH protocol banner"), "banner"),
        (FileNotFoundError(2, "No such file", "/home/x/id"), "there is no key file /home/x/id"),
        (EOFError(), "no SSH connection"),
    ],
)
def test_each_reason_is_reported_in_words(error: Exception, reason: str) -> None:
    target = config().target("staging")

    unreachable = why_unreachable(error, "deploy@192.0.2.7:22", target)

    assert reason in str(unreachable)
    assert unreachable.hint
