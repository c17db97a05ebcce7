"""Drift on real hosts: it finds each planted difference, and none on untouched hosts."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration import planted, production
from tests.integration.hardware import FIRST, VirtualMachines
from tests.integration.planted import Planted
from tests.integration.production import Production
from tests.integration.staging import PROJECT, Answer, Staging, make_app

pytestmark = [pytest.mark.timeout(1800), pytest.mark.long]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Staging:
    """The example, to be deployed to production, whose host does not exist yet."""

    def point_at_host(settings: dict[str, Any]) -> None:
        settings["targets"]["production"] = {
            "domain": "todo.example.com",
            "address": FIRST.address,
            "admin": "ops",
            "require_receipt": False,
        }
        settings["parity"] = {"threshold": 0}

    return make_app(PROJECT / "example", tmp_path_factory.mktemp("app"), point_at_host)


@pytest.fixture(scope="module")
def host(app: Staging, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    yield made(app, tmp_path_factory.mktemp("first"))
    production.remove()


@pytest.fixture(scope="module")
def untouched(app: Staging, host: Production) -> Path:
    """The capture of the untouched host."""
    assert app.deploy_py("capture", "--target", "production").code == 0
    return app.config.parent / "provision" / "production.lock.yml"


def made(app: Staging, directory: Path) -> Production:
    """A new VM from the box that the staging VM is made from, with the example deployed.

    A virtual machine: a container has no kernel, clock and disk of its own to plant differences in.
    """
    host = production.start(directory, production.provisioned_box(app), VirtualMachines())
    know(app, host)
    # The box's deployer has the key of the box's builder; like on a bare host, it must be the admin's.
    host.ssh("sudo rm /home/deploy/.ssh/authorized_keys")
    for verb in ("provision", "deploy"):
        assert app.deploy_py(verb, "--target", "production").code == 0
    return host


def know(app: Staging, host: Production) -> None:
    """Writes the host's key and its admin's into deploy.yml."""
    settings = yaml.safe_load(app.config.read_text())
    files = {"key": str(host.key), "known_hosts": str(host.known_hosts)}
    settings["targets"]["production"] |= files
    app.config.write_text(yaml.safe_dump(settings))


def events(answer: Answer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines() if line.startswith("{")]


def drift(app: Staging, *words: str) -> list[dict[str, Any]]:
    """The comparisons of `drift --json`."""
    answer = app.deploy_py("drift", "--json", *words)
    assert answer.code == 0, answer.text
    return comparisons(answer)


def comparisons(answer: Answer) -> list[dict[str, Any]]:
    [answered] = [event for event in events(answer) if event["event"] == "drift"]
    found: list[dict[str, Any]] = answered["comparisons"]
    return found


def paths(comparison: dict[str, Any]) -> list[str]:
    return [difference["path"] for difference in comparison["differences"]]


def as_root(host: Production, line: str) -> None:
    host.ssh(f"sudo sh -euc {shlex.quote(line)}")


def test_fresh_deploy_has_no_drift_from_the_code(app: Staging, host: Production) -> None:
    [comparison] = drift(app, "--target", "production")

    assert comparison["differences"] == []
    assert comparison["unread"] == {}


def test_drift_from_a_capture_queries_the_host_once(app: Staging, untouched: Path) -> None:
    answer = app.deploy_py("drift", "--json", "--between", "capture", "production")

    assert len([event for event in events(answer) if event["event"] == "ended"]) == 1


def test_capture_holds_no_secret(host: Production, untouched: Path) -> None:
    secret = host.ssh("sudo cat /srv/todo/shared/env").partition('"')[2].partition('"')[0]

    assert len(secret) > 20
    assert secret not in untouched.read_text()
    assert "SECRET_KEY" in untouched.read_text()


@pytest.mark.parametrize("difference", planted.ALL, ids=lambda difference: difference.name)
def test_planted_difference_is_found(
    difference: Planted, app: Staging, host: Production, untouched: Path
) -> None:
    as_root(host, difference.plant)
    try:
        [comparison] = drift(app, "--between", "capture", "production")
    finally:
        as_root(host, difference.undo)

    assert difference.path in paths(comparison)


def test_host_equals_its_capture_after_all_is_undone(app: Staging, untouched: Path) -> None:
    before = untouched.read_text()

    assert "is unchanged" in app.deploy_py("capture", "--target", "production").text

    assert untouched.read_text() == before


def test_two_untouched_hosts_from_one_box_have_no_differences(
    app: Staging, untouched: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Last, because it replaces the first VM by another."""
    made(app, tmp_path_factory.mktemp("second"))

    [comparison] = drift(app, "--between", "capture", "production")

    assert (comparison["differences"], comparison["score"]) == ([], 100)
