"""Runs an app's commands one after another, those in Python all in this one interpreter.

python commands.py STATIC COMMAND...     each command is one argument, quoted as for a shell

Importing an app costs more than most of its commands do. STATIC is made first: the directory that
static files are collected into.
"""

import runpy
import shlex
import subprocess
import sys
from pathlib import Path


def main() -> None:
    static, *commands = sys.argv[1:]
    Path(static).mkdir(parents=True, exist_ok=True)
    for command in commands:
        print("==>", command, flush=True)
        run(shlex.split(command))


def run(words: list[str]) -> None:
    if words[0] != "python" or not words[1:] or not words[1].endswith(".py"):
        done = subprocess.run(words)
        if done.returncode:
            sys.exit(done.returncode)
        return
    sys.argv = words[1:]
    sys.path[0] = str(Path(words[1]).resolve().parent)
    try:
        runpy.run_path(words[1], run_name="__main__")
    except SystemExit as end:
        if end.code:
            raise


main()
