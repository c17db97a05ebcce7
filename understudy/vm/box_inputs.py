"""What a box takes over from production, as a folder for `provision/box/build --like`."""

import shutil
from pathlib import Path

from understudy.host.provisioning import Provisioning
from understudy.paths import Project
from understudy.vm.debian_archive import DebianArchive
from understudy.vm.mirror import units
from understudy.vm.mirror.archive import NOTHING, Selection, choose
from understudy.vm.mirror.value import Mirror


def write(
    project: Project, mirror: Mirror, provisioning: Provisioning | None, archive: str = ""
) -> Path:
    """Writes the folder: `root` is a tree of files for the VM, `preferences` is for apt, `packages` are names,
    `units` those that are off.

    archive: its URL, or "" for the distribution's own. Raises StepFailed if the archive can't be read.
    """
    folder = project.state / "boxes" / "like-production"
    shutil.rmtree(folder, ignore_errors=True)
    # Other users of this machine must not read production's settings.
    folder.mkdir(mode=0o700, parents=True)
    (folder / "root").mkdir()
    (folder / "units").write_text(units.text(mirror.units))
    for path, text in mirror.files.items():
        file = folder / "root" / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    selection = _selection(project, mirror, provisioning, archive)
    (folder / "preferences").write_text(selection.preferences)
    (folder / "packages").write_text("".join(f"{name}\n" for name in selection.install))
    return folder


def _selection(
    project: Project, mirror: Mirror, provisioning: Provisioning | None, url: str
) -> Selection:
    if not mirror.versions:
        return NOTHING
    archive = DebianArchive(project, mirror.release, url)
    needed = provisioning.packages if provisioning else ()
    return choose(mirror, archive.offers(sorted(mirror.versions)), needed, archive.fits)
