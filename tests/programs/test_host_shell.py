"""The shell programs that provisioning writes on hosts: `make check` sees them only as text in a script."""

import subprocess

import pytest

from tests.programs.root_programs import installed

SHELL = {
    path: file.text
    for path, file in installed().items()
    if file.text.startswith(("#!/bin/sh", "# shellcheck shell=sh"))
}
# Parts of one program: its other parts set and read variables, and no part is found by its path.
OF_ITS_PARTS = "SC1090,SC1091,SC2034,SC2154"


@pytest.mark.needs("shellcheck")
@pytest.mark.parametrize("path", SHELL)
def test_program_is_checked(path: str) -> None:
    # Parts are read by a program that has begun so.
    text = SHELL[path].replace("\n", "\nset -eu\n", 1)
    asked = ["shellcheck", "--severity=warning", f"--exclude={OF_ITS_PARTS}", "-"]
    done = subprocess.run(asked, input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
