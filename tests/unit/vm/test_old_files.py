"""Real files in Vagrant's home, a pool and a cache: what is unused is found, and nothing else is removed."""

import os
import time
from pathlib import Path

import pytest

from understudy.paths import Project
from understudy.vm import old_files

IMAGE = "understudy-VAGRANTSLASH-bookworm_vagrant_box_image_1.2_box.img"
VIRSH = f"""\
shift 2
echo "$@" >>"$0.calls"
case $1 in
vol-list) printf ' Name Path\\n-----\\n {IMAGE} /pool/{IMAGE}\\n shop.img /pool/shop.img\\n' ;;
vol-dumpxml)
    [ "$2" != shop.img ] || backing='<backingStore><path>/pool/other.img</path></backingStore>'
    echo "<volume><name>$2</name><allocation unit='bytes'>4096</allocation><target><path>/pool/$2</path>"
    echo "<timestamps><mtime>1700000000.5</mtime></timestamps></target>${{backing-}}</volume>" ;;
list) echo shop ;;
domblklist) printf ' Target Source\\n----\\n vda /pool/shop.img\\n' ;;
esac
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    home = tmp_path / "vagrant"
    for version, days in (("1.1", 0), ("1.2", 3), ("1.3", 3)):
        write(home / f"boxes/understudy-VAGRANTSLASH-bookworm/{version}/lxc/box", days)
    write(home / "boxes/debian-VAGRANTSLASH-bookworm64/1.2/lxc/box", 3)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/virsh").write_text(f"#!/bin/sh\n{VIRSH}")
    (tmp_path / "bin/virsh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    monkeypatch.setenv("VAGRANT_HOME", str(home))
    made = Project(tmp_path / "shop", tmp_path / "shop/deploy.yml")
    for name, days in (("trixie-1.1", 90), ("bookworm-1.3", 3)):
        write(made.state / f"boxes/{name}.json", days)
        write(made.state / f"boxes/{name}.box", days)
    write(made.cache / "lock1/a.whl", 90)
    write(made.cache / "lock2/a.whl", 90)
    write(made.cache / "lock2/b.whl", 1)
    write(made.cache / "packages/old.tar.gz", 90)
    write(made.cache / "packages/new.tar.gz", 1)
    age(made.cache / "lock1", 90)
    return made


def write(file: Path, days: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x" * 5000)
    age(file, days)
    for folder in list(file.parents)[:2]:
        age(folder, days)


def age(path: Path, days: int) -> None:
    then = time.time() - days * 86400 - 60
    os.utime(path, (then, then))


def test_old_ones_are_found_with_their_sizes(project: Project) -> None:
    found = [(one.kind, one.name, one.size >= 4096) for one in old_files.find(project)]

    assert found == [
        ("box", "understudy/bookworm 1.2", True),
        ("image", "understudy/bookworm 1.2", True),
        ("cache", ".understudy/boxes/trixie-1.1.box", True),
        ("cache", ".understudy/cache/lock1", True),
        ("cache", ".understudy/cache/packages/old.tar.gz", True),
    ]
    # To look at them is not to use them.
    assert len(old_files.find(project)) == 5


def test_only_these_are_removed(project: Project, tmp_path: Path) -> None:
    for one in old_files.find(project):
        old_files.remove(one)

    boxes = sorted(path.parent.name for path in tmp_path.glob("vagrant/boxes/*/*/lxc"))
    assert boxes == ["1.1", "1.2", "1.3"], "1.2 is that of others"
    assert not (tmp_path / "vagrant/boxes/understudy-VAGRANTSLASH-bookworm/1.2").exists()
    left = sorted(str(path.relative_to(project.cache)) for path in project.cache.rglob("*.*"))
    assert left == ["lock2/a.whl", "lock2/b.whl", "packages/new.tar.gz"]
    assert sorted(path.name for path in (project.state / "boxes").iterdir()) == [
        "bookworm-1.3.box",
        "bookworm-1.3.json",
    ]
    calls = (tmp_path / "bin/virsh.calls").read_text()
    assert [line for line in calls.splitlines() if "delete" in line] == [
        f"vol-delete {IMAGE} --pool default"
    ]


def test_nothing_of_vms_is_touched_if_vagrants_list_cannot_be_read(
    project: Project, tmp_path: Path
) -> None:
    write(tmp_path / "vagrant/data/machine-index/index", 0)

    assert {one.kind for one in old_files.find(project)} == {"cache"}
