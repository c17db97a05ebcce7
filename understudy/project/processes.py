"""Which processes the app needs besides the web process: workers and schedulers. Pure."""

import re
from collections.abc import Iterator, Mapping

from understudy.project.packages import Packages
from understudy.project.tree import Tree, text_lines
from understudy.project.values import Deployment

# App or package -> the process that it needs.
_PROCESSES = {
    "celery": "Celery: a worker (celery worker)",
    "django_celery_results": "Celery: a worker (celery worker)",
    "django_celery_beat": "Celery beat: a scheduler (celery beat)",
    "django_rq": "RQ: a worker (manage.py rqworker)",
    "rq": "RQ: a worker (rq worker)",
    "django_tasks": "django-tasks: a worker (manage.py db_worker)",
    "django_tasks.backends.database": "django-tasks: a worker (manage.py db_worker)",
    "django_tasks_db": "django-tasks: a worker (manage.py db_worker)",
    "django_q": "Django Q: a cluster (manage.py qcluster)",
    "huey.contrib.djhuey": "Huey: a consumer (manage.py run_huey)",
    "dramatiq": "Dramatiq: a worker (dramatiq)",
    "django_dramatiq": "Dramatiq: a worker (manage.py rundramatiq)",
    "procrastinate.contrib.django": "Procrastinate: a worker (manage.py procrastinate worker)",
}
_WEB = ("web", "release")


def of_django(apps: Mapping[str, str]) -> Deployment:
    """apps: those installed -> their places."""
    found = {_PROCESSES[app]: place for app, place in apps.items() if app in _PROCESSES}
    return Deployment(notes=tuple(_note(what, place) for what, place in found.items()))


def of_packages(tree: Tree, packages: Packages, known: tuple[str, ...]) -> Deployment:
    """Processes that the app's code makes, without Django's list of apps. known: notes so far."""
    notes = []
    for name in ("celery", "rq", "dramatiq", "huey"):
        what = _PROCESSES.get(name, "Huey: a consumer (huey_consumer)")
        uses = next((place for place in _imports(tree, name)), "")
        if name in packages and uses and not any(what in note for note in known):
            notes.append(_note(what, uses))
    return Deployment(notes=tuple(notes))


def _imports(tree: Tree, name: str) -> Iterator[str]:
    pattern = re.compile(rf"^\s*(from|import)\s+{name}\b")
    for path in tree.python:
        for number, line in text_lines(tree.texts[path]):
            if pattern.match(line):
                yield f"{path}:{number}"


def _note(what: str, place: str) -> str:
    return f"{place}: {what} is needed, and Understudy runs no process but the web one yet"


def of_procfile(tree: Tree) -> Deployment:
    """The processes of a Procfile that are neither web nor release."""
    notes = []
    for number, line in text_lines(tree.texts.get("Procfile", "")):
        name, colon, _ = line.partition(":")
        if colon and name.strip() not in _WEB:
            notes.append(
                f"Procfile:{number}: the process {name.strip()} is not run: "
                "Understudy runs no process but the web one yet"
            )
    return Deployment(notes=tuple(notes))
