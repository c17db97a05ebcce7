"""Compares two sides: targets, a target's capture, or the state that the code describes."""

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
from understudy.parity.drift import page
from understudy.parity.drift.answer import Drift
from understudy.parity.drift.code import capture_of_code
from understudy.parity.drift.comparison import Comparison, Side, compare
from understudy.release import render

CAPTURE, CODE = NO_HOSTS = "capture", "code"


def comparisons(
    job: Job, of: str | None = None, sides: Sequence[str] | None = None
) -> list[Comparison]:
    """The comparisons for the options --target and --between. Without options: the VM with the target that
    it mirrors.

    Raises ConfigError for options that exclude each other, an unknown side, a missing capture or no target
    that the VM mirrors, and what capture_host.take() raises.
    """
    if of and sides:
        raise ConfigError("drift takes either --target or --between")
    if of:
        return of_target(job, of)
    model, copy = sides or (job.config.mirrored_target(), job.target_name)
    return between(job, model, copy)


def between(job: Job, model: str, copy: str) -> list[Comparison]:
    """Compares the copy with the model. model, copy: a target's name, `capture` or `code`."""
    # Before any host is read, which takes a while.
    for name in (model, copy):
        _require(job, name)
    sides = _side(job, model, of=copy), _side(job, copy, of=model)
    return [compare(*sides, job.config.parity.intended)]


def of_target(job: Job, target: str) -> list[Comparison]:
    """What was changed on a host since its capture, if there is one, and against the code.

    Differences intended between two hosts do not apply: here a host is compared with itself.
    """
    models = [Side(CODE, _code(job, target), partial=True)]
    if capture_host.lock_path(job, target).exists():
        models.insert(0, Side(CAPTURE, capture_host.load(job, target)))
    else:
        job.report.warn(
            f"there is no capture of {target}: comparing only what the code names. "
            f"`{lockfile.command(target)}` makes one"
        )
    host = Side(target, capture_host.take(job, target))
    return [compare(model, host) for model in models]


def _require(job: Job, name: str) -> None:
    if name in (CAPTURE, CODE) and name in job.config.targets:
        raise ConfigError(
            f"a target in deploy.yml is named {name}, which means something else to drift",
            hint="Give the target another name.",
        )
    if name == CAPTURE:
        capture_host.load(job, capture_host.mirrored_target(job))
    elif name != CODE:
        capture_host.host_of(job, name)


def _side(job: Job, name: str, of: str) -> Side:
    """One side. of: the other one, which decides whose code is meant."""
    if name == CAPTURE:
        return Side(name, capture_host.load(job, capture_host.mirrored_target(job)))
    if name == CODE:
        target = job.config.vm.stands_for if of in (CAPTURE, CODE) else of
        return Side(name, _code(job, target), partial=True)
    return Side(name, capture_host.take(job, name))


def _code(job: Job, target: str) -> Capture:
    host = capture_host.host_of(job, target)
    files = render.host_files(job.config, host, job.project.templates)
    return capture_of_code(job.config, host, files, of_project(job.project, job.config, host))


def show(job: Job, comparisons: Sequence[Comparison], *, html: bool) -> None:
    """Shows the differences. Raises StepFailed if a parity score is below parity.threshold.

    html: also write reports/drift.html.
    """
    threshold = job.config.parity.threshold
    job.report.answer(Drift(threshold, tuple(comparisons), shutil.get_terminal_size().columns))
    for pattern in (pattern for comparison in comparisons for pattern in comparison.unused):
        job.report.warn(job.located(f"parity.intended: {pattern} matches nothing here"))
    if html:
        job.report.say(f"page: {_write_page(job, comparisons)}")
    lowest = min(comparisons, key=lambda found: found.score)
    if lowest.score < threshold:
        raise StepFailed(
            f"parity of {lowest.copy} with {lowest.model} is {lowest.score}; "
            f"deploy.yml asks for {threshold:g}",
            hint="Fix the first differences above, or declare intended ones in parity.intended.",
        )


def _write_page(job: Job, comparisons: Sequence[Comparison]) -> Path:
    path = job.project.reports / "drift.html"
    threshold = job.config.parity.threshold
    atomic_write(path, page.render(job.project.templates, comparisons, threshold))
    return path.relative_to(job.project.directory)
