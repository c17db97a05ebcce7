"""What more than one suite begins with."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.webhook import Webhook


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SSH keys: ann's, mallory's, and one with a passphrase. allowed_signers allows ann's alone."""
    made = tmp_path_factory.mktemp("keys")
    for name, passphrase in (("ann", ""), ("mallory", ""), ("locked", "hunter2")):
        # -a: a passphrase is stretched for as short a time as can be.
        words = ("-qt", "ed25519", "-a", "1", "-N", passphrase, "-C", name, "-f", made / name)
        subprocess.run(["ssh-keygen", *words], check=True)
    public = (made / "ann.pub").read_text()
    (made / "allowed_signers").write_text(f'ann@desk namespaces="understudy-rehearsal" {public}')
    return made


@pytest.fixture
def webhook() -> "Iterator[Webhook]":
    from tests.unit.webhook import Webhook

    made = Webhook()
    yield made
    made.end()
