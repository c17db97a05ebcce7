"""After a run and its report: hooks of its outcome, and messages about it. Neither changes the exit code."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.errors import UnderstudyError
from understudy.notify import outcome
from understudy.paths import Project
from understudy.report.recorder import Recorder

if TYPE_CHECKING:
    from understudy.hooks.event import Event
    from understudy.job import Job
    from understudy.report.record import Record


# The verbs that have hooks after a failure or a verdict.
WITH_HOOKS = ("rehearse", "deploy", "rollback")


class Afterwards:
    """What follows a run of a verb that has been reported to the recorder."""

    def __init__(self, options: argparse.Namespace, project: Project, recorder: Recorder) -> None:
        self._options, self._project, self._recorder = options, project, recorder

    def __call__(self, record: "Record", code: int, page: Path | None) -> bool:
        """Runs the hooks and sends the messages. Returns whether hooks have added to the record.

        code: the run's exit code. page: of its report, None if that could not be written.
        """
        if not outcome.happened(record, code):
            return False
        with self._only_warning():
            from understudy.cli.verbs.context import job_of

            job = job_of(self._options, self._project, self._recorder)
            hooks_ran = False
            with self._only_warning():
                hooks_ran = _run_hooks(job, record, _event(record, code, page))
            _notify(job, record, code, page)
            return hooks_ran
        return False

    @contextmanager
    def _only_warning(self) -> Iterator[None]:
        try:
            yield
        except UnderstudyError as error:
            self._recorder.warn("\n".join(filter(None, (error.summary, error.details))))
        except KeyboardInterrupt:
            self._recorder.warn("interrupted: not all hooks of the outcome and messages were done")


def _event(record: "Record", code: int, page: Path | None) -> "Event":
    from understudy.hooks.event import Event

    word = outcome.verdict(record, code)
    live = outcome.live(record)
    return Event(
        "after_verdict" if word else "after_failure",
        commit=outcome.commit_id(record),
        release=live.get("release", ""),
        verdict=word,
        report=str(page or ""),
        seconds=record.seconds,
        error=record.error.summary if record.error else "",
    )


def _run_hooks(job: "Job", record: "Record", event: "Event") -> bool:
    """Those after a verdict or a failure. Returns whether there are any."""
    from understudy.hooks import run

    if not (event.verdict or event.error) or record.verb not in WITH_HOOKS:
        return False
    if not (run.of_here(job, event) or run.of_host(job, event)):
        return False
    # A phase of its own: the last one of a rehearsal has ended.
    phase = job.report.phase("hooks", "run the hooks after the verdict")
    with phase if event.verdict else nullcontext():
        run.here(job, event)
        if run.of_host(job, event):
            _run_on_hosts(job, event)
    return True


def _run_on_hosts(job: "Job", event: "Event") -> None:
    from understudy.hooks import run
    from understudy.host import all_hosts, session

    def run_there(host: "Job") -> None:
        with session.connected(host, needs=()) as (connection, observed):
            if observed.current:
                run.on_host(host, connection, event)

    all_hosts.look(all_hosts.jobs(job), run_there)


def _notify(job: "Job", record: "Record", code: int, page: Path | None) -> None:
    config = job.config.notify
    if not config.to:
        return
    from understudy.cli.known_secrets import known_secrets
    from understudy.notify import message, send
    from understudy.report.record import masked

    shown = message.link(config.link, os.environ, str(page or ""))
    secrets = known_secrets(job.project)
    what = message.message(job.config, masked(record, secrets), code, shown)
    if what is None:
        return
    failures = list(send.send(what, config.to, os.environ))
    for failure in failures:
        job.report.warn(failure)
    if len(failures) < len(config.to):
        job.report.say(
            f"notified of the {what.event}: {len(config.to) - len(failures)} of {len(config.to)}"
        )
