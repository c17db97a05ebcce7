"""Programs that do an app's work beside its web process, and how each of them ends well. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """title: in words; two command lines of one title do the same work. name: of the process in deploy.yml.

    single: two of them would do everything twice. stop_signal: after which it finishes what it does, and
    stop_timeout: the seconds that this may take. Both are empty for deploy.yml's defaults.
    """

    title: str
    name: str = "worker"
    single: bool = False
    stop_signal: str = ""
    stop_timeout: int = 0


CELERY, CELERY_BEAT = (
    Kind("Celery's worker", stop_timeout=300),
    Kind("Celery's scheduler", "beat", single=True),
)
RQ, RQ_SCHEDULER = (
    Kind("RQ's worker", stop_timeout=300),
    Kind("RQ's scheduler", "scheduler", single=True),
)
# TERM ends Huey's tasks where they are: https://huey.readthedocs.io/en/latest/consumer.html
HUEY = Kind("Huey's consumer", stop_signal="INT", stop_timeout=300)
# As its own --worker-shutdown-timeout.
DRAMATIQ = Kind("Dramatiq's workers", stop_timeout=600)
DJANGO_Q = Kind("Django Q's cluster", "cluster", stop_timeout=300)
PROCRASTINATE = Kind("Procrastinate's worker", stop_timeout=300)
DJANGO_TASKS = Kind("the worker of django-tasks", stop_timeout=300)
_FOR_CHANNELS = Kind("the worker of Channels")
# What serves pages, or helps a developer.
ASIDE = Kind("", "")

# (program, its command) -> the kind.
_KINDS = {
    ("celery", "worker"): CELERY,
    ("celery", "beat"): CELERY_BEAT,
    ("rq", "worker"): RQ,
    ("manage.py", "rqworker"): RQ,
    ("manage.py", "rqworker-pool"): RQ,
    ("rq", "worker-pool"): RQ,
    ("rqscheduler", ""): RQ_SCHEDULER,
    ("manage.py", "rqscheduler"): RQ_SCHEDULER,
    ("huey_consumer", ""): HUEY,
    ("huey_consumer.py", ""): HUEY,
    ("manage.py", "run_huey"): HUEY,
    ("dramatiq", ""): DRAMATIQ,
    ("manage.py", "rundramatiq"): DRAMATIQ,
    ("manage.py", "qcluster"): DJANGO_Q,
    ("procrastinate", "worker"): PROCRASTINATE,
    ("manage.py", "procrastinate"): PROCRASTINATE,
    ("manage.py", "db_worker"): DJANGO_TASKS,
    ("manage.py", "runworker"): _FOR_CHANNELS,
    ("manage.py", "process_tasks"): Kind("the worker of django-background-tasks", single=True),
    ("arq", ""): Kind("arq's worker"),
    ("taskiq", "worker"): Kind("Taskiq's worker", stop_timeout=300),
    ("taskiq", "scheduler"): Kind("Taskiq's scheduler", "scheduler", single=True),
    ("celery", "flower"): ASIDE,
    ("flask", "run"): ASIDE,
    ("manage.py", "runserver"): ASIDE,
    ("manage.py", "tailwind"): ASIDE,
}
_ASIDE = {
    *("gunicorn", "uvicorn", "daphne", "hypercorn", "granian", "uwsgi", "waitress-serve"),
    *("npm", "npx", "yarn", "pnpm", "node", "bun", "vite", "tailwindcss", "docker", "nginx"),
    *("redis-server", "memcached", "postgres", "honcho", "supervisord"),
}


def kind_of(words: tuple[str, ...]) -> Kind | None:
    """None for a program that is not known here."""
    program, rest = _program(words)
    if program in _ASIDE:
        return ASIDE
    for (name, command), kind in _KINDS.items():
        if program == name and command in ("", *rest[:1]):
            return _with_scheduler(kind, rest)
    return None


def _program(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    match [word for word in words if word != "-u"]:
        case ["python", "-m", program, *rest]:
            return program, _from_command(rest)
        case ["python", "manage.py", *rest]:
            # Its command is the first word: another one may be a queue's name.
            return "manage.py", tuple(rest[:1])
        case [program, *rest]:
            return program, _from_command(rest)
    return "", ()


def _from_command(words: list[str]) -> tuple[str, ...]:
    """Without the options before a command: `-A worker beat` is no worker."""
    while words and words[0].startswith("-"):
        has_value_in_it = "=" in words[0] or (len(words[0]) > 2 and words[0][1] != "-")
        words = words[1 if has_value_in_it else 2 :]
    return tuple(words)


def _with_scheduler(kind: Kind, rest: tuple[str, ...]) -> Kind:
    """`celery worker --beat` does both."""
    if kind is CELERY and {"-B", "--beat"} & set(rest):
        return Kind(kind.title, kind.name, single=True, stop_timeout=kind.stop_timeout)
    return kind
