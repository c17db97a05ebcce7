"""`python -m understudy`: the same as `understudy`."""

from understudy.cli.main import run_installed

run_installed()
