"""The scripts of a container's network: its way to this machine, and its name servers."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.fakes import TOP

LINK = TOP / "provision" / "lxc" / "link"
NEEDS_ROOT = pytest.mark.skipif(
    os.geteuid() != 0 or not all(map(shutil.which, ("nft", "unshare", "ip"))),
    reason="needs root, nft, unshare and ip",
)


def in_namespace(*lines: str) -> str:
    """The output of shell commands in a network of their own, whose interface `here` is a container's link."""
    wire = "ip link add here type veth peer name there; ip link set there up"
    link = f'link() {{ {LINK} 192.0.2.1/24 test "$@"; }}'
    script = "\n".join(("exec 2>&1", wire, link, *lines))
    argv = ("unshare", "--net", "--", "sh", "-c", script)
    return subprocess.run(argv, capture_output=True, text=True, timeout=30).stdout


@NEEDS_ROOT
def test_link_is_this_machines_way_to_the_container() -> None:
    output = in_namespace("link net up veth here", "ip route get 192.0.2.10", "nft list tables")

    assert "192.0.2.10 dev here src 192.0.2.1" in output
    assert "table ip container-test" in output


@NEEDS_ROOT
def test_connection_during_a_reboot_fails_at_once_and_after_it_reaches_the_container() -> None:
    output = in_namespace(
        "ip link set lo up; ip route add default dev lo",
        "LXC_TARGET=reboot link lxc stop",
        "ip route get 192.0.2.10",
        "link net up veth here",
        "ip route get 192.0.2.10; ip route show type unreachable",
    )

    first, second, *more = output.splitlines()
    assert first == "RTNETLINK answers: No route to host"
    assert "dev here" in second
    assert "unreachable" not in "".join(more)


@NEEDS_ROOT
def test_container_that_is_off_leaves_nothing() -> None:
    output = in_namespace(
        "link net up veth here; link net down veth here; ip link delete here",
        "LXC_TARGET=stop link lxc stop",
        "ip route; nft list tables",
    )

    assert output == ""


RESOLVED = "usr/local/lib/systemd/resolved.conf.d/lxc.conf"


def name_servers(directory: Path, resolv_conf: str, written: str = RESOLVED) -> str:
    """What a container on a machine with that file asks. written: where that is in the container."""
    (directory / "resolv.conf").write_text(resolv_conf)
    if written == RESOLVED:
        (directory / "usr/lib/systemd").mkdir(parents=True)
        (directory / "usr/lib/systemd/systemd-resolved").touch()
    text = (LINK.parent / "name-servers").read_text()
    text = text.replace("/run/systemd/resolve/", f"{directory}/")
    subprocess.run(
        ["sh", "-c", text],
        env={"LXC_ROOTFS_MOUNT": str(directory), "PATH": "/usr/bin:/bin"},
        check=True,
    )
    return (directory / written).read_text()


def test_container_asks_this_machines_name_servers(tmp_path: Path) -> None:
    text = "search example.com\nnameserver 192.0.2.53\nnameserver 2001:db8::53\n"

    assert name_servers(tmp_path, text) == "[Resolve]\nDNS=192.0.2.53 2001:db8::53\n"


def test_name_server_on_this_machine_is_out_of_a_containers_reach(tmp_path: Path) -> None:
    text = "nameserver 127.0.0.1\nnameserver ::1\nnameserver 192.0.2.53\n"

    assert name_servers(tmp_path, text) == "[Resolve]\nDNS=192.0.2.53\n"


def test_container_without_a_resolver_has_them_in_a_file_of_its_own(tmp_path: Path) -> None:
    """A box that was built elsewhere: its file may be a link to one of another program."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/resolv.conf").symlink_to("/nonexistent/stub")
    text = "nameserver 127.0.0.1\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n"

    found = name_servers(tmp_path, text, "etc/resolv.conf")

    assert found == "nameserver 192.0.2.53\nnameserver 192.0.2.54\n"
    assert not (tmp_path / "etc/resolv.conf").is_symlink()


@NEEDS_ROOT
def test_second_network_of_the_same_addresses_is_refused() -> None:
    """Packets for one container would reach the other."""
    output = in_namespace(
        "ip link add other type veth peer name far; ip address add 192.0.2.1/24 dev other",
        "link net up veth here; echo $?; ip address show here | grep -c inet",
    )

    assert output.splitlines() == [
        "another network of this machine has 192.0.2.1/24: other",
        "1",
        "0",
    ]


def sharing(*lines: str) -> str:
    """As in_namespace(), with links of two containers that share a network: `one` and `two`."""
    wires = (
        f"ip link add {name} type veth peer name far-{name}; ip link set far-{name} up"
        for name in ("one", "two")
    )
    link = f'link() {{ {LINK} 192.0.2.1/24,ub-test "$@"; }}'
    up = "link shop net up veth one & link shop-web2 net up veth two & wait"
    script = "\n".join(("exec 2>&1", *wires, link, up, *lines))
    argv = ("unshare", "--net", "--", "sh", "-c", script)
    return subprocess.run(argv, capture_output=True, text=True, timeout=30).stdout


@NEEDS_ROOT
def test_containers_that_share_a_network_start_at_the_same_time() -> None:
    output = sharing(
        "ip route get 192.0.2.11 | head -n 1",
        "ip -brief link show master ub-test | wc -l; nft list tables",
        "ip -brief link show ub-test",
    )

    assert "192.0.2.11 dev ub-test src 192.0.2.1" in output
    assert output.splitlines()[1] == "2"
    assert output.count("table ip container-ub-test") == 1
    # So that containers keep knowing it.
    assert "52:54:00:00:02:01" in output


@NEEDS_ROOT
def test_shared_network_is_there_as_long_as_one_of_its_containers() -> None:
    output = sharing(
        "link shop net down veth one; ip link delete one; ip route get 192.0.2.11 | head -n 1",
        "link shop-web2 net down veth two; ip link delete two; echo; ip route; nft list tables",
    )

    first, rest = output.split("\n", 1)
    assert "dev ub-test" in first
    assert rest.strip() == ""
