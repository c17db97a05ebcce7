"""What a plan is made from: the inputs by which releases differ, and the size of what is sent."""

import gzip
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import settings
from tests.unit.staging import Staging
from understudy.config.model import Config
from understudy.deploy import plan, prepare
from understudy.errors import ConfigError
from understudy.host import all_hosts, facts
from understudy.host.actions import Send
from understudy.job import Job
from understudy.release import compression, wheels
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


WORKER: dict[str, Any] = {"command": ["worker"], "memory_max": "64M"}
PRUNE: dict[str, Any] = {"command": ["prune"], "calendar": "daily"}


def inputs_with(staging: Staging, source: Source, **parts: Any) -> tuple[str, ...]:
    job = staging.job()
    changed = Config.model_validate({**settings(), **parts})
    job = replace(job, config=job.config.model_copy(update=dict(changed)))
    return prepare.fingerprint_inputs(job, source, python="3.11", secrets="1 2")


@pytest.mark.parametrize(
    "change",
    [
        {"command": ["other"]},
        {"count": 2},
        {"single": True},
        {"memory_max": "65M"},
        {"stop_timeout": 7},
        {"stop_signal": "INT"},
        {"ready": ["ping"]},
        {"ready": 4},
    ],
    ids=str,
)
def test_changed_process_makes_another_release(
    change: dict[str, Any], staging: Staging, source: Source
) -> None:
    before = inputs_with(staging, source, processes={"worker": WORKER})

    assert inputs_with(staging, source, processes={"worker": {**WORKER, **change}}) != before


def test_time_of_a_timer_makes_no_other_release_and_its_command_does(
    staging: Staging, source: Source
) -> None:
    """systemd runs it by the clock: what runs already need not start again."""
    before = inputs_with(staging, source, timers={"prune": PRUNE})

    changed = {"calendar": "weekly", "jitter": 7, "timeout": 9}
    assert inputs_with(staging, source, timers={"prune": {**PRUNE, **changed}}) == before
    assert inputs_with(staging, source, timers={"prune": {**PRUNE, "command": ["x"]}}) != before


def test_site_without_processes_and_timers_keeps_its_releases(
    staging: Staging, source: Source
) -> None:
    without = inputs_with(staging, source)

    assert not {"", "{}"} & set(without)
    assert len(inputs_with(staging, source, processes={"worker": WORKER})) > len(without)


def test_room_of_a_release_is_what_it_takes_unpacked(
    staging: Staging, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted again for each deploy: the packages of another lock file take another room."""
    job = staging.job()
    observed = facts.parse(staging.facts().output)
    desired = prepare.desired_state(job, source, observed)

    def room(*packages: int) -> int:
        tars = {f"{size}": tmp_path / f"{size}.tar.gz" for size in packages}
        for size, tar in zip(packages, tars.values(), strict=True):
            tar.write_bytes(gzip.compress(bytes(size)))
        monkeypatch.setattr(wheels, "packages", lambda *_: tars)
        return prepare.shipment(job, source, desired, observed).room

    release = room()
    sent = prepare.shipment(job, source, desired, observed).release
    assert release == len(gzip.decompress(b"".join(sent)))
    assert room(100_000, 7) == release + 100_007


def test_what_the_releases_of_several_hosts_have_in_common_is_packed_once(
    staging: Staging, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also with compressed copies of static files, which each host's job asks for by itself."""
    monkeypatch.setattr(wheels, "packages", lambda *_: {})
    addresses = [f"192.0.2.{number}" for number in range(1, 4)]
    app = {"preset": "plain", "static_directory": "static", "static_url": "/static/"}

    made = []
    for number, host in enumerate(all_hosts.jobs(staging.job(app=app, addresses=addresses))):
        observed = facts.parse(staging.facts(f"secrets\t{number} 2").output)
        desired = prepare.desired_state(host, source, observed)
        made.append(prepare.shipment(host, source, desired, observed).release)

    assert len({own for _, own in made}) == len(made), "each host has secrets of its own"
    assert all(common is made[0][0] for common, _ in made)


def test_packages_are_not_copied_for_each_host(
    staging: Staging, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred hosts would get a hundred copies on this machine."""
    package = tmp_path / "a-1.tar.gz"
    package.write_bytes(gzip.compress(b"a-1"))
    monkeypatch.setattr(wheels, "packages", lambda *_: {"a-1": package})
    observed = facts.parse(staging.facts().output)
    desired = prepare.desired_state(staging.job(), source, observed)

    made = prepare.shipment(staging.job(), source, desired, observed)

    assert made.packages_tars == (package,)


@pytest.mark.parametrize("host", [True, False])
@pytest.mark.parametrize("here", [True, False])
def test_packages_are_compressed_by_zstd_if_both_sides_have_it(
    here: bool,
    host: bool,
    staging: Staging,
    source: Source,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    package, other = tmp_path / "a-1.tar.gz", tmp_path / "a-1.tar.zst"
    package.write_bytes(gzip.compress(b"a-1"))
    other.write_bytes(b"by zstd")
    monkeypatch.setattr(compression, "has_zstd", lambda: here)
    monkeypatch.setattr(compression, "by_zstd", lambda tars: [other for _ in tars])
    monkeypatch.setattr(wheels, "packages", lambda *_: {"a-1": package})
    answer = staging.facts(*(["zstd\tyes"] if host else [])).output
    observed = facts.parse(answer)
    desired = prepare.desired_state(staging.job(), source, observed)

    made = prepare.shipment(staging.job(), source, desired, observed)

    assert made.zstd == (here and host)
    assert made.packages_tars == (other if made.zstd else package,)
    upload = next(
        action
        for action in plan.make_plan(desired, made, observed)
        if action.title == "upload 1 package"
    )
    assert isinstance(upload, Send)
    assert ("--zstd" if made.zstd else "--gzip") in upload.argv


def test_ca_of_an_issuer_is_read_from_its_file(
    staging: Staging, source: Source, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text("A CA\n")
    acme = {"directory": "https://acme.test/dir", "ca": str(tmp_path / "ca.pem")}
    observed = facts.parse(staging.facts().output)

    desired = prepare.desired_state(staging.job(https="auto", acme=acme), source, observed)

    assert desired.acme_ca == "A CA\n"
    before, after = desired.config_before_https[0].content, desired.site_config[0].content
    assert "listen 443" in after
    assert "listen 443" not in before
    assert "/acme-challenge/" in before


def test_ca_that_cannot_be_read_is_a_mistake_in_deploy_yml(
    staging: Staging, source: Source
) -> None:
    acme = {"directory": "https://acme.test/dir", "ca": "/no/ca.pem"}
    observed = facts.parse(staging.facts().output)

    with pytest.raises(ConfigError, match=r"acme\.ca: /no/ca\.pem can't be read"):
        prepare.desired_state(staging.job(https="auto", acme=acme), source, observed)


def test_target_without_https_auto_needs_no_issuer(staging: Staging, source: Source) -> None:
    desired = prepare.desired_state(staging.job(), source, facts.parse(staging.facts().output))

    assert (desired.acme_ca, desired.config_before_https) == ("", ())
