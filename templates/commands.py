"""Runs an app's commands before it starts, those in Python all in this one interpreter.

python commands.py JOB      a JSON object, made by understudy/commands/app.py:
                            static    directory to make first, where static files are collected
                            collects  whether collectstatic alone fills it: see understudy_static.py
                            before    the static directory of the live release, or null
                            commands  command lines to run, one after another
                            copies    null, or what understudy_precompressed.py needs of it
                            hold      directory whose removal lets the new release load the app; removed
                                      when all is made that the app reads at its start
                            migrate   command lines that change the database
                            pending   a command line that fails if `migrate` has work to do, or null
                            old       the argv that asks the live release's code what it can't do on the
                                      migrated database, or null: see understudy_old_code.py
                            limit     seconds that each of them may take
                            exists    an argv that fails if there is no database yet
                            backup    the argv that saves the database before it's changed
                            settings  whether the app is Django: then its settings are checked and
                                      printed, for understudy/deploy/django_settings.py to judge
                            module    the app as gunicorn gets it, such as shop.wsgi:application

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
import understudy_hosts
import understudy_old_code
import understudy_precompressed
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
    list_lacking_copies(static, job["copies"])
    understudy_django.refuse_random_key()
    if job["migrate"]:
        if not job["pending"] or run(job["pending"]):
            migrate(job, run)
        else:
            release_hold(job["hold"])
            run_all(job["migrate"], run)
    release_hold(job["hold"])
    # Settings are loaded if a command ran in this process; to load them only for this costs too much.
    if job["settings"] and understudy_django.is_loaded():
        looked = understudy_settings.look(job["module"])
        looked["of_this_host"] = understudy_hosts.look()
        print("==> settings", json.dumps(looked, default=str), flush=True)


def migrate(job: dict[str, Any], run: Callable[[str], Any]) -> None:
    print("==> migrate", flush=True)
    with understudy_old_code.waiting(job["old"]) as compare_old_code:
        back_up(job["exists"], job["backup"], job["limit"])
        # When the deploy's connection ends, all else is ended, but a change of the database may finish.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        run_all(job["migrate"], run)
        release_hold(job["hold"])
        compare_old_code()


def run_all(commands: list[str], run_one: Callable[[str], Any]) -> None:
    for command in commands:
        if code := run_one(command):
            sys.exit(code)


def list_lacking_copies(static: Path, copies: dict[str, Any] | None) -> None:
    """Prints the text files without compressed copies, for understudy/deploy/static_copies.py to make them."""
    if copies:
        lacking = understudy_precompressed.lacking(str(static), **copies)
        if lacking:
            print("==> to compress", json.dumps(lacking), flush=True)


def release_hold(hold: str | None) -> None:
    """Lets the release load the app. No error without a hold: `start` removes it, too, and a release that
    an earlier deploy started has none.
    """
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
    """Runs one command line. Returns its exit code, or the argument of its sys.exit."""
    print("==>", command, flush=True)
    words = shlex.split(command)
    if words[0] != "python" or not words[1:] or not words[1].endswith(".py"):
        return understudy_ending.run_program(command, words, limit)
    sys.argv = words[1:]
    sys.path[0] = str(Path(words[1]).resolve().parent)
    code: Any = 0
    with understudy_ending.limited(command, limit), understudy_django.naming_broken_settings():
        try:
            runpy.run_path(words[1], run_name="__main__")
        except SystemExit as end:
            code = end.code
    understudy_ending.refuse_threads(command)
    return code


main(json.loads(sys.argv[1]))
