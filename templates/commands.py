"""Runs an app's commands before it starts, those in Python all in this one interpreter.

python commands.py JOB      a JSON object, made by understudy/commands/app.py:
                            static    directory to make first: static files are collected there
                            collects  whether collectstatic alone fills it: see understudy_static.py
                            before    that of the release that serves, or null
                            commands  command lines to run, one after another
                            hold      what the new release waits for before it loads the app: it's
                                      removed when all is made that the app reads at its start
                            migrate   those that change the database
                            pending   a command line that fails if `migrate` has work to do, or null
                            limit     seconds that each of them may take
                            exists    an argv that fails if there is no database yet
                            backup    the argv that saves the database before it's changed
                            settings  whether it's Django: then it's asked more, and its settings are
                                      printed, for understudy/deploy/django_settings.py to look at
                            module    what gunicorn serves

Importing an app costs more than most of its commands do.
"""

import contextlib
import json
import runpy
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import understudy_django
import understudy_ending
import understudy_settings
import understudy_static


def main(job: dict[str, Any]) -> None:
    static, before = Path(job["static"]), job["before"] and Path(job["before"])
    if job["collects"]:
        understudy_static.forget_half_made(static)
    static.mkdir(parents=True, exist_ok=True)
    run = partial(run_limited, job["limit"])

    def run_or_take_over(command: str) -> Any:
        if job["collects"] and "collectstatic" in shlex.split(command):
            return understudy_static.collect(command, run, static, before)
        if job["settings"]:
            return understudy_django.run_or_check(command, run)
        return run(command)

    run_all(job["commands"], run_or_take_over)
    understudy_django.refuse_random_key()
    if job["migrate"]:
        if not job["pending"] or run(job["pending"]):
            print("==> migrate", flush=True)
            back_up(job["exists"], job["backup"], job["limit"])
            # The end of the deploy's connection ends all else: a change of the database may end by itself.
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        else:
            let_go(job["hold"])
        run_all(job["migrate"], run)
    let_go(job["hold"])
    # Only a command that ran in this process has them loaded; to load them costs too much.
    if job["settings"] and understudy_django.is_loaded():
        looked = understudy_settings.look(job["module"])
        print("==> settings", json.dumps(looked, default=str), flush=True)


def run_all(commands: list[str], run_one: Callable[[str], Any]) -> None:
    for command in commands:
        if code := run_one(command):
            sys.exit(code)


def let_go(hold: str | None) -> None:
    """It isn't there if the release was started by an earlier deploy. `start` removes it, too."""
    if hold:
        with contextlib.suppress(OSError):
            Path(hold).rmdir()


def back_up(exists: list[str], backup: list[str], limit: float) -> None:
    if subprocess.run(exists, stderr=subprocess.DEVNULL).returncode:
        return
    print("==> back up the database", flush=True)
    if understudy_ending.run_program("the backup", backup, limit):
        sys.exit("the backup failed, so nothing was migrated")


def run_limited(limit: float, command: str) -> Any:
    """Runs one command line. Returns its exit code, or what Python's sys.exit was given."""
    print("==>", command, flush=True)
    words = shlex.split(command)
    if words[0] != "python" or not words[1:] or not words[1].endswith(".py"):
        return understudy_ending.run_program(command, words, limit)
    sys.argv = words[1:]
    sys.path[0] = str(Path(words[1]).resolve().parent)
    code: Any = 0
    with understudy_ending.limited(command, limit):
        try:
            runpy.run_path(words[1], run_name="__main__")
        except SystemExit as end:
            code = end.code
    understudy_ending.refuse_threads(command)
    return code


main(json.loads(sys.argv[1]))
