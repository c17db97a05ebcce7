"""Each command on a host is shown with its seconds and its output, to whom wants to know."""

import logging

from understudy.ssh.commands_run import described, heard_by, note

HOST = "deploy@192.0.2.7:22"


def test_a_command_has_host_seconds_and_output() -> None:
    text = described(HOST, ("sudo", "nginx", "-t", "a b"), "syntax is ok\nok\n", 0.849, ok=True)

    assert text == f"{HOST} $ sudo nginx -t 'a b'  0.85 s\n    syntax is ok\n    ok"


def test_a_failure_shows() -> None:
    assert described(HOST, ("false",), "", 2, ok=False) == f"{HOST} $ false  2.00 s, failed"


def test_of_long_output_the_middle_is_left_out() -> None:
    lines = described(HOST, ("ls",), "".join(f"{n}\n" for n in range(100)), 2, ok=True).splitlines()

    assert [line.strip() for line in lines[20:23]] == ["19", "… 60 lines …", "80"]


def test_commands_are_heard_within_the_block_only() -> None:
    heard: list[str] = []
    note(HOST, ("before",), "", 1, ok=True)
    with heard_by(heard.append):
        note(HOST, ("within",), "", 1, ok=True)
    note(HOST, ("after",), "", 1, ok=True)

    assert heard == [f"{HOST} $ within  1.00 s"]
    assert not logging.getLogger("understudy.ssh.commands_run").handlers
