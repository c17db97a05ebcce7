"""`--json` of the real command line: each line on standard output is an object of docs/events.schema.json."""

import json
import subprocess
import sys
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.integration.site import Site
from tests.integration.staging import PROJECT, TOP

pytestmark = pytest.mark.timeout(900)

SCHEMA = Draft202012Validator(json.loads((TOP / "docs" / "events.schema.json").read_text()))


def events(site: Site, *words: str) -> list[dict[str, Any]]:
    """Of a verb that must succeed."""
    command = [sys.executable, "deploy.py", *words, "--json", "--config", f"{site.staging.config}"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for event in found:
        SCHEMA.validate(event)
    return found


def answer(site: Site, *words: str) -> dict[str, Any]:
    """The one answer of a verb."""
    [found] = [event for event in events(site, *words) if event["event"] == words[0]]
    return found


def test_what_a_deploy_does_is_planned_done_and_listed(site: Site) -> None:
    before = site.current()
    site.retitle("by json")

    plan = answer(site, "plan")
    deployed = answer(site, "deploy", "--probe")
    status = answer(site, "status")
    releases = answer(site, "releases")

    assert plan["steps"]
    assert plan["release"] == deployed["release"] == status["release"]["id"] == releases["live"]
    assert (deployed["previous"], deployed["changed"]) == (before, True)
    assert deployed["requests"]["sent"] > 0
    assert deployed["requests"]["lost"] == 0
    assert deployed["switched_at"] <= deployed["time"]
    states = {one["id"]: one["state"] for one in releases["releases"]}
    assert (states[deployed["release"]], states[before]) == ("live", "good")


def test_the_same_again_has_a_time_of_its_own(site: Site) -> None:
    site.deploy()
    looks = [answer(site, "deploy") for _ in range(3)]

    assert [look["changed"] for look in looks] == [False] * 3
    times = [look.pop("time") for look in looks]
    assert sorted(set(times)) == times
    assert looks[1:] == looks[:-1]
