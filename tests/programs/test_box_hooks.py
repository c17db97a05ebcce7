"""The hooks of the box build apply what a capture of production asks for, in a root where nothing runs."""

import os
import subprocess
from pathlib import Path

import pytest

BOX = Path(__file__).resolve().parents[2] / "provision" / "box"
CHROOT = """#!/bin/sh
case "$*" in *dpkg-query*) printf 'nginx\\t1.22.1-9\\n' ;; esac
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The parts of a new system that the hooks use."""
    made = tmp_path / "root"
    for name in ("etc/apt/preferences.d", "usr/share", "run", "home", "var/cache/apt/archives"):
        (made / name).mkdir(parents=True)
    return made


def hook(name: str, root: Path, like: Path | None) -> None:
    """Runs a hook with a chroot that does nothing."""
    tools = root.parent / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "chroot").write_text(CHROOT)
    (tools / "chroot").chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{tools}:{os.environ['PATH']}",
        "DEBS": str(root.parent / "debs"),
        "LIKE": str(like or ""),
        "PACKAGES": str(root.parent / "packages"),
    }
    done = subprocess.run(
        [BOX / "hooks" / name, root], env=environment, capture_output=True, text=True, umask=0o022
    )
    assert done.returncode == 0, done.stderr


def mirror(directory: Path) -> Path:
    folder = directory / "like"
    (folder / "root/etc/understudy").mkdir(parents=True)
    (folder / "root/etc/understudy/like-production").write_text("SWAP_MIB=1\n")
    (folder / "preferences").write_text("Package: nginx\n")
    (folder / "units").write_text(
        "disabled rpcbind.service\nmasked smartd.service\nmasked gone.service\n"
    )
    for private in folder.rglob("*"):
        private.chmod(0o700)
    return folder


def files(directory: Path) -> set[Path]:
    return {path.relative_to(directory) for path in directory.rglob("*") if path.is_file()}


def test_without_a_capture_a_box_has_its_own_files_only(root: Path) -> None:
    """Above all, no files of the machine that builds it."""
    for name in ("setup", "customize"):
        hook(name, root, None)

    assert files(root) - files(BOX / "root") == {Path("run/systemd/resolve/stub-resolv.conf")}


def test_settings_of_production_are_copied_into_the_box(root: Path, tmp_path: Path) -> None:
    hook("customize", root, mirror(tmp_path))

    file = root / "etc/understudy/like-production"
    assert file.read_text() == "SWAP_MIB=1\n"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o644, 0o755)


def test_units_are_off_as_on_production_if_the_box_has_them(root: Path, tmp_path: Path) -> None:
    lib, etc = root / "lib/systemd/system", root / "etc/systemd/system"
    for folder in (lib, etc / "multi-user.target.wants", etc / "sockets.target.wants"):
        folder.mkdir(parents=True)
    wanted = {"multi-user": "rpcbind.service smartd.service", "sockets": "rpcbind.socket"}
    for target, names in wanted.items():
        for name in names.split():
            (lib / name).touch()
            (etc / f"{target}.target.wants" / name).symlink_to(f"/lib/systemd/system/{name}")
    # Its other name, which would keep it enabled.
    (etc / "portmap.service").symlink_to("/lib/systemd/system/rpcbind.service")

    hook("customize", root, mirror(tmp_path))

    links = {
        file.relative_to(etc): str(file.readlink()) for file in etc.rglob("*") if file.is_symlink()
    }
    assert links == {
        Path("sockets.target.wants/rpcbind.socket"): "/lib/systemd/system/rpcbind.socket",
        Path("smartd.service"): "/dev/null",
    }


def test_versions_are_pinned_during_the_build_only(root: Path, tmp_path: Path) -> None:
    like, preferences = mirror(tmp_path), root / "etc/apt/preferences.d/like-production"

    hook("setup", root, like)
    assert preferences.read_text() == "Package: nginx\n"

    hook("finish", root, like)
    assert not preferences.exists()
    assert (tmp_path / "packages").read_text() == "nginx\t1.22.1-9\n"
