"""What a box is made like production by, as a folder for provision/box/build."""

import shutil
from pathlib import Path

from understudy.host.provisioning import Provisioning
from understudy.paths import Project
from understudy.vm.debian_archive import DebianArchive
from understudy.vm.mirror.archive import NOTHING, Selection, choose
from understudy.vm.mirror.value import Likeness


def make(project: Project, likeness: Likeness, provisioning: Provisioning | None) -> Path:
    """A folder with `root`, a tree of files for the VM; `preferences`, for apt; `packages`, names."""
    folder = project.state / "boxes" / "like-production"
    shutil.rmtree(folder, ignore_errors=True)
    # What production is like is nobody else's business here.
    folder.mkdir(mode=0o700, parents=True)
    (folder / "root").mkdir()
    for path, text in likeness.files.items():
        file = folder / "root" / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    choice = _choice(project, likeness, provisioning)
    (folder / "preferences").write_text(choice.preferences)
    (folder / "packages").write_text("".join(f"{name}\n" for name in choice.install))
    return folder


def _choice(project: Project, likeness: Likeness, provisioning: Provisioning | None) -> Selection:
    if not likeness.versions:
        return NOTHING
    archive = DebianArchive(project, likeness.release)
    needed = provisioning.packages if provisioning else ()
    return choose(likeness, archive.offers(sorted(likeness.versions)), needed, archive.fits)
