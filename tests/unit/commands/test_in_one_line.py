"""A command is shown as one line, whatever its words are."""

import pytest

from understudy.commands import Argv, script
from understudy.commands.in_one_line import in_one_line


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (("sudo", "nginx", "-t", "a b"), "sudo nginx -t 'a b'"),
        (
            script("#!/bin/sh\n# How a host is.\nset -eu\nls", "shop"),
            "sh -euc 'How a host is.' (37 bytes) sh shop",
        ),
        (script("\n    umask 077\n    rm x\n", "/srv"), "sh -euc 'umask 077' (24 bytes) sh /srv"),
        (script("\n\n"), "sh -euc '' (2 bytes) sh"),
    ],
)
def test_script_is_its_title_or_first_words_and_its_size(argv: Argv, line: str) -> None:
    assert in_one_line(argv) == line


def test_long_words_are_cut() -> None:
    assert len(in_one_line(("echo", "x" * 1000))) == 200
    assert len(in_one_line(script("y" * 1000 + "\n"))) < 100
