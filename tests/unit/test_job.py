"""A sentence about a key of deploy.yml has the key's line."""

from pathlib import Path

import pytest

from tests.unit.config.deploy_yml import TEXT
from tests.unit.fakes import FakeReport, config
from understudy.job import Job
from understudy.paths import Project


@pytest.fixture
def job(tmp_path: Path) -> Job:
    file = tmp_path / "deploy.yml"
    file.write_text(f"{TEXT}processes:\n  beat:\n    command: celery beat\n")
    return Job(Project(tmp_path, file), config(), "staging", FakeReport())


@pytest.mark.parametrize(
    ("sentence", "located"),
    [
        ("processes.beat is a scheduler", "deploy.yml:13: processes.beat is a scheduler"),
        ("app.workers is few", "deploy.yml:1: app.workers is few"),
        ("shop.example.com is taken", "shop.example.com is taken"),
        ("a release waits", "a release waits"),
    ],
)
def test_sentence_about_a_key_names_its_line(sentence: str, located: str, job: Job) -> None:
    assert job.located(sentence) == located


def test_sentence_stays_as_it_is_without_the_file(job: Job) -> None:
    job.project.config_file.unlink()

    assert job.located("processes.beat is a scheduler") == "processes.beat is a scheduler"
