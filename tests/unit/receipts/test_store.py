"""Receipts on disk: the newest counts, and none is ever there half."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.receipt_samples import RECEIPT, other_artifact, receipt
from understudy.errors import ConfigError, Refused
from understudy.paths import Project
from understudy.receipts import signing
from understudy.receipts import store as receipt_store

DIGEST = RECEIPT.candidate.artifact.source
LATER = receipt(finished=RECEIPT.finished + timedelta(hours=1))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, tmp_path / "deploy.yml")


def names(project: Project) -> list[str]:
    return sorted(path.suffix for path in (project.state / "receipts").iterdir())


def test_receipt_is_kept_and_found_by_its_source(project: Project) -> None:
    kept = receipt_store.keep(project, RECEIPT, None)

    assert receipt_store.find(project, "shop", DIGEST) == kept
    assert receipt_store.find(project, "shop", 64 * "9") is None
    assert names(project) == [".json"]


def test_signed_receipt_has_its_signature_beside_it(project: Project, keys: Path) -> None:
    kept = receipt_store.keep(project, RECEIPT, keys / "ann")

    assert names(project) == [".json", ".sig"]
    assert signing.check(kept.path, kept.signature, keys / "allowed_signers") == "ann@desk"


def test_receipt_that_cannot_be_signed_is_not_kept(project: Project, keys: Path) -> None:
    with pytest.raises(ConfigError):
        receipt_store.keep(project, RECEIPT, keys / "nobody")

    assert receipt_store.find(project, "shop", DIGEST) is None


def test_newest_receipt_of_a_source_counts(project: Project) -> None:
    newest = receipt_store.keep(project, LATER, None)
    receipt_store.keep(project, RECEIPT, None)

    assert receipt_store.find(project, "shop", DIGEST) == newest


@pytest.mark.parametrize("content", [b"{", b"\xff"])
def test_newest_receipt_that_cannot_be_read_is_told(content: bytes, project: Project) -> None:
    """An older one must not take its place: it may be of before something failed."""
    receipt_store.keep(project, RECEIPT, None)
    receipt_store.keep(project, LATER, None).path.write_bytes(content)

    with pytest.raises(Refused, match="can't be read") as raised:
        receipt_store.find(project, "shop", DIGEST)
    assert raised.value.hint == "python deploy.py rehearse writes a new one."


def test_commits_that_have_one_are_known_by_their_newest(project: Project) -> None:
    other = receipt(candidate=other_artifact(commit=40 * "b", source=64 * "9"))
    another_app = receipt(candidate=other_artifact(name="shop-two", commit=40 * "c"))
    for sample in (LATER, RECEIPT, other, another_app):
        receipt_store.keep(project, sample, None)
    (project.state / "receipts" / "shop-broken.json").write_text("{")

    found = receipt_store.newest(project, "shop")

    assert [kept.receipt for kept in found.values()] == [other, LATER]


def test_project_without_receipts_has_none(project: Project) -> None:
    assert receipt_store.find(project, "shop", DIGEST) is None
    assert receipt_store.newest(project, "shop") == {}


def test_same_source_as_another_app_has_receipts_of_its_own(project: Project) -> None:
    mine = receipt_store.keep(project, RECEIPT, None)
    twin = receipt(candidate=other_artifact(name="two"), finished=LATER.finished)
    receipt_store.keep(project, twin, None)

    assert receipt_store.find(project, "shop", DIGEST) == mine
