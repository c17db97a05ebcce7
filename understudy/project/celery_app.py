"""Celery in an app's code: its application, its queues, whether it has a schedule. Pure."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from understudy.project import syntax
from understudy.project.candidates import Candidate
from understudy.project.command_lines import Line
from understudy.project.tree import Tree, join

_SCHEDULES = ("CELERY_BEAT_SCHEDULE", "CELERYBEAT_SCHEDULE", "beat_schedule")
_DATABASE = "django_celery_beat.schedulers:DatabaseScheduler"
_IN_DATABASE = "django_celery_beat"
_SCHEDULER = ("CELERY_BEAT_SCHEDULER", "CELERYBEAT_SCHEDULER", "beat_scheduler")


@dataclass(frozen=True)
class Code:
    """The app's Python files. start: the folder in which the names of modules start. site: the app's name.
    apps: those that Django has installed -> their places.
    """

    tree: Tree
    start: str
    site: str
    apps: Mapping[str, str] = field(default_factory=dict)

    def modules(self) -> Iterator[tuple[str, ast.Module]]:
        """The files below `start`, with their syntax trees."""
        for path, module in self.tree.modules.items():
            if path.startswith(join(self.start, "")):
                yield path, module

    def module(self, path: str) -> str:
        """The name by which Python imports that file."""
        relative = path.removeprefix(join(self.start, "")).removesuffix(".py")
        return relative.removesuffix("/__init__").replace("/", ".")


def candidates(code: Code) -> Iterator[Candidate]:
    """A worker for each application of Celery, and a scheduler if there is something to schedule."""
    found = list(_applications(code))
    for module, place in found[:1]:
        doubt = f"there are {len(found)} applications of Celery" if len(found) > 1 else ""
        words = ("celery", "-A", module, "worker", "-l", "info", *_queues(code))
        yield Candidate("worker", Line(words, ""), place, doubt=doubt)
        if schedule := _schedule(code):
            beat = ("celery", "-A", module, "beat", "-l", "info")
            yield Candidate("beat", with_schedule(Line(beat, ""), code), schedule, doubt=doubt)


def with_schedule(line: Line, code: Code) -> Line:
    """Celery's scheduler keeps its state in the working directory, which is the release: elsewhere then.

    Not as *.db, which backups take for a database.
    """
    given = any(
        word.split("=")[0] in ("-s", "--schedule", "-S", "--scheduler") for word in line.words
    )
    if given or "beat" not in line.words or _sets(code, _SCHEDULER):
        return line
    more = f"--schedule=/srv/{code.site}/shared/database/.celerybeat-schedule"
    if _IN_DATABASE in code.apps:
        more = f"--scheduler={_DATABASE}"
    return Line((*line.words, more), line.text, line.is_plain)


def _applications(code: Code) -> Iterator[tuple[str, str]]:
    """The module for `celery -A`, and the place of the application in it."""
    for path, module in code.modules():
        for _, value, line in syntax.assigned(module.body):
            if syntax.called(value) == "Celery":
                # `-A shop` finds shop/celery.py.
                yield code.module(path).removesuffix(".celery"), f"{path}:{line}"


def _schedule(code: Code) -> str:
    """Where there is something to schedule."""
    places = [place for _, place in _values(code, _SCHEDULES)]
    places += [
        f"{path}:{getattr(node, 'lineno', 1)}"
        for path, module in code.modules()
        for node in ast.walk(module)
        if syntax.called(node) == "add_periodic_task"
    ]
    if places:
        return places[0]
    return code.apps.get(_IN_DATABASE, "")


def _queues(code: Code) -> tuple[str, ...]:
    """`-Q` with the queues that tasks are sent to; a worker takes those of a setting by itself."""
    if _sets(code, ("CELERY_TASK_QUEUES", "CELERY_QUEUES", "task_queues")):
        return ()
    names = dict.fromkeys(name for name in _sent_to(code) if name)
    defaults = _values(code, ("CELERY_TASK_DEFAULT_QUEUE", "task_default_queue"))
    default = next((text for value, _ in defaults if (text := syntax.text(value))), "celery")
    others = [name for name in names if name != default]
    return ("-Q", ",".join((default, *others))) if others else ()


def _sent_to(code: Code) -> Iterator[str]:
    """The queues in routes, in decorators of tasks and in their calls."""
    for value, _ in _values(code, ("CELERY_TASK_ROUTES", "CELERY_ROUTES", "task_routes")):
        for node in ast.walk(value):
            yield syntax.text(syntax.items(node).get("queue"))
    for _, module in code.modules():
        for node in ast.walk(module):
            called = syntax.called(node)
            if isinstance(node, ast.Call) and called in ("shared_task", "task", "apply_async"):
                yield syntax.text(syntax.keyword(node, "queue"))


def _sets(code: Code, names: tuple[str, ...]) -> bool:
    return next(_values(code, names), None) is not None


def _values(code: Code, names: tuple[str, ...]) -> Iterator[tuple[ast.expr, str]]:
    """What settings of these names get: X = …, app.conf.x = …, app.conf.update(x=…)."""
    for path, module in code.modules():
        for node in ast.walk(module):
            match node:
                case ast.Assign(
                    targets=[ast.Name(id=name) | ast.Attribute(attr=name)], value=value
                ):
                    pass
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    pass
                case ast.keyword(arg=str(name), value=value):
                    pass
                case _:
                    continue
            if name in names:
                yield value, f"{path}:{value.lineno}"
