"""Pebble runs for the verbs that work on the VM, if the VM has its certificates of it."""

from pathlib import Path
from types import TracebackType

import pytest

from tests.unit.fakes import FakeReport
from understudy.cli.verbs import context
from understudy.job import Job
from understudy.paths import Project
from understudy.vm import address
from understudy.vm.issuer import pebble

DEPLOY_YML = """
app: {name: shop, source: ., module: "shop:app", preset: plain}
vm: {address: 192.168.56.10}
targets:
  vagrant: {domain: shop.test, admin: vagrant, https: %s, disposable: true}
  production: {domain: shop.example.com, address: 192.0.2.7, admin: root, https: auto}
"""


@pytest.mark.parametrize(
    ("target", "https", "expected"),
    [
        ("vagrant", "auto", ["start", "end"]),
        ("vagrant", "off", []),
        ("production", "auto", []),
    ],
)
def test_pebble_runs_for_the_vm_only_and_ends_with_the_verb(
    target: str, https: str, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def end(
        self: pebble.Issuer, kind: type | None, error: object, trace: TracebackType | None
    ) -> None:
        calls.append("end")

    monkeypatch.setattr(pebble.Issuer, "start", lambda _: calls.append("start"))
    monkeypatch.setattr(pebble.Issuer, "__exit__", end)
    project = Project(tmp_path, tmp_path / "deploy.yml")
    project.config_file.write_text(DEPLOY_YML % https)
    job = Job(project, address.load(project), target, FakeReport())

    with context.issuing(job):
        assert calls == expected[:1]

    assert calls == expected
