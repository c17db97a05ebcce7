"""The roots that the VM's certificates may have: each Pebble makes one of its own when it starts.

A snapshot holds a certificate of an earlier Pebble. So a root is kept, once a certificate was issued, as long
as the VM is.
"""

import shutil
from hashlib import sha256

from understudy.local.atomic_write import atomic_write
from understudy.vm.issuer.files import Files


def keep(files: Files, root: str) -> None:
    """Trusts a root. root: its certificate, PEM."""
    files.each_root.mkdir(parents=True, exist_ok=True)
    atomic_write(files.each_root / _name(root), root)
    _bundle(files)


def drop(files: Files, root: str) -> None:
    """Of a Pebble that has issued nothing."""
    (files.each_root / _name(root)).unlink(missing_ok=True)
    _bundle(files)


def forget_all(files: Files) -> None:
    """With the VM go all certificates. The CA of the ACME directory stays."""
    shutil.rmtree(files.each_root, ignore_errors=True)
    files.roots.unlink(missing_ok=True)


def _bundle(files: Files) -> None:
    kept = (path.read_text() for path in sorted(files.each_root.glob("*.pem")))
    atomic_write(files.roots, "".join(kept))


def _name(root: str) -> str:
    return f"{sha256(root.encode()).hexdigest()[:16]}.pem"
