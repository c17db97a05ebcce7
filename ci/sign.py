"""Signs the receipts of a rehearsal: `python3 -m ci.sign ALLOWED_SIGNERS <KEY`, beside deploy.yml.

ALLOWED_SIGNERS lists who may sign (ssh-keygen(1)). KEY is a private SSH key without a passphrase. It comes
by standard input, so that no command line shows it, and lies in a file, readable by its owner alone, only
while this runs. Without a key, as in a pull request of a fork, the receipts stay unsigned. Needs nothing
but Python and ssh-keygen.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from understudy.errors import StepFailed, UnderstudyError
from understudy.receipts import signing

RECEIPTS = Path(".understudy/receipts")


def main(allowed_signers: Path, key: str) -> int:
    """Signs each receipt in .understudy/receipts. Returns the exit code."""
    if not key.strip():
        print(
            "There is no key, so the receipt stays unsigned. A deploy to production will refuse it."
        )
        return 0
    try:
        for receipt in sorted(RECEIPTS.glob("*.json")):
            print(f"{receipt.name}: signed by {_signed(receipt, key, allowed_signers)}")
    except UnderstudyError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _signed(receipt: Path, key: str, allowed_signers: Path) -> str:
    """The name of the key's owner. A key that may not sign fails here, and not at the deploy."""
    with _file(key) as file:
        try:
            signature = signing.sign(receipt, file)
        except StepFailed as error:
            hint = "It must be a private SSH key without a passphrase, as ssh-keygen wrote it."
            raise StepFailed("the key can't sign", error.details, hint) from None
    return signing.check(receipt, signature, allowed_signers)


@contextmanager
def _file(key: str) -> Iterator[Path]:
    with TemporaryDirectory() as work:
        file = Path(work) / "key"
        # The form of a web page may have changed the ends of lines.
        text = key.replace("\r\n", "\n").strip() + "\n"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as opened:
            opened.write(text)
        yield file


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.stdin.read()))
