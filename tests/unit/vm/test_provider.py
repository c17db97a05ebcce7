"""Which provider the VM gets: by deploy.yml, as it was built, or by what this machine can run."""

import pytest

from understudy.vm import provider
from understudy.vm.provider import LIBVIRT, LXC


@pytest.mark.parametrize(
    ("wanted", "built", "kvm", "obstacle", "name", "reason"),
    [
        ("auto", "", True, "", LIBVIRT, "KVM runs a guest here"),
        ("auto", "", False, "", LXC, "no KVM runs a guest here"),
        ("auto", "", False, "lxc is not installed", LIBVIRT, "lxc is not installed"),
        ("auto", LIBVIRT, False, "", LIBVIRT, "the VM was built as one"),
        ("auto", LXC, True, "", LXC, "the VM was built as one"),
        ("libvirt", LXC, False, "", LIBVIRT, "vm.provider in deploy.yml"),
        ("lxc", "", True, "lxc is not installed", LXC, "vm.provider in deploy.yml"),
    ],
)
def test_choice(wanted: str, built: str, kvm: bool, obstacle: str, name: str, reason: str) -> None:
    choice = provider.choose(wanted, built, lambda: kvm, lambda: obstacle)
    assert choice.name == name
    assert reason in choice.reason


def test_this_machine_is_not_examined_if_the_answer_is_known() -> None:
    def examine() -> bool:
        raise AssertionError("it takes seconds")

    def find() -> str:
        raise AssertionError("it takes a moment")

    assert provider.choose("lxc", "", examine, find).name == LXC
    assert provider.choose("auto", LXC, examine, find).name == LXC
    assert provider.choose("auto", "", lambda: True, find).name == LIBVIRT


def test_container_is_announced_with_what_it_shares() -> None:
    choice = provider.choose("auto", "", lambda: False, lambda: "")
    assert str(choice) == (
        "a container (lxc), which shares this machine's kernel: no KVM runs a guest here"
    )
