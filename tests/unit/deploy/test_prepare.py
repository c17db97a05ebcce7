"""The inputs by which one release of a commit differs from another."""

from dataclasses import replace

import pytest

from tests.unit.staging import Staging
from understudy.deploy import prepare
from understudy.job import Job
from understudy.release.source import Source


@pytest.fixture
def staging(deployable: Staging) -> Staging:
    return deployable


@pytest.mark.parametrize(
    "part", ["tree", "lock", "python", "commands", "secrets", "release-file", "unit"]
)
def test_change_of_any_input_makes_another_release(
    part: str, staging: Staging, source: Source
) -> None:
    """Its id is a digest of these."""

    def fingerprint_inputs(
        job: Job, source: Source, python: str = "3.11", secrets: str = "1 2"
    ) -> object:
        return prepare.fingerprint_inputs(job, source, python=python, secrets=secrets)

    before, job = fingerprint_inputs(staging.job(), source), staging.job()
    changed = {
        "tree": lambda: fingerprint_inputs(job, replace(source, tree="0ther")),
        "lock": lambda: fingerprint_inputs(job, replace(source, lock="0ther")),
        "python": lambda: fingerprint_inputs(job, source, python="3.13"),
        "secrets": lambda: fingerprint_inputs(job, source, secrets="3 4"),
        "commands": lambda: fingerprint_inputs(
            staging.job(app={"migrate_commands": [["m"]]}), source
        ),
        "release-file": lambda: fingerprint_inputs(staging.job(app={"workers": 7}), source),
        "unit": lambda: fingerprint_inputs(staging.job(app={"memory_max": "64M"}), source),
    }
    assert changed[part]() != before
    assert fingerprint_inputs(job, source) == before
