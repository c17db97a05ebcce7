"""How alike two of these are: a target, another target, what was captured, what the code wants."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from understudy.errors import ConfigError, StepFailed
from understudy.host.provisioning import of_project
from understudy.job import Job
from understudy.local.atomic_write import atomic_write
from understudy.parity import capture_host
from understudy.parity.capture import lockfile
from understudy.parity.capture.value import Capture
from understudy.parity.drift import page, table
from understudy.parity.drift.code import wanted
from understudy.parity.drift.comparison import Comparison, Side, compare
from understudy.release import render

CAPTURE, CODE = "capture", "code"


def find(job: Job, of: str | None, model: str | None, copy: str | None) -> list[Comparison]:
    """What the command line asked for: a target alone, or two sides, by default the VM and what it
    stands for.
    """
    if of and (model or copy):
        raise ConfigError("drift takes either --target, or --from and --to")
    if of:
        return of_target(job, of)
    return between(job, model or job.config.vm.stands_for, copy or job.target_name)


def between(job: Job, model: str, copy: str) -> list[Comparison]:
    """What is different about the copy. model, copy: a target's name, `capture` or `code`."""
    # Before any host is asked, which takes a while.
    for name in (model, copy):
        _must_be_there(job, name)
    sides = _side(job, model, of=copy), _side(job, copy, of=model)
    return [compare(*sides, job.config.parity.intended)]


def of_target(job: Job, target: str) -> list[Comparison]:
    """What somebody changed on a host: by its capture, if there is one, and by the code.

    What is meant to be between two hosts is no reason for one to be unlike itself.
    """
    models = [Side(CODE, _code(job, target), partial=True)]
    if capture_host.lock_path(job, target).exists():
        models.insert(0, Side(CAPTURE, capture_host.load(job, target)))
    else:
        job.report.warn(
            f"there is no capture of {target}, so only what the code names is compared; "
            f"{lockfile.command(target)} makes one"
        )
    host = Side(target, capture_host.take(job, target))
    return [compare(model, host) for model in models]


def _must_be_there(job: Job, name: str) -> None:
    if name in (CAPTURE, CODE) and name in job.config.targets:
        raise ConfigError(
            f"a target of deploy.yml is called {name}, and drift means another thing by it",
            hint="Give the target another name.",
        )
    if name == CAPTURE:
        capture_host.load(job, capture_host.production(job))
    elif name != CODE:
        capture_host.host_of(job, name)


def _side(job: Job, name: str, of: str) -> Side:
    """of: the other one, which says whose code is meant."""
    if name == CAPTURE:
        return Side(name, capture_host.load(job, capture_host.production(job)))
    if name == CODE:
        target = job.config.vm.stands_for if of in (CAPTURE, CODE) else of
        return Side(name, _code(job, target), partial=True)
    return Side(name, capture_host.take(job, name))


def _code(job: Job, target: str) -> Capture:
    host = capture_host.host_of(job, target)
    files = render.host_files(job.config, host, job.project.templates)
    return wanted(job.config, host, files, of_project(job.project, job.config, host.admin))


def tell(job: Job, comparisons: Sequence[Comparison], *, html: bool) -> None:
    """Tells what is different. Raises StepFailed if a parity is under the threshold of deploy.yml."""
    threshold = job.config.parity.threshold
    told = {"threshold": threshold, "comparisons": [found.to_json() for found in comparisons]}
    job.report.attach("parity", told)
    for comparison in comparisons:
        _tell(job, comparison)
    if html:
        job.report.say(f"page: {_write_page(job, comparisons)}")
    lowest = min(comparisons, key=lambda found: found.score)
    if lowest.score < threshold:
        raise StepFailed(
            f"parity of {lowest.copy} with {lowest.model} is {lowest.score}; "
            f"deploy.yml asks for {threshold:g}",
            hint="Mend the first ones above, or declare what is meant to be under parity.intended.",
        )


def _tell(job: Job, comparison: Comparison) -> None:
    for line in table.lines(comparison, shutil.get_terminal_size().columns):
        job.report.say(line)
    for pattern in comparison.unused:
        job.report.warn(f"parity.intended in deploy.yml: {pattern} fits nothing here")
    job.report.say(
        f"parity of {comparison.copy} with {comparison.model}: {comparison.score} of 100, "
        f"{len(comparison.differences)} differences in {comparison.compared} values"
    )


def _write_page(job: Job, comparisons: Sequence[Comparison]) -> Path:
    path = job.project.reports / "drift.html"
    threshold = job.config.parity.threshold
    atomic_write(path, page.render(job.project.templates, comparisons, threshold))
    return path.relative_to(job.project.directory)
