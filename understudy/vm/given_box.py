"""A box that was built elsewhere, by `vm.box`: a name in Vagrant's catalog, a URL, or a file."""

import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from understudy.errors import ConfigError, StepFailed
from understudy.paths import Project

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
# Of vagrant-lxc's format; the other files of such a box are replaced by those of Understudy's boxes.
_ROOT = "rootfs.tar.gz"


@dataclass(frozen=True)
class GivenBox:
    """name: in Vagrant. url: where Vagrant finds it; "" if by its name alone."""

    name: str
    url: str = ""
    # Whichever Vagrant has, so that a new version in a catalog doesn't rebuild the VM.
    version: str = ""


def given_box(text: str, directory: Path) -> GivenBox:
    """The box that `vm.box` means. directory: the folder of deploy.yml, from which paths are relative.

    A file that changes is another box. Raises ConfigError if there is no such file.
    """
    if re.match(r"[a-z]+://", text):
        return GivenBox(_own_name(text), text)
    file = (directory / Path(text).expanduser()).resolve()
    if file.is_file():
        status = file.stat()
        return GivenBox(_own_name(f"{file} {status.st_size} {status.st_mtime_ns}"), str(file))
    if _NAME.fullmatch(text) and not text.endswith(".box"):
        return GivenBox(text)
    raise ConfigError(
        f"vm.box: there is no file {file}",
        hint="Give a box's file, its URL (https://…), or its name in Vagrant's catalog (user/box).",
    )


def for_container(project: Project, box: GivenBox) -> GivenBox:
    """The box that is made of it for a container: the same root file system, in Understudy's container."""
    digest = "".join(file.read_text() for file in _container_files(project))
    return GivenBox(_own_name(f"{box.name} {digest}"))


@contextmanager
def container_box(project: Project, box: GivenBox, folder: Path) -> Iterator[Path]:
    """Makes it, as a file that is removed at the end. folder: where Vagrant keeps `box`.

    Raises StepFailed if that is no box for lxc.
    """
    if not (folder / _ROOT).exists():
        raise StepFailed(
            f"the box {box.name} has no {_ROOT}",
            cause=f"{box.url or box.name} is no box for lxc",
            hint="A container needs a box for the provider lxc. For a box of libvirt set vm.provider: "
            "libvirt in deploy.yml.",
        )
    project.state.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=project.state) as work:
        metadata, made = Path(work) / "metadata.json", Path(work) / "container.box"
        metadata.write_text('{"provider": "lxc", "version": "1.0.0"}\n')
        with tarfile.open(made, "w") as archive:
            for file in (metadata, *_container_files(project), folder / _ROOT):
                archive.add(file, file.name)
        yield made


def _container_files(project: Project) -> list[Path]:
    directory = project.box_scripts / "lxc"
    return [directory / "lxc-config", directory / "lxc-template"]


def _own_name(text: str) -> str:
    return f"understudy/box-{sha256(text.encode()).hexdigest()[:12]}"
