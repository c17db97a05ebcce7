"""doctor --target is about a deploy to that target: this machine's tools, and each host."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.unit.fakes import TOP
from tests.unit.staging import Staging
from understudy.cli import doctor, target_checks
from understudy.cli.main import main
from understudy.errors import Refused, Unreachable
from understudy.host import session
from understudy.job import Job

SOME, OTHER = "192.0.2.7", "192.0.2.8"


@pytest.fixture
def several(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Two hosts, of which one is not provisioned."""

    @contextmanager
    def connected(job: Job) -> Iterator[None]:
        if job.target.address == OTHER:
            raise Refused(f"{OTHER} is not provisioned", hint="python deploy.py provision")
        yield

    monkeypatch.setattr(session, "connected", connected)
    return staging.job(addresses=[SOME, OTHER])


def test_each_host_is_a_check_with_its_fix(several: Job, staging: Staging) -> None:
    with pytest.raises(Unreachable, match="1 of 6 checks found a problem") as raised:
        target_checks.examine(several, staging.report)

    *tools, first, second = staging.report.results[-1][1]["checks"]
    assert [one["title"] for one in tools] == ["deploy.yml", "Python", "ssh", "git"]
    assert (first["title"], first["ok"]) == (f"staging ({SOME})", True)
    assert (second["title"], second["ok"]) == (f"staging ({OTHER})", False)
    assert second["fix"] == raised.value.hint == "python deploy.py provision"


def test_verb_takes_a_target(monkeypatch: pytest.MonkeyPatch) -> None:
    examined: list[str] = []
    monkeypatch.setattr(
        target_checks, "examine", lambda job, report: examined.append(job.target_name)
    )
    monkeypatch.setattr(doctor, "examine", lambda project, report: examined.append("this machine"))

    for words in ([], ["--target", "vagrant"], ["--target", "production"]):
        assert main(["doctor", *words], TOP) == 0

    assert examined == ["this machine", "this machine", "production"]
