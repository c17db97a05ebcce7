"""What is read from the output of virsh, and what becomes of its refusals."""

import os
from pathlib import Path

import pytest

from understudy.errors import StepFailed, Unreachable
from understudy.vm.libvirt import Domain

DISKS = """\
 Target   Capacity      Allocation   Physical
---------------------------------------------------
 vda      10737418240   547229696    547225600
 vdb      1073741824    1000         1000
 sda      -             -            -

"""


@pytest.fixture
def virsh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A virsh that prints the file `says` and records its arguments in `notes`."""
    program = tmp_path / "virsh"
    program.write_text(
        '#!/bin/sh\ncd "${0%/*}"\necho "$@" >>notes\n'
        "if [ -e refuses ]; then cat refuses >&2; exit 1; fi\ncat says\n"
    )
    program.chmod(0o755)
    (tmp_path / "says").touch()
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def test_disk_is_the_sum_of_all_disks(virsh: Path) -> None:
    (virsh / "says").write_text(DISKS)
    assert Domain("understudy", "vm").disk() == 547229696 + 1000
    (virsh / "refuses").write_text("error: no block device\n")
    assert Domain("understudy", "vm").disk() == 0, "an unknown size is no error"


def test_state_is_read_without_blank_lines(virsh: Path) -> None:
    (virsh / "says").write_text("shut off\n\n")
    assert Domain("understudy", "vm").state() == "shut off"


def test_state_of_a_missing_vm_is_empty(virsh: Path) -> None:
    (virsh / "refuses").write_text("error: failed to get domain 'vm'\n")
    assert Domain("understudy", "vm").state() == ""
    (virsh / "refuses").unlink()
    assert Domain("understudy", "").state() == "", "virsh is not called for it"
    assert len((virsh / "notes").read_text().splitlines()) == 1


def test_libvirt_that_is_not_running_is_an_error_with_its_output(virsh: Path) -> None:
    (virsh / "refuses").write_text("error: failed to connect to the hypervisor\n")
    with pytest.raises(Unreachable) as raised:
        Domain("understudy", "vm").state()
    assert "hypervisor" in raised.value.details


def test_refusal_shows_the_output_of_virsh(virsh: Path) -> None:
    (virsh / "refuses").write_text("error: failed to save\nerror: no space left\n")
    with pytest.raises(StepFailed) as raised:
        Domain("understudy", "vm").save("deployed-1")
    assert (raised.value.summary, raised.value.details, raised.value.cause) == (
        "virsh snapshot-create-as failed",
        "error: failed to save\nerror: no space left",
        "no space left",
    )
    assert "python deploy.py doctor" in raised.value.hint


def test_sleep_is_read_from_dominfo(virsh: Path) -> None:
    for answer in ("yes", "no"):
        (virsh / "says").write_text(f"Persistent:     yes\nManaged save:   {answer}\nSecurity: x\n")
        assert Domain("understudy", "vm").is_asleep() == (answer == "yes")
