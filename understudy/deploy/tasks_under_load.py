"""Tasks are enqueued while a release goes live: each must be done, and only once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from understudy.commands import Argv, site, tasks, units
from understudy.config import roles, topology
from understudy.config.model import Config
from understudy.config.verify import Tasks
from understudy.errors import StepFailed
from understudy.job import Job
from understudy.local.numbers import number_of
from understudy.release.layout import Paths
from understudy.ssh.connection import Connection, SshConnection
from understudy.traffic import task_count
from understudy.traffic.task_count import TaskCount
from understudy.traffic.task_load import TaskLoad

JOURNAL_LINES = 40
_WORKERS_FIRST = (
    " Tasks of the new release came to a worker of the old one: `workers_first: true` in app ends the old "
    "workers before the switch."
)


@contextmanager
def counted_tasks(job: Job, connection: Connection, old: str) -> Iterator[None]:
    """Enqueues tasks before, during and after the block, and waits until they are done.

    old: the release that is live at first, "" for a block that ends with it. Does nothing without
    `verify.tasks`, nor on a target that is not disposable: they would be among its real ones. They are enqueued
    on the job's host, and those that are done are listed where workers run.
    Raises StepFailed if a task is lost or done twice, or can't be enqueued.
    """
    wanted = job.config.verify.tasks
    if wanted and not job.is_disposable:
        job.report.say("  verify.tasks: none enqueued, since the target is not disposable")
        wanted = None
    if wanted is None:
        yield
        return
    with _workers(job, connection) as workers:
        queue = _Queue(job, connection, workers, wanted)
        load = TaskLoad(queue.enqueue, queue.done)
        with load:
            yield
        with job.report.step("wait until all tasks are done"):
            count = load.finish(old, wanted.wait)
        job.report.attach("tasks counted", asdict(count))
        job.report.say(count.text())
        if not count.is_right:
            logs = site.logs(units.of_site(workers.config), JOURNAL_LINES, since=load.began)
            journal = workers.connection.run(logs).text
            details = f"{count.details(load.enqueued_by)}\n--- journal ---\n{journal}"
            raise _wrong(job, count, details)


@dataclass(frozen=True)
class _Workers:
    """A host with workers, and what runs there. address: for --host; "" if it needs none."""

    config: Config
    connection: Connection
    address: str


@contextmanager
def _workers(job: Job, connection: Connection) -> Iterator[_Workers]:
    """Those of the job's host, or of several hosts the first that has any. connection: to the job's host."""
    target = job.config.target(job.target_name)
    first = topology.first_worker(target.host_list, job.address or "")
    if job.address in (None, first):
        yield _Workers(job.config, connection, job.address or "")
        return
    there = target.at(first)
    config = roles.of_host(job.whole or job.config, there)
    with SshConnection(there, config.host.deployer) as other:
        yield _Workers(config, other, first)


@dataclass(frozen=True)
class _Queue:
    """The app's queue, by its own commands. connection: to the job's host."""

    job: Job
    connection: Connection
    workers: _Workers
    wanted: Tasks

    def enqueue(self, marks: Sequence[str]) -> str:
        """Returns the id of the release that did it. Raises StepFailed if the command fails."""
        command = tasks.enqueue(self._paths, self.wanted.enqueue, marks)
        return self._run("enqueue", command, self.connection, self.job.address or "")[0]

    def done(self) -> Iterator[tuple[str, str]]:
        """Raises StepFailed if the command fails."""
        command = tasks.done(self._paths, self.wanted.done)
        lines = self._run("done", command, self.workers.connection, self.workers.address)
        return task_count.notes(lines[1:])

    @property
    def _paths(self) -> Paths:
        return Paths(self.job.config.root)

    def _run(self, key: str, command: Argv, host: Connection, address: str) -> list[str]:
        """The lines that it printed: the live release's id, and then its own."""
        done = host.run(command, user=self.job.config.app.name)
        lines = done.output.splitlines()
        if not done.ok or not lines:
            name = self.job.target_name
            raise StepFailed(
                f"verify.tasks.{key} failed on {name}{f' ({address})' if address else ''}",
                details=done.text,
                hint="The command runs in the live release, as the app's user. To try it: "
                f"python deploy.py run --target {name}{f' --host {address}' if address else ''} -- COMMAND",
            )
        return lines


def _wrong(job: Job, count: TaskCount, details: str) -> StepFailed:
    by_older = count.by_older and not job.config.app.workers_first
    return StepFailed(
        f"{_many(len(count.lost))} lost and {len(count.twice)} done twice, of {count.enqueued} that were "
        f"enqueued while a release went live on {job.target_name}",
        details=details,
        hint="A worker has to finish within stop_timeout what it began, or to give it back to the queue; and "
        f"each release must know the tasks of the one before.{_WORKERS_FIRST if by_older else ''}",
    )


def _many(tasks: int) -> str:
    return number_of(tasks, "task was", "tasks were")
