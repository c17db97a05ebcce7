"""Gets the source distributions of locked packages, and never runs what is in them."""

import os
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from netrc import NetrcParseError, netrc
from pathlib import Path
from urllib.error import URLError
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from uv import find_uv_bin

from understudy.errors import StepFailed
from understudy.release import lock_file
from understudy.release.lock_file import LockFile
from understudy.release.sdists import Sdist


def offers(lock: LockFile, python: str, work: Path) -> str:
    """What the package index has of the pins, as a pylock.toml; "" if it can't be found out.

    Without their dependencies nothing has to be built to know that. work: a directory without settings of uv.
    """
    wanted = "".join(f"{pin}\n" for pin in lock.pins if not pin.source)
    done = subprocess.run(
        [
            *(find_uv_bin(), "pip", "compile", "--quiet", "--no-deps", "--no-header"),
            *("--python", sys.executable, "--python-version", python, "--no-python-downloads"),
            *("--format", "pylock.toml", *lock.indexes, "-"),
        ],
        input=wanted,
        capture_output=True,
        text=True,
        cwd=work,
    )
    return "" if done.returncode else done.stdout


def download(sdists: Iterable[Sdist], directory: Path) -> None:
    """Writes them into the directory. Raises StepFailed if one can't be had, or is not what is locked."""
    directory.mkdir()
    for sdist in sdists:
        file = directory / sdist.file_name
        try:
            with urlopen(_request(sdist.url), timeout=60) as answer, file.open("wb") as copy:  # noqa: S310 - see sdists.py
                shutil.copyfileobj(answer, copy)
        except (URLError, OSError) as error:
            raise StepFailed(
                f"the source of {sdist.pin} can't be downloaded",
                details=f"{_without_user(sdist.url)}: {error}",
                hint="Check the network, then run the same command again.",
            ) from None
        if sha256(file.read_bytes()).hexdigest() != sdist.sha256:
            raise StepFailed(
                f"the source of {sdist.pin} is not the one that is locked",
                details=f"{_without_user(sdist.url)} has another SHA-256",
                hint="Check where it comes from; lock again if the index is right.",
            )


def requirement_lines(lock: LockFile, left_out: Iterable[Sdist]) -> str:
    """The lock without those packages, for pip."""
    names = {sdist.pin.name for sdist in left_out}
    pins = tuple(pin for pin in lock.pins if pin.name not in names)
    return lock_file.requirements(LockFile(pins, lock.indexes))


def _request(url: str) -> Request:
    """With the login that pip and uv would use: of the URL, or of a netrc file (see index_login.py)."""
    parts = urlsplit(url)
    login = (unquote(parts.username or ""), unquote(parts.password or ""))
    if not any(login):
        with suppress(OSError, NetrcParseError):
            found = netrc(os.environ.get("NETRC")).authenticators(parts.hostname or "")
            login = (found[0], found[2]) if found else login
    request = Request(_without_user(url))  # noqa: S310 - see sdists.py
    if any(login):
        request.add_unredirected_header(
            "Authorization", "Basic " + b64encode(":".join(login).encode()).decode()
        )
    return request


def _without_user(url: str) -> str:
    """Without name and password of a private index."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
