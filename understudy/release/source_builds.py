"""A package from git or from the app's own repository -> its wheel, kept by where it comes from.

A wheel without compiled parts is built here: uv runs the package's own build backend. What is compiled has
to be built for the host, as a source distribution from an index has.
"""

import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from uv import find_uv_bin

from understudy.errors import StepFailed
from understudy.release.lock_file import Pin
from understudy.release.source_checkout import check_out

# Source distributions and pip's options for indexes -> their wheels, in the same order.
Build = Callable[[Sequence[Path], Sequence[str]], Sequence[Path]]
# uv's last lines have the reason.
_LINES = 12


def wheel(
    pin: Pin, repository: Path, cache: Path, build: Build | None, indexes: Sequence[str] = ()
) -> Path:
    """The wheel of a pin with a source. repository: the app's. build: for the host, None if nothing can be.

    Raises StepFailed if it can't be built, Unreachable if its repository can't be fetched.
    """
    folder = cache / "sources" / sha256(f"{pin.name} {pin.source}".encode()).hexdigest()[:16]
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent) as work:
            place = check_out(pin, repository, cache, Path(work) / "source")
            made = _made(pin, place, Path(work), can_build=build is not None)
            (Path(work) / "out").mkdir()
            shutil.copyfile(made, Path(work) / "out" / made.name)
            (Path(work) / "out").rename(folder)
    [kept] = folder.iterdir()
    if kept.suffix == ".whl" or not build:
        return kept
    # One wheel for each kind of host.
    return build([kept], indexes)[0]


def _made(pin: Pin, place: Path, work: Path, *, can_build: bool) -> Path:
    """A wheel for any host, or a source distribution."""
    if place.suffix == ".whl":
        return place
    done = subprocess.run(
        [
            *(find_uv_bin(), "build", "--quiet", "--wheel", "--no-python-downloads"),
            *("--python", sys.executable, "--out-dir", work / "wheels", place),
        ],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    found = [*(work / "wheels").glob("*-none-any.whl")]
    if done.returncode == 0 and found:
        return found[0]
    if can_build:
        return _packed(pin, place, work)
    has_parts = done.returncode == 0
    raise StepFailed(
        f"{pin} has compiled parts" if has_parts else f"{pin} can't be built",
        details="\n".join(done.stderr.strip().splitlines()[-_LINES:]),
        hint="Build a wheel of it for the host, commit that, and name its path in the lock."
        if has_parts
        else "`uv build --wheel` in the package's directory must succeed.",
    )


def _packed(pin: Pin, place: Path, work: Path) -> Path:
    """As a source distribution, for a build elsewhere."""
    stem = f"{pin.name.replace('-', '_')}-{sha256(pin.source.encode()).hexdigest()[:8]}"
    packed = work / f"{stem}.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(place, stem)
    return packed
