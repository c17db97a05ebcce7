"""Cases of rules: a process of a release that doesn't come to run."""

from tests.unit.cause_cases.base import SOURCE, VIEWS, Case, facts, said
from understudy.diagnosis.rules import Evidence


def not_ready(why: str, *journal: str) -> Evidence:
    """What the step prints."""
    return said(
        "start the processes of 1a2b3c4d-5e6f7a8b and wait until they are ready: worker x2: failed",
        f"worker 2 of release 1a2b3c4d-5e6f7a8b: {why}",
        "the last lines of the journal of todo-worker@1a2b3c4d-5e6f7a8b.2.service:",
        *journal,
    )


ENDED = "it ended by itself with exit status"
FILE = f"    python: can't open file '{SOURCE}/worker.py': [Errno 2] No such file or directory"

CASES = {
    "process-command-not-found": Case(
        not_ready(
            "exit status 127: a command was not found. Is it in the release's environment?",
            f"    {SOURCE.removesuffix('source')}run: 41: exec: celery: not found",
        ),
        facts(VIEWS),
    ),
    "process-file-missing": Case(
        not_ready(f"{ENDED} 2", FILE), facts(VIEWS), facts({**VIEWS, "worker.py": ""})
    ),
    "process-by-sudo": Case(
        not_ready(
            f"{ENDED} 1", '    sudo: The "no new privileges" flag is set, which prevents sudo'
        ),
        facts(VIEWS),
    ),
    "process-detaches": Case(
        not_ready(f"{ENDED} 0", "It left others behind: it has to stay in the foreground"),
        facts(VIEWS),
    ),
    "process-ends-at-once": Case(
        not_ready(f"{ENDED} 0", "    done all", "It has to run until it is stopped: what"),
        facts(VIEWS),
    ),
    "process-does-not-notify": Case(
        not_ready(
            "it has not notified systemd within 6 s: ready and app.start_timeout in deploy.yml",
            "    todo-worker@1a2b3c4d-5e6f7a8b.service: start operation timed out. Terminating.",
        ),
        facts(VIEWS),
    ),
    "process-not-ready-by-its-command": Case(
        not_ready("its command for ready has not succeeded within 6 s, and has printed: no broker"),
        facts(VIEWS),
    ),
    "process-lock-taken": Case(
        not_ready(
            "it waited 60 s for the lock /srv/todo/locks/worker, which another process has: 812 (celery)"
        ),
        facts(VIEWS),
    ),
    "process-memory": Case(
        not_ready("it was killed because it took more memory than it may: memory_max"),
        facts(VIEWS),
    ),
}
