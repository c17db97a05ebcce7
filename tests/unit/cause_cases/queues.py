"""Cases of rules: tasks that are lost or don't get to a worker."""

from typing import Any

from tests.unit.cause_cases.base import VIEWS, Case, facts, raised, said
from understudy.diagnosis.rules import Evidence

WORKER: dict[str, Any] = {"worker": {"command": ["celery", "-A", "shop", "worker"]}}
BEAT: dict[str, Any] = {
    "beat": {"command": ["celery", "-A", "shop", "beat", "-s", "/srv/todo/beat"]}
}
UNIT = "todo-worker@1a2b3c4d-5e6f7a8b.service"
TASKS = "def note(mark): ...\n"


def lost(*journal: str) -> Evidence:
    """What the step prints, with the journal in it."""
    return said(
        "10 tasks were lost and 0 done twice, of 35 that were enqueued while a release went live on vagrant",
        "lost: 584164847173 (enqueued by 1a2b3c4d-5e6f7a8b)",
        "--- journal ---",
        *journal,
    )


UNREGISTERED = lost("Received unregistered task of type 'shop.tasks.note'.")
PORT = raised("ValueError: Port could not be cast to integer value as '4yF'", code="parts.port")

CASES = {
    "tasks-eager": Case(
        said("CELERY_TASK_ALWAYS_EAGER is on: tasks run in the process that enqueues them"),
        facts(VIEWS),
    ),
    "two-schedulers": Case(
        said(
            "processes.beat is a scheduler, and not `single`: two of them begin each job twice; "
            "set `single: true`"
        ),
        facts(VIEWS),
    ),
    "scheduler-in-workers": Case(
        said("processes.worker has a scheduler in each worker, and is not `single`: each job"),
        facts(VIEWS),
    ),
    "queue-in-a-cache": Case(
        said("BROKER_URL is a queue, and services.redis is `for: cache`: it forgets tasks"),
        facts(VIEWS),
    ),
    "scheduler-state-taken-for-a-database": Case(
        said("Error: in prepare, file is not a database (26)", "can't copy /srv/todo/beat.db"),
        facts(VIEWS, processes=BEAT),
        facts(VIEWS, processes=WORKER),
    ),
    "scheduler-state-beside-databases": Case(
        said(
            "processes.beat keeps its state in /srv/todo/beat: a backup takes beat.db for a database"
        ),
        facts(VIEWS),
    ),
    "result-backend-missing": Case(
        said(raised("NotImplementedError: No result backend is configured.")),
        facts(VIEWS),
        facts({**VIEWS, "shop/celery.py": "app.conf.result_backend = url\n"}),
    ),
    "url-with-a-bare-password": Case(
        said(PORT),
        facts(VIEWS, environment={"BROKER_PASSWORD": "4yF/9w0Zr"}),
        facts(VIEWS, environment={"BROKER_PASSWORD": "4yF"}),
        said(raised("ValueError: Port out of range 0-65535")),
    ),
    "worker-unit-in-the-commit": Case(
        lost(),
        facts({**VIEWS, "ops/shop-worker.service": "[Service]\n"}, processes=BEAT),
        facts({**VIEWS, "ops/shop-worker.service": "[Service]\n"}, processes=WORKER),
    ),
    "no-worker": Case(lost(), facts(VIEWS, processes=BEAT), facts(VIEWS, processes=WORKER)),
    "task-unknown-to-the-new-release": Case(
        UNREGISTERED,
        facts(VIEWS, processes=WORKER),
        facts({**VIEWS, "shop/tasks.py": TASKS}, processes=WORKER),
    ),
    "task-unknown-to-the-old-release": Case(
        UNREGISTERED,
        facts({**VIEWS, "shop/tasks.py": TASKS}, processes=WORKER),
        facts(VIEWS, processes=WORKER),
    ),
    "task-with-other-arguments": Case(
        lost("TypeError: note() missing 1 required positional argument: 'reader'"),
        facts({**VIEWS, "shop/tasks.py": TASKS}, processes=WORKER),
        facts(VIEWS, processes=WORKER),
    ),
    "task-cut-off": Case(
        lost(
            f"{UNIT}: State 'stop-sigterm' timed out. Killing.",
            f"Stopped {UNIT} - todo, worker of release 1a2b3c4d-5e6f7a8b.",
        ),
        facts(VIEWS, processes=WORKER),
        false_words=lost(f"Stopped {UNIT} - todo, worker of release 1a2b3c4d-5e6f7a8b."),
    ),
}
