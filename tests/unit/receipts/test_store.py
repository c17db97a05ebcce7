"""Receipts on disk: the newest one counts, and each is saved as a whole."""

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


def test_a_saved_receipt_is_found_by_its_source(project: Project) -> None:
    stored = receipt_store.save(project, RECEIPT, None)

    assert receipt_store.find(project, "shop", DIGEST) == stored
    assert receipt_store.find(project, "shop", 64 * "9") is None
    assert names(project) == [".json"]


def test_a_signed_receipt_has_its_signature_beside_it(project: Project, keys: Path) -> None:
    stored = receipt_store.save(project, RECEIPT, keys / "ann")

    assert names(project) == [".json", ".sig"]
    assert signing.check(stored.path, stored.signature, keys / "allowed_signers") == "ann@desk"


def test_a_receipt_that_cannot_be_signed_is_not_saved(project: Project, keys: Path) -> None:
    with pytest.raises(ConfigError):
        receipt_store.save(project, RECEIPT, keys / "missing")

    assert receipt_store.find(project, "shop", DIGEST) is None


def test_the_newest_receipt_of_a_source_counts(project: Project) -> None:
    newest = receipt_store.save(project, LATER, None)
    receipt_store.save(project, RECEIPT, None)

    assert receipt_store.find(project, "shop", DIGEST) == newest


@pytest.mark.parametrize("content", [b"{", b"\xff"])
def test_a_newest_receipt_that_cannot_be_read_is_refused(content: bytes, project: Project) -> None:
    """An older one must not replace it: something may have failed since."""
    receipt_store.save(project, RECEIPT, None)
    receipt_store.save(project, LATER, None).path.write_bytes(content)

    with pytest.raises(Refused, match="can't be read") as raised:
        receipt_store.find(project, "shop", DIGEST)
    assert raised.value.hint == "python deploy.py rehearse writes a new receipt."


def test_each_commit_is_listed_with_its_newest_receipt(project: Project) -> None:
    other = receipt(candidate=other_artifact(commit=40 * "b", source=64 * "9"))
    another_app = receipt(candidate=other_artifact(name="shop-two", commit=40 * "c"))
    for sample in (LATER, RECEIPT, other, another_app):
        receipt_store.save(project, sample, None)
    (project.state / "receipts" / "shop-broken.json").write_text("{")

    found = receipt_store.newest(project, "shop")

    assert [stored.receipt for stored in found.values()] == [other, LATER]


def test_a_project_without_receipts_has_none(project: Project) -> None:
    assert receipt_store.find(project, "shop", DIGEST) is None
    assert receipt_store.newest(project, "shop") == {}


def test_apps_with_the_same_source_have_receipts_of_their_own(project: Project) -> None:
    mine = receipt_store.save(project, RECEIPT, None)
    twin = receipt(candidate=other_artifact(name="two"), finished=LATER.finished)
    receipt_store.save(project, twin, None)

    assert receipt_store.find(project, "shop", DIGEST) == mine
