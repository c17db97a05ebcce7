"""Of the VMs of libvirt only those are unused that are off, ours, and of a project that is gone."""

import os
from pathlib import Path

import pytest

from understudy.paths import Project
from understudy.vm import gone_projects, lxc
from understudy.vm.unused import Unused

IMAGE = "/pool/understudy-VAGRANTSLASH-bookworm_vagrant_box_image_1.2_box.img"
VIRSH = """\
#!/bin/sh
shift 2
echo "$@" >>"$0.calls"
case $1 in
list) echo old; echo running; echo here; echo other ;;
vol-list) printf ' Name Path\n---\n' && printf ' %s.img path\n' old running here other ;;
vol-dumpxml)
    image=IMAGE
    [ "$2" != other.img ] || image=/pool/debian.img
    echo "<volume><name>$2</name><allocation unit='bytes'>4096</allocation><target><path>/pool/$2</path>"
    echo "</target><backingStore><path>$image</path></backingStore></volume>" ;;
domblklist) printf ' Target Source\n----\n' && echo " vda /pool/$2.img" ;;
domstate) [ "$2" = running ] && echo running || echo shut off ;;
dumpxml)
    place=/gone
    [ "$2" != here ] || place=HERE
    echo "  <description>Source: $place/Vagrantfile</description>" ;;
esac
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    (tmp_path / "Vagrantfile").touch()
    virsh = tmp_path / "bin/virsh"
    virsh.parent.mkdir()
    virsh.write_text(VIRSH.replace("IMAGE", IMAGE).replace("HERE", str(tmp_path)))
    virsh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{virsh.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(gone_projects, "_OF_LXC", (tmp_path / "none",))
    return Project(tmp_path, tmp_path / "deploy.yml")


def test_vm_whose_project_is_gone_is_found_and_removed(project: Project, tmp_path: Path) -> None:
    found = list(gone_projects.find(project))

    assert found == [Unused("vm", "libvirt:old", "virtual machine old", 4096)]
    gone_projects.remove(project, found[0])
    assert (
        "undefine old --snapshots-metadata --remove-all-storage"
        in (tmp_path / "bin/virsh.calls").read_text()
    )


def test_what_root_finds_of_containers_is_removed_as_what_it_is(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def run(_: Project, *words: str) -> str:
        calls.append(words)
        return "tree abcdef 1000\ncontainer old-shop 2000\n" if words == ("unused",) else ""

    monkeypatch.setattr(gone_projects, "_OF_LXC", (tmp_path,))
    monkeypatch.setattr(lxc, "_run", run)

    found = [one for one in gone_projects.find(project) if one.key.startswith("lxc:")]
    for one in found:
        gone_projects.remove(project, one)

    assert [(one.kind, one.size) for one in found] == [("tree", 1000), ("vm", 2000)]
    assert calls == [("unused",), ("free", "abcdef"), ("remove", "old-shop")]
