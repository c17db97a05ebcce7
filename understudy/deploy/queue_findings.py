"""What deploy.yml alone shows to be wrong with a site's queue and its scheduler: a sentence each. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from understudy.config.model import Config
from understudy.config.processes import Process, has_scheduler, is_scheduler
from understudy.config.services import Store, named_in
from understudy.config.target import TargetConfig
from understudy.release.layout import Paths

# Results and sessions may be forgotten, tasks may not.
_OF_A_QUEUE = re.compile(r"BROKER|QUEUE")
_SCHEDULE = re.compile(r"(?:^| )(?:--schedule[= ]|-s )(/\S+)")


def findings(config: Config, target: TargetConfig, target_name: str) -> tuple[str, ...]:
    """Each begins with the key that it is about."""
    own = f"targets.{target_name}.environment"
    variables = {
        **{
            name: (f"app.environment.{name}", value)
            for name, value in config.app.environment.items()
        },
        **{name: (f"{own}.{name}", value) for name, value in target.environment.items()},
    }
    return (
        *_schedulers(config.processes),
        *_schedules(config),
        *_forgotten(config, variables.values()),
    )


def _schedulers(processes: Mapping[str, Process]) -> Iterator[str]:
    """Two of them begin each job twice."""
    for name, process in processes.items():
        if process.single:
            continue
        if has_scheduler(process.command):
            yield (
                f"processes.{name} has a scheduler in each worker, and is not `single`: each job is begun "
                "twice"
            )
        elif is_scheduler(process.command):
            yield (
                f"processes.{name} is a scheduler, and not `single`: two of them begin each job twice; "
                "set `single: true`"
            )


def _schedules(config: Config) -> Iterator[str]:
    """Python's dbm adds .db to a name, and backups take *.db for databases, but for those with a dot first."""
    database = Paths(config.root).database
    for name, process in config.processes.items():
        if not (is_scheduler(process.command) or has_scheduler(process.command)):
            continue
        for path in map(PurePosixPath, _SCHEDULE.findall(" ".join(process.command))):
            if path.parent == database and not path.name.startswith("."):
                taken = f"{path.name}.db for a database"
                yield f"processes.{name} keeps its state in {path}: a backup takes {taken}"


def _forgotten(config: Config, variables: Iterable[tuple[str, str]]) -> Iterator[str]:
    """variables: the key of each, and its value."""
    for variable, value in variables:
        for service in (
            named_in(value).values() if _OF_A_QUEUE.search(variable.rpartition(".")[2]) else ()
        ):
            store = config.services.all().get(service)
            if isinstance(store, Store) and store.purpose == "cache":
                yield (
                    f"{variable} is a queue, and services.{service} is `for: cache`: it forgets tasks"
                )
