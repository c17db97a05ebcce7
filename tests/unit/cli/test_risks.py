"""What works but is slow or risky is a `!` of doctor, and no problem."""

import socket
from pathlib import Path

import pytest

from understudy.cli import risks
from understudy.cli.finding import Finding
from understudy.cli.findings import Findings
from understudy.paths import Project
from understudy.vm import old_files
from understudy.vm.provider import Choice
from understudy.vm.unused import Unused


def test_mark_says_which_need_a_fix() -> None:
    found = Findings(
        (
            Finding("a", "fine"),
            Finding("b", "slow", advice="faster"),
            Finding("c", "gone", "get it"),
        )
    )

    assert found.text() == "✓ a: fine\n! b: slow\n  better: faster\n✗ c: gone\n  fix: get it"
    assert [one.title for one in found.problems] == ["c"]
    assert found.fields()["checks"][1] == {
        "title": "b",
        "seen": "slow",
        "ok": True,
        "fix": "",
        "advice": "faster",
    }


@pytest.mark.parametrize(
    ("choice", "advice"),
    [
        (Choice("libvirt", "KVM runs a guest here"), ""),
        (Choice("libvirt", "emulated, which is slow: no KVM"), "ten times as long"),
        (Choice("lxc", "no KVM runs a guest here"), "also rehearses the kernel"),
    ],
)
def test_vm_that_is_emulated_or_a_container(choice: Choice, advice: str) -> None:
    found = risks.provider(choice)

    assert (advice in found.advice, bool(found.advice)) == (True, bool(advice))


@pytest.mark.parametrize(("free", "risky"), [(9.0, True), (20.0, False)])
def test_little_disk(free: float, risky: bool) -> None:
    assert bool(risks.disk("disk", f"{free} GiB", free).advice) == risky


def test_name_server_that_is_slow_or_knows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [])
    assert risks.name_servers().advice == ""
    monkeypatch.setattr(risks, "SECONDS_FOR_A_NAME", -1.0)
    assert "each connection waits" in risks.name_servers().advice

    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert risks.name_servers().seen == "deb.debian.org is not found"


@pytest.mark.parametrize(("version", "risky"), [("2.2.19", True), ("2.3.4", False), ("3.0", False)])
def test_old_vagrant(
    version: str, risky: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vagrant").write_text(f"#!/bin/sh\necho Vagrant {version}\n")
    (tmp_path / "vagrant").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    assert bool(risks.vagrant().advice) == risky


@pytest.mark.parametrize(("number", "advice"), [(1, ""), (20, "python deploy.py prune")])
def test_disk_that_prune_would_free(
    number: int, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Unused("box", "x", "x", 500_000_000)
    monkeypatch.setattr(old_files, "find", lambda _: [box] * number)

    assert risks.unused_files(Project(tmp_path, tmp_path / "deploy.yml")).advice == advice
