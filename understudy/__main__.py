"""`python -m understudy`: the same as `understudy`."""

from understudy.cli.main import run_installed

if __name__ == "__main__":
    run_installed()
