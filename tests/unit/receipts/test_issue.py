"""A rehearsal leaves a receipt, signed if there is a key."""

import pytest

from tests.unit.receipt_workspace import Workspace
from understudy.errors import ConfigError, StepFailed
from understudy.receipts import issue


def test_a_receipt_is_signed_printed_and_attached_to_the_report(workspace: Workspace) -> None:
    stored = workspace.rehearse()

    assert stored.receipt.versions.browser == "Chromium 140"
    assert workspace.report.attached["receipt"]["subject"][0]["name"] == "shop"
    path = stored.path.relative_to(workspace.job().project.directory)
    assert workspace.report.said == [f"receipt: {path}", "  signed by ann@desk"]


def test_a_receipt_signed_with_a_key_that_may_not_sign_is_a_warning(workspace: Workspace) -> None:
    workspace.key = "mallory"

    workspace.rehearse()

    assert "no deploy accepts the receipt" in workspace.report.warnings[0]
    assert "may not sign" in workspace.refused().summary


def test_a_receipt_of_a_provider_that_no_deploy_accepts_is_a_warning(workspace: Workspace) -> None:
    workspace.providers = ("libvirt",)

    workspace.rehearse(provider="libvirt")
    assert workspace.report.warnings == []

    workspace.rehearse(provider="lxc")
    assert "the VM's provider is lxc" in workspace.report.warnings[0]
    assert "Set vm.provider: libvirt" in workspace.report.warnings[0]


def test_a_receipt_without_a_key_is_saved_and_one_line_says_who_takes_it_not(
    workspace: Workspace,
) -> None:
    workspace.key = None

    stored = workspace.rehearse()

    assert stored.path.exists()
    [message] = workspace.report.warnings
    assert message == (
        "the receipt is not signed, and production takes signed ones only: set receipts.key in deploy.yml "
        "(docs/receipts.md)"
    )
    refused = workspace.refused()
    assert "is not signed" in refused.summary
    assert "`key: ~/.ssh/understudy`" in refused.hint
    assert "ssh-keygen -t ed25519 -f ~/.ssh/understudy" in refused.hint
    assert "allowed_signers" in refused.hint


def test_the_way_to_sign_is_not_shown_where_no_target_requires_a_receipt(
    workspace: Workspace,
) -> None:
    workspace.key, workspace.required = None, False

    workspace.rehearse()

    assert len(workspace.report.said) == 1


def test_a_useless_key_is_found_before_the_rehearsal(workspace: Workspace) -> None:
    issue.check_key(workspace.job())
    for key, error in (("missing", ConfigError), ("locked", StepFailed)):
        workspace.key = key
        with pytest.raises(error):
            issue.check_key(workspace.job())


def test_an_unsigned_rehearsal_needs_no_key(workspace: Workspace) -> None:
    """In CI the key that deploy.yml names is on other people's machines."""
    workspace.key = "missing"

    issue.check_key(issue.without_key(workspace.job()))
