#!/usr/bin/env python3
# PYTHON_ARGCOMPLETE_OK
"""The command line of Understudy. `python deploy.py --help` lists its verbs."""

import sys
from pathlib import Path

if __name__ == "__main__":
    from understudy.cli.main import run_process

    run_process(sys.argv[1:], Path(__file__).resolve().parent)
