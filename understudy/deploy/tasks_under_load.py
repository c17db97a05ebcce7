"""Tasks are enqueued while a release goes live: each must be done, and only once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from understudy.commands import Argv, site, tasks, units
from understudy.config.verify import Tasks
from understudy.errors import StepFailed
from understudy.job import Job
from understudy.local.numbers import number_of
from understudy.release.layout import Paths
from understudy.ssh.connection import Connection
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
    `verify.tasks`. Raises StepFailed if a task is lost or done twice, or can't be enqueued.
    """
    wanted = job.config.verify.tasks
    if wanted is None:
        yield
        return
    queue = _Queue(job, connection, wanted)
    load = TaskLoad(queue.enqueue, queue.done)
    with load:
        yield
    with job.report.step("wait until all tasks are done"):
        count = load.finish(old, wanted.wait)
    job.report.attach("tasks counted", asdict(count))
    job.report.say(count.text())
    if not count.is_right:
        logs = site.logs(units.of_site(job.config), JOURNAL_LINES, since=load.began)
        journal = connection.run(logs).text
        raise _wrong(job, count, f"{count.details(load.enqueued_by)}\n--- journal ---\n{journal}")


@dataclass(frozen=True)
class _Queue:
    """The app's queue, by its own commands."""

    job: Job
    connection: Connection
    wanted: Tasks

    def enqueue(self, marks: Sequence[str]) -> str:
        """Returns the id of the release that did it. Raises StepFailed if the command fails."""
        return self._run("enqueue", tasks.enqueue(self._paths, self.wanted.enqueue, marks))[0]

    def done(self) -> Iterator[tuple[str, str]]:
        """Raises StepFailed if the command fails."""
        return task_count.notes(self._run("done", tasks.done(self._paths, self.wanted.done))[1:])

    @property
    def _paths(self) -> Paths:
        return Paths(self.job.config.root)

    def _run(self, key: str, command: Argv) -> list[str]:
        """The lines that it printed: the live release's id, and then its own."""
        done = self.connection.run(command, user=self.job.config.app.name)
        lines = done.output.splitlines()
        if not done.ok or not lines:
            name = self.job.target_name
            raise StepFailed(
                f"verify.tasks.{key} failed on {name}",
                details=done.text,
                hint="The command runs in the live release, as the app's user. To try it: "
                f"python deploy.py run --target {name} -- COMMAND",
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
