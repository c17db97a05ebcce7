"""Every trap is told by its cause and mended by its hint, from what it was seen to say."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.traps import table
from tests.traps.trap import PHASES, TRAPS, Trap, evidence, load_all, merge
from tests.unit.fakes import TOP
from tests.unit.fakes import config as sample
from tests.unit.repositories import commit, git
from understudy import artifact, worktree
from understudy import config as configuration
from understudy.causes import RULES
from understudy.config import Config
from understudy.diagnosis import diagnose
from understudy.errors import ConfigError
from understudy.known_facts import KnownFacts, parse_host

ALL = load_all()
# What the wheels of the example's lock bring.
LOCKED = {
    "django": ("django",),
    "gunicorn": ("gunicorn",),
    "asgiref": ("asgiref",),
    "sqlparse": ("sqlparse",),
}
SIGHTS = [
    pytest.param(trap, sight, id=str(sight.relative_to(TRAPS)))
    for trap in ALL
    for sight in trap.sights()
]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the example, whose history is to be left alone."""
    repository = tmp_path_factory.mktemp("example") / "app"
    local = shutil.ignore_patterns("local", "__pycache__")
    shutil.copytree(TOP / "example", repository, ignore=local)
    commit(repository, {})
    return repository


def laid(trap: Trap, example: Path, directory: Path) -> Path:
    """A repository with the trap in it, as its developer has it."""
    app = directory / "app"
    git(directory, "clone", "--quiet", str(example), str(app))
    if trap.change.exists():
        git(app, "apply", str(trap.change))
        commit(app, {})
    if trap.uncommitted.exists():
        git(app, "apply", str(trap.uncommitted))
    return app


def facts(trap: Trap, app: Path, sight: Path) -> KnownFacts:
    """From the scenario's own tree and its deploy.yml; of the host, what was recorded."""
    wanted = config(trap)
    known = KnownFacts(
        host=parse_host(trap.host(sight)),
        settings=wanted.app.model_dump(mode="json"),
        packages=wanted.packages,
        domain=wanted.target("vagrant").domain,
    )
    try:
        source = artifact.find_source(sample(app={"source": "."}).app, app, app)
    except ConfigError:
        # A lock that is refused, as in a rehearsal.
        return known
    commit = worktree.look(source)
    lock = worktree.lock(source, wanted.app.requirements, commit, LOCKED)
    return replace(known, commit=commit, lock=lock)


def config(trap: Trap) -> Config:
    """The deploy.yml that the trap is deployed with."""
    usual = yaml.safe_load((TOP / "deploy.yml").read_text())
    return configuration.parse(yaml.safe_dump(merge(usual, trap.settings)), TOP / "deploy.yml")


@pytest.mark.parametrize(("trap", "sight"), SIGHTS)
def test_trap_is_told_by_its_cause_with_what_mends_it(
    trap: Trap, sight: Path, example: Path, tmp_path: Path
) -> None:
    app = laid(trap, example, tmp_path)
    found, *_ = diagnose(evidence(sight), facts(trap, app, sight), RULES) or [None]

    assert found, "no rule fits"
    assert found.confirmed, found
    assert (found.sentence, found.hint) == (trap.cause, trap.hint), found.rule


@pytest.mark.parametrize("trap", ALL, ids=lambda trap: trap.name)
def test_trap_has_a_story_a_phase_and_a_cause_of_one_line(trap: Trap) -> None:
    assert trap.phase in PHASES
    assert len(trap.story.split()) > 10
    assert "\n" not in trap.cause
    assert trap.hint


def test_traps_caught_with_the_same_version_count_in_the_next_run(tmp_path: Path) -> None:
    file = tmp_path / "traps.json"
    table.Caught.load(file, "v1").add(table.Row("a", "deploy", "why", 1.5))
    table.Caught.load(file, "v1").add(table.Row("b", "deploy", "why", 2))

    assert list(table.Caught.load(file, "v1").rows) == ["a", "b"]
    assert table.Caught.load(file, "v2").rows == {}


def test_traps_caught_with_changed_files_count_in_no_other_run(tmp_path: Path) -> None:
    """Nobody knows what else has changed since."""
    file = tmp_path / "traps.json"
    table.Caught.load(file, "v1-dirty").add(table.Row("a", "deploy", "why", 1.5))

    assert table.Caught.load(file, "v1-dirty").rows == {}
