"""Tasks are enqueued before, while and after a release goes live, and counted."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from itertools import cycle
from typing import cast

import pytest

from tests.unit.fakes import FakeConnection, config, failed, printed
from tests.unit.staging import Staging
from understudy.commands import Argv
from understudy.config.target import TargetConfig
from understudy.config.verify import Tasks
from understudy.deploy import tasks_under_load
from understudy.deploy.tasks_under_load import counted_tasks
from understudy.diagnosis.causes.queues import _LOST
from understudy.errors import StepFailed
from understudy.host import all_hosts
from understudy.job import Job
from understudy.ssh.connection import Connection, Result
from understudy.traffic import task_load
from understudy.traffic.task_load import TASKS_OF_A_BATCH

TASKS = Tasks(enqueue=("enqueue",), done=("list-done",), wait=1)
LOGS = {"journalctl": printed("worker: bad task")}


class Queue(FakeConnection):
    """A host whose workers do each task as `work` says: the lines that they note for a mark."""

    def __init__(self, work: Callable[[str], list[str]], live: str = "old") -> None:
        super().__init__(LOGS)
        self.work, self.live, self.done = work, live, list[str]()
        self.enqueuing: Result | None = None

    def run(self, argv: Argv, **more: object) -> Result:
        if "list-done" in argv:
            return printed("\n".join([self.live, *self.done]))
        if "enqueue" in argv:
            self.notes.append("enqueue")
            marks = argv[argv.index("enqueue") + 1 :]
            self.done += [line for mark in marks for line in self.work(mark)]
            return self.enqueuing or printed(f"{self.live}\n")
        return super().run(argv)


def job(staging: Staging, tasks: Tasks | None = TASKS, *, disposable: bool = True) -> Job:
    found = staging.job(disposable=disposable)
    verify = found.config.verify.model_copy(update={"tasks": tasks})
    return Job(
        found.project,
        found.config.model_copy(update={"verify": verify}),
        found.target_name,
        found.report,
    )


@pytest.fixture
def staging(monkeypatch: pytest.MonkeyPatch) -> Staging:
    monkeypatch.setattr(task_load, "PAUSE", 0.01)
    return Staging()


def go_live(staging: Staging, queue: Queue) -> None:
    with counted_tasks(job(staging), cast(Connection, queue), "old"):
        enqueued = len(queue.notes)
        while len(queue.notes) == enqueued:
            pass
        queue.live = "new"


def test_tasks_are_enqueued_before_during_and_after_the_switch(staging: Staging) -> None:
    queue = Queue(lambda mark: [f"{mark} {queue.live}"])

    go_live(staging, queue)

    count = len(queue.notes) * TASKS_OF_A_BATCH
    assert len(queue.notes) >= 3
    expected = f"tasks: {count} enqueued, {count} done once, 0 twice, 0 lost"
    assert staging.report.said == [expected]


WEB, WORKER = "192.0.2.1", "192.0.2.2"


def on_web_host(staging: Staging) -> Job:
    """Its tasks are done on another host."""
    roles = {WEB: ["web"], WORKER: ["worker"], "192.0.2.3": ["database"]}
    hosts = [{"address": address, "roles": own} for address, own in roles.items()]
    app = {"source": "app", "database": "postgresql", "media_url": None}
    parts = {
        "processes": {"mailer": {"command": ["mailer"]}},
        "verify": {"tasks": TASKS.model_dump()},
    }
    whole = config(app, {"hosts": hosts, "mail": "off", "disposable": True}, **parts)
    made = replace(staging.job(), config=whole)
    return next(host for host in all_hosts.jobs(made) if host.address == WEB)


@pytest.mark.parametrize("is_lost", [False, True])
def test_tasks_of_a_web_host_are_counted_where_the_workers_are(
    is_lost: bool, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Queue(lambda _: [])

    def work(mark: str) -> list[str]:
        worker.done += [] if is_lost else [f"{mark} old"]
        return []

    web = Queue(work)
    asked: list[str] = []

    def connect(target: TargetConfig, user: str) -> AbstractContextManager[Queue]:
        asked.append(f"{user}@{target.address}")
        return nullcontext(worker)

    monkeypatch.setattr(tasks_under_load, "SshConnection", connect)
    failure = pytest.raises(StepFailed, match="lost") if is_lost else nullcontext()

    with failure, counted_tasks(on_web_host(staging), cast(Connection, web), "old"):
        pass

    assert asked == [f"deploy@{WORKER}"]
    assert set(web.notes) == {"enqueue"}
    assert "enqueue" not in worker.notes
    assert is_lost == any("shop-mailer@" in note for note in worker.notes)


def test_command_that_lists_what_is_done_fails_on_the_host_with_workers(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        tasks_under_load,
        "SshConnection",
        lambda *_: nullcontext(FakeConnection({}, ("list-done",))),
    )

    with (
        pytest.raises(StepFailed) as raised,
        counted_tasks(on_web_host(staging), cast(Connection, Queue(lambda _: [])), "old"),
    ):
        pass

    assert raised.value.summary == f"verify.tasks.done failed on staging ({WORKER})"
    assert f"run --target staging --host {WORKER} -- " in raised.value.hint


def test_task_that_is_lost_is_reported_with_the_journal(staging: Staging) -> None:
    queue = Queue(lambda mark: [])

    with pytest.raises(StepFailed) as raised:
        go_live(staging, queue)

    assert re.match(r"\d+ tasks were lost and 0 done twice", raised.value.summary)
    assert "(enqueued by old)" in raised.value.details
    assert "worker: bad task" in raised.value.details
    # What was logged before has other causes.
    assert any(re.search(r"journalctl .* --since @\d+", note) for note in queue.notes)


def test_one_lost_task_is_counted_in_words_that_the_causes_know(staging: Staging) -> None:
    lost: list[str] = []

    def done(mark: str) -> list[str]:
        lost.append(mark)
        return [] if mark == lost[0] else [f"{mark} new"]

    with pytest.raises(StepFailed, match=r"^1 task was lost and 0 done twice") as raised:
        go_live(staging, Queue(done))

    assert re.search(_LOST.pattern, raised.value.summary)


def test_old_worker_that_does_not_know_a_new_task_is_the_reason_for_workers_first(
    staging: Staging,
) -> None:
    """It did others of the new release: those that it knows, here each second one."""
    known = cycle([True, False])
    queue = Queue(lambda mark: [f"{mark} old"] if next(known) else [])

    with pytest.raises(StepFailed) as raised:
        go_live(staging, queue)

    assert "`workers_first: true`" in raised.value.hint


def test_task_that_is_done_twice_is_a_failure(staging: Staging) -> None:
    queue = Queue(lambda mark: [f"{mark} old", f"{mark} new"])

    with pytest.raises(StepFailed, match="0 tasks were lost and"):
        go_live(staging, queue)


def test_command_that_can_not_enqueue_is_shown_with_its_output(staging: Staging) -> None:
    queue = Queue(lambda mark: [])
    queue.enqueuing = failed(errors="ConnectionRefusedError: redis")

    with pytest.raises(StepFailed) as raised:
        go_live(staging, queue)

    assert raised.value.summary == "verify.tasks.enqueue failed on staging"
    assert "ConnectionRefusedError: redis" in raised.value.details


def test_failure_of_the_deploy_is_not_hidden_by_a_count(staging: Staging) -> None:
    queue = Queue(lambda mark: [])

    with (
        pytest.raises(StepFailed, match="the release is not healthy"),
        counted_tasks(job(staging), cast(Connection, queue), "old"),
    ):
        raise StepFailed("the release is not healthy")


def test_app_without_tasks_is_asked_for_none(staging: Staging) -> None:
    host = FakeConnection()

    with counted_tasks(job(staging, None), cast(Connection, host), "old"):
        pass

    assert not host.notes


def test_real_queue_gets_no_tasks_of_a_test(staging: Staging) -> None:
    host = FakeConnection()

    with counted_tasks(job(staging, disposable=False), cast(Connection, host), "old"):
        pass

    assert not host.notes
    assert any("verify.tasks: none enqueued" in one for one in staging.report.said)
