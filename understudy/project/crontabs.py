"""Timers that a repository has for cron: crontabs, and the settings of django-crontab and django-cron. Pure."""

import ast
import re
from collections.abc import Iterator

from understudy.project import command_lines, cron, syntax
from understudy.project.candidates import Candidate, timer_name
from understudy.project.command_lines import Line
from understudy.project.django_settings import Settings
from understudy.project.tree import Tree, is_aside, text_lines

_FILE = re.compile(r"(.*/)?(crontab(\.\w+)?|[\w.-]+\.(cron|crontab)|cron\.d/[\w.-]+)")
_LINE = re.compile(r"(@\w+|(?:[^\s=]+\s+){4}[^\s=]+)\s+(.+)")
_USER = re.compile(r"([a-z_][a-z0-9_-]*|\$\w+)\s+(?=\S)")
_NO_SUCH_TIME = "systemd has no time like it"


def candidates(tree: Tree, folder: str) -> Iterator[Candidate]:
    for path, text in tree.texts.items():
        if _FILE.fullmatch(path) and not is_aside(path):
            for number, line in text_lines(text):
                if found := _LINE.fullmatch(line):
                    yield from _timer(found[1], found[2], path, number, folder)


def _timer(time: str, text: str, path: str, number: int, folder: str) -> Iterator[Candidate]:
    """Files of cron.d have a user before the command."""
    user = _USER.match(text) if "cron.d/" in path else None
    line = command_lines.parse(text[user.end() :] if user else text, folder)
    calendar, name = cron.calendar(" ".join(time.split())), timer_name(line)
    # Where cron reads % it ends the command.
    doubt = _NO_SUCH_TIME if not calendar else "" if "%" not in text else "it has a % sign"
    if name and (calendar or time.strip() != "@reboot"):
        yield Candidate(name, line, f"{path}:{number}", calendar or "daily", doubt)


def of_django(settings: Settings) -> Iterator[Candidate]:
    """CRONJOBS of django-crontab, CRON_CLASSES of django-cron."""
    jobs = settings.by_name.get("CRONJOBS")
    for job in _entries(jobs.value) if jobs else ():
        if jobs and len(parts := _entries(job)) > 1:
            yield from _job(parts, f"{jobs.path}:{job.lineno}")
    if (classes := settings.by_name.get("CRON_CLASSES")) and "django_cron" in settings.apps:
        line = Line(("python", "manage.py", "runcrons"), "")
        yield Candidate("runcrons", line, classes.place, "*:0/5")


def _job(parts: list[ast.expr], place: str) -> Iterator[Candidate]:
    time, function = syntax.text(parts[0]), syntax.text(parts[1])
    calendar = cron.calendar(time)
    arguments = [syntax.text(one) for one in _entries(parts[2])] if len(parts) > 2 else []
    is_command = function == "django.core.management.call_command" and all(arguments)
    if is_command and arguments:
        line = Line(("python", "manage.py", *arguments), "")
    else:
        module, _, name = function.rpartition(".")
        call = f"from {module} import {name}; {name}()"
        line = Line(("python", "manage.py", "shell", "-c", call), "")
    plain = len(parts) == 2 or (is_command and len(parts) == 3)
    doubt = (
        "" if plain and calendar else "its arguments are not read" if calendar else _NO_SUCH_TIME
    )
    name = timer_name(Line(("python", "manage.py", function.rpartition(".")[2]), ""))
    if is_command:
        name = timer_name(line)
    if function and name:
        yield Candidate(name, line, place, calendar or "daily", doubt)


def _entries(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.List | ast.Tuple) else []
