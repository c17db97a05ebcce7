"""A model of several hosts of one site: each applies its plan in a thread, and waits for the others."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self

import pytest

from tests.unit.fakes import manifest
from tests.unit.model_host import ModelHost
from tests.unit.plans import OLD, SHIPMENT, desired_state, live_host
from tests.unit.staging import Staging
from understudy.config import roles
from understudy.deploy.desired import DesiredState
from understudy.deploy.plan import make_plan
from understudy.errors import UnderstudyError
from understudy.host import steps
from understudy.host.actions import Action, Run
from understudy.host.facts import ObservedState
from understudy.host.gates import Gates
from understudy.host.processes import ObservedProcess
from understudy.release.layout import Manifest
from understudy.release.processes import ReleaseProcess
from understudy.release.render import RenderedFile

FIRST, SECOND, DATABASE = "192.0.2.1", "192.0.2.2", "192.0.2.9"
HOSTS = (
    {"address": FIRST, "roles": ["web", "worker"]},
    {"address": SECOND, "roles": ["web"]},
    {"address": DATABASE, "roles": ["database"]},
)
# The first has no visitors.
APART = ({"address": FIRST, "roles": ["worker"]}, *HOSTS[1:])
RUNS = (
    ReleaseProcess("worker", 2, single=False, ready="3"),
    ReleaseProcess("beat", 1, single=True, ready="3"),
)
FILE = "worker 2 many 3\nbeat 1 single 3\n"
APP = {"database": "postgresql", "media_url": None}

# (host, title of the action) -> what else happens: raises, or nothing.
Fault = Callable[[str, str], None]


class Applies(Protocol):
    """A ModelHost, or what takes its place."""

    state: ObservedState

    def apply(self, action: Action) -> None: ...


class Killed(BaseException):
    """This machine lost its power: no thread does anything any more."""


@dataclass
class Cluster:
    """hosts: by address. log: host and title of each action, in the order in which they were carried out.
    gates: of the last run.
    """

    desired: Mapping[str, DesiredState]
    hosts: Mapping[str, Applies]
    log: list[tuple[str, str]] = field(default_factory=list)
    gates: Gates = field(default_factory=lambda: Gates(()))

    def copy(self) -> Self:
        return replace(self, hosts={name: copy(one) for name, one in self.hosts.items()}, log=[])

    def to(self, release: Manifest) -> Self:
        """The same hosts, which are to have that release live."""
        desired = {name: replace(one, release=release) for name, one in self.desired.items()}
        hosts = {name: ModelHost(desired[name], one.state) for name, one in self.hosts.items()}
        return replace(self, desired=desired, hosts=hosts, log=[])

    @property
    def live(self) -> list[str | None]:
        return [one.state.current for one in self.hosts.values()]

    def plan(self, host: str) -> list[Action]:
        return make_plan(self.desired[host], SHIPMENT, self.hosts[host].state)

    def run(
        self,
        staging: Staging,
        monkeypatch: pytest.MonkeyPatch,
        fault: Fault = lambda host, title: None,
        plan: Callable[[str], list[Action]] | None = None,
    ) -> Mapping[str, UnderstudyError | None]:
        """Carries out all plans at once. Returns how each host has ended. Raises Killed."""
        plans = {host: (plan or self.plan)(host) for host in self.hosts}
        begun = {host: actions for host, actions in plans.items() if actions}
        self.gates = gates = Gates(begun)
        lock, is_down = threading.Lock(), threading.Event()

        def apply(connection: Any, action: Action, branch: object) -> str:
            host = connection.connection
            with lock:
                if is_down.is_set():
                    raise Killed
                try:
                    fault(host, action.title)
                    self.hosts[host].apply(action)
                    self.log.append((host, action.title))
                    fault(host, f"after {action.title}")
                except Killed:
                    is_down.set()
                    raise
            return "==> migrate" if _migrates(host, action) else ""

        def carry_out(host: str) -> UnderstudyError | None:
            try:
                with gates.taking_part(host) as gate:
                    steps.apply_all(staging.job(), host, begun[host], gate=gate)  # type: ignore[arg-type]
            except UnderstudyError as error:
                return error
            return None

        monkeypatch.setattr(steps, "apply", apply)
        with ThreadPoolExecutor(len(plans)) as pool:
            ended = {host: pool.submit(carry_out, host) for host in begun}
            return {host: one.result() for host, one in ended.items()}


def _migrates(host: str, action: Action) -> bool:
    return host == FIRST and isinstance(action, Run) and "release command" in action.title


def cluster(staging: Staging, hosts: Sequence[Mapping[str, Any]] = HOSTS, **app: Any) -> Cluster:
    """All hosts have OLD live, and are to have NEW."""
    job = staging.job(app={**APP, **app}, hosts=hosts)
    desired, models = {}, {}
    for target in job.config.hosts("staging"):
        works = target.address == FIRST
        base = desired_state(app={**APP, **app})
        listed = RenderedFile(
            base.release_files[0].path.parent / "processes", FILE if works else ""
        )
        desired[target.address] = replace(
            base,
            config=roles.of_host(job.config, target),
            target=target,
            release_files=(*base.release_files, listed),
        )
        runs = RUNS if works else ()
        processes = tuple(
            ObservedProcess(one.name, OLD, "running") for one in runs for _ in range(one.count)
        )
        observed = live_host(
            manifest(OLD),
            release_processes={OLD: runs},
            processes=processes,
            running=frozenset({OLD} if target.is_web else ()),
        )
        models[target.address] = ModelHost(desired[target.address], observed, runs)
    return Cluster(desired, models)
