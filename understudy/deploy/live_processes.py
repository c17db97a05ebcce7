"""Processes of the live release are restarted, or run more or fewer times until the next deploy."""

from collections.abc import Callable, Collection, Mapping, Sequence

from understudy.commands import site_processes, workers
from understudy.commands.units import WEB
from understudy.config.model import Config
from understudy.deploy.done import Restarted, Scaled
from understudy.errors import ConfigError, Refused
from understudy.host import session, steps
from understudy.host.actions import Run
from understudy.host.facts import ObservedState
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.local.numbers import number_of
from understudy.release.services import unit


def refuse_others(config: Config, names: Collection[str]) -> None:
    """Before any host is asked: raises ConfigError for a name of deploy.yml that is no process."""
    for name in sorted({*names} - {*config.processes, WEB}):
        if name in config.timers:
            hint = f"`timers run {name}` runs it now."
        elif name in config.services.here():
            command = f"sudo systemctl restart {unit(name, config.app.name)}"
            hint = f"The target's admin can restart it on the host: {command}"
        elif name in config.services.all():
            hint = "It is managed elsewhere."
        else:
            continue
        kind = "timer" if name in config.timers else "service"
        raise ConfigError(f"{name} is a {kind} and no process", hint=hint)


def here(job: Job, names: Collection[str]) -> list[str]:
    """Those that the job's host runs by its roles, and those of which deploy.yml knows nothing."""
    elsewhere = {*(job.whole or job.config).processes} - {*job.config.processes}
    if not job.target.is_web:
        elsewhere.add(WEB)
    return [name for name in names if name not in elsewhere]


def restart(job: Job, names: Sequence[str], wait: int = 0) -> None:
    """Restarts all processes of those names; each has the time that it needs to end. Of WEB the workers are
    replaced, which no request waits for.

    wait: seconds for which another holder of the host's lock is waited for. Raises Refused if no release is
    live, ConfigError if it has no such process, and StepFailed if one is not ready again.
    """
    app = job.config.app

    def step(live: str, name: str) -> Run:
        if name != WEB:
            return Run(f"restart {name} of {live}", site_processes.restart(app.name, live, name))
        replaced = workers.replace(app.name, live, app.start_timeout + app.drain_timeout)
        title = f"replace the workers of {live}, while requests are answered"
        return Run(title, replaced, user=app.name)

    entry = AuditEntry("restart", " ".join(names))
    live = _change(job, entry, dict.fromkeys(names, 1), step, wait)
    job.report.answer(Restarted(job.target_name, job.target.address, live, tuple(names)))


def scale(job: Job, counts: Mapping[str, int], wait: int = 0) -> None:
    """Runs so many processes of each name until the next deploy. Raises as restart() does, and ConfigError
    for a second one that is `single`.
    """
    site = job.config.app.name

    def step(live: str, name: str) -> Run:
        count = counts[name]
        return Run(f"run {count} {name} of {live}", site_processes.scale(site, live, name, count))

    wanted = " ".join(f"{name}={count}" for name, count in counts.items())
    live = _change(job, AuditEntry("scale", wanted), counts, step, wait)
    job.report.answer(Scaled(job.target_name, job.target.address, live, counts))


def _change(
    job: Job,
    entry: AuditEntry,
    counts: Mapping[str, int],
    step: Callable[[str, str], Run],
    wait: int,
) -> str:
    """Returns the id of the live release. counts: how often each is to run. step: what follows from that id and
    a name.
    """
    verbs = (f"processes-{entry.verb}",) if counts.keys() - {WEB} else ()
    with session.connected(job, needs=verbs) as (connection, observed):
        live = _live(job, observed, counts, entry.verb)
        with session.locked(connection, job, entry, wait, observed) as now:
            session.refuse_if_switched(job, observed, now)
            steps.apply_all(job, connection, [step(live, name) for name in counts])
    return live


def _live(job: Job, observed: ObservedState, counts: Mapping[str, int], verb: str) -> str:
    """The live release. Raises Refused if there is none, ConfigError if it can't run so many of each."""
    live = observed.current
    if live is None:
        raise Refused(
            f"{job.target_name} has no live release",
            hint=f"python deploy.py deploy --target {job.target_name}",
        )
    runs = {one.name: one for one in observed.release_processes.get(live, ())}
    for name, count in counts.items():
        if name == WEB and not job.target.is_web:
            raise ConfigError(f"{job.target.address} has no visitors, and no process called {WEB}")
        if name == WEB and verb == "restart":
            continue
        if name == WEB:
            raise ConfigError(
                f"{WEB} is one process with {number_of(job.config.app.workers, 'worker')}",
                hint="Set `app.workers` in deploy.yml, and deploy.",
            )
        if name not in runs:
            raise ConfigError(
                f"the live release, {live}, has no process called {name}",
                hint=f"It has: {', '.join(runs) or 'none besides the web process'}",
            )
        if runs[name].single and count > 1:
            raise ConfigError(f"{name} is `single` in deploy.yml: it never runs twice")
    return live
