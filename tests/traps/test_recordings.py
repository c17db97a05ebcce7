"""Every failure scenario is diagnosed rightly from its recording, without a host."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.traps.base import BASES, EXAMPLE, load, merge
from tests.traps.trap import PHASES, TRAPS, Trap, evidence, load_all
from tests.unit.fakes import TOP
from tests.unit.repositories import commit, git
from understudy.config import model as configuration
from understudy.config import topology
from understudy.config.model import Config
from understudy.diagnosis.causes import RULES
from understudy.diagnosis.evidence import with_python
from understudy.diagnosis.known_facts import KnownFacts, parse_host
from understudy.diagnosis.rules import diagnose
from understudy.errors import ConfigError
from understudy.release import source as sources
from understudy.release import worktree

ALL = load_all()
# Of Debian 12, where the scenarios are rehearsed.
PYTHON = "3.11.2"
# What the wheels of the apps' locks bring.
WHEELS = {
    "asgiref": ("asgiref",),
    "celery": ("celery",),
    "django": ("django",),
    "flask": ("flask",),
    "gunicorn": ("gunicorn",),
    "psycopg": ("psycopg",),
    "redis": ("redis",),
    "sqlparse": ("sqlparse",),
}
SIGHTS = [
    pytest.param(trap, sight, id=str(sight.relative_to(TRAPS)), marks=trap.marks)
    for trap in ALL
    for sight in trap.sights()
]


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository for each app that scenarios change, whose history is to be left alone."""
    directory = tmp_path_factory.mktemp("apps")
    for name in BASES:
        load(name).copy(directory / name)
        commit(directory / name, {})
    return directory


def laid(trap: Trap, apps: Path, directory: Path) -> Path:
    """A repository with the trap in it, as its developer has it."""
    app = directory / "app"
    git(directory, "clone", "--quiet", str(apps / trap.base), str(app))
    trap.change(app)
    if git(app, "status", "--porcelain"):
        commit(app, {})
    trap.leave_uncommitted(app)
    return app


def facts(trap: Trap, app: Path, sight: Path) -> KnownFacts:
    """From the scenario's own tree and its deploy.yml; of the host, what was recorded."""
    wanted = config(trap)
    known = KnownFacts(
        host=parse_host(trap.host(sight)),
        settings=wanted.app.model_dump(mode="json"),
        processes={name: one.model_dump(mode="json") for name, one in wanted.processes.items()},
        packages=wanted.packages,
        domains=wanted.target("vagrant").domains,
        database_host=database_host(wanted),
    )
    here = wanted.app.model_copy(update={"source": "."})
    source = sources.find_commit(here, app, app)
    commit = worktree.look(source)
    # Some locks are refused.
    with suppress(ConfigError):
        source = sources.resolve_source(here, app, app)
    modules = {name: brought for name, brought in WHEELS.items() if f"{name}==" in source.lock}
    lock = worktree.lock(source, wanted.app, commit, modules)
    return with_python(replace(known, commit=commit, lock=lock), PYTHON)


def database_host(wanted: Config) -> str:
    """Of production's hosts, if it has several."""
    target = wanted.targets["production"]
    return topology.database_elsewhere(target.host_list, target.hosts()[0].address)


def config(trap: Trap) -> Config:
    """The deploy.yml that the trap is deployed with."""
    usual = trap.app.apply(yaml.safe_load((TOP / "deploy.yml").read_text()))
    return configuration.parse(yaml.safe_dump(merge(usual, trap.settings)), TOP / "deploy.yml")


@pytest.mark.parametrize(("trap", "sight"), SIGHTS)
def test_recording_of_a_scenario_leads_to_its_cause_and_fix(
    trap: Trap, sight: Path, apps: Path, tmp_path: Path
) -> None:
    app = laid(trap, apps, tmp_path)
    found, *_ = diagnose(evidence(sight), facts(trap, app, sight), RULES) or [None]

    assert found, "no rule fits"
    assert found.confirmed, found
    assert (found.sentence, found.hint) == (trap.cause, trap.hint), found.rule


@pytest.mark.parametrize("trap", ALL, ids=lambda trap: trap.name)
def test_scenario_has_a_story_a_phase_and_a_cause_of_one_line(trap: Trap) -> None:
    assert trap.phase in PHASES
    assert len(trap.story.split()) > 10
    assert "\n" not in trap.cause
    assert bool(trap.hint) is bool(trap.cause) is not trap.is_ready


def test_a_quarter_of_the_scenarios_change_another_app_than_the_example() -> None:
    assert 4 * sum(trap.base != EXAMPLE for trap in ALL) >= len(ALL)
