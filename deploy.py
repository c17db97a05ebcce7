#!/usr/bin/env python3
# PYTHON_ARGCOMPLETE_OK
"""The same as `understudy`, for the project in this folder. `python deploy.py --help` lists its verbs."""

from understudy.cli.main import run_deploy_py

run_deploy_py(__file__)
