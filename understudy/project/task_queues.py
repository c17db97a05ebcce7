"""Queues of tasks other than Celery that an app's code uses: the worker that each needs. Pure."""

import ast
from collections.abc import Iterator

from understudy.project import syntax
from understudy.project.candidates import Candidate
from understudy.project.celery_app import Code
from understudy.project.command_lines import Line
from understudy.project.django_settings import Settings
from understudy.project.packages import Packages

# App of Django -> its command.
_COMMANDS = {
    "django_rq": ("rqworker",),
    "huey.contrib.djhuey": ("run_huey",),
    "django_dramatiq": ("rundramatiq",),
    "django_q": ("qcluster",),
    "procrastinate.contrib.django": ("procrastinate", "worker"),
    "django_tasks.backends.database": ("db_worker",),
    "django_tasks_db": ("db_worker",),
}
_PERIODIC = ("periodic_task", "db_periodic_task")


def of_django(code: Code, settings: Settings) -> Iterator[Candidate]:
    for app, place in settings.apps.items():
        if app in _COMMANDS:
            words = ("python", "manage.py", *_COMMANDS[app], *_queues(app, settings))
            yield _candidate(code, words, place)


def of_code(code: Code, packages: Packages) -> Iterator[Candidate]:
    """Without Django."""
    for name, find in (
        ("rq", _rq),
        ("huey", _huey),
        ("procrastinate", _procrastinate),
        ("dramatiq", _dramatiq),
    ):
        if name in packages:
            yield from find(code)


def notes(code: Code) -> Iterator[str]:
    """A scheduler inside of the web process."""
    for path, node in _calls(code, ("BackgroundScheduler", "AsyncIOScheduler", "GeventScheduler")):
        yield (
            f"{path}:{node.lineno}: where the web process starts this scheduler, each of its workers runs each "
            "job: start it by a command of its own, as a process with `single: true`"
        )
        return


def _queues(app: str, settings: Settings) -> tuple[str, ...]:
    """Where the worker would take a single one otherwise."""
    if app == "django_rq":
        return tuple(settings.entries("RQ_QUEUES")) or ("default",)
    tasks = settings.items(settings.entries("TASKS").get("default"))
    if len(syntax.texts(tasks.get("QUEUES"))) > 1 and "db_worker" in _COMMANDS[app]:
        return ("--queue-name", "*")
    return ()


def _candidate(code: Code, words: tuple[str, ...], place: str, doubt: str = "") -> Candidate:
    """Each consumer of Huey runs what is due by the clock: then there may be only one."""
    periodic = any(word in words for word in ("run_huey", "huey_consumer")) and any(
        name in _PERIODIC for name in _decorators(code)
    )
    more = {"single": True} if periodic else {}
    return Candidate("worker", Line(words, ""), place, doubt=doubt, more=more)


def _rq(code: Code) -> Iterator[Candidate]:
    """rq's worker finds Redis by the variable RQ_REDIS_URL: see processes.py."""
    calls = [(path, call) for path, call in _calls(code, ("Queue",)) if _imports(code, path, "rq")]
    names = [syntax.text(call.args[0]) if call.args else "default" for _, call in calls]
    if calls:
        path, call = calls[0]
        doubt = "" if all(names) else "the names of its queues are not in the code"
        queues = tuple(dict.fromkeys(name or "default" for name in names))
        yield _candidate(code, ("rq", "worker", *queues), f"{path}:{call.lineno}", doubt)


def _huey(code: Code) -> Iterator[Candidate]:
    for module, name, place in _objects(code, "Huey"):
        yield _candidate(code, ("huey_consumer", f"{module}.{name}"), place)
        return


def _procrastinate(code: Code) -> Iterator[Candidate]:
    for module, name, place in _objects(code, "App", "procrastinate"):
        yield _candidate(code, ("procrastinate", f"--app={module}.{name}", "worker"), place)
        return


def _dramatiq(code: Code) -> Iterator[Candidate]:
    """Its actors have to be imported, and the broker that they are sent to."""
    found = [(path, line) for path, name, line in _decorated(code) if name == "actor"]
    modules = dict.fromkeys(code.module(path) for path, _ in found)
    if found:
        doubt = "" if len(modules) == 1 else "its actors are in several modules"
        place = f"{found[0][0]}:{found[0][1]}"
        yield _candidate(code, ("dramatiq", *modules), place, doubt)


def _objects(code: Code, suffix: str, package: str = "") -> Iterator[tuple[str, str, str]]:
    """Objects at the top of modules: the module, the name, the place."""
    for path, module in code.modules():
        for name, value, line in syntax.assigned(module.body):
            if syntax.called(value).endswith(suffix) and _imports(code, path, package):
                yield code.module(path), name, f"{path}:{line}"


def _calls(code: Code, names: tuple[str, ...]) -> Iterator[tuple[str, ast.Call]]:
    for path, module in code.modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and syntax.called(node) in names:
                yield path, node


def _imports(code: Code, path: str, package: str) -> bool:
    imported = syntax.imported(code.tree.modules[path]).values()
    return not package or any(name.split(".")[0] == package for name in imported)


def _decorators(code: Code) -> Iterator[str]:
    return (name for _, name, _ in _decorated(code))


def _decorated(code: Code) -> Iterator[tuple[str, str, int]]:
    """File, last part of the decorator's name, line."""
    for path, module in code.modules():
        for node in ast.walk(module):
            for one in getattr(node, "decorator_list", ()):
                name = syntax.called(one) or syntax.dotted(one).rpartition(".")[2]
                yield path, name, one.lineno
