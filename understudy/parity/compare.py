"""Compares two sides: targets, a target's capture, or the state that the code describes. Of several hosts each
with the one that plays it.
"""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from understudy.errors import ConfigError, StepFailed
from understudy.job import Job, with_address
from understudy.local.atomic_write import atomic_write
from understudy.parity import capture_host
from understudy.parity.capture import lockfile
from understudy.parity.drift import page, pairs
from understudy.parity.drift.answer import Drift
from understudy.parity.drift.comparison import Comparison, compare
from understudy.parity.drift.pairs import CAPTURE, CODE, Pair
from understudy.parity.sides import Sides

NO_HOSTS = CAPTURE, CODE


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
        _refuse_ambiguous(job, name)
        _require_address(job, name)
    found = pairs.between(job.config, model, copy, capture_host.mirrored_target(job))
    each = tuple(_captured(job, model, copy, found.each)) if found.each[0].host else found.each
    for pair in each:
        _require(job, model, pair.model)
        _require(job, copy, pair.copy)
    sides = Sides(job, found.names)
    sides.read(model, [one for pair in each for one in (pair.model, *pair.others)])
    sides.read(copy, [pair.copy for pair in each])
    return [
        compare(
            sides.get(model, pair.model, pair.others),
            sides.get(copy, pair.copy),
            job.config.parity.intended,
            host=pair.host,
        )
        for pair in each
    ]


def of_target(job: Job, target: str) -> list[Comparison]:
    """What was changed on each host since its capture, if there is one, and against the code.

    Differences intended between two hosts do not apply: here a host is compared with itself.
    """
    each, sides = pairs.between(job.config, target, target).each, Sides(job)
    for pair in each:
        _require(job, target, pair.model)
        if not sides.has_capture(pair.model):
            job.report.warn(
                f"there is no capture of {pair.model}: comparing only what the code names. "
                f"`{lockfile.command(pair.model)}` makes one"
            )
    models = {pair: [CAPTURE, CODE] if sides.has_capture(pair.model) else [CODE] for pair in each}
    # Also a damaged capture is found before any host is read.
    found = {pair: [sides.get(name, pair.model) for name in models[pair]] for pair in each}
    sides.read(target, [pair.model for pair in each])
    return [
        compare(model, sides.get(target, pair.model), host=pair.host)
        for pair in each
        for model in found[pair]
    ]


def _captured(job: Job, model: str, copy: str, each: Sequence[Pair]) -> Iterator[Pair]:
    """Of several those of which there are the captures that are asked for; all if there are none."""
    hosts = [pair.model if model == CAPTURE else pair.copy for pair in each]
    missing = {host for host in hosts if not capture_host.lock_path(job, host).exists()}
    if CAPTURE not in (model, copy) or missing == {*hosts}:
        yield from each
        return
    for host, pair in zip(hosts, each, strict=True):
        if host not in missing:
            yield pair
        else:
            command = lockfile.command(host)
            job.report.warn(f"{host} is not compared: it has no capture. `{command}` makes one")


def _refuse_ambiguous(job: Job, name: str) -> None:
    if name in NO_HOSTS and name in job.config.targets:
        raise ConfigError(
            f"a target in deploy.yml is named {name}, which means something else to drift",
            hint="Give the target another name.",
        )


def _require_address(job: Job, name: str) -> None:
    """Of the VM before its first `up` it is also not known yet how many hosts it has."""
    hosts = job.config.targets[name].hosts() if name in job.config.targets else ()
    for host in hosts:
        with_address(host, name)


def _require(job: Job, side: str, host: str) -> None:
    if side == CAPTURE:
        capture_host.load(job, host)
    elif side != CODE:
        capture_host.host_of(job, host)


def show(job: Job, comparisons: Sequence[Comparison], *, html: bool) -> None:
    """Shows the differences. Raises StepFailed if a parity score is below parity.threshold.

    html: also write reports/drift.html.
    """
    threshold = job.config.parity.threshold
    job.report.answer(Drift(threshold, tuple(comparisons), shutil.get_terminal_size().columns))
    # What one of several hosts has need not be on all of them.
    for pattern in comparisons[0].unused:
        if all(pattern in one.unused for one in comparisons):
            job.report.warn(job.located(f"parity.intended: {pattern} matches nothing here"))
    if html:
        job.report.say(f"page: {_write_page(job, comparisons)}")
    below = [one for one in comparisons if one.score < threshold]
    if below:
        raise StepFailed(
            f"{_lowest(below)}; deploy.yml asks for {threshold:g}",
            hint="Fix the first differences above, or declare intended ones in parity.intended.",
        )


def _lowest(below: Sequence[Comparison]) -> str:
    lowest = min(below, key=lambda found: found.score)
    others = {one.host for one in below} - {lowest.host}
    more = f"; also too low: {', '.join(sorted(others))}" if others else ""
    return f"parity of {lowest.copy} with {lowest.model} is {lowest.score}{more}"


def _write_page(job: Job, comparisons: Sequence[Comparison]) -> Path:
    path = job.project.reports / "drift.html"
    threshold = job.config.parity.threshold
    atomic_write(path, page.render(job.project.templates, comparisons, threshold))
    return path.relative_to(job.project.directory)
