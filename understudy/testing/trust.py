"""What this machine trusts for the site under test alone: the CAs of an issuer that no one else knows.

Never this machine's own store, nor the user's.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

from understudy.errors import StepFailed, Unreachable

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def known(roots: Path | None) -> Path | None:
    """The file, if it has any CA yet: the VM's issuer has none before its first start."""
    return roots if roots and roots.is_file() and roots.stat().st_size else None


def for_chromium(roots: Path, home: Path) -> Mapping[str, str]:
    """The environment in which Chromium trusts these CAs, besides its own.

    home: a directory, for its database of certificates (NSS), which is made again. Chromium looks for it in
    the home directory only. Raises Unreachable without certutil.
    """
    database = home / ".pki" / "nssdb"
    shutil.rmtree(database, ignore_errors=True)
    database.mkdir(mode=0o700, parents=True)
    _certutil("-N", "--empty-password", database=database)
    for number, one in enumerate(_CERTIFICATE.findall(roots.read_text())):
        with NamedTemporaryFile("w") as file:
            file.write(one)
            file.flush()
            _certutil(
                *("-A", "-t", "C,,", "-n", f"CA {number}", "-i", file.name), database=database
            )
    # The X server's key is in the user's home directory.
    key = os.environ.get("XAUTHORITY") or Path.home() / ".Xauthority"
    return {**os.environ, "HOME": str(home), "XAUTHORITY": str(key)}


def _certutil(*words: str, database: Path) -> None:
    try:
        command = ["certutil", "-d", f"sql:{database}", *words]
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        raise Unreachable(
            "certutil is not installed: it makes the browser trust the site's certificate",
            hint="python deploy.py doctor --fix",
        ) from None
    if done.returncode:
        raise StepFailed(
            "the browser's database of certificates can't be made", done.stderr.strip()
        )


def for_programs(roots: Path, folder: Path) -> Mapping[str, str]:
    """Variables by which Node, Python, curl and OpenSSL trust these CAs besides those that they trust already.

    folder: gets the files that the variables name.
    """
    names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    usual = _set(names) or [Path(_system())]
    all_of_them = _joined(folder / "trusted.pem", [*usual, roots])
    # Node has CAs of its own.
    more = _joined(folder / "more.pem", [*_set(["NODE_EXTRA_CA_CERTS"]), roots])
    return {**dict.fromkeys(names, all_of_them), "NODE_EXTRA_CA_CERTS": more}


def _set(names: Iterable[str]) -> list[Path]:
    """The files that the user's own variables name, each once."""
    values = dict.fromkeys(os.environ.get(name, "") for name in names)
    return [Path(value) for value in values if value and Path(value).is_file()]


def _joined(file: Path, parts: Iterable[Path]) -> str:
    file.write_text("\n".join(part.read_text() for part in parts))
    return str(file)


def _system() -> str:
    """Debian's file of all CAs; those of requests on another system."""
    file = "/etc/ssl/certs/ca-certificates.crt"
    if Path(file).is_file():
        return file
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    return str(DEFAULT_CA_BUNDLE_PATH)
