"""A queue and its scheduler, as deploy.yml has them."""

from typing import Any

import pytest

from tests.unit.plans import desired_state
from understudy.deploy.queue_findings import findings

BEAT = "celery -A shop beat"


def found(processes: dict[str, Any] | None = None, **settings: Any) -> tuple[str, ...]:
    desired = desired_state(processes=processes or {}, **settings)
    return findings(desired.config, desired.target, "staging")


@pytest.mark.parametrize("command", [BEAT, "/usr/bin/celery -A shop beat -l info", "rqscheduler"])
def test_a_scheduler_that_is_not_single_runs_twice(command: str) -> None:
    [finding] = found({"beat": {"command": command}})

    assert (
        finding
        == "processes.beat is a scheduler, and not `single`: two of them begin each job twice; "
        "set `single: true`"
    )
    assert found({"beat": {"command": command, "single": True}}) == ()


@pytest.mark.parametrize("option", ["-B", "--beat"])
def test_a_scheduler_in_a_worker_is_one_too(option: str) -> None:
    [finding] = found({"worker": {"command": f"celery -A shop worker {option} -l info"}})

    assert "processes.worker has a scheduler in each worker" in finding


@pytest.mark.parametrize("command", ["celery -A shop worker", "celery -A beat worker", "beat.py"])
def test_other_processes_may_be_many(command: str) -> None:
    assert found({"worker": {"command": command, "count": 4}}) == ()


@pytest.mark.parametrize(
    ("variable", "purpose", "count"),
    [("BROKER_URL", "cache", 1), ("BROKER_URL", "queue", 0), ("CACHE_URL", "cache", 0)],
)
def test_a_queue_is_not_kept_in_a_cache(variable: str, purpose: str, count: int) -> None:
    named = {variable: "{redis_url}"}

    assert len(found(services={"redis": {"for": purpose}}, app={"environment": named})) == count


def test_finding_of_a_variable_begins_with_its_key() -> None:
    named = {"environment": {"BROKER_URL": "{redis_url}"}}
    services = {"redis": {"for": "cache"}}

    [of_app] = found(services=services, app=named)
    [of_target] = found(services=services, app=named, target=named)

    assert of_app.startswith("app.environment.BROKER_URL is a queue")
    assert of_target.startswith("targets.staging.environment.BROKER_URL is a queue")


@pytest.mark.parametrize("option", ["--schedule=", "--schedule ", "-s "])
def test_state_of_a_scheduler_is_not_taken_for_a_database(option: str) -> None:
    place = "/srv/shop/shared/database"
    beat = {"single": True, "command": f"{BEAT} {option}{place}/beat"}
    hidden = {"single": True, "command": f"{BEAT} {option}{place}/.beat"}

    assert found({"beat": beat}) == (
        f"processes.beat keeps its state in {place}/beat: a backup takes beat.db for a database",
    )
    assert found({"beat": hidden}) == ()
    assert found({"beat": {**beat, "command": f"{BEAT} {option}/srv/shop/shared/media/beat"}}) == ()
