"""A container compared with the machine that it mirrors: what it can't have takes no points, and is shown."""

import pytest

from understudy.parity.capture.value import Capture
from understudy.parity.drift.comparison import Comparison, Side, compare
from understudy.parity.drift.container import is_shared


def compared(model: dict[str, str], copy: dict[str, str]) -> Comparison:
    """Hosts that differ in two settings. model, copy: their sections `os`."""
    there = {"vm.overcommit_memory": "2", "net.core.somaxconn": "512"}
    here = {"vm.overcommit_memory": "0", "net.core.somaxconn": "4096"}
    return compare(
        Side("production", Capture({"os": model, "sysctl": there})),
        Side("vagrant", Capture({"os": copy, "sysctl": here})),
    )


def test_settings_of_the_shared_kernel_are_shown_and_do_not_count() -> None:
    found = compared({}, {"container": "lxc"})

    counted = [difference.path for difference in found.differences]
    assert counted == ["os.container", "sysctl.net.core.somaxconn"]
    [shared] = found.intended
    assert shared.path == "sysctl.vm.overcommit_memory"
    assert "its machine's kernel" in shared.intended
    assert found.unused == ()


@pytest.mark.parametrize(
    ("model", "copy"), [({}, {}), ({"container": "lxc"}, {"container": "lxc"})]
)
def test_two_hosts_of_a_kind_differ_in_all_settings(
    model: dict[str, str], copy: dict[str, str]
) -> None:
    assert not compared(model, copy).intended


@pytest.mark.parametrize(
    ("path", "shared"),
    [
        ("sysctl.kernel.pid_max", True),
        ("sysctl.fs.file-max", True),
        ("sysctl.net.core.rmem_max", True),
        ("sysctl.net.core.somaxconn", False),
        ("sysctl.net.ipv4.tcp_rmem", False),
        ("memory.swap", True),
        ("memory.total", False),
        ("mounts./.type", True),
        ("mounts./tmp.options", False),
    ],
)
def test_network_and_limits_are_a_containers_own(path: str, shared: bool) -> None:
    assert is_shared(path) is shared
