"""The VM as a container: what it has for itself, what it lacks, and this machine's reboot."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.staging import PROJECT, Staging
from understudy.paths import Project
from understudy.vm import provider


@pytest.fixture(scope="module", autouse=True)
def container(vm: None, staging: Staging) -> Iterator[None]:
    """Skips the module where the VM is none."""
    if provider.built(Project(PROJECT, staging.config, PROJECT), staging.vm) != provider.LXC:
        pytest.skip("the staging VM is a virtual machine here, no container")
    yield
    assert staging.deploy_py("reset").code == 0


def test_boot_leaves_no_failed_unit(staging: Staging) -> None:
    assert (
        staging.host("systemctl is-system-running; systemctl --failed --quiet").text == "running\n"
    )


def test_disk_does_not_wait_for_fsync(staging: Staging) -> None:
    assert staging.deploy_py("reset").code == 0
    assert "volatile" in staging.host("grep ' / ' /proc/self/mounts").text


def test_network_settings_are_its_own(staging: Staging) -> None:
    file = Path("/proc/sys/net/core/somaxconn")
    before = file.read_text()

    answer = staging.host("sysctl -q -w net.core.somaxconn=777; cat /proc/sys/net/core/somaxconn")

    assert answer.text == "777\n"
    assert file.read_text() == before


@pytest.mark.parametrize(
    "line",
    [
        "sysctl -q -w vm.swappiness=1",
        "date --set @0",
        "rm -f /root/memory; mknod /root/memory c 1 1; head -c 1 /root/memory",
        "swapon /etc/passwd",
    ],
)
def test_this_machine_is_out_of_reach(staging: Staging, line: str) -> None:
    assert staging.host(line).code != 0


def test_process_beyond_the_memory_is_killed_and_the_vm_lives(staging: Staging) -> None:
    memory = staging.settings().vm.memory
    eat = f"python3 -c 'x = bytearray({memory} * 2**20); x[::4096] = bytes(len(x[::4096]))'"

    assert staging.host(eat).code == 137
    assert staging.host("true").code == 0


def test_service_beyond_its_own_limit_is_killed(staging: Staging) -> None:
    eat = "python3 -c 'x = bytearray(200 << 20); x[::4096] = bytes(len(x[::4096]))'"

    assert staging.host(f"systemd-run --wait --quiet -p MemoryMax=50M {eat}").code != 0
    assert staging.host(f"systemd-run --wait --quiet -p MemoryMax=400M {eat}").code == 0


def test_names_and_other_networks_are_reached_from_inside(staging: Staging) -> None:
    assert staging.host("getent hosts deb.debian.org; apt-get -qq update").code == 0


def test_up_after_this_machines_reboot(staging: Staging) -> None:
    """What a reboot leaves: no process, no link, no rules of its network."""
    subprocess.run(["sudo", "lxc-stop", "--kill", "--name", staging.vm], check=True)
    tables = ["sudo", "nft", "delete", "table", "ip", f"container-{staging.vm}"]
    subprocess.run(tables, capture_output=True, check=False)

    assert staging.deploy_py("up").code == 0
    assert staging.host("getent hosts deb.debian.org").code == 0
