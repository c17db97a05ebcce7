"""The processes and timers that an app needs besides the web process: what deploy.yml says of them. Pure.

What a file says that other tools run comes first, then what follows from the code. Of two that do the same work
the first one counts.
"""

from collections.abc import Iterator
from dataclasses import replace

from understudy.project import celery_app, compose_file, crontabs, procfile, task_queues, unit_files
from understudy.project.candidates import Candidate, timer_name
from understudy.project.celery_app import Code
from understudy.project.django_settings import Settings
from understudy.project.packages import Packages
from understudy.project.settings_variables import EAGER
from understudy.project.values import Deployment, Found


def deployment(
    code: Code, folder: str, packages: Packages, settings: Settings | None = None
) -> Deployment:
    """folder: of the app. settings: of a Django project."""
    processes: dict[str, Found] = {}
    timers: dict[str, Found] = {}
    done: set[str] = set()
    for source in _sources(code, folder, packages, settings):
        titles = set()
        for candidate in source:
            kind = candidate.kind
            if kind and kind.title in done:
                continue
            name = _free_name(candidate, processes.keys() | timers.keys())
            if not name:
                continue
            found = _with_state(candidate, code)
            (timers if candidate.calendar else processes)[name] = replace(found, name=name).found
            titles |= {kind.title} if kind and kind.title and not candidate.is_aside else set()
        done |= titles
    notes = (*procfile.release_notes(code.tree, folder), *task_queues.notes(code))
    more = Deployment(processes=processes, timers=timers, notes=notes)
    return more.with_more(_redis_of_rq(processes))


def _sources(
    code: Code, folder: str, packages: Packages, settings: Settings | None
) -> Iterator[list[Candidate]]:
    yield list(procfile.candidates(code.tree, folder))
    yield list(unit_files.candidates(code.tree, folder))
    yield list(crontabs.candidates(code.tree, folder))
    if settings:
        yield list(crontabs.of_django(settings))
    if "celery" in packages and not _is_eager(settings):
        yield list(celery_app.candidates(code))
    yield list(
        task_queues.of_django(code, settings) if settings else task_queues.of_code(code, packages)
    )
    yield list(compose_file.candidates(code.tree, folder))


def _is_eager(settings: Settings | None) -> bool:
    """Whether the web process does its tasks itself."""
    return settings is not None and any(settings.constant(name) is True for name in EAGER)


def _free_name(candidate: Candidate, taken: set[str]) -> str:
    kind = candidate.kind
    names = [candidate.name, kind.name if kind else "", timer_name(candidate.line)]
    first = next(filter(None, names), "")
    numbered = (f"{first}-{number}" for number in range(2, 10) if first)
    return next((name for name in (*names, *numbered) if name and name not in taken), "")


def _with_state(candidate: Candidate, code: Code) -> Candidate:
    return replace(candidate, line=celery_app.with_schedule(candidate.line, code))


def _redis_of_rq(processes: dict[str, Found]) -> Deployment:
    """`rq worker` finds its server by this variable alone."""
    for found in processes.values():
        if found.is_sure and str(found.value["command"]).startswith("rq worker"):
            return Deployment(
                environment={"RQ_REDIS_URL": Found("{redis_url}", "for `rq worker`")},
                services={"redis": Found({"for": "queue"}, found.why)},
            )
    return Deployment()
