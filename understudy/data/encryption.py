"""Files that only this machine's user can read: encrypted, and checked as a whole before they're used.

A file is a nonce, the data encrypted by AES-GCM (NIST SP 800-38D), and a tag. The key is made once.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM

from understudy.errors import Refused, StepFailed
from understudy.local.atomic_write import cannot_write

_KEY, _NONCE, _TAG, _PIECE = 32, 12, 16, 1 << 20


def key_file() -> Path:
    """Not beside the data: a copy of the project's directory must not include the key."""
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser() / "understudy" / "data.key"


def key(file: Path) -> bytes:
    """The key; it is made if there is none. Raises Refused if it's no key, or if others can read it."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as made:
            made.write(AESGCM.generate_key(8 * _KEY))
    if file.stat().st_mode & 0o077:
        raise Refused(f"others can read {file}", hint=f"chmod 600 {file}")
    found = file.read_bytes()
    if len(found) != _KEY:
        raise Refused(
            f"{file} is no key: it has {len(found)} bytes instead of {_KEY}",
            hint=f"Remove {file}: the next pull makes a new key. Data that was pulled before is lost.",
        )
    return found


def write(file: Path, key: bytes, fill: Callable[[Callable[[bytes], None]], None]) -> None:
    """Writes the file: `fill` gets a function, and calls it with each piece. After an error there is none.

    Raises StepFailed if the disk doesn't take it.
    """
    nonce = os.urandom(_NONCE)
    encryptor = Cipher(AES(key), GCM(nonce)).encryptor()
    try:
        with os.fdopen(os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as sealed:
            sealed.write(nonce)
            fill(lambda piece: _write(sealed.write, encryptor.update(piece), file))
            sealed.write(encryptor.finalize() + encryptor.tag)
            sealed.flush()
            os.fsync(sealed.fileno())
    except BaseException as error:
        file.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise cannot_write(file, error) from None
        raise


def read(file: Path, key: bytes) -> Iterator[bytes]:
    """The data of the file. It's read twice: nothing of a file that was changed is returned.

    Raises StepFailed if it was changed, or encrypted with another key.
    """
    for _ in _decrypted(file, key):
        pass
    return _decrypted(file, key)


def _write(write: Callable[[bytes], int], piece: bytes, file: Path) -> None:
    """Raises StepFailed, as an OSError would be taken for the end of the connection that sends the pieces."""
    try:
        write(piece)
    except OSError as error:
        raise cannot_write(file, error) from None


def _decrypted(file: Path, key: bytes) -> Iterator[bytes]:
    with file.open("rb") as sealed:
        left = file.stat().st_size - _NONCE - _TAG
        nonce = sealed.read(_NONCE)
        sealed.seek(_NONCE + max(left, 0))
        tag = sealed.read(_TAG)
        if left < 0 or len(tag) != _TAG:
            raise _damaged(file)
        decryptor = Cipher(AES(key), GCM(nonce, tag)).decryptor()
        sealed.seek(_NONCE)
        while left:
            piece = sealed.read(min(left, _PIECE))
            left -= len(piece)
            yield decryptor.update(piece)
        try:
            decryptor.finalize()
        except InvalidTag:
            raise _damaged(file) from None


def _damaged(file: Path) -> StepFailed:
    return StepFailed(
        f"{file} is damaged, or {key_file()} is not the key it was made with",
        hint="python deploy.py data pull gets the data again.",
    )
