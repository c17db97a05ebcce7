"""Why tasks are lost or don't get to a worker. The words are those of Celery and deploy/tasks_under_load.py."""

import re

from understudy.config.processes import is_scheduler
from understudy.diagnosis.causes.checks import not_written, on_disk, written
from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Clue, Finding, Groups, Rule, holds

_LOST = Clue("step", r"^[1-9]\d* tasks? (was|were) lost and \d+ done twice, of \d+ ")
_UNKNOWN = Clue("said", r"Received unregistered task of type '(?P<task>[\w.]*?(?P<name>\w+))'")


def _no_worker(groups: Groups, facts: KnownFacts) -> Finding | None:
    """deploy.yml has no process, or only schedulers."""
    if facts.processes is None:
        return holds(None)
    return holds(all(is_scheduler(one["command"]) for one in facts.processes.values()))


def _in_a_value(groups: Groups, facts: KnownFacts) -> Finding | None:
    """What stands before the part that is wrong is not looked at: a secret would not be known."""
    for name, value in facts.environment.items():
        if re.search(rf"{re.escape(groups['part'])}[/?#]", value):
            return holds(True, name=name)
    return holds(None, name="one")


def _schedule(groups: Groups, facts: KnownFacts) -> Finding | None:
    for name, one in (facts.processes or {}).items():
        if any(word.endswith(f"{groups['folder']}/{groups['stem']}") for word in one["command"]):
            return holds(True, process=name)
    return None


_SETTINGS = (
    Rule(
        "tasks-eager",
        (Clue("step", r"^(?P<setting>\w+) is on: tasks run in the process that enqueues them"),),
        "{setting} is on: the web process does all tasks while the visitor waits, and no worker gets one",
        "Leave it to the settings of the developer's machine and of tests, or take it from the environment.",
    ),
    Rule(
        "two-schedulers",
        (Clue("step", r"processes\.(?P<process>[\w-]+) is a scheduler, and not `single`"),),
        "the scheduler {process} runs twice, at least while a release goes live, and begins each job twice",
        "single: true under processes.{process} in deploy.yml.",
    ),
    Rule(
        "scheduler-in-workers",
        (Clue("step", r"processes\.(?P<process>[\w-]+) has a scheduler in each worker"),),
        "each {process} has a scheduler in it, and each of them begins every job",
        "Leave out -B, and write celery beat as a process of its own, with single: true, under processes in "
        "deploy.yml.",
    ),
    Rule(
        "queue-in-a-cache",
        (
            Clue(
                "step",
                r"(?P<variable>\w+) is a queue, and services\.(?P<service>\w+) is `for: cache`",
            ),
        ),
        "{variable} keeps tasks in a {service} that is `for: cache`: it forgets them when its memory is full, "
        "or it restarts",
        "{service}: {for: queue} under services in deploy.yml, and provision; memcached can be the cache.",
    ),
)

RULES: tuple[Rule, ...] = (
    *_SETTINGS,
    *(
        Rule(
            name,
            clues,
            "the scheduler {process} keeps its state in {folder}/{stem}.db, and the backup takes that for a "
            "database of SQLite",
            "Begin its name with a dot, which backups leave out: {folder}/.{stem} in "
            "processes.{process}.command of deploy.yml.",
            checks,
        )
        for name, clues, checks in (
            (
                "scheduler-state-taken-for-a-database",
                (
                    Clue("step", r"file is not a database"),
                    Clue("step", r"^can't copy (?P<folder>/srv/\S+)/(?P<stem>[^/\n]+)\.db$"),
                ),
                (_schedule,),
            ),
            (
                "scheduler-state-beside-databases",
                (
                    Clue(
                        "step",
                        r"processes\.(?P<process>[\w-]+) keeps its state in "
                        r"(?P<folder>/srv/\S+)/(?P<stem>[^/\s]+): ",
                    ),
                ),
                (),
            ),
        )
    ),
    Rule(
        "result-backend-missing",
        (
            Clue(
                "said",
                r"NotImplementedError: No result backend is configured"
                r"|AttributeError: 'DisabledBackend' object has no attribute",
            ),
        ),
        "the app asks for a task's result, and Celery has no result backend that keeps it",
        'In the settings CELERY_RESULT_BACKEND = os.environ["RESULT_BACKEND"], in deploy.yml under '
        'app.environment RESULT_BACKEND: "{redis_url}"; or do without the result.',
        (not_written(r"(?i)result_?backend"),),
        no_django=(
            "",
            'In Celery\'s configuration result_backend = os.environ["RESULT_BACKEND"], in deploy.yml under '
            'app.environment RESULT_BACKEND: "{redis_url}"; or do without the result.',
        ),
    ),
    Rule(
        "url-with-a-bare-password",
        (
            Clue(
                "said",
                r"ValueError: Port could not be cast to integer value as '(?P<part>[^'\n]+)'",
            ),
        ),
        "a URL is put together with a password that has a /, ? or # ({name} in deploy.yml): what precedes "
        "that is taken for a port",
        'Quote it where the URL is made, urllib.parse.quote(password, safe=""): / becomes %2F. '
        "Or take the whole URL from one variable.",
        (_in_a_value,),
    ),
    *(
        Rule(
            name,
            (_LOST,),
            "the release's tasks are done by no one: deploy.yml has no worker under processes"
            + more,
            "Write its command under processes in deploy.yml, such as worker: {command: …}: then each deploy "
            "starts the workers of its release, and ends the old ones.",
            (_no_worker, *checks),
        )
        for name, more, checks in (
            (
                "worker-unit-in-the-commit",
                ", and no deploy installs {found}",
                (on_disk("committed", r".*(?:worker|celery|rq)[^/]*\.service"),),
            ),
            ("no-worker", "", ()),
        )
    ),
    Rule(
        "task-unknown-to-the-new-release",
        (_LOST, _UNKNOWN),
        "the release before enqueues the task {task}, which the new one hasn't: its workers, who run "
        "beside the old ones before the switch, lose it",
        "Keep the task under its old name for one release, beside the new one.",
        (not_written(r"def {name}\b|[\"']{task}[\"']"),),
    ),
    Rule(
        "task-unknown-to-the-old-release",
        (_LOST, _UNKNOWN),
        "a worker of the release before got the task {task}, which only the new one has, and lost it",
        "app.workers_first: true in deploy.yml: the old workers end before the switch.",
        (written(r"def {name}\b", where=r".*\.py"),),
    ),
    Rule(
        "task-with-other-arguments",
        (
            _LOST,
            Clue(
                "said",
                r"TypeError: (?P<name>\w+)\(\) (?P<why>missing \d+ required|got an unexpected|takes \d+)",
            ),
        ),
        "the task {name} takes other arguments than before, and tasks of one release come to workers of "
        "the other: they fail",
        "Give a new parameter a default, and remove an old one a release later. Where only the new release's "
        "tasks fail, app.workers_first: true in deploy.yml ends the old workers before the switch.",
        (written(r"def {name}\(", where=r".*\.py"),),
    ),
    Rule(
        "task-cut-off",
        (
            _LOST,
            Clue("said", r"^(?P<unit>[\w-]+@\S+\.service): State 'stop-\w+' timed out\. Killing\."),
            Clue("said", r"{unit} - [^,\n]+, (?P<process>[a-z0-9-]+)(?: \d+)? of release "),
        ),
        "the process {process} was killed at its tasks: it did not end within its stop_timeout",
        "Raise processes.{process}.stop_timeout in deploy.yml above what its longest task takes, and "
        "acknowledge tasks late (with Celery: task_acks_late), so that another worker does them.",
    ),
)
