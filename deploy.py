#!/usr/bin/env python3
# PYTHON_ARGCOMPLETE_OK
"""The same as `understudy`, for the project in this folder. `python deploy.py --help` lists its verbs."""

import sys

try:
    from understudy.cli.main import run_deploy_py
except ModuleNotFoundError as error:
    if error.name != "understudy":
        raise
    sys.stderr.write(
        f"error: the Python package understudy is not installed in {sys.prefix}\n"
        "try: install it there, or call this file by the Python that has it\n"
    )
    sys.exit(4)

run_deploy_py(__file__)
